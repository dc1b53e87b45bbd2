"""Publication windows from the dates in a question, each a preference or a bound.

"What happened in Idlib in April 2015?" prefers articles of that month.  It excludes none, because a later article may
report it too.  Only words about publication or knowledge make a bound ("as of 3 May", "articles before May", "known by
3 May").  Otherwise "before", "after", "since", "until" and "by" say when something happened, and make a preference.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from qa.dates.phrases import Phrase, phrase_at
from qa.dates.resolvers import Days, neighbour


@dataclass(frozen=True, slots=True)
class Window:
    """A window of publication, ``after <= published < before``: ISO 8601 days, ``""`` where it is open.

    ``kind`` says whether other articles are left out (``bound``) or only rank lower (``preference``).  The phrase that
    makes the window is ``[start:end]`` of the question.
    """

    after: str
    before: str
    kind: Literal["bound", "preference"]
    start: int
    end: int


Side = Literal["inside", "before", "through", "after", "since"]

_SIDES: dict[str, Side] = {
    "before": "before", "prior to": "before", "earlier than": "before", "ahead of": "before",
    "until": "through", "till": "through", "up to": "through", "up until": "through", "through": "through",
    "by": "through", "as of": "through", "no later than": "through", "not later than": "through",
    "after": "after", "later than": "after", "following": "after",
    "since": "since", "starting": "since", "beginning": "since", "no earlier than": "since",
}  # fmt: skip
_SURE_SIDES = frozenset({"prior to", "earlier than", "up to", "up until", "as of", "no later than", "later than"})
_SIDE = re.compile(
    "(" + "|".join(sorted(_SIDES, key=len, reverse=True)).replace(" ", r"\s+") + ")"
    r"\s+(?:(?:in|on|from)\s+)?(?:about\s+|around\s+)?(?:the\s+(?=\d))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(between|from)\s+(?:the\s+(?=\d))?", re.IGNORECASE)
_TO = re.compile(r"\s*(?:[-–—]|\b(?:to|and|until|till|up\s+to|through)\b)\s*(?:the\s+(?=\d))?", re.IGNORECASE)
_ONWARDS = re.compile(r"\s+(?:on|onwards?)\b(?!\s+[A-Z])")
_STILL_TO_COME = re.compile(r"(?:later\s+this|next)\s+\w+|tomorrow\b", re.IGNORECASE)
_UNIT_BEFORE = re.compile(r"\b(?:(?:the\s+)?(day|week)|the\s+(month|year))\s+$", re.IGNORECASE)
_AND = re.compile(r",?\s+(?:and|but)\s+", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w’'-])\w")
_QUOTED = re.compile(r"[“\"][^”\"]{1,80}[”\"]|‘[^’]{1,80}’(?!\w)")
# In a question about the future a day without a year makes no window: "on March 6, what will it release?"
_TO_COME = re.compile(
    r"\bwill\b|\b(?:is|are)\s+(?:set|due|expected|scheduled|planned|going)\s+to\b|\bupcoming\b|^Will\b"
)

_PRESS = r"(?:articles|stories|news|coverage|headlines|reports|reporting|dispatches|(?:news|press|media)\s+reports)"
_PRINTED = r"(?:published|printed|written|filed|posted|dated|that\s+(?:appeared|ran))"
_KNOWN = r"(?:known|reported|said|written|published|believed|understood|thought|confirmed)"
_SAYS = rf"\b(?:was|were|been|is)\s+(?:already\s+|then\s+|first\s+)?{_KNOWN}"
_ABOUT = r"(?:\s+(?:about|of|on)(?:\s+(?!who\b|that\b|which\b|when\b)[\w’'-]+){1,8})?"
# Wording that must come right before a bound on publication.
_OF_ARTICLES = re.compile(rf"\b{_PRESS}(?:\s+{_PRINTED})?(?:\s+from)?\s+$", re.IGNORECASE)
_PRINTED_THEN = re.compile(rf"\b{_PRESS}\b[^.?!]*\s{_PRINTED}\s+$", re.IGNORECASE)
_SAID_THEN = re.compile(rf"{_SAYS}\s+$", re.IGNORECASE)
_KNOWN_BY_THEN = re.compile(rf"{_SAYS}{_ABOUT}\s+$", re.IGNORECASE)
_WHAT_WAS_SAID = re.compile(
    rf"\s*,?\s*(?:what|which|who|how\s+(?:many|much))\b[^.?!,]*\b(?:was|were|had)\s+(?:been\s+)?(?:already\s+)?{_KNOWN}\b"
    rf"|\s*,?\s*what\s+(?:did|had)\s+(?:the\s+)?(?:{_PRESS}|papers|newspapers|press|media)\b",
    re.IGNORECASE,
)


def windows(question: str, reference: date) -> tuple[Window, ...]:
    """Return the windows of the dates in a question, in the order of their phrases.

    Args:
        question: as asked.
        reference: the day of asking; windows that begin later are left out, as nothing is published yet.
    """
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    found: list[Window] = []
    done = 0
    for word in _WORD.finditer(question):
        at = word.start()
        if at < done or any(start <= at < end for start, end in quoted):
            continue
        for window, end in _readings(question, at, reference):
            done = end
            if window and found and found[-1].kind == "bound" and _AND.fullmatch(question[found[-1].end : at]):
                window = replace(window, kind="bound")  # after 3 May and before 10 May
            found += [window] if window else []
            break
    return tuple(replace(one, kind="preference") if _contradicted(one, found, question) else one for one in found)


def bounds(found: Sequence[Window]) -> tuple[str, str]:
    """Return the interval that the bounds among some windows allow: after (inclusive) and before, ``""`` where open.

    Of two on one side ("as of 3 May and as of 10 June") the wider one holds, because the question is about both times.
    """
    binding = [window for window in found if window.kind == "bound"]
    after = min((window.after for window in binding if window.after), default="")
    return after, max((window.before for window in binding if window.before), default="")


def _contradicted(window: Window, found: Sequence[Window], question: str) -> bool:
    """Whether a bound excludes another time in the question: "do reports before May and after June agree?"."""
    if window.kind != "bound" or question[window.start : window.end].lower().startswith("as of"):
        return False
    others = ((w.after, w.before or "9999") for w in found)
    return any(max(window.after, after) >= min(window.before or "9999", before) for after, before in others)


def _readings(question: str, at: int, reference: date) -> Iterator[tuple[Window | None, int]]:
    """Yield the readings at a position, the longest first: the window (None: no time of publication) and its end."""
    to_come = bool(_TO_COME.search(question))

    def window(side: Side, phrase: Phrase, days: Days, end: int) -> tuple[Window | None, int]:
        if days.first > reference or (to_come and not phrase.settled):
            return None, end
        after, before = _sides(side, days, phrase.topic)
        binds = not phrase.topic and _binds(question, at, end, side)
        return Window(after, before, "bound" if binds else "preference", at, end), end

    if opening := _STILL_TO_COME.match(question, at):
        yield None, opening.end()
    if (opening := _RANGE.match(question, at)) and (both := _range(question, opening.end(), reference)):
        first, last = both
        yield window("inside", last if last.settled else first, Days(first.days.first, last.days.end), last.end)
    if (opening := _RANGE.match(question, at)) and (phrase := phrase_at(question, opening.end(), reference)):
        onwards = _ONWARDS.match(question, phrase.end)
        if opening[1].lower() == "from" and onwards:
            yield window("since", phrase, phrase.days, onwards.end())
    opening = _SIDE.match(question, at)
    # After "prior to" and "articles before" only a date can follow.
    sure = bool(opening and (opening[1].lower() in _SURE_SIDES or _OF_ARTICLES.search(question, 0, at)))
    if opening and (phrase := phrase_at(question, opening.end(), reference, closing=sure)):
        side = _SIDES[" ".join(opening[1].lower().split())]
        next_to = _UNIT_BEFORE.search(question, 0, at)
        if next_to and side in ("before", "after"):
            yield window("inside", phrase, _beside(phrase.days, side, next_to[1] or next_to[2]), phrase.end)
        yield window(side, phrase, phrase.days, phrase.end)
    if phrase := phrase_at(question, at, reference):
        if (both := _range(question, at, reference)) and both[1].end > phrase.end:
            yield window("inside", both[1], Days(both[0].days.first, both[1].days.end), both[1].end)
        yield window("inside", phrase, phrase.days, phrase.end)


def _range(question: str, at: int, reference: date) -> tuple[Phrase, Phrase] | None:
    """Read "3 May to 5 June 2015": a date without a year takes it from the other."""
    first = phrase_at(question, at, reference)
    between = first and _TO.match(question, first.end)
    last = between and phrase_at(question, between.end(), reference, closing=True)
    if not first or not last:
        return None
    if not first.settled and last.settled:
        for year in (last.days.first.year, last.days.first.year - 1):
            dated = f"{question[at : first.end]} {year}"
            read = phrase_at(dated, 0, reference)
            if read and read.days.first <= last.days.first:
                return Phrase(read.days, at, first.end, True, False), last
        return None
    if not last.settled and last.days.first < first.days.first:
        dated = f"{question[last.start : last.end]} "
        for year in (first.days.first.year, first.days.first.year + 1):
            read = phrase_at(f"{dated}{year}", 0, reference)
            if read and read.days.first >= first.days.first:
                return first, Phrase(read.days, last.start, last.end, first.settled, False)
        return None
    return (first, last) if first.days.first <= last.days.first else None


def _beside(days: Days, side: Side, unit: str) -> Days:
    """Return the day or the seven days before or after, or the neighbouring month or year of the calendar."""
    if unit.lower() in ("month", "year"):
        last = days.end - timedelta(days=1)
        return neighbour(last if side == "after" else days.first, 1 if side == "after" else -1, unit.lower())
    length = timedelta(days=1 if unit.lower() == "day" else 7)
    return Days(days.end, days.end + length) if side == "after" else Days(days.first - length, days.first)


def _sides(side: Side, days: Days, topic: bool) -> tuple[str, str]:
    """Return both ends as ISO days; of a topic ("after the 2008 crisis") only the year is known, so it is included."""
    first, end = days.first.isoformat(), days.end.isoformat()
    if side == "inside":
        return first, end
    if side in ("before", "through"):
        return "", end if side == "through" or topic else first
    return (first if side == "since" or topic else end), ""


def _binds(question: str, at: int, end: int, side: Side) -> bool:
    """Whether a window is about publication or knowledge, and not about the event."""
    before = question[:at]
    if side == "inside":
        return False
    if question[at:end].lower().startswith("as of"):
        return True
    if _OF_ARTICLES.search(before) or _PRINTED_THEN.search(before) or _SAID_THEN.search(before):
        return True
    if side == "through" and _KNOWN_BY_THEN.search(before):
        return True
    return not re.search(r"\w", before) and bool(_WHAT_WAS_SAID.match(question, end))


def described(window: Window) -> str:
    """Return a window as text for users: "published from 2015-04-01 to 2015-04-30"."""
    last = (date.fromisoformat(window.before) - timedelta(days=1)).isoformat() if window.before else ""
    if window.after and last:
        days = f"on {last}" if window.after == last else f"from {window.after} to {last}"
    else:
        days = f"on or after {window.after}" if window.after else f"on or before {last}"
    return f"published {days}"
