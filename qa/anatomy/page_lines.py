"""A page as units: single lines, and paragraphs whose lines were broken at a fixed width."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_CONTINUES = re.compile(
    r"(?:[,;–—-]|\b(?:a|an|the|of|to|in|on|at|by|for|and|or|but|with|from|that|which|who|was|is|are|were|"
    r"has|had|be|as)"
    r")\s*$"
)
_WIDEST = 120  # characters; no hard-wrapped text is wider
_NARROWEST = 40
_TERMINAL = re.compile(r"[.!?…][\"'”’»)\]]*$|[\"”]$")


@dataclass(frozen=True, slots=True)
class Unit:
    """One line, or the lines of one wrapped paragraph, without the white space around them.

    ``line`` is the first line's number from 1; ``start`` and ``end`` are code-point offsets of the whole
    lines in the text; ``block`` numbers the runs of lines between blank ones.
    """

    text: str
    line: int
    start: int
    end: int
    block: int

    @property
    def is_sentence(self) -> bool:
        """Whether the unit ends as a sentence or quotation does."""
        return bool(_TERMINAL.search(self.text[-8:]))

    @property
    def words(self) -> int:
        """How many words there are."""
        return len(self.text.split())


def split_units(text: str) -> list[Unit]:
    r"""Split a text at its line ends (``\n``, with or without ``\r``), keeping wrapped paragraphs whole."""
    units: list[Unit] = []
    for number, block in enumerate(_blocks(text)):
        if _is_wrapped([line for _, _, line in block]):
            first, start, _ = block[0]
            _, last_start, last = block[-1]
            end = last_start + len(last)
            units.append(Unit(text[start:end].strip(), first, start, end, number))
        else:
            units += [Unit(line.strip(), place, start, start + len(line), number) for place, start, line in block]
    return units


def _blocks(text: str) -> Iterator[list[tuple[int, int, str]]]:
    """Yield runs of lines that are not blank, each line as (number from 1, offset, characters)."""
    block: list[tuple[int, int, str]] = []
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            block.append((number, start, line))
        elif block:
            yield block
            block = []
        start += len(line) + 1
    if block:
        yield block


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines are one paragraph: about equally wide, and most breaks fall inside a sentence."""
    if len(lines) < 2:
        return False
    widths = [len(line) for line in lines]
    widest = max(widths)
    short = sum(width < widest * 0.5 for width in widths[:-1])
    if widest > _WIDEST or widest < _NARROWEST or short > len(lines) // 8:
        return False
    shouting = not any(character.islower() for line in lines for character in line)
    inside = 0
    for before, after in pairwise(lines):
        open_end = not _TERMINAL.search(before.rstrip()[-8:])
        full = open_end and len(before) >= widest * 0.7 and (shouting or len(lines) >= 6)
        inside += bool(after.strip()[:1].islower() or _CONTINUES.search(before[-12:]) or full)
    return inside * 2 >= len(lines) - 1
