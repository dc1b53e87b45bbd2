from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError, InputError
from qa.models.passage_reader import PassageReading, Span
from qa.retrieval import Retriever
from qa.settings import AskSettings
from tests.support.judged import weights_by_hand
from tests.support.plain import WordEmbedder, article


@pytest.fixture
def long(tmp_path: Path, embedder: WordEmbedder) -> Retriever:
    """One article of many passages about a flood, and two short ones that mention it."""
    sentences = [f"In hour {n} the flood in Verrin reached house {n} and its garden." for n in range(120)]
    with ArchiveWriter(tmp_path / "long", embedder) as writer:
        writer.upsert(article(" ".join(sentences), id="long"))
        writer.upsert(article("The flood in Verrin was the worst in years.", id="b"))
        writer.upsert(article("Schools closed because of the flood.", id="c"))
        writer.commit()
    return Retriever(Archive(tmp_path / "long"), embedder)


def test_a_hit_quotes_its_passage_to_the_character(retriever: Retriever) -> None:
    for hit in retriever.retrieve("How many sensors had drifted?", 3):
        stored = retriever.article(hit.passage.article_id)
        assert stored is not None
        assert hit.passage.text == stored.text[hit.passage.start : hit.passage.end]
        assert hit.citation.quote == hit.passage.text
        assert (hit.citation.title, hit.citation.source) == (stored.title, stored.source)


def test_the_digest_is_the_sha256_of_the_article(retriever: Retriever) -> None:
    (hit,) = retriever.retrieve("sensors", 1)
    # printf of the dam article's text | sha256sum
    import hashlib

    text = "The dam at Verrin was closed on Monday. Engineers found that 11 of 40 sensors had drifted."
    assert hit.citation.digest == hashlib.sha256(text.encode()).hexdigest()


def test_the_best_hit_comes_first(retriever: Retriever) -> None:
    assert retriever.retrieve("Who resigned in Ostra?", 3)[0].passage.article_id == "vote"
    assert retriever.retrieve("mill fire", 3)[0].passage.article_id == "fire"


def test_the_parts_add_up_to_the_score(long: Retriever) -> None:
    for hit in long.retrieve("flood in Verrin house 7", 20):
        assert sum(part.share for part in hit.why) == pytest.approx(hit.score, abs=1e-12)
        assert [part.name for part in hit.why] == ["bm25", "dense", "article", "title", "topic", "lead", "sentence"]


def test_a_passage_that_is_best_in_every_way_scores_one(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "best", embedder) as writer:
        writer.upsert(article("The dam at Verrin was closed.", id="a", title="Dam at Verrin closed"))
        writer.upsert(article("Schools opened.", id="b", title="Schools"))
        writer.commit()
    hit, other = Retriever(Archive(tmp_path / "best"), embedder).retrieve("the dam at Verrin was closed", 2)
    assert hit.score == pytest.approx(1.0)
    assert [part.rank for part in hit.why if part.name != "lead"] == [1] * 6  # both begin their articles
    # weights .3 .5 .3 .1 .3 .1 .8 of 2.4
    shares = [0.125, 0.208333, 0.125, 0.041667, 0.125, 0.041667, 0.333333]
    assert [part.share for part in hit.why] == pytest.approx(shares, abs=1e-5)
    # Of the other passage only its place says something, and words that mean nearly the same.
    assert [part.name for part in other.why if part.share > 0] == ["lead"] or other.score < 0.2


def test_a_title_and_the_rest_of_the_article_speak_for_its_passages(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "whole", embedder) as writer:
        writer.upsert(article("The council met.", id="a", title="Budget"))
        writer.upsert(article("The council met.", id="b", title="Flood in Verrin"))
        writer.commit()
    plain = AskSettings(title_weight=0.0, article_weight=0.0, topic_weight=0.0, group_copies=False)
    archive = Archive(tmp_path / "whole")
    one, other = Retriever(archive, embedder, plain).retrieve("council flood", 2)
    assert one.score == other.score
    best, _ = Retriever(archive, embedder, AskSettings(group_copies=False)).retrieve("council flood", 2)
    assert best.passage.article_id == "b"


def test_of_passages_that_say_the_same_the_earlier_in_its_article_comes_first(
    tmp_path: Path, embedder: WordEmbedder
) -> None:
    with ArchiveWriter(tmp_path / "lead", embedder) as writer:
        writer.upsert(article("The flood reached Verrin. " * 160, id="a"))  # four passages of the same words
        writer.commit()
    hits = Retriever(Archive(tmp_path / "lead"), embedder).retrieve("flood reached Verrin", 10)
    assert len(hits) == 4
    assert [hit.passage.start for hit in hits] == sorted(hit.passage.start for hit in hits)


