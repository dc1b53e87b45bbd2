from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.records import Article, Hit
from qa.retrieval import Retriever
from qa.settings import AskSettings
from tests.support.plain import WordEmbedder, article, story

DAM = (
    "The dam at Verrin was closed on Monday after engineers found that eleven of its forty sensors had drifted. "
    "Repairs to the wall began in the evening and will take until the end of the month, the operator said. "
    "Farmers downstream were told to draw water from the old canal until then. The council of the district meets on "
    "Thursday to hear what the repairs will cost and who is to pay for them, and whether the neighbouring districts, "
    "which drink from the same reservoir, can be asked for a share of the sum. A spokesman for the ministry called the "
    "wall sound and said that the instruments alone had failed after a winter of hard frost."
)
UPDATE = DAM.replace("end of the month", "middle of June")
MILL = "A fire destroyed the old mill in Verrin near the dam. Nobody was hurt, the brigade said on Sunday."
QUESTION = "Why was the dam at Verrin closed?"


def retriever(folder: Path, articles: list[Article], ask: AskSettings | None = None) -> Retriever:
    embedder = WordEmbedder()
    with ArchiveWriter(folder, embedder) as writer:
        for item in articles:
            writer.upsert(item)
        writer.commit()
    return Retriever(Archive(folder), embedder, ask)


@pytest.fixture
def wire(tmp_path: Path) -> Retriever:
    """One story as two outlets had it on a Monday, one of them again on Wednesday, and another story."""
    return retriever(
        tmp_path / "wire",
        [
            article(DAM, id="courier", source="Courier", published="2015-05-11"),
            article(f"VERRIN (Wire) - {DAM}", id="wire", source="Wire", published="2015-05-11"),
            article(UPDATE, id="update", source="Courier", published="2015-05-13"),
            article(MILL, id="mill", source="Courier", published="2015-05-10"),
        ],
    )


def ids(hits: list[Hit]) -> list[tuple[str, list[str]]]:
    """The article of each hit, and those of its copies."""
    return [(hit.passage.article_id, [copy.article_id for copy in hit.copies]) for hit in hits]


def test_one_hit_stands_for_its_copies_and_is_the_newest_of_them(wire: Retriever) -> None:
    dam, mill = wire.retrieve(QUESTION, 2)
    assert dam.passage.article_id == dam.citation.article_id == "update"
    assert dam.passage.text == dam.citation.quote == UPDATE
    assert dam.citation.published == "2015-05-13"
    assert sorted((copy.article_id, copy.published, copy.source) for copy in dam.copies) == [
        ("courier", "2015-05-11", "Courier"),
        ("wire", "2015-05-11", "Wire"),
    ]
    assert {copy.quote for copy in dam.copies} == {DAM, f"VERRIN (Wire) - {DAM}"}
    assert (mill.passage.article_id, mill.copies) == ("mill", ())


def test_a_group_is_ranked_by_its_best_member(wire: Retriever) -> None:
    single = Retriever(wire.archive, wire.embedder, AskSettings(group_copies=False))
    best = single.retrieve(QUESTION, 1)[0]
    assert best.passage.article_id == "wire"  # names Verrin twice
    dam = wire.retrieve(QUESTION, 1)[0]
    assert (dam.score, dam.why) == (best.score, best.why)
    assert sum(part.share for part in dam.why) == pytest.approx(dam.score, abs=1e-12)


def test_copies_fill_up_where_there_is_nothing_else_and_nothing_comes_twice(wire: Retriever) -> None:
    assert ids(wire.retrieve(QUESTION, 3)) == [("update", ["courier"]), ("mill", []), ("wire", [])]
    assert ids(wire.retrieve(QUESTION, 4)) == [("update", []), ("mill", []), ("wire", []), ("courier", [])]
    assert ids(wire.retrieve(QUESTION, 9)) == ids(wire.retrieve(QUESTION, 4))
    filling = wire.retrieve(QUESTION, 4)[2:]
    assert all(hit.score == sum(part.share for part in hit.why) for hit in filling)


def test_what_the_filters_exclude_is_neither_shown_nor_listed(wire: Retriever) -> None:
    assert ids(wire.retrieve(QUESTION, 2, as_of="2015-05-12")) == [("wire", ["courier"]), ("mill", [])]
    assert ids(wire.retrieve(QUESTION, 2, sources=["Courier"])) == [("update", ["courier"]), ("mill", [])]
    assert sorted(ids(wire.retrieve(QUESTION, 2, articles=["wire", "mill"]))) == [("mill", []), ("wire", [])]


