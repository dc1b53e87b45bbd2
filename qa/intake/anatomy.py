"""A news page taken apart: the body, what the lines around it say, and what is dropped with its reason.

A body sentence that is lost is ten times worse than a line of furniture that stays.  So a line is dropped
only for what it is (a whole line of known furniture) together with where it stands: above the story, below
it, or alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from qa.intake import furniture, header_lines
from qa.intake.datelines import dateline
from qa.intake.header import HeaderReader
from qa.intake.page import NOTHING, Page
from qa.intake.units import Unit, split_units
from qa.intake.values import Dropped


def furniture_spans(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, reason) of the lines in a body that are furniture and must never be quoted.

    Offsets are code points, half open, of whole lines without their line end; sorted and disjoint.  A text of
    nothing but such lines is left alone.  Time is linear in the text's length.
    """
    units = split_units(text)
    reasons = _reasons(units)
    if all(reasons):
        return []
    return [(unit.start, unit.end, reason) for unit, reason in zip(units, reasons, strict=True) if reason]


def dissect(units: Sequence[Unit], known: Page = NOTHING) -> Page:
    """Return a page's body and what the lines around it say.

    ``known`` holds what is stated elsewhere (front matter, HTML metadata): it wins, and a line that repeats
    its title or dek is dropped as such.  A page of one unit is all body.
    """
    if len(units) <= 1:
        text = units[0].text if units else ""
        return replace(known, text=text, dateline_text=dateline(text)[0])
    reader = HeaderReader(units, known)
    reader.read()
    reasons = reader.reasons
    _foot_dates(units, reader)
    while True:  # what is dropped can bare another line at the foot
        rest = [place for place, reason in enumerate(reasons) if not reason]
        found = _reasons([units[place] for place in rest])
        if not any(found) or all(found):
            break
        for place, reason in zip(rest, found, strict=True):
            reasons[place] = reason
        _foot_dates(units, reader)
    _captions(units, reasons)
    body = [unit for unit, reason in zip(units, reasons, strict=True) if not reason]
    if not body:  # nothing but furniture: better all of it than an empty article
        return replace(known, text="\n\n".join(unit.text for unit in units))
    page, notes = reader.page, known.notes + tuple(f"date {text!r} not understood" for text in reader.misread)
    if page.updated and not page.published:
        page = replace(page, published=page.updated)
        notes += ("dated by its update: the page states no other date",)
    dateline_text, agency = dateline(body[0].text)
    return replace(
        page,
        text=_join(body),
        source=page.source or agency or _owner(units, reasons),
        dateline_text=dateline_text,
        dropped=tuple(
            Dropped(unit.line, unit.text, reason) for unit, reason in zip(units, reasons, strict=True) if reason
        ),
        notes=notes,
    )


def _join(body: Sequence[Unit]) -> str:
    """Join paragraphs by an empty line; lines of one block stay together where blocks part the paragraphs."""
    spaced = len({unit.block for unit in body}) * 2 >= len(body)
    parts = [body[0].text]
    for before, after in pairwise(body):
        together = spaced and before.block == after.block and len(before.text) < 160
        parts.append(("\n" if together else "\n\n") + after.text)
    return "".join(parts)


def _reasons(units: Sequence[Unit]) -> list[str]:
    """Return each unit's reason to be furniture, "" for body; at the foot weaker signs count too."""
    if len(units) < 2:
        return [""] * len(units)
    reasons = [
        "" if _runs_on(units, place) else furniture.furniture_reason(unit.text) for place, unit in enumerate(units)
    ]
    for place, unit in enumerate(units):
        if reasons[place] == "related" and furniture.is_related_heading(unit.text):
            _related_list(units, reasons, place)
    for place in range(len(units) - 1, -1, -1):
        reasons[place] = reasons[place] or furniture.foot_reason(units[place].text)
        if not reasons[place]:
            break
    return reasons


def _runs_on(units: Sequence[Unit], place: int) -> bool:
    """Whether the line's sentence goes on in the next line, so that it does not stand alone."""
    if place + 1 == len(units) or units[place + 1].block != units[place].block:
        return False
    return units[place + 1].text[:1].islower() and not units[place].is_sentence


def _related_list(units: Sequence[Unit], reasons: list[str], heading: int) -> None:
    """Mark the headlines under "Related stories": to the page's end if nothing else comes, or its block's."""
    for place in range(heading + 1, len(units)):
        if len(units) - heading > 40 or not (
            reasons[place] or furniture.foot_reason(units[place].text) or _is_headline(units[place])
        ):
            ends_page = False
            break
    else:
        ends_page = heading > 0
    for place in range(heading + 1, min(heading + 40, len(units))):
        listed = ends_page or units[place].block == units[heading].block or units[place].text[:1] in "-*•–"
        if not (listed and _is_headline(units[place])) and not reasons[place]:
            return
        reasons[place] = reasons[place] or furniture.foot_reason(units[place].text) or "related"


def _is_headline(unit: Unit) -> bool:
    return len(unit.text) <= 140 and unit.words >= 3 and unit.text[-1:] not in '.:;,”"' and "\n" not in unit.text


def _captions(units: Sequence[Unit], reasons: list[str]) -> None:
    """Mark a caption: the one line right above a credit line, the two set off together."""
    sizes = Counter(unit.block for unit in units)
    for place in range(1, len(units)):
        above, credit = units[place - 1], units[place]
        set_off = above.block == credit.block and sizes[credit.block] == 2 and len(sizes) > 2
        if set_off and reasons[place] == "credit" and not reasons[place - 1] and len(above.text) <= 250:
            reasons[place - 1] = "credit"


def _foot_dates(units: Sequence[Unit], reader: HeaderReader) -> None:
    """Take "Last updated on ..." lines below the story."""
    for place in range(len(units) - 1, 0, -1):
        if reader.reasons[place] or furniture.foot_reason(units[place].text):
            continue
        found = header_lines.date_line(units[place].text)
        if found is None or not header_lines.is_labelled_date(units[place].text):
            return
        reader.reasons[place] = "date"
        reader.take(found)


def _owner(units: Sequence[Unit], reasons: Sequence[str]) -> str:
    for unit, reason in zip(units, reasons, strict=True):
        if reason == "footer" and (owner := header_lines.copyright_outlet(unit.text)):
            return owner
    return ""
