"""Ranking by the dates of a question: bounds filter, preferences add a part "date" to the score.

An article published inside a preferred window gets the whole share.  Outside, the share halves every
``date_half_life`` days away from the window.  No hit loses score, so a preference never empties a result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from qa import filters
from qa.archive.view import ArchiveView
from qa.dates.periods import Bound, bound, period
from qa.dates.question_windows import Window, bounds, windows
from qa.filters import Where
from qa.search.fusion import Ranked, Scores, add
from qa.settings import AskSettings

_DAY = 86_400  # seconds
_VAGUE = 93 * _DAY  # a longer window, such as "this year", counts half
_FARTHEST = 5  # half-lives; beyond them an article gets no share
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The time in a request: the windows of its question's dates, and the day of ``as_of``, if any."""

    windows: tuple[Window, ...] = ()
    as_of: date | None = None


def spoken(question: str, asked: str, as_of: Bound, today: date, settings: AskSettings) -> Spoken:
    """Return the windows and the day of ``as_of`` in a request.

    Args:
        question: as typed.
        asked: the stand-alone question, with the date that a follow-up leaves out; ``""``: as typed.
        as_of: the request's ``as_of``, ``""`` for none; "last week" is counted from its last day.
        today: the day to count from without ``as_of``.
        settings: with ``date_weight`` 0 dates in questions are ignored.

    Raises:
        InputError: if ``as_of`` is not a date.
    """
    last = bound(as_of, "as_of", end=True).seconds - 1 if as_of else 0
    day = (_EPOCH + timedelta(seconds=last)).date() if as_of else None
    found = windows(asked or question, day or today) if settings.date_weight else ()
    return Spoken(found, day)


def where(view: ArchiveView, spoken: Spoken) -> Where:
    """Return the filter for a question's bounds; none in an archive without dates, where all articles would fail it."""
    after, before = bounds(spoken.windows)
    found = filters.where({"after": after, "before": before})
    return found if found and view.count((filters.DATED,)) else ()


def prefer(view: ArchiveView, ranked: Sequence[Ranked], spoken: Spoken, settings: AskSettings) -> list[Ranked]:
    """Return a ranking that includes the preferred dates in its scores.

    These are the windows of the question, else, for a request with ``as_of``, the days before it.
    """
    wanted = tuple(window for window in spoken.windows if window.kind == "preference")
    weight = settings.date_weight
    if not wanted and spoken.as_of:
        next_day = spoken.as_of + timedelta(days=1)
        wanted = (Window(spoken.as_of.isoformat(), next_day.isoformat(), "preference", 0, 0),)
        weight = settings.recency_weight
    if not (wanted and weight and ranked):
        return list(ranked)
    places = view.places([item.passage_id for item in ranked])
    published = {passage_id: place.published for passage_id, place in places.items()}
    return add_dates(ranked, published, Nearness(wanted, settings.date_half_life), weight)


@dataclass(frozen=True, slots=True)
class Nearness:
    """The nearness of articles to the preferred windows, averaged over the windows.

    Away from a window the score halves every ``half_life`` days, or every quarter of the window if that is longer.  A
    window of more than a quarter of a year, or open at one end, counts half.
    """

    windows: tuple[Window, ...]
    half_life: float

    def __call__(self, published: str) -> float:
        """Return 1 for a date inside every window, less outside, 0 when it is far away or unknown."""
        found = period(published)
        if found is None or not self.windows:
            return 0.0
        return sum(self._one(window, found.start, found.end) for window in self.windows) / len(self.windows)

    def _one(self, window: Window, start: int, end: int) -> float:
        after = bound(window.after, "after").seconds if window.after else None
        before = bound(window.before, "before").seconds if window.before else None
        # The day after a window is one day away from it.
        early = after - end + _DAY if after is not None and end <= after else 0
        late = start - before + _DAY if before is not None and before <= start else 0
        length = before - after if after is not None and before is not None else None
        away = max(early, late) / max(self.half_life * _DAY, (length or 0) / 4)
        most = 0.5 if length is None or length > _VAGUE else 1.0
        return 0.0 if away > _FARTHEST else most * 2.0**-away


def add_dates(
    ranked: Sequence[Ranked], published: Mapping[str, str], nearness: Nearness, weight: float
) -> list[Ranked]:
    """Return a ranking with a part "date" added to every passage's score; when none is near, as it is.

    Args:
        ranked: passages by descending score.
        published: the date of publication of each passage's article, by passage id.
        nearness: scores a date.
        weight: the share of a passage whose article lies inside a window.
    """
    scores = {item.passage_id: nearness(published.get(item.passage_id, "")) for item in ranked}
    near = {key: score for key, score in scores.items() if score > 0}
    return add(ranked, [Scores("date", near, weight, scaled=True)]) if near else list(ranked)
