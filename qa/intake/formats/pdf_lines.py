"""Paragraphs from the lines of a PDF's pages, without running headers and footers.

A PDF gives the positions of words, but no paragraphs.  A paragraph ends where the next line is further down than usual,
has another size or is indented, or where the line before is short and ends a sentence.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.anatomy.page import Dropped
from qa.anatomy.page_lines import Unit

_EDGE = 3  # lines from the top and from the bottom of a page that can be running headers and footers
_NEAR = 3.0  # points
_PAGE_NUMBER = re.compile(
    r"(?i)(?:page|p\.|seite)\s*\d{1,4}(?:\s*(?:of|/|von)\s*\d{1,4})?|[-–—]\s*\d{1,4}\s*[-–—]|\d{1,4}\s*/\s*\d{1,4}"
)
_PRINTED = re.compile(
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4},?\s+\d{1,2}:\d{2}(?:\s*[AP]M)?(?:\s|$)"
)  # a browser's time of printing
_ADDRESS = re.compile(r"(https?://\S+?)\s*(?:\d{1,4}\s*(?:/|of)\s*\d{1,4}\s*)?")
_BLANK = re.compile(r"about:blank\s*(?:\d{1,4}\s*/\s*\d{1,4})?")
_ENDS = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_CUT_WORD = re.compile(r"([^\W\d_]+)(?:-|\u00ad| ?\u2010)$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page.

    ``page`` counts from 0, ``number`` from 1 through the document.  ``left`` and ``height`` are the position of the
    line's beginning, from the page's lower left corner, and ``size`` is that of its letters, all in points.
    """

    text: str
    page: int
    number: int
    left: float
    height: float
    size: float


