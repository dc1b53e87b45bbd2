from collections.abc import Sequence
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.models.passage_reader import PassageReading, Span
from qa.retrieval import Retriever
from tests.support.judged import always, weights_by_hand
from tests.support.plain import WordEmbedder, article


@pytest.fixture
def retriever(tmp_path: Path, embedder: WordEmbedder) -> Retriever:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        text = "Engineers found that 11 of 40 sensors had drifted."
        writer.upsert(article(text, id="dam", title="Dam", published="2015-05-11", source="Courier"))
        writer.commit()
    return Retriever(Archive(tmp_path / "archive"), embedder)


def test_nothing_was_published_between_two_days(retriever: Retriever) -> None:
    answer = retriever.ask("How many sensors had drifted?", after="2015-05-03", before="2015-05-10")
    assert answer.abstained
    assert answer.reason == "Nothing in the archive was published between 2015-05-03 and 2015-05-09."


def test_nothing_was_published_by_a_day_that_the_question_names(retriever: Retriever) -> None:
    answer = retriever.ask("How many sensors had drifted, as of 3 May 2015?")
    assert answer.reason == "Nothing in the archive was published by 2015-05-03."


def test_nothing_was_published_on_or_after_a_day(retriever: Retriever) -> None:
    answer = retriever.ask("How many sensors had drifted?", after="2016")
    assert answer.reason == "Nothing in the archive was published on or after 2016-01-01."


def test_an_outlet_that_has_no_article_is_no_matter_of_dates(retriever: Retriever) -> None:
    answer = retriever.ask("How many sensors had drifted?", sources=["Herald"], after="2015")
    assert answer.reason == "No article in the archive passes the filters."


def test_a_refusal_under_filters_speaks_of_what_was_filtered(retriever: Retriever) -> None:
    answer = retriever.ask("Which chess player won in Reykjavik?", sources=["Courier"])
    assert answer.text.startswith("No answer to this question was found in the articles that pass the filters.")
    assert retriever.ask("Which chess player won in Reykjavik?").text.startswith(
        "No answer to this question was found in the archive."
    )


def test_a_name_like_one_of_the_archive_is_suggested(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.upsert(article("Engineer Kenji Tsutsumi looked after the dam.", id="dam", title="Dam"))
        writer.commit()
    answer = Retriever(Archive(tmp_path / "archive"), embedder).ask("Which chess player beat Tsutsumoto?")
    assert answer.reason == "The name “Tsutsumoto” never occurs in the archive. Did you mean “Tsutsumi”?"


def test_a_name_never_occurs(retriever: Retriever) -> None:
    answer = retriever.ask("Which chess player beat Zubair?")
    assert answer.abstained
    assert answer.reason == "The name “Zubair” never occurs in the archive."


def test_a_name_in_a_headline_or_of_an_outlet_occurs(retriever: Retriever) -> None:
    assert retriever.ask("Which chess player beat Dam of the Courier?").reason == ""


def test_several_names_never_occur(retriever: Retriever) -> None:
    answer = retriever.ask("Which chess player beat Zubair in Reykjavik?")
    assert answer.reason == "The names “Zubair”, “Reykjavik” never occur in the archive."


def test_where_no_reason_is_certain_none_is_given(retriever: Retriever) -> None:
    answer = retriever.ask("who won at chess?")
    assert (answer.abstained, answer.reason) == (True, "")


def test_an_answer_needs_no_reason(retriever: Retriever) -> None:
    answer = retriever.ask("How many sensors had drifted?")
    assert (answer.abstained, answer.reason) == (False, "")


class Doubtful:
    """A reader that marks the first word of everything."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        return [PassageReading(1.0, 0.0, (Span(0, len(text.split()[0]), 1.0),)) for _, text in passages]


def test_a_doubtful_answer_from_articles_without_the_year_asked_for_is_refused_with_the_reason(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_by_hand(monkeypatch, always(0.3), always(0.5))
    retriever.reader = Doubtful()
    answer = retriever.ask("How many sensors had drifted in 2022?")
    assert (answer.level, answer.reason) == ("none", "None of the nearest articles mentions “2022”.")
    assert retriever.ask("How many sensors had drifted in 2015?").level == "possible"
    unknown = retriever.ask("How many sensors had drifted at Zubair?")
    assert unknown.reason == "The name “Zubair” never occurs in the archive."  # which says more


def test_a_name_that_occurs_is_not_said_to_be_missing(retriever: Retriever) -> None:
    answer = retriever.ask("Which chess player beat Zubair and the Engineers?")
    assert answer.abstained
    assert answer.reason == "The name “Zubair” never occurs in the archive."