def test_settings_that_leave_no_engine_are_refused() -> None:
    with pytest.raises(InputError, match="bm25_weight \\+ dense_weight"):
        AskSettings(bm25_weight=0.0, dense_weight=0.0)
    with pytest.raises(InputError, match="lead_weight=-1 is out of range"):
        AskSettings(lead_weight=-1)


def test_as_many_hits_come_back_as_pass_the_filters(long: Retriever) -> None:
    with long.archive.view() as view:
        passages = sum(listed.passages for listed in view.articles())
    assert passages > 5
    assert len(long.retrieve("flood", 4)) == 4
    assert len(long.retrieve("flood", 1000)) == passages
    assert len(long.retrieve("quite another matter", 5)) == 5
    assert len(long.retrieve("flood", 5, articles=["b", "c"])) == 2
    assert long.retrieve("flood", 5, sources=["nobody"]) == []


def test_one_article_does_not_crowd_out_the_others(long: Retriever) -> None:
    capped = [hit.passage.article_id for hit in long.retrieve("flood in Verrin", 5, per_article=2)]
    assert sorted(capped) == ["b", "c", "long", "long", "long"]  # a third of "long" fills up
    assert capped[-1] == "long"
    free = [hit.passage.article_id for hit in long.retrieve("In hour 7 the flood reached house 7", 5, per_article=0)]
    assert free.count("long") > 2


def test_a_question_alone_and_in_a_batch_gets_the_same_hits(long: Retriever) -> None:
    questions = ["flood in Verrin", "house 9", "schools closed", "garden of house 88", "the worst in years"]
    batch = long.retrieve_many(questions, 6)
    for question, hits in zip(questions, batch, strict=True):
        alone = long.retrieve(question, 6)
        assert [hit.passage.id for hit in alone] == [hit.passage.id for hit in hits]
        np.testing.assert_allclose([h.score for h in alone], [h.score for h in hits], atol=1e-5)


def test_equal_scores_are_ordered_by_passage_id(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "same", embedder) as writer:
        for number in range(6):
            writer.upsert(article("The very same words.", id=f"copy{number}"))
        writer.commit()
    hits = Retriever(Archive(tmp_path / "same"), embedder).retrieve("same words", 6)
    found = [hit.passage.id for hit in hits]
    assert found == sorted(found)
    assert len(set(found)) == 6


def test_no_later_article_appears_as_of_a_date(retriever: Retriever) -> None:
    assert [hit.passage.article_id for hit in retriever.retrieve("Verrin", 5, as_of="2015-05-11")] == ["dam"]
    assert retriever.retrieve("Verrin", 5, as_of="2015-05-10") == []
    assert retriever.undated() == 1
    assert retriever.undated(sources=["Harbour Wire"]) == 0