def test_without_grouping_copies_are_hits_of_their_own(wire: Retriever) -> None:
    single = Retriever(wire.archive, wire.embedder, AskSettings(group_copies=False))
    assert all(not hit.copies for hit in single.retrieve(QUESTION, 4))
    assert {hit.passage.article_id for hit in single.retrieve(QUESTION, 4)} == {"courier", "wire", "update", "mill"}


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ({"published": "2015-05-11"}, {"published": "2015-05-12"}, "new"),
        ({"published": "2015-05-12"}, {"published": "2015-05-11"}, "old"),
        ({"published": "2015-05-11"}, {"published": "2015-05-11", "updated": "2015-05-11"}, "old"),
        ({"published": "2015-05-11"}, {"published": "2015-05-11", "updated": "2015-05-14"}, "new"),
        ({"published": "2015-05-11", "updated": "2015-05-14"}, {"published": "2015-05-11"}, "old"),
        ({"published": "2015-05-11", "updated": "2015-05-20"}, {"published": "2015-05-12"}, "new"),
        ({"published": "2015-05-11T08:00:00Z"}, {"published": "2015-05-11T09:00:00+02:00"}, "old"),
        ({"published": "2015-05-11T08:00:00Z"}, {"published": "2015-05-11T11:00:00+02:00"}, "new"),
        ({"published": "2015-05-11"}, {"published": "2015-05"}, "old"),  # May, perhaps before the 11th
        ({"published": "2015-05-11"}, {}, "old"),
        ({}, {"published": "2015-05-11"}, "old"),
    ],
)  # fmt: skip
def test_only_what_is_surely_newer_takes_the_place_of_the_better_match(
    tmp_path: Path, old: dict[str, str], new: dict[str, str], shown: str
) -> None:
    # "old" says the question's words once more, so that it is the better match.
    found = retriever(
        tmp_path / "two",
        [article(f"{DAM} The dam was closed.", id="old", **old), article(DAM, id="new", **new)],
    ).retrieve(QUESTION, 1)
    other = {"old": "new", "new": "old"}[shown]
    assert ids(found) == [(shown, [other])]


@pytest.mark.parametrize(("shared", "shown"), [(14, "old"), (17, "new")])  # resemblances of .63 and .89
def test_a_newer_copy_that_lacks_too_much_is_listed_and_not_shown(tmp_path: Path, shared: int, shown: str) -> None:
    lines = story(0, 18)
    found = retriever(
        tmp_path / "two",
        [
            article(" ".join(lines), id="old", published="2015-05-11"),
            article(" ".join(lines[:shared] + story(1, 18)[shared:]), id="new", published="2015-05-12"),
        ],
    ).retrieve("word0x17x1 word0x16x1 word0x3x1", 1)
    assert ids(found) == [(shown, [{"old": "new", "new": "old"}[shown]])]


@pytest.mark.parametrize(("amount", "grouped"), [("eleven", False), ("nine", True)])
def test_a_form_filled_in_anew_is_no_copy(tmp_path: Path, amount: str, grouped: bool) -> None:
    # Company, amount and day differ, or the day alone: resemblances of .66 and .95.
    form = (
        "The directors of {} declared a quarterly dividend of {} cents a share, payable on the first day of next month "
        "to all holders of record on the tenth, the company said in a statement to the exchange on Monday."
    )
    one, other = (
        form.format("Verrin Mills", "nine"),
        form.format("Ostra Docks" if not grouped else "Verrin Mills", amount),
    )
    found = retriever(
        tmp_path / "forms",
        [article(one, id="a"), article(other.replace("Monday", "Friday"), id="b"), article(MILL, id="mill")],
    ).retrieve("What dividend did the directors declare?", 2)
    assert [len(hit.copies) for hit in found] == ([1, 0] if grouped else [0, 0])


def test_passages_of_one_article_are_left_alone(tmp_path: Path) -> None:
    refrain = " ".join(story(1, 15))
    long = "\n\n".join([refrain, " ".join(story(2, 15)), refrain, " ".join(story(3, 15)), refrain])
    opened = retriever(tmp_path / "long", [article(long, id="long"), article(refrain, id="short")])
    found = opened.retrieve("word1x0x0 word1x3x2", 5, per_article=0)
    first, second, third = long.index(refrain), long.index(refrain, 10), long.rindex(refrain)
    assert {hit.passage.start for hit in found if hit.passage.text == refrain} == {first, second, third}
    assert [(copy.article_id, copy.start) for hit in found for copy in hit.copies] == [("short", 0)]


