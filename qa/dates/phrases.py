"""Date expressions in English questions: their forms, and the one at a position of a text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from qa.dates import guards as signs
from qa.dates import resolvers as readers
from qa.dates.resolvers import Days, Match


@dataclass(frozen=True, slots=True)
class Phrase:
    """A date phrase in a text.

    It is ``[start:end]`` of the text.  ``settled``: its year is certain, because it is stated or counted from the
    reference day.  ``topic``: it only identifies one of several things ("the 2008 crisis").
    """

    days: Days
    start: int
    end: int
    settled: bool
    topic: bool


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    reader: Callable[[Match, date], Days | None]
    meant: Callable[[Match, bool], bool]
    settled: bool


def _form(
    pattern: str,
    reader: Callable[[Match, date], Days | None],
    meant: Callable[[Match, bool], bool] = signs.always,
    settled: bool = True,
) -> _Form:
    return _Form(re.compile(rf"(?<![\w-]){pattern}", re.IGNORECASE), reader, meant, settled)


_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)(?![^\W_])"
)
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b"
_YEAR = r"(?:1[89]|20)\d\d\b(?![.,:/]\d|\s?[%°])"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
_SEASON = r"(?P<season>spring|summer|autumn|fall|winter)\b"
_COUNT = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty)"
)
_UNIT = r"(?P<unit>(?:hour|day|week|month|year|decade)s?)\b(?!-|\s+of\b)"  # not "the last week of the campaign"
_ONE_UNIT = _UNIT.replace("s?)", ")")
_TO = r"(?:\s*[-–—]\s*|\s+(?:to|and|until|till|through)\s+)"
_PART = (
    r"(?P<part>early|mid|late|(?:the\s)?(?:beginning|start|middle|end) of|(?:the\s)?(?:first|second) half of)"
    r"(?:\s+|-)(?:in\s+)?(?:the\s+)?"
)
_NTH_WEEK = r"(?:the\s+)?(?P<ordinal>first|second|third|fourth|last|final)\s+week\s+(?:of|in)\s+"
_NAMED_DAY, _NAMED_MONTH, _NAMED_YEAR = f"(?P<day>{_DAY})", f"(?P<month>{_MONTH})", f"(?P<year>{_YEAR})"
_NAMED_DECADE = r"(?P<decade>(?:1[89]|20)\d0)[’']?s\b"
_OF_YEAR = rf",?\s+(?:of\s+|in\s+)?{_NAMED_YEAR}"
_DAY_MONTH = rf"(?:{_WEEKDAY},?\s+)?(?:the\s+)?{_NAMED_DAY}(?:\s+of)?\s+{_NAMED_MONTH}"
_MONTH_DAY = rf"(?:{_WEEKDAY},?\s+)?{_NAMED_MONTH}\s+(?:the\s+)?{_NAMED_DAY}(?!:|\.\d|\s*[ap]\.?m\b)"
_WEEK = r"(?:the\s+)?week\s+(?P<how>of|beginning|starting|from|ending)\s+"


def _with_and_without_year(pattern: str, reader: Callable[[Match, date], Days | None]) -> list[_Form]:
    return [_form(pattern + _OF_YEAR, reader, signs.dated_month), _form(pattern, reader, signs.plain_day, False)]


_FORMS = (
    _form(r"(?P<year>(?:1[89]|20)\d\d)-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?![\d-])", readers.read_iso),
    _form(rf"\d{{1,2}}([./-])\d{{1,2}}\1{_YEAR}", readers.read_numeric),
    *_with_and_without_year(rf"{_NAMED_DAY}{_TO}(?P<last>{_DAY})(?:\s+of)?\s+{_NAMED_MONTH}", readers.read_days),
    *_with_and_without_year(rf"{_NAMED_MONTH}\s+{_NAMED_DAY}{_TO}(?P<last>{_DAY})", readers.read_days),
    *_with_and_without_year(_WEEK + _DAY_MONTH, readers.read_week),
    *_with_and_without_year(_WEEK + _MONTH_DAY, readers.read_week),
    *_with_and_without_year(_DAY_MONTH, readers.read_day),
    *_with_and_without_year(_MONTH_DAY, readers.read_day),
    _form(_NTH_WEEK + _NAMED_MONTH + _OF_YEAR, readers.read_week_of_month),
    _form(_NTH_WEEK + _NAMED_MONTH, readers.read_week_of_month, signs.capital_month, False),
    _form(_PART + _NAMED_MONTH + _OF_YEAR, readers.read_part),
    _form(_PART + _NAMED_MONTH, readers.read_part, signs.capital_month, False),
    _form(_PART + _NAMED_DECADE, readers.read_part),
    _form(_PART + _NAMED_YEAR, readers.read_part, signs.counts_nothing),
    _form(rf"{_NAMED_MONTH}{_TO}(?P<last>{_MONTH}){_OF_YEAR}", readers.read_months, signs.dated_month),
    _form(rf"{_NAMED_MONTH}{_TO}(?P<last>{_MONTH})", readers.read_months, signs.bare_month, False),
    _form(_NAMED_MONTH + _OF_YEAR, readers.read_month, signs.dated_month),
    _form(_SEASON + _OF_YEAR, readers.read_season),
    _form(rf"Q(?P<number>[1-4])(?:\s+of)?\s+{_NAMED_YEAR}", readers.read_quarter),
    _form(
        rf"(?:the\s+)?(?P<ordinal>first|second|third|fourth|last)\s+quarter\s+of\s+{_NAMED_YEAR}", readers.read_quarter
    ),
    _form(rf"(?:the\s+)?{_NAMED_DECADE}", readers.read_decade),
    _form(r"(?P<year>(?:1[89]|20)\d\d)\s*[-–—/]\s*(?P<last>(?:(?:1[89]|20)\d\d|\d\d))\b(?!/)", readers.read_years),
    _form(rf"{_NAMED_YEAR}\s+(?:to|and|until|till|through)\s+(?P<last>{_YEAR})", readers.read_years, signs.led_years),
    _form(_NAMED_YEAR, readers.read_year, signs.bare_year),
    _form(
        r"(?:the\s+day\s+before\s+yesterday|yesterday|last\s+night|today|tonight|this\s+(?:morning|afternoon|evening))\b",
        readers.read_near,
        signs.today,
    ),
    _form(rf"{_COUNT}\s+{_UNIT}\s+ago\b", readers.read_ago),
    _form(rf"(?:the\s+|these\s+)?(?:last|past|previous)\s+{_COUNT}\s+{_UNIT}", readers.read_past),
    _form(rf"the\s+last\s+{_ONE_UNIT}", readers.read_past, signs.within),
    _form(rf"(?:the\s+|this\s+)?past\s+{_ONE_UNIT}", readers.read_past),
    _form(r"(?:this\s+|the\s+)?(?P<which>past)\s+(?P<unit>weekend)\b", readers.read_calendar),
    _form(r"the\s+(?P<unit>weekend)\b(?!-|\s+of\b)", readers.read_calendar, signs.within),
    _form(r"the\s+(?P<unit>week|weekend|month|year)\s+(?P<which>before\s+last)\b", readers.read_calendar),
    _form(
        r"(?:earlier\s+)?(?P<which>this|last|previous|current)\s+(?P<unit>week|weekend|month|quarter|year|decade)\b"
        r"(?!-|\s+of\b)",
        readers.read_calendar,
        signs.unit,
    ),
    _form(rf"(?P<which>this\s+past|this|last|past)\s+{_SEASON}", readers.read_recent_season),
    _form(rf"(?P<which>this\s+past|this|last|past)\s+(?P<weekday>{_WEEKDAY})", readers.read_weekday, signs.weekday),
    _form(rf"(?P<which>this\s+past|this|last|past)\s+{_NAMED_MONTH}", readers.read_month, signs.named_month),
    _form(rf"(?P<weekday>{_WEEKDAY})", readers.read_weekday, signs.weekday, False),
    _form(_NAMED_MONTH, readers.read_month, signs.bare_month, False),
)


def phrase_at(text: str, start: int, reference: date, closing: bool = False) -> Phrase | None:
    """Return the date phrase that begins at a position of a text, None for none.

    Args:
        text: a question.
        start: where a word begins.
        reference: the day that "last week" and "in May" are counted from.
        closing: the phrase closes a range that has begun ("between March and …").
    """
    for form in _FORMS:
        match = form.pattern.match(text, start)
        if match and form.meant(match, closing) and (days := form.reader(match, reference)):
            topic = form.reader is readers.read_year and not (closing or signs.led_year(match))
            return Phrase(days, start, match.end(), form.settled, topic)
    return None
