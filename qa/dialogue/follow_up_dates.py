"""Dates carried over into follow-ups: "the day after", "and in June?", "on the 13th?", or no date at all.

The date is written into the question, so that a user can read it; ``qa.dates.question_windows`` then parses it as in
any question.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from qa.dates.question_windows import windows

# Only the position of a phrase is needed, so any reference day will do that lies after all dates.
_LATE = date(2999, 12, 31)
_MAYBE = re.compile(
    r"\d|day\b|week|month|year|decade|night|morning|afternoon|evening|spring|summer|autumn|fall|winter"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"(?:\b(?:in|on|during|at|around|for|over|within)\s+)?(?:(?:the\s+)?(?:day|week|month|year)\s+|the\s+)?$",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"(?:before|prior to|earlier than|ahead of|until|till|up to|up until|through|by|as of|no later than|not later than"
    r"|after|later than|following|since|starting|beginning|no earlier than)\s+(?:(?:in|on|from)\s+)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_MONTH_IN = re.compile(rf"\b{_MONTH}(?![^\W_])")
_DAY_IN = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\b|\d{4}-\d\d-\d\d")
_BESIDE = re.compile(
    r"\b(?:(?:the|on the)\s+)?(?:(?P<next>next|following|previous|preceding)\s+(?P<unit>day|week|month|year)"
    r"|(?P<one>day|week|month|year)\s+(?P<side>before|after|earlier|later))\b(?=\s*(?:[?.!,;:]|$))",
    re.IGNORECASE,
)
_NTH = re.compile(r"\b(?:on\s+)?the\s+(?P<day>(?:[12]?\d|3[01])(?:st|nd|rd|th))\b(?!\s+(?:of\b|[a-z]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CarriedDate:
    """A date of an earlier question: ``phrase`` with the words that introduce it ("in May 2015"), ``core`` without."""

    phrase: str
    core: str


@lru_cache(maxsize=1024)
def dated(text: str) -> CarriedDate | None:
    """Return the last date that a question names, None for none."""
    if not _MAYBE.search(text):
        return None
    found = windows(text, _LATE)
    if not found:
        return None
    last = found[-1]
    led = _LEADING.search(text[: last.start])
    span = text[last.start : last.end]
    side = _SIDE.match(span)
    return CarriedDate((led[0] if led else "") + span, span[side.end() if side else 0 :])


def speaks_of_the_next(phrase: str) -> bool:
    """Whether a phrase is "the day after", "the following month" or the like."""
    return bool(_BESIDE.fullmatch(phrase))


def carried_date(questions: Iterable[str]) -> CarriedDate | None:
    """Return the date of the newest question that names one; questions newest first."""
    return next((found for text in questions if (found := dated(text))), None)


def with_date(question: str, carried: CarriedDate | None) -> tuple[str, str]:
    """Return a question with an earlier date written into it, and the date still to be appended, "" for none."""
    if carried is None:
        return question, ""
    year, month = _YEAR.search(carried.core), _MONTH_IN.search(carried.core)
    if beside := _BESIDE.search(question):
        unit = (beside["unit"] or beside["one"]).lower()
        side = (
            "before"
            if (beside["next"] or beside["side"]).lower() in ("previous", "preceding", "before", "earlier")
            else "after"
        )
        anchor = ""
        if unit == "year" and year:
            anchor = year[0]
        elif unit == "month" and month:
            anchor = f"{month[0]} {year[0]}" if year else month[0]
        elif unit in ("day", "week") and (month or _DAY_IN.search(carried.core)):
            anchor = carried.core
        if anchor:
            return f"{question[: beside.start()]}the {unit} {side} {anchor}{question[beside.end() :]}", ""
        return question, carried.phrase
    own = dated(question)
    if own is None:
        nth = _NTH.search(question)
        if nth and month:
            when = f"{month[0]} {year[0]}" if year else month[0]
            return f"{question[: nth.end()]} of {when}{question[nth.end() :]}", ""
        return question, carried.phrase
    if year and not _YEAR.search(own.core) and _MONTH_IN.search(own.core):  # and in June?
        end = question.rfind(own.core) + len(own.core)
        return f"{question[:end]} {year[0]}{question[end:]}", ""
    return question, ""