def without_running(pages: Sequence[Sequence[Line]], printed: bool) -> tuple[list[Line], tuple[Dropped, ...], str]:
    """Return the lines that belong to the article, those dropped, and the web address that a browser printed below.

    Dropped are lines that repeat (but for digits) at the same height near the edge of at least two pages and of two in
    five; page numbers ("Page 3 of 9"); and, if a browser ``printed`` the pages, the headers and footers of browsers.
    """
    edges = [_edges(page) for page in pages]
    where: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for edge in edges:
        for line, at_top in edge.items():
            where[_shape(line.text), at_top].append(line.height)
    needed = max(2, -(-2 * sum(bool(page) for page in pages) // 5))
    address = ""
    rest: list[Line] = []
    dropped: list[Dropped] = []
    for page, edge in zip(pages, edges, strict=True):
        for line in page:
            top = edge.get(line)
            if top is None or not (
                _is_printed(line.text, printed) or _repeats(line, where[_shape(line.text), top], needed)
            ):
                rest.append(line)
                continue
            if printed and (found := _ADDRESS.fullmatch(line.text)):
                address = address or found[1]
            dropped.append(Dropped(line.number, line.text, "header" if top else "footer"))
    if not rest:  # every line repeats: better all of them than an empty article
        return [line for page in pages for line in page], (), address
    return rest, tuple(dropped), address


def _edges(page: Sequence[Line]) -> dict[Line, bool]:
    """Return the lines at a page's edges and whether each is at its top; all lines of a short page are at an edge."""
    heights = sorted({line.height for line in page}, reverse=True)
    bottom, top = set(heights[-_EDGE:]), set(heights[:_EDGE])
    middle = (heights[0] + heights[-1]) / 2 if heights else 0.0
    return {line: line.height > middle for line in page if line.height in (top if line.height > middle else bottom)}


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", text.casefold())


def _is_printed(text: str, by_browser: bool) -> bool:
    if _PAGE_NUMBER.fullmatch(text):
        return True
    return by_browser and bool(_ADDRESS.fullmatch(text) or _BLANK.fullmatch(text) or _PRINTED.match(text))


def _repeats(line: Line, heights: Sequence[float], needed: int) -> bool:
    return len(line.text) <= 160 and sum(abs(height - line.height) <= _NEAR for height in heights) >= needed


def paragraphs(lines: Sequence[Line]) -> list[Unit]:
    """Return paragraphs as units, each its own block; ``line`` is the number of the first line, offsets are 0."""
    if not lines:
        return []
    layout, joiner = _Layout(lines), _Joiner(lines)
    groups: list[list[Line]] = [[lines[0]]]
    for before, after in pairwise(lines):
        if layout.parts(before, after):
            groups.append([after])
        else:
            groups[-1].append(after)
    return [Unit(joiner.join(group), group[0].number, 0, 0, block) for block, group in enumerate(groups)]


class _Layout:
    """The usual layout of a document: the spacing, length, left margin and size of its lines."""

    def __init__(self, lines: Sequence[Line]) -> None:
        gaps: dict[int, list[float]] = defaultdict(list)
        sizes: Counter[int] = Counter()
        for before, after in pairwise(lines):
            gap = before.height - after.height
            if before.page == after.page and round(before.size) == round(after.size) and 0.5 < gap < 60:
                gaps[round(after.size)].append(gap)
        for line in lines:
            sizes[round(line.size)] += len(line.text)
        # the smaller gaps are those within paragraphs
        self._leading = {size: sorted(found)[len(found) // 5] for size, found in gaps.items()}
        self._widest = sorted(len(line.text) for line in lines)[-1 - len(lines) // 10]
        self._left = Counter(round(line.left) for line in lines).most_common(1)[0][0]
        self._size = sizes.most_common(1)[0][0]

    def parts(self, before: Line, after: Line) -> bool:
        """Whether a paragraph ends between two lines."""
        ends = bool(_ENDS.search(before.text))
        lower = after.text[:1].islower()
        if abs(before.size - after.size) > 0.15 * max(before.size, after.size):
            return True
        gap = before.height - after.height
        if before.page != after.page or gap < -1:  # the next page or column
            return ends or (len(before.text) < self._widest * 0.6 and not lower)
        if after.size > 1.15 * self._size:  # a heading
            return gap > 1.9 * after.size
        far = gap > self._leading.get(round(after.size), gap) * 1.3
        if far or (ends and not lower and gap > 1.7 * after.size > 0):
            return True
        if ends and self._left + 4 < after.left < self._left + 60 and abs(before.left - after.left) > 4:
            return True  # indented
        return not lower and len(before.text) < self._widest * (0.75 if ends else 0.5)


class _Joiner:
    """Joins lines, and words that were hyphenated at a line's end.

    The hyphen is removed if the document has the whole word elsewhere, and stays if it has the word with a hyphen.  A
    word that occurs nowhere else loses the hyphen if the document hyphenates words at line ends at all.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self._words: Counter[str] = Counter()
        for line in lines:
            self._words.update(word.casefold() for word in _WORD.findall(line.text))
        cuts = [
            (match[1] + _head(after.text)).casefold()
            for before, after in pairwise(lines)
            if (match := _CUT_WORD.search(before.text)) and after.text[:1].islower()
        ]
        self._parts_words = len(cuts) >= 3 and sum(word in self._words for word in cuts) * 4 >= len(cuts)

    def join(self, group: Sequence[Line]) -> str:
        """Return the lines of a paragraph as one."""
        text = group[0].text
        for line in group[1:]:
            match = _CUT_WORD.search(text)
            if match is None:
                text += ("" if text.endswith(("-", "–", "—", "/")) else " ") + line.text
            elif line.text[:1].islower() and self._is_cut(match[1], _head(line.text), text[-1]):
                text = text[:-1].rstrip() + line.text
            else:
                text += line.text
        return text.replace("\u00ad", "")

    def _is_cut(self, first: str, second: str, hyphen: str) -> bool:
        whole, hyphened = (first + second).casefold(), f"{first}-{second}".casefold()
        if hyphen in "\u00ad\u2010" or self._words[whole]:
            return True
        return not self._words[hyphened] and self._parts_words


def _head(text: str) -> str:
    match = _WORD.match(text)
    return match[0] if match else ""
