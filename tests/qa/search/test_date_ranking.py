import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.answers.judging.sentence_features import read
from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.dates.question_windows import Window
from qa.errors import InputError
from qa.records import Hit
from qa.retrieval import Retriever
from qa.search.date_ranking import Nearness
from qa.settings import AskSettings
from tests.support.plain import WordEmbedder, article

APRIL = Window("2015-04-01", "2015-05-01", "preference", 0, 0)
ON_3_MAY = Window("2015-05-03", "2015-05-04", "preference", 0, 0)


def retriever(folder: Path, published: Sequence[str], today: str = "2015-06-01", **options: float) -> Retriever:
    """Make an archive of one report a date, each of the same flood in other words, under the ids a0, a1 and so on."""
    with ArchiveWriter(folder, WordEmbedder()) as writer:
        for number, day in enumerate(published):
            houses = " ".join(f"house{number}x{house}" for house in range(12))
            writer.upsert(article(f"The flood in Verrin rose to {houses}.", id=f"a{number}", published=day))
        writer.commit()
    asking = AskSettings(**options)  # type: ignore[arg-type]
    return Retriever(Archive(folder), WordEmbedder(), asking, today=lambda: date.fromisoformat(today))


def ids(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage.article_id for hit in hits]


def test_nearness_is_1_inside_and_halves_with_distance() -> None:
    near = Nearness((ON_3_MAY,), half_life=7)
    assert near("2015-05-03") == 1.0
    assert near("2015-05-10") == pytest.approx(0.5, abs=1e-4)
    assert near("2015-04-26") == pytest.approx(0.5, abs=1e-4)
    assert near("2015-05-17") == pytest.approx(0.25, abs=1e-4)
    assert near("2015-07-03") == 0.0
    assert near("") == 0.0


def test_a_partial_date_that_overlaps_the_window_is_inside() -> None:
    assert Nearness((ON_3_MAY,), half_life=7)("2015-05") == 1.0
    assert Nearness((ON_3_MAY,), half_life=7)("2015") == 1.0
    assert Nearness((APRIL,), half_life=7)("2015-05-02") == pytest.approx(0.831, abs=1e-3)  # two days, of 7.5


def test_long_and_open_windows_count_half() -> None:
    year = Window("2015-01-01", "2016-01-01", "preference", 0, 0)
    since = Window("2015-05-01", "", "preference", 0, 0)
    assert Nearness((year,), half_life=7)("2015-05-03") == 0.5
    assert Nearness((since,), half_life=7)("2020-05-03") == 0.5
    assert Nearness((since,), half_life=7)("2014-05-03") == 0.0


def test_several_windows_are_averaged() -> None:
    other = Window("2016-04-01", "2016-05-01", "preference", 0, 0)
    assert Nearness((APRIL, other), half_life=7)("2015-04-11") == 0.5


