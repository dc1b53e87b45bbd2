"""Reader of the header above a story: title, dek, byline, date and section.

Each line is classified once (``header_lines.classify``).  The reader then decides over the list of facts: the header
goes from the top of the page to the last byline or date, and on over the lines below that belong to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from qa.anatomy import boilerplate, header_lines
from qa.anatomy.boilerplate_patterns import LONGEST
from qa.anatomy.datelines import dateline
from qa.anatomy.header_lines import Facts, LineFacts
from qa.anatomy.page import Page
from qa.anatomy.page_lines import Unit
from qa.dates.iso import normalise
from qa.text.words import word_set

_DEEPEST = 30  # units; no story begins further down its page
_PROSE = 320  # characters; a title or dek is shorter
_MOST_OPEN = 4  # lines above the byline that no rule knows: title, dek, a caption, an outlet
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_ANCHORS = ("byline", "date")
_DATES = ("published", "updated")
_BOILERPLATE = word_set("credit social navigation newsletter advertisement related banner section footer")


class HeaderReader:
    """Reader of the units above a story: fills ``page`` and gives each unit a reason in ``reasons`` ("" for body)."""

    def __init__(self, units: Sequence[Unit], known: Page) -> None:
        self.units = units
        self.page = known
        self.reasons = [""] * len(units)
        self.misread: list[str] = []
        self._lines: list[LineFacts] = []
        self._outlets = _outlets(units, known)

    def read(self) -> None:
        """Read from the top down to the story's first line."""
        first = self._key_lines()
        kinds, anchor = self._survey(first)
        body = first
        if anchor >= first:
            body = self._above_anchor(first, anchor, kinds)
        else:
            while body < len(self.units) and kinds.get(body) in _BOILERPLATE:
                self._drop(body, kinds[body])
                body += 1
        if not self.page.title:
            body = self._title_without_anchor(body)
        self._repeated(body)

    def take(self, facts: Facts) -> None:
        """Store what a line states, unless it is known already."""
        self._fill(source=facts.source, authors=facts.authors, published=facts.published, updated=facts.updated)
        if facts.misread:
            self.misread.append(facts.misread)

    def _fill(self, **values: Any) -> None:
        """Store the values of the page's fields that are still empty."""
        changes = {name: value for name, value in values.items() if value and not getattr(self.page, name)}
        self.page = replace(self.page, **changes)

    def _line(self, place: int) -> LineFacts:
        """Return a line's facts.  A line is classified once, and only if the reader comes to it: the story is not."""
        while place >= len(self._lines):
            below_byline = bool(self._lines and self._lines[-1].byline)
            self._lines.append(header_lines.classify(self.units[len(self._lines)].text, below_byline))
        return self._lines[place]

    def _drop(self, place: int, reason: str) -> None:
        """Drop a line for a reason and store what it states."""
        self.reasons[place] = reason
        line = self._line(place)
        stated = {"byline": line.byline, "date": line.date, "section": self._section(line)}
        self.take(stated.get(reason) or Facts())

    def _key_lines(self) -> int:
        """Read a saved page's own header lines; return the first unit below them."""
        found: list[tuple[str, str]] = []
        for unit in self.units[:_DEEPEST]:
            pair = header_lines.key_line(unit.text)
            if pair is None or (pair[0] in _DATES and found and unit.block > self.units[len(found) - 1].block):
                break
            found.append(pair)
        if len(found) == 1 and (len(found[0][1].split()) > 5 or len(self.units) < 3):
            return 0  # "Source: council knew of the leak" may be the title
        if len(found) == len(self.units):
            return 0
        for place, (name, value) in enumerate(found):
            self.reasons[place] = "header"
            if name in _DATES and not normalise(value):
                self.take(self._line(place).date or Facts(misread=value))
            elif name:
                self._fill(**{name: normalise(value) if name in _DATES else value})
        if self.page.source:
            self._outlets[self.page.source.casefold()] = self.page.source
        return len(found)

    def _survey(self, first: int) -> tuple[dict[int, str], int]:
        """Return each upper unit's kind, "" for unknown, and the place of the last byline or date, or -1."""
        kinds: dict[int, str] = {}
        anchor, opened = -1, 0
        for place in range(first, min(first + _DEEPEST, len(self.units))):
            kinds[place] = kind = self._kind(place, opened)
            if kind in _ANCHORS:
                if opened > 1 and anchor >= 0 and kind == "date" and self._is_timeline:
                    break
                anchor = place
            elif not kind:
                text = self.units[place].text
                long = len(text) > _PROSE or dateline(text)[0] or text.count(". ") >= 3
                if long or opened >= _MOST_OPEN or (anchor >= 0 and opened and self.units[place].is_sentence):
                    break
                opened += 1
        return kinds, anchor

    def _kind(self, place: int, opened: int) -> str:
        """Return a line's kind, "" for unknown; ``opened`` counts the unknown lines above it."""
        line, text = self._line(place), self.units[place].text
        if line.is_banner:
            return "banner"
        if line.is_breadcrumb:
            return "navigation"
        if line.byline and (self.page.title or opened or self._later_title(place)):
            return "byline"
        if line.date and not (opened > 1 and text[:1].isdigit() and self._is_timeline):
            return "date"
        if reason := boilerplate.boilerplate_reason(text):
            return reason
        return "section" if self._section(line) and (opened == 0 or "/" in text or "|" in text) else ""

    def _section(self, line: LineFacts) -> Facts | None:
        """Return the facts of a section line of this page, else None."""
        outlet = self._outlets.get(line.masthead.casefold())
        return Facts(source=outlet) if outlet else line.section

    @cached_property
    def _is_timeline(self) -> bool:
        """Whether dates head the sections of the story."""
        return sum(unit.text[:1].isdigit() and header_lines.date_line(unit.text) is not None for unit in self.units) > 2

    def _later_title(self, place: int) -> bool:
        """Whether one of the next lines could be the title, so that a byline may stand above it."""
        return any(_is_title(unit) for unit in self.units[place + 1 : place + 3])

    def _above_anchor(self, first: int, anchor: int, kinds: dict[int, str]) -> int:
        """Label all units down to the last anchor and the lines that belong to it; return the body's first."""
        below = anchor + 1
        while below < len(self.units) and self._continues_header(below, kinds):
            below += 1
        opened = [place for place in range(first, below) if not kinds.get(place)]
        title = self._title_among(opened, anchor)
        seen_byline = False
        for place in range(first, below):
            unit, line, kind = self.units[place], self._line(place), kinds.get(place, "")
            if kind:
                self._drop(place, kind)
            elif place == title:
                self.reasons[place] = "title"
                self._fill(title=unit.text)
            elif title >= 0 and place < title:
                self.reasons[place] = "section"
                outlet = unit.text if header_lines.names_outlet(unit.text) else ""
                self._fill(source=self._outlets.get(unit.text.casefold(), outlet))
            elif self.page.dek and _same(unit.text, self.page.dek):
                self.reasons[place] = "dek"
            elif seen_byline and line.role:
                self.reasons[place] = "byline"
                self.take(line.role)
            elif self._is_bare_name(place, kinds):
                self.reasons[place] = "byline"
                self.take(line.name or Facts())
            elif (title >= 0 or self.page.title) and not self.page.dek and unit.words >= 4 and len(unit.text) <= _PROSE:
                self.reasons[place] = "dek"
                self._fill(dek=unit.text)
            seen_byline = seen_byline or self.reasons[place] == "byline"
        return below

    def _continues_header(self, place: int, kinds: dict[int, str]) -> bool:
        """Whether a line below the last byline or date belongs to the header."""
        kinds[place] = kind = kinds.get(place) or self._kind(place, 2)
        if kind in _ANCHORS or kind in _BOILERPLATE:
            return True
        is_role = kinds.get(place - 1) == "byline" and self._line(place).role is not None
        return is_role and not _is_subheading_place(self.units, place)

    def _is_bare_name(self, place: int, kinds: dict[int, str]) -> bool:
        """Whether a name without "By" is the byline: a date or a position is its neighbour."""
        if self.page.authors or not self._line(place).name:
            return False
        if " and " in self.units[place].text and self.units[place].block != self.units[place - 1].block:
            return True
        below = place + 1
        return kinds.get(below) == "date" or (kinds.get(below + 1) == "date" and self._line(below).role is not None)

    def _title_among(self, opened: list[int], anchor: int) -> int:
        """Return the place of the title among the unknown lines above the body, or -1."""
        above = [place for place in opened if place < anchor]
        if self.page.title:
            same = [place for place in above if _same(self.units[place].text, self.page.title)]
            return same[0] if same else -1
        for number, place in enumerate(above):
            unit = self.units[place]
            if not _is_title(unit, sentence_allowed=True):
                return -1
            small = (unit.words <= 3 or (unit.text.isupper() and unit.words <= 5)) and number + 1 < len(above)
            if small and (
                unit.text.casefold() in self._outlets or _is_longer_title(unit, self.units[above[number + 1]])
            ):
                continue
            return place
        return -1

    def _title_without_anchor(self, body: int) -> int:
        """Take the line above the first prose as the title if it is no sentence; return the body's first."""
        units = self.units
        shouted = body + 2 < len(units) and units[body].text.isupper() and not units[body + 1].text.isupper()
        if shouted and units[body].words <= 4 and _is_longer_title(units[body], units[body + 1]):
            self.reasons[body] = "section"
            body += 1
        if body + 1 >= len(self.units) or not _is_title(self.units[body]):
            return body
        below = self.units[body + 1 : body + 5]
        set_off = below[0].block != self.units[body].block
        if not (
            below[0].is_sentence or len(below[0].text) > 120 or (set_off and any(unit.is_sentence for unit in below))
        ):
            return body
        self.reasons[body] = "title"
        self._fill(title=self.units[body].text)
        return body + 1

    def _repeated(self, body: int) -> None:
        """Drop a first line of the story that repeats the title or dek word for word."""
        for place in range(body, min(body + 3, len(self.units) - 1)):
            text = self.units[place].text
            if self.reasons[place]:
                continue
            if self.page.title and _same(text, self.page.title):
                self.reasons[place] = "title"
            elif self.page.dek and _same(text, self.page.dek):
                self.reasons[place] = "dek"
            else:
                return


