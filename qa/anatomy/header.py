"""The lines above a story: from the top of the page to the last byline or date, and what touches it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from qa.anatomy import boilerplate, header_lines
from qa.anatomy.boilerplate_patterns import LONGEST
from qa.anatomy.datelines import dateline
from qa.anatomy.header_lines import Facts
from qa.anatomy.page import Page
from qa.anatomy.page_lines import Unit
from qa.dates.iso import normalise

_DEEPEST = 30  # units; no story begins further down its page
_PROSE = 320  # characters; a title or dek is shorter
_MOST_OPEN = 4  # lines above the byline that no rule knows: title, dek, a caption, an outlet
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_ANCHORS = ("byline", "date")
_FURNITURE = (
    "credit",
    "social",
    "navigation",
    "newsletter",
    "advertisement",
    "related",
    "banner",
    "section",
    "footer",
)


class HeaderReader:
    """Reads the units above a story into ``page`` and gives each a reason in ``reasons`` ("" for body)."""

    def __init__(self, units: Sequence[Unit], known: Page) -> None:
        self.units = units
        self.page = known
        self.reasons = [""] * len(units)
        self.misread: list[str] = []
        self._outlets = _outlets(units, known)
        bare_dates = sum(unit.text[:1].isdigit() and header_lines.date_line(unit.text) is not None for unit in units)
        self._timeline = bare_dates > 2  # dates head the sections of such a story

    def read(self) -> None:
        """Read from the top down to the story's first line."""
        first = self._key_lines()
        kinds, anchor = self._survey(first)
        body = first
        if anchor >= first:
            body = self._above_anchor(first, anchor, kinds)
        else:
            while body < len(self.units) and kinds.get(body) in _FURNITURE:
                self._drop(body, kinds[body])
                body += 1
        if not self.page.title:
            body = self._title_without_anchor(body)
        self._repeated(body)

    def take(self, facts: Facts) -> None:
        """Keep what a line says unless it is known already."""
        changes = {
            name: value
            for name in ("source", "authors", "published", "updated")
            if (value := getattr(facts, name)) and not getattr(self.page, name)
        }
        self.page = replace(self.page, **changes)
        if facts.misread:
            self.misread.append(facts.misread)

    def _drop(self, place: int, reason: str) -> None:
        self.reasons[place] = reason
        unit = self.units[place]
        if reason == "byline":
            self.take(header_lines.byline(unit.text) or Facts())
        elif reason == "date":
            self.take(self._dates(place) or Facts())
        elif reason == "section":
            self.take(Facts(source=header_lines.section_line(unit.text, self._outlets) or ""))

    def _key_lines(self) -> int:
        """Read a saved page's own header lines; return the first unit below them."""
        found: list[tuple[str, str]] = []
        for unit in self.units[:_DEEPEST]:
            pair = header_lines.key_line(unit.text)
            if pair is None or (found and unit.block > self.units[len(found) - 1].block and _is_date_key(pair)):
                break
            found.append(pair)
        if len(found) == 1 and (len(found[0][1].split()) > 5 or len(self.units) < 3):
            return 0  # "Source: council knew of the leak" may be the title
        if len(found) == len(self.units):
            return 0
        for place, (name, value) in enumerate(found):
            if name in ("published", "updated") and not normalise(value):
                self.take(header_lines.date_line(self.units[place].text) or Facts(misread=value))
                value = ""
            elif name in ("published", "updated"):
                value = normalise(value)
            if name and value and not getattr(self.page, name):
                changes: dict[str, Any] = {name: value}
                self.page = replace(self.page, **changes)
            self.reasons[place] = "header"
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
                if opened > 1 and anchor >= 0 and kind == "date" and self._timeline:
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
        text = self.units[place].text
        if header_lines.is_banner(text):
            return "banner"
        if header_lines.is_breadcrumb(text):
            return "navigation"
        if (self.page.title or opened or self._later_title(place)) and header_lines.byline(text):
            return "byline"
        if self._dates(place) and not (self._timeline and opened > 1 and text[:1].isdigit()):
            return "date"
        reason = boilerplate.furniture_reason(text)
        if (
            not reason
            and header_lines.section_line(text, self._outlets) is not None
            and (opened == 0 or "/" in text or "|" in text)
        ):
            return "section"
        return reason

    def _dates(self, place: int) -> Facts | None:
        """Return the dates in a line of nothing else; a month alone is one only right below a byline."""
        text = self.units[place].text
        below_byline = place > 0 and header_lines.byline(self.units[place - 1].text) is not None
        return header_lines.date_line(text) or (header_lines.month_line(text) if below_byline else None)

    def _later_title(self, place: int) -> bool:
        """Whether one of the next lines could be the title, so that a byline may stand above it."""
        return any(_is_title(unit) for unit in self.units[place + 1 : place + 3])

    def _above_anchor(self, first: int, anchor: int, kinds: dict[int, str]) -> int:
        """Label all units down to the last anchor and what touches it; return the body's first."""
        below = anchor + 1
        while below < len(self.units) and self._continues_header(below, kinds):
            below += 1
        opened = [place for place in range(first, below) if not kinds.get(place)]
        title = self._title_among(opened, anchor)
        seen_byline = False
        for place in range(first, below):
            unit, kind = self.units[place], kinds.get(place, "")
            if kind:
                self._drop(place, kind)
            elif place == title:
                self.reasons[place] = "title"
                self.page = replace(self.page, title=self.page.title or unit.text)
            elif title >= 0 and place < title:
                self.reasons[place] = "section"
                outlet = unit.text if header_lines.names_outlet(unit.text) else ""
                self.take(Facts(source=self._outlets.get(unit.text.casefold(), outlet)))
            elif self.page.dek and _same(unit.text, self.page.dek):
                self.reasons[place] = "dek"
            elif seen_byline and header_lines.is_role(unit.text) and unit.words <= 6:
                self.reasons[place] = "byline"
                self.take(Facts(source=header_lines.outlet_in_role(unit.text)))
            elif self._is_bare_name(place, kinds):
                self.reasons[place] = "byline"
                self.take(header_lines.bare_byline(unit.text))
            elif (title >= 0 or self.page.title) and not self.page.dek and unit.words >= 4 and len(unit.text) <= _PROSE:
                self.reasons[place] = "dek"
                self.page = replace(self.page, dek=unit.text)
            seen_byline = seen_byline or self.reasons[place] == "byline"
        return below

    def _continues_header(self, place: int, kinds: dict[int, str]) -> bool:
        kind = kinds.get(place) or self._kind(place, 2)
        kinds[place] = kind
        if kind in _ANCHORS or kind in _FURNITURE:
            return True
        text = self.units[place].text
        follows_byline = kinds.get(place - 1) == "byline" and self.units[place].words <= 6
        return follows_byline and header_lines.is_role(text) and not _is_subheading_place(self.units, place)

    def _is_bare_name(self, place: int, kinds: dict[int, str]) -> bool:
        """Whether the unit is a name without "By": a date or a position is its neighbour."""
        if self.page.authors or not header_lines.is_name(self.units[place].text):
            return False
        below = place + 1
        if " and " in self.units[place].text and self.units[place].block != self.units[place - 1].block:
            return True
        return kinds.get(below) == "date" or (
            below < len(self.units) and header_lines.is_role(self.units[below].text) and kinds.get(below + 1) == "date"
        )

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
        """Take the line above the first prose as the title when it is no sentence."""
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
        self.page = replace(self.page, title=self.units[body].text)
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


