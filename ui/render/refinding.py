"""Quoted words found again in an article that has changed, from their length and hash alone.

A link carries no quoted text, so every stretch of that length is hashed, nearest to the old place first: those that
begin and end where words do, as quotations of whole sentences do, and only then the others.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice

from qa.archive.storage.hashing import text_digest

QUOTE_DIGITS = 16
# What is hashed of each kind, at most: as many stretches, and as many characters in all, each below half a second.
_MOST_STRETCHES = 400_000
_MOST_CHARACTERS = 200_000_000
_WORD_BEGINS = re.compile(r"(?<!\S)\S")


def quote_hash(quote: str) -> str:
    """Return what a link knows its quotation by: the first digits of its SHA-256."""
    return text_digest(quote)[:QUOTE_DIGITS]


def find_again(text: str, place: int, length: int, wanted: str) -> int | None:
    """Return where the stretch of ``length`` characters with this hash begins, nearest to ``place``; None if nowhere.

    In a very long text only stretches near ``place`` are looked at (see ``searched_whole``).
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
    """Return whether ``find_again`` looks at every stretch of a text."""
    return len(text) - length < _most(length)


def _word_ends(text: str, end: int) -> bool:
    return not text[end - 1].isspace() and (end == len(text) or text[end].isspace())


def _most(length: int) -> int:
    return min(_MOST_STRETCHES, _MOST_CHARACTERS // length)


def _nearest_first(starts: Sequence[int], place: int) -> Iterator[int]:
    middle = bisect_left(starts, place)
    return merge(reversed(starts[:middle]), starts[middle:], key=lambda start: abs(start - place))