def _outlets(units: Sequence[Unit], known: Page) -> dict[str, str]:
    """Return the outlets in bylines, datelines and copyright lines, keyed by case-folded name."""
    found = [known.source]
    for unit in units[:_DEEPEST]:
        found += [dateline(unit.text)[1], (header_lines.byline(unit.text) or Facts()).source]
    found += [header_lines.copyright_outlet(unit.text) for unit in units[-_DEEPEST:] if len(unit.text) <= LONGEST]
    return {name.casefold(): name for name in sorted(found) if name}  # capitals sort first, so mixed case wins


def _is_title(unit: Unit, sentence_allowed: bool = False) -> bool:
    """Whether a unit has the form of a title."""
    text = unit.text
    if len(text) > 180 or unit.words > 30 or text[:1].islower() or text[:2] in ("- ", "* ", "• ", "Q:", "A:"):
        return False
    if text[-1:] in ".;:," and not (
        text.endswith("...") or (sentence_allowed and text.endswith(".") and len(text) <= 120)
    ):
        return False
    return not dateline(text)[0] and not (text[:1] in '"“' and text[-1:] in '"”' and unit.words > 14)


def _is_longer_title(small: Unit, after: Unit) -> bool:
    """Whether the unit after a short line is the title, so that the short line is a section."""
    return _is_title(after) and not after.is_sentence and after.words >= max(4, small.words + 2)


def _is_subheading_place(units: Sequence[Unit], place: int) -> bool:
    """Whether a short line is set off from the byline by an empty line and from the prose by another."""
    return units[place].block != units[place - 1].block and units[place].words > 4


def _same(left: str, right: str) -> bool:
    """Whether two texts are the same title or dek."""
    return _plain(left) == _plain(right)


def _plain(text: str) -> str:
    """Return the text as it is compared: metadata and page differ in quotation marks and case."""
    return " ".join(text.split()).casefold().strip(".").translate(_QUOTES)