@pytest.mark.parametrize("question", ['"', "a:b (c", "*", "AND OR NOT", "[1 TO 2]", "\\", "a" * 2000, "🙂", "-x +y ^2"])
def test_no_character_of_a_question_is_syntax(retriever: Retriever, question: str) -> None:
    assert len(retriever.retrieve(question, 2)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"question": " "}, "question: is empty"),
        ({"question": "a" * 2001}, "has 2001 characters, more than the 2000 allowed"),
        ({"question": "x", "k": 0}, "k=0 is out of range: give 1 to 1000"),
        ({"question": "x", "per_article": -1}, "per_article=-1 is out of range"),
        ({"question": "x", "after": "soon"}, "after='soon' is not a date"),
        ({"question": "x", "as_of": "2015-02-30"}, "as_of='2015-02-30' is not a date"),
    ],
)
def test_what_cannot_be_used_is_named(retriever: Retriever, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        retriever.retrieve(**arguments)  # type: ignore[arg-type]


def test_a_change_by_another_is_seen_at_the_next_question(retriever: Retriever, embedder: WordEmbedder) -> None:
    assert retriever.retrieve("volcano", 1)[0].passage.article_id in {"dam", "vote", "fire"}
    with ArchiveWriter(retriever.archive.folder, embedder) as writer:
        writer.upsert(article("A volcano erupted near Ostra.", id="volcano"))
        writer.commit()
    assert retriever.retrieve("volcano", 1)[0].passage.article_id == "volcano"


class ByLength:
    """Finds the shortest passage the most relevant."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        return [PassageReading(-float(len(text))) for _, text in passages]


def test_a_reranker_reorders_what_it_reads_and_the_parts_still_add_up(long: Retriever, embedder: WordEmbedder) -> None:
    settings = AskSettings(rerank=3, reranker_weight=1.0)
    hits = Retriever(long.archive, embedder, settings, ByLength()).retrieve("flood in Verrin", 6, per_article=0)
    read = [hit for hit in hits if any(part.name == "reranker" for part in hit.why)]
    assert len(read) == 3
    lengths = [len(hit.passage.text) for hit in hits[:3]]
    assert lengths == sorted(lengths)
    for hit in hits:
        assert sum(part.share for part in hit.why) == pytest.approx(hit.score, abs=1e-12)


def test_a_follow_up_is_searched_with_what_it_lacks(retriever: Retriever) -> None:
    answer = retriever.ask("And how many?", [("user", "Which sensors drifted?"), ("assistant", "Eleven.")])
    assert answer.question == "And how many?"
    assert answer.asked == "And how many? (sensors, drifted)"
    assert answer.hits[0].passage.article_id == "dam"
    turns = [{"role": "user", "text": "Which sensors drifted?"}, {"role": "agent", "text": "Eleven."}]
    assert retriever.ask("And how many?", turns).asked == answer.asked


def test_a_question_that_stands_alone_is_searched_as_it_is(retriever: Retriever) -> None:
    answer = retriever.ask("Who resigned in Ostra?", [("user", "Which sensors drifted?"), ("assistant", "Eleven.")])
    assert answer.asked == answer.question == "Who resigned in Ostra?"
    assert answer.hits[0].passage.article_id == "vote"


def test_a_follow_up_has_the_time_of_what_it_is_searched_as(retriever: Retriever) -> None:
    before = [("user", "Which sensors were known to drift as of 3 May 2015?")]
    kept = retriever.ask("And how many?", before)
    assert kept.asked == "And how many? (sensors, as of 3 May 2015)"
    (window,) = retriever.understood("And how many?", kept.asked)
    assert (window.before, window.kind) == ("2015-05-04", "bound")
    own = retriever.ask("And how many in June?", before)
    (window,) = retriever.understood("And how many in June?", own.asked)
    assert (window.after, window.before, window.kind) == ("2015-06-01", "2015-07-01", "preference")


def test_a_turn_of_an_unknown_role_is_refused(retriever: Retriever) -> None:
    with pytest.raises(InputError, match="role 'system' is not known"):
        retriever.ask("And?", [("system", "x")])


@pytest.mark.model
def test_an_archive_made_with_another_model_is_refused(tmp_path: Path, embedder: WordEmbedder) -> None:
    embedder.name = "all-MiniLM-L6-v2"
    with ArchiveWriter(tmp_path / "other", embedder) as writer:
        writer.upsert(article("Text."))
        writer.commit()
    with pytest.raises(ArchiveError, match="is not the one it was made with"):
        Retriever.open(tmp_path / "other")


TALK = [("user", "Who drilled at Verrin?"), ("assistant", "Paul Renner drilled it.")]


class Attentive:
    """A reader that marks the first number, and is sure unless something was added to the question."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        readings = []
        for _, text in passages:
            at = next((place for place, one in enumerate(text) if one.isdigit()), 0)
            sure = -8.0 if "(" in question else 8.0
            readings.append(PassageReading(sure, sure, (Span(at, at + 2, 7.0 + sure),)))
        return readings


def test_what_an_earlier_topic_would_spoil_is_asked_as_typed(
    tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_by_hand(monkeypatch)
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.upsert(article("To free the ship 13 tugs were used.", id="ship", title="Ship freed"))
        writer.upsert(article("Paul Renner drilled at Verrin.", id="drill", title="Drill"))
        writer.commit()
    attentive = Attentive()
    retriever = Retriever(Archive(tmp_path / "archive"), embedder, reranker=attentive, reader=attentive)
    answer = retriever.ask("And how many tugs were used?", TALK)
    assert (answer.question, answer.asked, answer.exact) == (
        "And how many tugs were used?", "And how many tugs were used?", "13",
    )  # fmt: skip
    assert retriever.ask("How many tugs did he use?", TALK).asked == "How many tugs did Paul Renner use?"
