"""Normalisation of dates, as people and machines write them, to ISO 8601; nothing is guessed."""

import re
from datetime import date, datetime, timedelta, timezone

from qa.text.words import word_set

_ISO = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})"
    r"(?:(?:T|t|,?\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|z|[A-Za-z]{2,5}|"
    r"[+-]\d{2}:?\d{2})?)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_WORD = re.compile(r"\d{1,2}[:.]\d{2}(?::\d{2})?(?:\.\d+)?|[+-]\d{2}:?\d{2}\b|\d+|[^\W\d_]+|\S")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\.\d+)?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
            "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = word_set(
    "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday"
)
_FILLERS = frozenset(
    {",", ".", "at", "on", "of", "the", "st", "nd", "rd", "th", "-", "–", "—", "|", "(", ")", "·", "h", "hrs"}
)
# Abbreviations that news uses for one zone; others (IST, AST...) stand for several and are left out.
_ZONES = {
    "z": 0, "gmt": 0, "utc": 0, "bst": 60, "cet": 60, "cest": 120, "est": -300, "edt": -240, "cst": -360,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
_UNKNOWN_ZONES = word_set("et ct mt pt ist ast akst hst aest aedt jst sgt hkt eet eest wet west msk local time")
_LANGUAGES = ["fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ru", "uk", "tr"]
_LONGEST = 80  # characters; no date is longer, and a foreign-language parser is slow on prose


def normalise(text: str) -> str:
    """Return ``text`` as ISO 8601: year, year-month, date, or date with time and, when known, zone.

    Returns ``""`` if the date is not understood, is not a day of the calendar, is relative ("yesterday") or has
    more than one reading (03/04/2015).
    """
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return ""
    if match := _ISO.fullmatch(text):
        return _from_iso(match)
    if match := _COMPACT.fullmatch(text):
        return _stamp(int(match[1]), int(match[2]), int(match[3]), None, None)
    if match := _NUMERIC.fullmatch(text):
        return _from_numeric(int(match[1]), int(match[2]), int(match[3]))
    return _from_words(text) or _from_foreign(text)


def _from_iso(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, zone = match.groups()
    if day is None:
        if month is None:
            return year if 1000 <= int(year) <= 2999 else ""
        return f"{int(year):04}-{int(month):02}" if _stamp(int(year), int(month), 1, None, None) else ""
    if hour is None:
        return _stamp(int(year), int(month), int(day), None, None)
    return _stamp(int(year), int(month), int(day), (int(hour), int(minute), int(second or 0)), _offset(zone or ""))


def _from_numeric(first: int, second: int, year: int) -> str:
    if first == second or second > 12:  # equal: both readings agree; over 12: it can only be the day
        return _stamp(year, first, second, None, None)
    return _stamp(year, second, first, None, None) if first > 12 else ""


def _offset(zone: str) -> int | None:
    """Return the zone's offset in minutes, None when it is unknown."""
    if match := re.fullmatch(r"([+-])(\d{2}):?(\d{2})", zone):
        minutes = int(match[2]) * 60 + int(match[3])
        return -minutes if match[1] == "-" else minutes
    return _ZONES.get(zone.casefold())


def _stamp(year: int, month: int, day: int, clock: tuple[int, int, int] | None, minutes: int | None) -> str:
    try:
        if not 1000 <= year <= 2999:
            return ""
        if clock is None:
            return date(year, month, day).isoformat()
        zone = None if minutes is None else timezone(timedelta(minutes=minutes))
        return datetime(year, month, day, *clock, tzinfo=zone).isoformat()
    except ValueError:  # the 31st of April, 25 o'clock
        return ""


def _from_words(text: str) -> str:
    """Read an English date; every word must be understood, so that prose is never taken for a date."""
    month = year = day = 0
    clock: tuple[int, int, int] | None = None
    half = zone = ""
    text = re.sub(r"(?i)\b([ap])\.\s?m\.?(?=\W|$)", r"\1m", text)
    words = _WORD.findall(re.sub(r"(?i)(\d)(am|pm)\b", r"\1 \2", text))
    for place, word in enumerate(words):
        lower = word.casefold()
        if lower in _MONTHS and not month:
            month = _MONTHS[lower]
        elif lower in ("am", "pm") and not half:
            half = lower
        elif lower in _ZONES or lower in _UNKNOWN_ZONES:
            zone = zone or lower
        elif re.fullmatch(r"[+-]\d{2}:?\d{2}", word) and clock:
            zone = word
        elif (match := _CLOCK.fullmatch(word)) and not clock:
            clock = (int(match[1]), int(match[2]), int(match[3] or 0))
        elif word.isascii() and word.isdigit():
            following = words[place + 1].casefold() if place + 1 < len(words) else ""
            if len(word) == 4 and not year:
                year = int(word)
            elif len(word) == 4 and not clock and following in _ZONES:  # 1435 GMT
                clock = (int(word[:2]), int(word[2:]), 0)
            elif following in ("am", "pm") and not clock:
                clock = (int(word), 0, 0)
            elif len(word) <= 2 and not day:
                day = int(word)
            else:
                return ""
        elif lower not in _WEEKDAYS and lower not in _FILLERS:
            return ""
    if not (month and year):
        return ""
    if not day:
        return "" if clock else f"{year:04}-{month:02}" if _stamp(year, month, 1, None, None) else ""
    if half and clock:
        if not 1 <= clock[0] <= 12:
            return ""  # 14:35 pm
        clock = (clock[0] % 12 + (12 if half == "pm" else 0), clock[1], clock[2])
    return _stamp(year, month, day, clock, _offset(zone) if clock else None)


def _from_foreign(text: str) -> str:
    """Read a date with a month's name in another language; its day and year must occur in the text."""
    numbers = re.findall(r"\d+", text)
    if (
        not re.search(r"[^\W\d_]{3}", text)
        or re.search(r"(?i)[ap]m\b", text)
        or not any(len(number) == 4 for number in numbers)
    ):
        return ""
    import dateparser

    settings = {
        "PARSERS": ["absolute-time"],
        "STRICT_PARSING": True,
        "REQUIRE_PARTS": ["day", "month", "year"],
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    found: datetime | None = dateparser.parse(text, languages=_LANGUAGES, settings=settings)
    if found is None or f"{found.year:04}" not in numbers or found.day not in map(int, numbers):
        return ""
    if re.search(r"\d:\d\d", text):
        return datetime(found.year, found.month, found.day, found.hour, found.minute, found.second).isoformat()
    return found.date().isoformat()


def in_words(day: date) -> str:
    """Return a day in words: "22 May 2015"."""
    return f"{day.day} {day:%B %Y}"