def test_the_cap_counts_the_articles_that_are_shown(tmp_path: Path) -> None:
    parts = [" ".join(story(number, 18)) for number in range(4)]
    questions = "word0x1x1 word1x1x1 word2x1x1 word3x1x1"
    opened = retriever(
        tmp_path / "cap",
        [
            article("\n\n".join(parts), id="first", published="2015-05-11"),
            article("\n\n".join(parts), id="second", published="2015-05-12"),
            article(MILL, id="mill"),
        ],
    )
    found = ids(opened.retrieve(questions, 3, per_article=2))
    assert found == [("second", ["first"]), ("second", ["first"]), ("mill", [])]


def test_passages_of_recorded_copies_need_to_share_less_and_then_the_better_match_is_shown(tmp_path: Path) -> None:
    # A passage holds 18 of these sentences.  The first 10 of "early" stand in the first passage of "late", behind 8
    # others (98 of 258 shingles are shared, .38), and its first 11 in that of "apart" (108 of 248, .44).
    lines = story(0, 36)
    opened = retriever(
        tmp_path / "shifted",
        [
            article(" ".join(lines), id="early", published="2015-05-11"),
            article(" ".join(story(8, 8) + lines), id="late", published="2015-05-12"),
            article(" ".join(story(9, 7) + lines[:11] + story(7, 90)), id="apart", published="2015-05-13"),
        ],
    )
    assert opened.article("early") is not None
    with opened.archive.view() as view:
        assert [other for other, _ in view.copies(["early"])["early"]] == ["late"]
    found = opened.retrieve(" ".join(f"word0x{i}x3" for i in range(12)), 9, per_article=1)
    # "late" is newer, but its passage is not the same text, and so stays behind the one that matches better.
    assert sorted(ids(found)[:2]) == [("apart", []), ("early", ["late"])]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """Sixty articles: twelve stories, each as five outlets had it on different days, more or less edited."""
    articles = []
    for number in range(12):
        for outlet in range(5):
            lines = story(number, 30)
            text = " ".join([f"Outlet{outlet} has this.", *lines[outlet:]])
            articles.append(
                article(text, id=f"s{number:02}o{outlet}", source=f"o{outlet}", published=f"2015-05-{10 + outlet}")
            )
    return retriever(tmp_path_factory.mktemp("many") / "archive", articles)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.integers(0, 11), min_size=1, max_size=3),
    k=st.integers(1, 80),
    per_article=st.integers(0, 3),
    day=st.integers(9, 15),
    sources=st.lists(st.sampled_from(["o0", "o1", "o2", "o3", "o4"]), unique=True, max_size=3),
)
def test_every_passage_comes_once_and_k_come_back_and_none_that_is_filtered(
    many: Retriever, numbers: list[int], k: int, per_article: int, day: int, sources: list[str]
) -> None:
    question = " ".join(f"word{number}x{place}x1 end{place}" for number in numbers for place in (5, 9, 20))
    found = many.retrieve(question, k, per_article=per_article, as_of=f"2015-05-{day:02}", sources=sources)
    with many.archive.view() as view:
        allowed = {
            listed.id: listed.passages
            for listed in view.articles()
            if listed.published <= f"2015-05-{day:02}" and (not sources or listed.source in sources)
        }
    assert len(found) == min(k, sum(allowed.values()))
    spans = [(hit.citation.article_id, hit.citation.start) for hit in found]
    spans += [(copy.article_id, copy.start) for hit in found for copy in hit.copies]
    assert len(set(spans)) == len(spans)
    assert {article_id for article_id, _ in spans} <= allowed.keys()
    for hit in found:
        names = [hit.passage.article_id, *(copy.article_id for copy in hit.copies)]
        assert len(set(names)) == len(names)
        assert len({name[:3] for name in names}) == 1


def test_a_question_alone_and_in_a_batch_gets_the_same_copies(many: Retriever) -> None:
    questions = [f"word{number}x5x1 word{number}x9x1 end3" for number in range(12)]
    batch = many.retrieve_many(questions, 7)
    for question, hits in zip(questions, batch, strict=True):
        alone = many.retrieve(question, 7)
        assert [(h.passage.id, [(c.article_id, c.start) for c in h.copies]) for h in alone] == [
            (h.passage.id, [(c.article_id, c.start) for c in h.copies]) for h in hits
        ]
        np.testing.assert_allclose([h.score for h in alone], [h.score for h in hits], atol=1e-5)


def test_fewer_hits_are_the_first_of_more(many: Retriever) -> None:
    question = "word3x5x1 word4x9x1 end3"
    most = [hit.passage.id for hit in many.retrieve(question, 12)]
    assert all([hit.passage.id for hit in many.retrieve(question, k)] == most[:k] for k in range(1, 12))
