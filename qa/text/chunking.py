"""Chunking: articles split into passages of whole sentences that fit the embedder, with exact offsets.

An article is tokenised once to locate its tokens, and each passage once more to verify its token count, so the
time is linear in the text.
"""

import hashlib
import json
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from qa.records import Article, Passage
from qa.text.sentences import sentence_spans

if TYPE_CHECKING:
    import numpy as np

# A tokenizer may count any run of characters as one token (WordPiece: one [UNK] for a word of 100,000), so a
# passage is limited in characters too; news has 4 to 6 per token.
CHARACTERS_PER_TOKEN = 12
# If the last passage would hold less than this share of the limit, the passages are balanced.
SMALLEST_LAST = 0.25

_CLAUSE_END = re.compile(r"[;:,—–](?=\s)|(?<=\s)-{1,2}(?=\s)")
_INK = re.compile(r"\S")
_JOINERS = frozenset("\u200d\u20e3\ufe0e\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")  # parts of emoji
_LONGEST_CLUSTER = 16  # code points searched backwards for the base of a combining mark


class Tokenizer(Protocol):
    """The part of the embedder that the chunker needs: the positions of its tokens."""

    def token_starts(self, text: str) -> "Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]]":
        """Return where each token of ``text`` starts, in code points, ascending, without special tokens."""
        ...


class _Unit(NamedTuple):
    """A sentence, or a piece of one that is too long for a passage."""

    start: int
    end: int


class _Run(NamedTuple):
    """A passage under construction: units ``first`` to ``last``, inclusive; those before ``new`` are repeated ones."""

    first: int
    new: int
    last: int


def passage_id(article_id: str, start: int, end: int, text: str) -> str:
    """Return "p" and 16 hex digits of the SHA-256 of the arguments, written as a JSON list in ASCII."""
    content = json.dumps([article_id, start, end, text])
    return "p" + hashlib.sha256(content.encode("ascii")).hexdigest()[:16]


def chunk(
    article: Article,
    tokenizer: Tokenizer,
    *,
    max_tokens: int = 240,
    overlap_sentences: int = 0,
    boilerplate: Sequence[tuple[int, int]] = (),
) -> list[Passage]:
    """Return the passages of an article, in order: both their starts and their ends ascend.

    Every character of the text that is neither white space nor boilerplate lies in a passage.  A passage has at
    most ``max_tokens`` tokens and twelve times as many characters; a sentence beyond that is cut at a clause,
    else at a space, else inside a word.  No passage begins or ends with white space.

    Args:
        article: Only its id and text are read.
        tokenizer: The embedder's.
        max_tokens: Counted on the passage's own text, without special tokens.
        overlap_sentences: How many whole sentences a passage repeats from the one before it; fewer where they
            would fill half a passage or leave no room for a new one.
        boilerplate: Half-open code-point spans of boilerplate, never quoted; no passage reaches into or across one.
    """
    text = article.text
    cutter = _Cutter(text, tokenizer, max_tokens)
    passages: list[Passage] = []
    for region_start, region_end in regions(len(text), boilerplate):
        units = list(cutter.units(sentence_spans(text, region_start, region_end)))
        for run in cutter.runs(units, overlap_sentences):
            for start, end in cutter.proved(units, run):
                quote = text[start:end]
                identifier = passage_id(article.id, start, end, quote)
                passages.append(Passage(identifier, article.id, start, end, quote))
    return passages


