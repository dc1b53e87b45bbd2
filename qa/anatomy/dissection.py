"""Parser of a news page: the body, the facts in the lines around it, and each dropped line with its reason.

A lost body sentence is ten times worse than a line of boilerplate that stays.  So a line is dropped only if two
things hold: it is a whole line of known boilerplate, and it stands above the story, below it, or alone.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from qa.anatomy import boilerplate, header_lines, scraped
from qa.anatomy.datelines import dateline
from qa.anatomy.header import HeaderReader
from qa.anatomy.page import NOTHING, Dropped, Page
from qa.anatomy.page_lines import Unit, split_units


def boilerplate_spans(text: str) -> list[tuple[int, int, str]]:
    """Return (start, end, reason) of the lines in a body that are boilerplate and must never be quoted.

    Offsets are code points, half open, of whole lines without their line end, or of credits from behind a line's
    last sentence to its end; sorted and disjoint.  A text of nothing but such lines has no spans.  Time is linear in
    the text's length.
    """
    units = split_units(text)
    reasons = _reasons(units)
    _top(units, reasons)
    if all(reasons):
        return []
    tails = _tails(units, reasons)
    spans = [(unit.start, unit.end, reason) for unit, reason in zip(units, reasons, strict=True) if reason]
    for place, start in tails.items():
        unit = units[place]
        begin = text.index(unit.text, unit.start) + start
        spans.append((begin, unit.end, "footer"))
    return sorted(spans)


def dissect(units: Sequence[Unit], known: Page = NOTHING) -> Page:
    """Return a page's body and the facts that the lines around it state.

    ``known`` holds facts stated elsewhere (front matter, HTML metadata).  They win over the lines, and a line that
    repeats the known title or dek is dropped as such.  Credits behind a paragraph's last sentence are cut off and
    dropped.  A page of one unit is all body.
    """
    if len(units) <= 1:
        text = units[0].text if units else ""
        return replace(known, text=text, dateline_text=dateline(text)[0])
    reader = HeaderReader(units, known)
    reader.read()
    reasons = reader.reasons
    _foot_dates(units, reader)
    while True:  # a dropped line can leave another line at the foot
        rest = [place for place, reason in enumerate(reasons) if not reason]
        found = _reasons([units[place] for place in rest])
        if not any(found) or all(found):
            break
        for place, reason in zip(rest, found, strict=True):
            reasons[place] = reason
        _foot_dates(units, reader)
    _captions(units, reasons)
    if all(reasons):  # nothing but boilerplate: better all of it than an empty article
        return replace(known, text="\n\n".join(unit.text for unit in units))
    body: list[Unit] = []
    dropped: list[Dropped] = []
    tails = _tails(units, reasons)
    for place, (unit, reason) in enumerate(zip(units, reasons, strict=True)):
        if reason:
            dropped.append(Dropped(unit.line, unit.text, reason))
        elif place in tails:
            story, tail = unit.text[: tails[place]], unit.text[tails[place] :]
            body.append(replace(unit, text=story.rstrip()))
            dropped.append(Dropped(unit.line + story.count("\n"), tail, "footer"))
        else:
            body.append(unit)
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
        dropped=tuple(dropped),
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
    """Return each unit's reason as boilerplate, "" for body; at the foot weaker signs count too."""
    if len(units) < 2:
        return [""] * len(units)
    reasons = [
        "" if _runs_on(units, place) else boilerplate.boilerplate_reason(unit.text) for place, unit in enumerate(units)
    ]
    for place, unit in enumerate(units):
        if reasons[place] == "related" and boilerplate.is_related_heading(unit.text):
            _related_list(units, reasons, place)
    _links(units, reasons)
    _signed(units, reasons)
    for place in range(len(units) - 1, -1, -1):
        reasons[place] = reasons[place] or boilerplate.foot_reason(units[place].text)
        if not reasons[place]:
            break
    return reasons


def _tails(units: Sequence[Unit], reasons: Sequence[str]) -> dict[int, int]:
    """Return where credits behind the last sentence of a body's unit begin in its text, by the unit's place."""
    body = [place for place, reason in enumerate(reasons) if not reason]
    starts = {place: boilerplate.tail_start(units[place].text, last=place == body[-1]) for place in body}
    return {place: start for place, start in starts.items() if start < len(units[place].text)}


def _links(units: Sequence[Unit], reasons: list[str]) -> None:
    """Mark "FLOODS: How to claim for a car" between paragraphs of prose; beside lines like it, it is a list entry."""
    labels = [scraped.shouted_label(unit.text) if not reasons[place] else "" for place, unit in enumerate(units)]
    speakers = Counter({(label, units[place].text): 1 for place, label in enumerate(labels) if label})
    by_label = Counter(label for label, _ in speakers)
    found = [place for place, label in enumerate(labels) if label and by_label[label] == 1]
    for place in found:
        above, below = place - 1, place + 1
        while above >= 0 and (reasons[above] or labels[above]):
            above -= 1
        while below < len(units) and (reasons[below] or labels[below]):
            below += 1
        in_prose = above >= 0 and _is_prose(units[above]) and (below == len(units) or _is_prose(units[below]))
        if in_prose and (" " in labels[place] or below - above > 2):
            reasons[place] = "related"


