import pytest

from ui.render.timeline import Bar, bars


@pytest.mark.parametrize(
    ("dates", "most", "periods"),
    [
        (["2015-05-11", "2015-05-11", "2015-06-02"], 24, ["2015-05-11", "2015-06-02"]),
        (["2015-05-11T08:00:00+02:00", "2015-05-11"], 24, ["2015-05-11"]),
        (["2015-05-11", "2015-06-02", "2015-07-02"], 24, ["2015-05", "2015-06", "2015-07"]),
        (["2015-05-11", "2015-05"], 24, ["2015-05"]),
        (["2015-05-11", "2016"], 24, ["2015", "2016"]),
        ([f"20{year}-0{month}-01" for year in (10, 11) for month in (1, 2)], 3, ["2010", "2011"]),
        ([f"2015-05-0{day}" for day in (1, 2, 3)], 3, ["2015-05-01", "2015-05-02", "2015-05-03"]),
        (["", ""], 24, []),
    ],
)
def test_bars_are_as_fine_as_dates_and_room_allow(dates: list[str], most: int, periods: list[str]) -> None:
    assert [bar.period for bar in bars(((date, 1) for date in dates), most)] == periods


def test_a_bar_counts_what_falls_in_it_and_says_when_it_was() -> None:
    assert bars([("2015-05-11", 2), ("2015-05-12", 1), ("2015-05-11", 4), ("", 9)]) == [
        Bar("2015-05-11", "11 May 2015", 6),
        Bar("2015-05-12", "12 May 2015", 1),
    ]
