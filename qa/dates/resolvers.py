"""Resolution of matched date phrases to calendar days, counted from a reference day.

dateparser reads single days ("11 May 2015", "3 May", "two weeks ago").  It would return one moment for a longer period
("last week", "in April", "the 1990s"), so periods are resolved here.  Every ``read_…`` function takes a match with the
groups of its pattern in ``qa.dates.phrases``, and returns None for a day that does not exist or a period still to
come.  Nothing here reads the clock.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from qa.dates.iso import normalise

Match = re.Match[str]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # first months, of the north
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_LONGEST_AGO = timedelta(days=73_000)  # 200 years: no article is older


@dataclass(frozen=True, slots=True)
class Days:
    """The days from ``first`` up to, not including, ``end``."""

    first: date
    end: date


def _days(first: date, count: int = 1) -> Days:
    return Days(first, first + timedelta(days=count))


def _months(year: int, month: int, count: int = 1) -> Days:
    """Return whole months; ``month`` may lie outside 1 to 12 and then counts on into other years."""
    first, end = year * 12 + month - 1, year * 12 + month - 1 + count
    return Days(date(first // 12, first % 12 + 1, 1), date(end // 12, end % 12 + 1, 1))


def _years(year: int, count: int = 1) -> Days:
    return Days(date(year, 1, 1), date(year + count, 1, 1))


def neighbour(day: date, away: int, unit: str) -> Days:
    """Return the calendar month or year that lies ``away`` units after that of a day (negative: before)."""
    return _months(day.year, day.month + away) if unit == "month" else _years(day.year + away)


def _week(day: date) -> Days:
    """Return the week from Monday that contains a day."""
    return _days(day - timedelta(days=day.weekday()), 7)


def _point(text: str, reference: date) -> date | None:
    """Read a single day; without a year it is the latest one that is not after the reference day."""
    import dateparser

    settings = {
        "PARSERS": ["relative-time", "absolute-time"],
        "RELATIVE_BASE": datetime.combine(reference, time(12)),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    found: datetime | None = dateparser.parse(text, languages=["en"], settings=settings)
    return found.date() if found else None


def group(match: Match, name: str) -> str:
    """Return a named group in lower case, "" when the pattern has none or it matched nothing."""
    return (match.groupdict().get(name) or "").lower()


def _day_of(match: Match, reference: date, name: str = "day", year: str = "") -> date | None:
    number = re.sub(r"\D", "", match[name])
    return _point(f"{number} {match['month']} {group(match, 'year') or year}".strip(), reference)


def read_day(match: Match, reference: date) -> Days | None:
    """Read "11 May 2015", "3 May"."""
    found = _day_of(match, reference)
    return _days(found) if found else None


def read_iso(match: Match, reference: date) -> Days | None:
    """Read "2015-05-11", "2015-05"; 2008-09 is two years."""
    year, month, day = int(match["year"]), int(match["month"]), int(group(match, "day") or 0)
    try:
        if day:
            return _days(date(year, month, day))
        return _months(year, date(year, month, 1).month) if month != (year + 1) % 100 else _years(year, 2)
    except ValueError:  # 2015-04-31, 2015-20
        return None


def read_numeric(match: Match, reference: date) -> Days | None:
    """Read "25/12/2019"; 03/04/2015 has two readings and gets none."""
    found = normalise(match[0])
    return _days(date.fromisoformat(found)) if found else None


def read_days(match: Match, reference: date) -> Days | None:
    """Read "3-9 May 2015"."""
    first = _day_of(match, reference)
    last = first and _day_of(match, reference, "last", str(first.year))
    return Days(first, last + timedelta(days=1)) if first and last and first < last else None


def read_month(match: Match, reference: date) -> Days | None:
    """Read "May 2015", "May", "last May"."""
    found = _point(f"{match['month']} {group(match, 'year')}".strip(), reference)
    if found is None:
        return None
    back = group(match, "which") == "last" and (found.year, found.month) == (reference.year, reference.month)
    return _months(found.year - back, found.month)


def read_months(match: Match, reference: date) -> Days | None:
    """Read "March to May 2020"."""
    first, last = (_point(f"{match[name]} {group(match, 'year')}".strip(), reference) for name in ("month", "last"))
    if not first or not last:
        return None
    count = (last.month - first.month) % 12 + 1
    # "November to February 2020" ends in the year that is named.
    back = bool(group(match, "year")) and first.month > last.month
    return _months(first.year - back, first.month, count)


def read_years(match: Match, reference: date) -> Days | None:
    """Read "2019-20", "2008 to 2010"."""
    first, last = int(match["year"]), int(match["last"])
    last += first // 100 * 100 if last < 100 else 0
    return _years(first, last - first + 1) if first < last else None


def read_year(match: Match, reference: date) -> Days | None:
    """Read "2008"."""
    return _years(int(match["year"]))


def read_part(match: Match, reference: date) -> Days | None:
    """Read "early March 2020", "mid-2019", "the late 1990s", "the first half of 2020": thirds or halves."""
    part = group(match, "part").removeprefix("the ").split()[0]
    pieces = 2 if part in _ORDINALS else 3
    which = {"early": 0, "beginning": 0, "start": 0, "first": 0, "mid": 1, "middle": 1}.get(part, pieces - 1)
    if group(match, "month"):
        month = read_month(match, reference)
        if month is None:
            return None
        length = (month.end - month.first).days
        cuts = (0, 15, length) if pieces == 2 else (0, 10, 20, length)
        return Days(month.first + timedelta(days=cuts[which]), month.first + timedelta(days=cuts[which + 1]))
    if group(match, "decade"):
        cuts = (0, 5, 10) if pieces == 2 else (0, 4, 7, 10)
        return _years(int(match["decade"]) + cuts[which], cuts[which + 1] - cuts[which])
    return _months(int(match["year"]), 1 + 12 // pieces * which, 12 // pieces)


def read_decade(match: Match, reference: date) -> Days | None:
    """Read "the 1990s"."""
    return _years(int(match["decade"]), 10)


def read_season(match: Match, reference: date) -> Days | None:
    """Read "spring 2019"; a winter begins in the year that is named."""
    return _months(int(match["year"]), _SEASONS[group(match, "season")], 3)


def read_recent_season(match: Match, reference: date) -> Days | None:
    """Read "this summer", "last winter": the latest that has begun, or has ended."""
    month, last = _SEASONS[group(match, "season")], group(match, "which") == "last"
    for back in range(3):
        season = _months(reference.year - back, month, 3)
        if season.end <= reference or (not last and season.first <= reference):
            break
    # In spring "this summer" is still to come.
    return season if last or (reference - season.end).days < 180 else None


def read_quarter(match: Match, reference: date) -> Days | None:
    """Read "Q1 2020", "the first quarter of 2020"."""
    number = int(match["number"]) if group(match, "number") else _ORDINALS.get(group(match, "ordinal"), 4)
    return _months(int(match["year"]), 3 * number - 2, 3)


def read_week(match: Match, reference: date) -> Days | None:
    """Read "the week of 3 May": the seven days that begin, or end, with it."""
    found = _day_of(match, reference)
    return _days(found - timedelta(days=6 if group(match, "how") == "ending" else 0), 7) if found else None


def read_week_of_month(match: Match, reference: date) -> Days | None:
    """Read "the first week of May": its first, second, … or last seven days."""
    month = read_month(match, reference)
    number = _ORDINALS.get(group(match, "ordinal"))
    if month is None:
        return None
    return _days(month.first + timedelta(days=7 * number - 7) if number else month.end - timedelta(days=7), 7)


def read_ago(match: Match, reference: date) -> Days | None:
    """Read "two weeks ago" as the unit that it falls in: that day, week, month or year."""
    unit = group(match, "unit")
    found = _point(f"{match['count']} {unit} ago", reference)
    if found is None or reference - found > _LONGEST_AGO:
        return None
    if unit.startswith("week"):
        return _week(found)
    if unit.startswith("month"):
        return _months(found.year, found.month)
    return _years(found.year) if unit.startswith(("year", "decade")) else _days(found)


def read_past(match: Match, reference: date) -> Days | None:
    """Read "in the past three days": up to and including the reference day."""
    unit = group(match, "unit")
    begin = _point(f"{group(match, 'count') or 'one'} {unit} ago", reference)
    if begin is None or reference - begin > _LONGEST_AGO:
        return None
    if unit.startswith(("month", "year", "decade")):  # dateparser returns the first day of the month
        begin = begin.replace(day=min(reference.day, monthrange(begin.year, begin.month)[1]))
    return Days(begin, reference + timedelta(days=1))


def read_calendar(match: Match, reference: date) -> Days | None:
    """Read "last week", "this month", "the weekend": whole units of the calendar."""
    unit, which = group(match, "unit"), group(match, "which")
    back = 0 if which in ("this", "current") else 2 if which.startswith("before") else 1
    if unit == "weekend":
        if not which:
            back = int(reference.weekday() < 5)
        elif not back and reference.weekday() < 5:
            return None  # still to come
    if unit.startswith("week"):
        week = _week(reference - timedelta(days=7 * back))
        return week if unit == "week" else Days(week.first + timedelta(days=5), week.end)
    if unit == "month":
        return _months(reference.year, reference.month - back)
    if unit == "quarter":
        return _months(reference.year, (reference.month - 1) // 3 * 3 + 1 - 3 * back, 3)
    return _years(reference.year - back) if unit == "year" else _years((reference.year // 10 - back) * 10, 10)


def read_weekday(match: Match, reference: date) -> Days | None:
    """Read "Tuesday", "last Tuesday": the latest that is not after the reference day, or that is before it."""
    back = (reference.weekday() - _WEEKDAYS.index(group(match, "weekday"))) % 7
    last = group(match, "which") == "last"
    return _days(reference - timedelta(days=7 if last and not back else back))


def read_near(match: Match, reference: date) -> Days | None:
    """Read "yesterday", "this morning", "last night"."""
    phrase = " ".join(match[0].lower().split())
    today = phrase.startswith(("this", "today", "tonight"))
    found = reference if today else _point("yesterday" if phrase == "last night" else phrase, reference)
    return _days(found) if found else None