def test_a_date_in_the_question_prefers_articles_of_that_time_and_excludes_none(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2014-01-01", "2015-04-20", "", "2016-05-01"], date_weight=1.0)
    plain = asked.retrieve("flood in Verrin", 4)
    hits = asked.retrieve("flood in Verrin in April 2015", 4)
    assert ids(hits)[0] == "a1"
    assert sorted(ids(hits)) == sorted(ids(plain)) == ["a0", "a1", "a2", "a3"]
    part = next(part for part in hits[0].why if part.name == "date")
    assert (part.rank, part.score, part.share) == (1, 1.0, 1.0)
    assert all(part.name != "date" for hit in plain for part in hit.why)
    for hit in hits:
        assert sum(part.share for part in hit.why) == pytest.approx(hit.score, abs=1e-12)


def test_relative_dates_are_counted_from_as_of_else_from_today(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2015-05-05", "2015-05-27", "2015-04-28"], today="2015-06-03")

    def inside(as_of: str) -> list[str]:
        hits = asked.retrieve("flood last week", 3, as_of=as_of)
        return ids([hit for hit in hits for part in hit.why if part.name == "date" and part.score == 1.0])

    assert inside("") == ["a1"]
    assert inside("2015-05-13") == ["a0"]
    assert inside("2015-05-06T12:00:00") == ["a2"]


def test_a_bound_on_publication_filters(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2015-04-20", "2015-05-03", "2015-05-04", "", "2015-05"])
    assert sorted(ids(asked.retrieve("As of 3 May 2015, where was the flood?", 9))) == ["a0", "a1"]
    assert sorted(ids(asked.retrieve("articles about the flood published after 3 May 2015", 9))) == ["a2"]
    assert asked.retrieve("articles before 1999 on the flood", 9) == []
    assert len(asked.retrieve("Who fought the flood before 3 May 2015?", 9)) == 5


def test_a_follow_up_keeps_the_time_of_the_question_before_it(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2014-01-01", "2015-04-20"])
    earlier = [("user", "Where was the flood as of 2 January 2014?")]
    assert ids(asked.ask("And where did it rise?", earlier).hits) == ["a0"]
    assert sorted(ids(asked.ask("And as of 3 May 2015?", earlier).hits)) == ["a0", "a1"]


def test_bounds_leave_an_archive_without_dates_alone(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["", ""])
    assert len(asked.retrieve("As of 3 May 2015, where was the flood?", 9)) == 2
    assert asked.binding("As of 3 May 2015, where was the flood?") == ()


def test_with_as_of_what_was_new_then_comes_first(tmp_path: Path) -> None:
    published = ["2015-01-01", "2015-05-10", "2015-06-01"]
    asked = retriever(tmp_path / "a", published, recency_weight=1.0)
    assert ids(asked.retrieve("flood in Verrin", 3, as_of="2015-05-11")) == ["a1", "a0"]
    assert all(part.name != "date" for hit in asked.retrieve("flood in Verrin", 3) for part in hit.why)
    off = retriever(tmp_path / "b", published, recency_weight=0.0)
    hits = off.retrieve("flood in Verrin", 3, as_of="2015-05-11")
    assert all(part.name != "date" for hit in hits for part in hit.why)


def test_a_date_that_fits_does_not_make_an_answer_more_probable(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2015-04-20"])
    question = "Where did the flood rise in April 2015?"
    (hit,) = asked.retrieve(question, 1)
    assert [part.name for part in hit.why if part.name == "date"] == [hit.why[-1].name]
    undated = replace(hit, score=hit.score - 0.2, why=hit.why[:-1])
    with_date, without = (read(question, [one], WordEmbedder()).features for one in (hit, undated))
    assert with_date == pytest.approx(without, abs=1e-12)


def test_dates_in_questions_can_be_switched_off(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2015-04-20", ""], date_weight=0.0)
    assert asked.understood("As of 3 May 1999, where was the flood in April 2015?") == ()
    assert len(asked.retrieve("As of 3 May 1999, where was the flood in April 2015?", 9)) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date_weight": 1.5}, "date_weight=1.5 is out of range: give 0 to 1"),
        ({"recency_weight": -0.1}, "recency_weight=-0.1 is out of range"),
        ({"date_half_life": 0.0}, "date_half_life=0.0 is out of range"),
    ],
)
def test_settings_out_of_range_are_named(options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        AskSettings(**options)  # type: ignore[arg-type]


def test_a_batch_gets_the_dates_of_each_question(tmp_path: Path) -> None:
    asked = retriever(tmp_path, ["2014-03-10", "2015-04-20"], date_weight=1.0)
    first, second = asked.retrieve_many(["flood in March 2014", "flood in April 2015"], 2)
    assert (ids(first)[0], ids(second)[0]) == ("a0", "a1")


_DAYS = st.dates(date(2014, 1, 1), date(2016, 12, 31))
_PUBLISHED = st.one_of(
    st.just(""),
    _DAYS.map(str),
    _DAYS.map(lambda day: f"{day:%Y-%m}"),
    _DAYS.map(lambda day: f"{day:%Y}"),
    st.builds(
        lambda day, hour, zone: f"{day}T{hour:02}:30:00{zone}",
        _DAYS, st.integers(0, 23), st.sampled_from(["", "Z", "+09:00", "-08:00"]),
    ),
)  # fmt: skip
_PHRASES = (
    "", "in April 2015", "last week", "since 2015", "articles after 3 May 2015", "news since January 2014",
    "as of 31 December 2016", "before 1 June 2016", "between 2015 and 2016", "in 2030", "today", "news until 2017",
)  # fmt: skip


def _last_day(published: str) -> str:
    """The last day on which an article with this date can have appeared, by its own clock; written out plainly."""
    if len(published) == 4:
        return f"{published}-12-31"
    if len(published) == 7:
        year, month = int(published[:4]), int(published[5:])
        return str(date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))
    return published[:10]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(published=st.lists(_PUBLISHED, min_size=1, max_size=12), as_of=_DAYS, phrase=st.sampled_from(_PHRASES))
def test_as_of_shows_all_that_was_published_by_then_and_nothing_else(
    published: list[str], as_of: date, phrase: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asked = retriever(Path(folder) / "archive", published)
        allowed = {f"a{n}" for n, day in enumerate(published) if day and _last_day(day) <= str(as_of)}
        assert set(ids(asked.retrieve("flood in Verrin", 50, as_of=as_of))) == allowed
        for question in (f"Where did the flood rise {phrase}?", f"{phrase} flood".strip()):
            hits = asked.retrieve(question, 50, as_of=as_of)
            assert set(ids(hits)) <= allowed
            if not any(window.kind == "bound" for window in asked.understood(question, as_of=as_of)):
                assert set(ids(hits)) == allowed
            assert all(hit.citation.published and _last_day(hit.citation.published) <= str(as_of) for hit in hits)
