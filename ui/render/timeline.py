"""How many articles fall in each day, month or year: the bars of a small timeline."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ui.render.citation_view import shown_date

_MOST_BARS = 24
_LENGTHS = (10, 7, 4)  # of an ISO 8601 day, month and year


@dataclass(frozen=True, slots=True)
class Bar:
    """A period, as ISO 8601 and in words, and how many fall in it."""

    period: str
    label: str
    count: int


def period(counts: Iterable[tuple[str, int]]) -> tuple[str, str]:
    """Return the first and the last of some dates, ``""`` and ``""`` if there is none; as ``bars`` takes them."""
    dates = sorted(date for date, _ in counts if date)
    return (dates[0], dates[-1]) if dates else ("", "")


def bars(counts: Iterable[tuple[str, int]], most: int = _MOST_BARS) -> list[Bar]:
    """Return the periods in which something was published, oldest first: days if few are needed, else months or years.

    Args:
        counts: dates as ISO 8601, of any precision, and how many have each; ``""`` is left out.
        most: how many bars are wanted at most; years may be more.
    """
    dated = [(date, count) for date, count in counts if date]
    periods: Counter[str] = Counter()
    for length in _LENGTHS:
        periods = Counter()
        for date, count in dated:
            periods[date[:length]] += count
        precise = all(len(period) == length for period in periods)
        # Days of more than two months lie too far apart to be told from each other.
        near = length < 10 or len({period[:7] for period in periods}) <= 2
        if precise and near and len(periods) <= most:
            break
    return [Bar(period, shown_date(period), count) for period, count in sorted(periods.items())]
