"""The filters of the page."""

import pytest

from ui.pages.filters import Filters


@pytest.mark.parametrize(
    ("after", "before", "complaint"),
    [
        ("", "", ""),
        ("2015-05", "2015-06-01", ""),
        ("2015-13-40", "", "After: “2015-13-40” is not a date. Write it as year-month-day, such as 2015-05-11."),
        ("", "May", "Before: “May” is not a date. Write it as year-month-day, such as 2015-05-11."),
        (
            "2016", "2015",
            "No day lies between After (2016) and Before (2015). After has to be earlier.",
        ),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_used_are_named(after: str, before: str, complaint: str) -> None:
    assert Filters((), after, before).complaint() == complaint


def test_filters_read_as_words() -> None:
    filters = Filters.of(["Courier", ""], " 2015-05-11 ", "2016")
    assert filters.described() == ["Courier or unknown outlet", "from 11 May 2015 on", "before 2016"]
