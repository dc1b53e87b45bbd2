"""ISO 8601 dates of any precision as half-open periods, so that they can be compared without guessing.

``2015-05`` is not the first of May: it is the whole month.  An article lies in a window only when its whole period
does, so a window's bounds hold whatever the exact date turns out to be.

Times are seconds since 1970-01-01T00:00 by the clock as written (no zone), or UTC where both sides state a zone.
"""

import re
from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from qa.errors import InputError

_ISO = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?)?)?)?"
)
_EPOCH = datetime(1970, 1, 1)

Bound = str | date | datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open interval in seconds since the epoch: by its own clock, and in UTC (the same without a zone)."""

    start: int
    end: int
    start_utc: int
    end_utc: int

    @property
    def ends(self) -> tuple[int, int, int, int]:
        """All four ends, in the order of the fields."""
        return self.start, self.end, self.start_utc, self.end_utc


def _seconds(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds())


def _parse(value: str) -> tuple[datetime, timedelta, timedelta | None]:
    """Return the start, the length and the zone's offset (None: no zone) of an ISO 8601 date of any precision."""
    match = _ISO.fullmatch(value.strip())
    if not match:
        raise ValueError(value)
    year, month, day, clock, zone = match.groups()
    start = datetime(int(year), int(month or 1), int(day or 1))
    if clock:
        hours, minutes, *rest = clock.split(":")
        start = start.replace(hour=int(hours), minute=int(minutes), second=int(float(rest[0])) if rest else 0)
        length = timedelta(seconds=1) if rest else timedelta(minutes=1)
    elif day:
        length = timedelta(days=1)
    elif month:
        length = timedelta(days=monthrange(start.year, start.month)[1])
    else:
        length = timedelta(days=366 if isleap(start.year) else 365)
    offset = None
    if zone == "Z":
        offset = timedelta(0)
    elif zone:
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
        timezone(offset)  # raises ValueError for a zone that does not exist
    return start, length, offset


def period(published: str) -> Period | None:
    """Return the period that an ISO 8601 date of any precision covers; None when it is empty or not such a date."""
    try:
        start, length, offset = _parse(published)
    except ValueError:
        return None
    begin, end = _seconds(start), _seconds(start) + int(length.total_seconds())
    shift = int(offset.total_seconds()) if offset is not None else 0
    return Period(begin, end, begin - shift, end - shift)


@dataclass(frozen=True, slots=True)
class Moment:
    """A bound in seconds since the epoch; ``utc`` when it states a zone."""

    seconds: int
    utc: bool


def bound(value: Bound, name: str, *, end: bool = False) -> Moment:
    """Read a bound given as a date, a datetime or an ISO 8601 string.

    Args:
        value: ``2015-05-11``, ``2015-05-11T10:00:00+02:00``, ``2015-05`` (its first moment), a date or a datetime.
        name: the name of the bound in errors.
        end: return the first moment after the period instead of its start, so that the period is included.

    Raises:
        InputError: if it is none of these.
    """
    try:
        start, length, offset = _parse(value.isoformat() if isinstance(value, date) else value)
    except (ValueError, TypeError, AttributeError):
        raise InputError(f"{name}={value!r} is not a date: give YYYY-MM-DD or an ISO 8601 time") from None
    seconds = _seconds(start) + (int(length.total_seconds()) if end else 0)
    return Moment(seconds - int(offset.total_seconds() if offset else 0), offset is not None)
