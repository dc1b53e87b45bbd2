"""Timeline bars: the number of articles of each day, month or year."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ui.render.citation_view import shown_date

_MOST_BARS = 24
_LENGTHS = (10, 7, 4)  # of an ISO 8601 day, month and year


@dataclass(frozen=True, slots=True)
class Bar:
    """A period, as ISO 8601 and in words, and the number of articles in it."""

    period: str
    label: str
    count: int


def period(counts: Iterable[tuple[str, int]]) -> tuple[str, str]:
    """Return the first and the last date, two empty texts if there is none; ``counts`` are those of ``bars``."""
    dates = sorted(date for date, _ in counts if date)
    return (dates[0], dates[-1]) if dates else ("", "")


def bars(counts: Iterable[tuple[str, int]], most: int = _MOST_BARS) -> list[Bar]:
    """Return the periods with publications, oldest first: days if few are enough, else months or years.

    Args:
        counts: dates as ISO 8601, of any precision, and the number of articles of each; ``""`` is left out.
        most: the most bars of days or months; years may be more.
    """
    dated = [(date, count) for date, count in counts if date]
    periods: Counter[str] = Counter()
    for length in _LENGTHS:
        periods = Counter()
        for date, count in dated:
            periods[date[:length]] += count
        precise = all(len(period) == length for period in periods)
        # Days from more than two months are too far apart for a small timeline.
        near = length < 10 or len({period[:7] for period in periods}) <= 2
        if precise and near and len(periods) <= most:
            break
    return [Bar(period, shown_date(period), count) for period, count in sorted(periods.items())]
