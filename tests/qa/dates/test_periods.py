from datetime import UTC, date, datetime

import pytest

from qa.dates.periods import Moment, bound, period
from qa.errors import InputError

DAY = 86_400
MAY_11 = 16_566 * DAY  # days from 1970-01-01 to 2015-05-11


def test_a_date_is_the_whole_day_month_or_year() -> None:
    day, month, year = period("2015-05-11"), period("2015-05"), period("2016")
    assert day is not None
    assert month is not None
    assert year is not None
    assert (day.start, day.end) == (MAY_11, MAY_11 + DAY)
    assert (month.start, month.end) == (MAY_11 - 10 * DAY, MAY_11 + 21 * DAY)
    assert (year.end - year.start) // DAY == 366


def test_a_time_is_read_by_its_own_clock_and_in_utc() -> None:
    found = period("2015-05-11T23:30:00-05:00")
    assert found is not None
    assert found.start == MAY_11 + 23 * 3600 + 1800
    assert found.start_utc == found.start + 5 * 3600
    assert found.end - found.start == 1


@pytest.mark.parametrize("text", ["", "soon", "2015-13", "2015-02-29", "2015-5-1", "11/05/2015", "2015-05-11T25:00"])
def test_what_is_not_a_date_has_no_period(text: str) -> None:
    assert period(text) is None


def test_a_bound_is_a_moment() -> None:
    assert bound("2015-05-11", "after") == Moment(MAY_11, utc=False)
    assert bound(date(2015, 5, 11), "after", end=True) == Moment(MAY_11 + DAY, utc=False)
    assert bound(datetime(2015, 5, 11, 2, tzinfo=UTC), "after") == Moment(MAY_11 + 7200, utc=True)
    assert bound("2015-05-11T02:00+02:00", "after") == Moment(MAY_11, utc=True)
    assert bound("2015-05", "as_of", end=True) == Moment(MAY_11 + 21 * DAY, utc=False)


def test_the_last_day_of_the_calendar_has_an_end() -> None:
    assert bound("9999-12-31", "as_of", end=True).seconds - bound("9999-12-31", "after").seconds == DAY
    assert bound("9999", "as_of", end=True) == bound("9999-12", "as_of", end=True)


def test_what_is_not_a_bound_is_named() -> None:
    with pytest.raises(InputError, match="before='next week' is not a date: give YYYY-MM-DD"):
        bound("next week", "before")