def _signed(units: Sequence[Unit], reasons: list[str]) -> None:
    """Mark the byline of a live report's section: the line between its last sentence and the next heading."""
    for place in range(1, len(units)):
        above, below = units[place - 1], place + 1
        quoted = above.text[:1] in "\"“'‘" and above.text[-1:] in "\"”'’"  # then the line says who is quoted
        ends = below == len(units) or reasons[below] or not units[below].is_sentence or units[below].text.endswith("?")
        if not reasons[place] and above.is_sentence and not quoted and ends and scraped.is_signed(units[place].text):
            reasons[place] = "byline"


def _is_prose(unit: Unit) -> bool:
    """Whether the unit is a sentence of some length."""
    return unit.is_sentence and unit.words >= 8


def _top(units: Sequence[Unit], reasons: list[str]) -> None:
    """Mark the byline and dates that stand above a body whose header was not cut."""
    place = 0
    if len(units) > 2 and not reasons[0]:
        name, below = units[0].text, units[1].text
        if (
            header_lines.name_line(name)
            and not units[1].is_sentence
            and (header_lines.role_line(below) or scraped.is_outlet(below))
        ):
            reasons[0] = reasons[1] = "byline"
            place = 2
        elif (scraped.is_outlet(name) or header_lines.byline(name)) and units[1].is_sentence:
            reasons[0] = "byline"
            place = 1
    while place < min(4, len(units) - 1) and (reasons[place] or _is_stamp(units[place].text)):
        reasons[place] = reasons[place] or "date"
        place += 1


def _is_stamp(text: str) -> bool:
    """Whether the line is the page's time stamp: a date with a time of day.  A date alone may be the story's."""
    return bool(re.search(r"\d[:.]\d\d", text)) and header_lines.date_line(text) is not None


def _runs_on(units: Sequence[Unit], place: int) -> bool:
    """Whether the line's sentence continues on the next line, so that the line does not stand alone."""
    if place + 1 == len(units) or units[place + 1].block != units[place].block:
        return False
    return units[place + 1].text[:1].islower() and not units[place].is_sentence


def _related_list(units: Sequence[Unit], reasons: list[str], heading: int) -> None:
    """Mark the headlines under "Related stories": to the end of the page if nothing else follows, else of the block."""
    for place in range(heading + 1, len(units)):
        if len(units) - heading > 40 or not (
            reasons[place] or boilerplate.foot_reason(units[place].text) or _is_headline(units[place])
        ):
            ends_page = False
            break
    else:
        ends_page = heading > 0
    for place in range(heading + 1, min(heading + 40, len(units))):
        listed = ends_page or units[place].block == units[heading].block or units[place].text[:1] in "-*•–"
        if not (listed and _is_headline(units[place])) and not reasons[place]:
            return
        reasons[place] = reasons[place] or boilerplate.foot_reason(units[place].text) or "related"


def _is_headline(unit: Unit) -> bool:
    return len(unit.text) <= 140 and unit.words >= 3 and unit.text[-1:] not in '.:;,”"' and "\n" not in unit.text


def _captions(units: Sequence[Unit], reasons: list[str]) -> None:
    """Mark a caption: the one line right above a credit line, if the two form a block of their own."""
    sizes = Counter(unit.block for unit in units)
    for place in range(1, len(units)):
        above, credit = units[place - 1], units[place]
        set_off = above.block == credit.block and sizes[credit.block] == 2 and len(sizes) > 2
        if set_off and reasons[place] == "credit" and not reasons[place - 1] and len(above.text) <= 250:
            reasons[place - 1] = "credit"


def _foot_dates(units: Sequence[Unit], reader: HeaderReader) -> None:
    """Store the dates of "Last updated on ..." lines below the story."""
    for place in range(len(units) - 1, 0, -1):
        if reader.reasons[place] or boilerplate.foot_reason(units[place].text):
            continue
        found = header_lines.date_line(units[place].text)
        if found is None or not header_lines.is_labelled_date(units[place].text):
            return
        reader.reasons[place] = "date"
        reader.take(found)


def _owner(units: Sequence[Unit], reasons: Sequence[str]) -> str:
    """Return the owner that a copyright line names, "" for none."""
    for unit, reason in zip(units, reasons, strict=True):
        if reason == "footer" and (owner := header_lines.copyright_outlet(unit.text)):
            return owner
    return ""