def _is_date_key(pair: tuple[str, str]) -> bool:
    return pair[0] in ("published", "updated")


def _outlets(units: Sequence[Unit], known: Page) -> dict[str, str]:
    """Return the outlets that a byline, dateline or copyright line names, by case-folded name."""
    found = [known.source]
    for unit in units[:_DEEPEST]:
        found += [dateline(unit.text)[1], (header_lines.byline(unit.text) or Facts()).source]
    for unit in units[-_DEEPEST:]:
        if len(unit.text) <= LONGEST:
            found.append(header_lines.copyright_outlet(unit.text))
    return {name.casefold(): name for name in sorted(found) if name}  # capitals sort first, so that words win


def _is_title(unit: Unit, sentence_allowed: bool = False) -> bool:
    text = unit.text
    if len(text) > 180 or unit.words > 30 or text[:1].islower() or text[:2] in ("- ", "* ", "• ", "Q:", "A:"):
        return False
    if text[-1:] in ".;:," and not (
        text.endswith("...") or (sentence_allowed and text.endswith(".") and len(text) <= 120)
    ):
        return False
    return not dateline(text)[0] and not (text[:1] in '"“' and text[-1:] in '"”' and unit.words > 14)


def _is_longer_title(small: Unit, after: Unit) -> bool:
    return _is_title(after) and not after.is_sentence and after.words >= max(4, small.words + 2)


def _is_subheading_place(units: Sequence[Unit], place: int) -> bool:
    """Whether a short line is set off from the byline by an empty line and from the prose by another."""
    return units[place].block != units[place - 1].block and units[place].words > 4


def _same(left: str, right: str) -> bool:
    return _plain(left) == _plain(right)


def _plain(text: str) -> str:
    """Return the text as it is compared: metadata and page differ in quotation marks and case."""
    return " ".join(text.split()).casefold().strip(".").translate(_QUOTES)
