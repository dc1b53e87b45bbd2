"""Search for a quotation in a changed article, by its length and hash.

A link carries no quoted text, so every substring of that length is hashed, the ones nearest to the old place first.
Substrings that begin and end at word boundaries, as quotations of whole sentences do, come before all others.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice

from qa.archive.storage.hashing import text_digest

QUOTE_DIGITS = 16
# Limits for each of the two kinds: substrings hashed, and characters hashed in total; either takes under half a second.
_MOST_STRETCHES = 400_000
_MOST_CHARACTERS = 200_000_000
_WORD_BEGINS = re.compile(r"(?<!\S)\S")


def quote_hash(quote: str) -> str:
    """Return the hash of a quotation in a link: the first digits of its SHA-256."""
    return text_digest(quote)[:QUOTE_DIGITS]


def find_again(text: str, place: int, length: int, wanted: str) -> int | None:
    """Return the start of the substring with this length and hash that is nearest to ``place``; None if there is none.

    In a very long text only substrings near ``place`` are tried (see ``searched_whole``).
    """
    last = len(text) - length
    if length < 1 or last < 0:
        return None
    begins = (match.start() for match in _WORD_BEGINS.finditer(text))
    likely = [start for start in begins if start <= last and _word_ends(text, start + length)]
    for starts in (likely, range(last + 1)):
        for start in islice(_nearest_first(starts, place), _most(length)):
            if quote_hash(text[start : start + length]) == wanted:
                return start
    return None


def searched_whole(text: str, length: int) -> bool:
    """Return whether ``find_again`` tries every substring of a text."""
    return len(text) - length < _most(length)


def _word_ends(text: str, end: int) -> bool:
    return not text[end - 1].isspace() and (end == len(text) or text[end].isspace())


def _most(length: int) -> int:
    return min(_MOST_STRETCHES, _MOST_CHARACTERS // length)


def _nearest_first(starts: Sequence[int], place: int) -> Iterator[int]:
    middle = bisect_left(starts, place)
    return merge(reversed(starts[:middle]), starts[middle:], key=lambda start: abs(start - place))
