"""Counts over every article, outlets, overviews, greetings: through a retriever over a small archive."""

from pathlib import Path

import pytest

from qa.answers.forms.counts import searched_words
from qa.answers.reasons import COUNTED
from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.records import Answer
from qa.retrieval import Retriever
from tests.support.plain import WordEmbedder, article

STORIES = (
    ("dam1", "Dam closed", "The dam at Verrin was closed by Paul Renner.", "Courier", "2015-05-11"),
    ("dam2", "Dam opened", "The dam at Verrin was opened again after a week of repairs.", "Herald", "2015-05-18"),
    ("dam3", "Verrin counts the cost", "Repairs had cost 3 million.", "Courier", "2015-05-25"),
    ("ferry", "Ferry sinks", "The ferry Alma sank off Ostra.", "Wire", "2015-06-01"),
)


@pytest.fixture
def retriever(tmp_path: Path, embedder: WordEmbedder) -> Retriever:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for name, title, text, source, published in STORIES:
            writer.upsert(article(text, id=name, title=title, source=source, published=published))
        writer.commit()
    return Retriever(Archive(tmp_path / "archive"), embedder)


def cited(answer: Answer) -> list[tuple[str, str, str]]:
    """The articles, fields and words that an answer cites."""
    return [(one.article_id, one.field, one.quote) for one in answer.citations]


def test_articles_are_counted_with_the_rule_and_each_is_cited(retriever: Retriever) -> None:
    answer = retriever.ask("How many articles mention Verrin?")
    assert (answer.level, answer.kind, answer.exact, answer.reason) == ("answer", "count", "3", COUNTED)
    assert answer.text == "3 articles mention “Verrin”. [1] [2] [3]"
    assert answer.sentences[0].marks == ((0, 1),)
    assert cited(answer) == [
        ("dam3", "title", "Verrin"),
        ("dam2", "text", "The dam at Verrin was opened again after a week of repairs."),
        ("dam1", "text", "The dam at Verrin was closed by Paul Renner."),
    ]


def test_a_name_is_counted_as_a_phrase(retriever: Retriever) -> None:
    assert retriever.ask("How many stories mention Paul Renner?").exact == "1"
    assert retriever.ask("How many stories mention Renner Paul?").abstained


def test_a_count_keeps_to_the_filters(retriever: Retriever) -> None:
    answer = retriever.ask("How many articles mention Verrin?", sources=["Courier"])
    assert (answer.exact, answer.text) == ("2", "2 articles that pass the filters mention “Verrin”. [1] [2]")
    assert retriever.ask("How many articles mention Alma?", sources=["Courier"]).text == (
        "No article that passes the filters mentions “Alma”."
    )
    assert retriever.ask("How many articles mention Renner?", sources=["Courier"]).text == (
        "1 article that passes the filters mentions “Renner”. [1]"
    )


def test_a_count_of_nothing_says_what_was_looked_for(retriever: Retriever) -> None:
    answer = retriever.ask("How many articles mention Zubair?")
    assert (answer.abstained, answer.kind) == (True, "count")
    assert (answer.text, answer.reason) == ("No article mentions “Zubair”.", COUNTED)


def test_outlets_are_listed_by_their_number_of_articles(retriever: Retriever) -> None:
    answer = retriever.ask("Which outlets covered Verrin?")
    assert answer.text == "2 outlets mention “Verrin”: Courier (2), Herald (1). [1] [2]"
    assert answer.exact == "Courier, Herald"


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("Krispy Kreme", '"Krispy Kreme"'),
        ("the Alma ferry", "Alma ferry"),
        ("Bank of England", '"Bank of England"'),
        ('"truck bomb"', '"truck bomb"'),
        ("the word sensor in the archive", "word sensor"),
        ("renner", "renner"),
    ],
)
def test_what_is_looked_for(topic: str, words: str) -> None:
    assert searched_words(topic) == words


def test_an_overview_gives_a_sentence_of_each_article_in_order_of_time(retriever: Retriever) -> None:
    answer = retriever.ask("What happened with the Verrin dam?")
    assert (answer.level, answer.kind, answer.exact) == ("answer", "overview", "")
    assert [one.article_id for one in answer.citations] == ["dam1", "dam2", "dam3"]
    assert not [one for one in answer.sentences if one.marks]


def test_an_overview_never_quotes_boilerplate(tmp_path: Path, embedder: WordEmbedder) -> None:
    related = "Related: The dam at Verrin in pictures, from the first stone to the last flood"
    with ArchiveWriter(tmp_path / "second", embedder) as writer:
        writer.upsert(article(f"{related}\n\nThe gates were closed at noon.", id="dam", title="Verrin dam"))
        writer.commit()
    answer = Retriever(Archive(tmp_path / "second"), embedder).ask("What happened with the Verrin dam?")
    assert [one.quote for one in answer.citations] == ["The gates were closed at noon."]


def test_an_overview_of_what_no_article_is_about_is_refused(retriever: Retriever) -> None:
    answer = retriever.ask("Latest on the Zubair trial")
    assert (answer.abstained, answer.kind, answer.reason) == (
        True, "overview", "The name “Zubair” never occurs in the archive.",
    )  # fmt: skip


@pytest.mark.parametrize(("question", "kind"), [("Hello", "greeting"), ("What is this archive about?", "about")])
def test_a_greeting_is_told_what_the_archive_holds(retriever: Retriever, question: str, kind: str) -> None:
    answer = retriever.ask(question)
    assert (answer.kind, answer.level, answer.hits) == (kind, "none", ())
    assert "This archive holds 4 articles, published from 2015-05-11 to 2015-06-01." in answer.text
    assert answer.text.endswith("You can ask, for instance: “What happened with Paul Renner?”")


@pytest.mark.parametrize("question", ["Hello", "How many articles mention Verrin?"])
def test_what_is_asked_of_the_archive_depends_on_no_earlier_question(retriever: Retriever, question: str) -> None:
    history = [("user", "Who closed the dam?"), ("assistant", "Paul Renner.")]
    assert retriever.ask(question, history).asked == question


def test_two_questions_are_answered_one_after_the_other(retriever: Retriever) -> None:
    answer = retriever.ask("Who closed the dam at Verrin, and where did the ferry Alma sink?")
    assert answer.kind == "several"
    assert {"dam1", "ferry"} <= {one.article_id for one in answer.citations}


def test_a_misspelt_name_is_searched_as_the_archive_spells_it(retriever: Retriever) -> None:
    answer = retriever.ask("Who closed the dam at Verin?")
    assert answer.asked == "Who closed the dam at Verrin?"
    assert answer.question == "Who closed the dam at Verin?"
    assert answer.citations[0].article_id == "dam1"


def test_a_common_word_that_is_nowhere_in_the_archive_is_not_misspelt(retriever: Retriever) -> None:
    question = "Who found a weed at the dam of Verrin?"  # the archive has "week"
    assert retriever.ask(question).asked == question