def regions(length: int, boilerplate: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans between those of boilerplate, which may overlap and come in any order."""
    position = 0
    for start, end in sorted(boilerplate):
        if position < start < end:
            yield position, min(start, length)
        if start < end:
            position = max(position, end)
    if position < length:
        yield position, length


class _Cutter:
    """The text of one article, the positions of its tokens, and the limits of a passage."""

    def __init__(self, text: str, tokenizer: Tokenizer, max_tokens: int) -> None:
        self._text = text
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._max_characters = CHARACTERS_PER_TOKEN * max_tokens
        self._starts = [int(start) for start in tokenizer.token_starts(text)]

    def units(self, sentences: Iterable[tuple[int, int]]) -> Iterator[_Unit]:
        """Yield the sentences, and for one that is too long its pieces."""
        for start, end in sentences:
            if self._fits(start, end, self._max_tokens):
                yield _Unit(start, end)
            else:
                yield from self._pieces(start, end)

    def runs(self, units: Sequence[_Unit], overlap: int) -> list[_Run]:
        """Return the units grouped into passages: filled to the limit, or balanced if the last would be tiny."""
        runs = self._fill(units, overlap, self._max_tokens)
        if len(runs) < 2 or self._size(units, runs[-1]) >= SMALLEST_LAST * self._max_tokens:
            return runs
        low, high = 1, self._max_tokens  # the smallest limit that makes no more passages evens them out
        while low < high:
            middle = (low + high) // 2
            if len(self._fill(units, overlap, middle)) <= len(runs):
                high = middle
            else:
                low = middle + 1
        even = self._fill(units, overlap, high)
        better = len(even) <= len(runs) and self._size(units, even[-1]) > self._size(units, runs[-1])
        return even if better else runs

    def proved(self, units: Sequence[_Unit], run: _Run) -> Iterator[tuple[int, int]]:
        """Yield the span of a run, split if its text alone has more tokens than within the article."""
        start, end = units[run.first].start, units[run.last].end
        if self._own_count(start, end) <= self._max_tokens:
            yield start, end
        elif run.first < run.new:
            yield from self.proved(units, _Run(run.new, run.new, run.last))
        elif run.first < run.last:
            middle = (run.first + run.last) // 2
            yield from self.proved(units, _Run(run.first, run.first, middle))
            yield from self.proved(units, _Run(middle + 1, middle + 1, run.last))
        else:
            yield from self._pieces(start, end)

    def _count(self, start: int, end: int) -> int:
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def _own_count(self, start: int, end: int) -> int:
        return len(self._tokenizer.token_starts(self._text[start:end]))

    def _fits(self, start: int, end: int, max_tokens: int) -> bool:
        return end - start <= self._max_characters and self._count(start, end) <= max_tokens

    def _size(self, units: Sequence[_Unit], run: _Run) -> int:
        return self._count(units[run.new].start, units[run.last].end)

    def _fill(self, units: Sequence[_Unit], overlap: int, max_tokens: int) -> list[_Run]:
        runs: list[_Run] = []
        first = new = 0
        for index, unit in enumerate(units):
            if index > new and not self._fits(units[first].start, unit.end, max_tokens):
                runs.append(_Run(first, new, index - 1))
                earliest = max(first, index - overlap)
                first = new = index
                while first > earliest and self._repeats(units, first - 1, new, max_tokens):
                    first -= 1
        if units:
            runs.append(_Run(first, new, len(units) - 1))
        return runs

    def _repeats(self, units: Sequence[_Unit], first: int, new: int, max_tokens: int) -> bool:
        """Whether a passage whose first new unit is ``new`` may begin with the older unit ``first``."""
        repeated = self._count(units[first].start, units[new - 1].end)
        return 2 * repeated < self._max_tokens and self._fits(units[first].start, units[new].end, max_tokens)

    def _pieces(self, start: int, end: int) -> Iterator[_Unit]:
        """Yield the spans of a sentence's pieces, each as long as fits, without white space at their ends."""
        while start < end:
            cut = self._cut(start, end)
            yield _Unit(start, start + len(self._text[start:cut].rstrip()))
            ink = _INK.search(self._text, cut, end)
            start = ink.start() if ink else end

    def _cut(self, start: int, end: int) -> int:
        """Return the end of the piece that begins at ``start``, with its tokens counted on its own text."""
        budget = self._max_tokens
        while True:
            cut = self._reach(start, end, budget)
            if cut < end:
                cut = self._before_break(start, cut)
            excess = self._own_count(start, cut) - self._max_tokens
            if excess <= 0 or budget == 1:
                break
            budget = max(1, budget - excess)
        while excess > 0 and cut - start > 1:  # one token of the article is too many by itself: cut it blindly
            cut = start + (cut - start) // 2
            excess = self._own_count(start, cut) - self._max_tokens
        return cut

    def _reach(self, start: int, end: int, budget: int) -> int:
        """Return the farthest end that leaves at most ``budget`` tokens of the article after ``start``."""
        beyond = bisect_left(self._starts, start) + budget
        limit = self._starts[beyond] if beyond < len(self._starts) else end
        return max(start + 1, min(limit, start + self._max_characters, end))

    def _before_break(self, start: int, limit: int) -> int:
        """Return the best place to cut in ``(start, limit]``; there is text at ``limit``."""
        text = self._text
        clauses = [match.end() for match in _CLAUSE_END.finditer(text, (start + limit) // 2, limit + 1)]
        if clauses and clauses[-1] <= limit:
            return clauses[-1]
        words = text[start : limit + 1].rsplit(maxsplit=1)
        if text[limit].isspace():
            return limit
        if len(words) == 2:
            return limit + 1 - len(words[1])
        cut = limit
        seen = bisect_left(self._starts, limit + 1)
        if seen and self._starts[seen - 1] > (start + limit) // 2:
            cut = self._starts[seen - 1]
        for back in range(cut, max(start, cut - _LONGEST_CLUSTER), -1):
            glued = text[back] in _JOINERS or text[back - 1] == "\u200d" or unicodedata.combining(text[back])
            if not glued:
                return back
        return cut
