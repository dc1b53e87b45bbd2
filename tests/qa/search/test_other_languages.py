"""Questions in other languages: what is read in their place, and what is said of the answer."""

from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from qa.search.other_languages import foreign
from tests.support.plain import WordEmbedder, article

TEXT = "In Magnitogorsk 39 people died when a block of flats fell. Ann Lee led the rescue in Magnitogorsk."


@pytest.fixture
def retriever(tmp_path: Path, embedder: WordEmbedder) -> Retriever:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.upsert(article(TEXT, id="flats", title="Flats fall in Magnitogorsk"))
        writer.commit()
    return Retriever(Archive(tmp_path / "archive"), embedder)


@pytest.mark.parametrize(
    ("question", "language", "read"),
    [
        ("Wie viele Menschen starben beim Einsturz in Magnitogorsk?", "German", "How many Magnitogorsk?"),
        ("Combien de personnes sont mortes à Magnitogorsk ?", "French", "How many Magnitogorsk?"),
        ("¿Quién dirigió el rescate en Magnitogorsk?", "Spanish", "Who Magnitogorsk?"),
        ("Wo stand das Haus mit den 39 Toten, in Magnitogorsk?", "German", "Where 39 Magnitogorsk?"),
    ],
)
def test_the_question_word_is_read_in_english_with_the_words_that_the_archive_has(
    retriever: Retriever, question: str, language: str, read: str
) -> None:
    with retriever.archive.view() as view:
        found = foreign(view, question)
    assert found is not None
    assert (found.language, found.question) == (language, read)


@pytest.mark.parametrize(
    "question", ["How many people died in Magnitogorsk?", "Who is Zubair Al Hassan of Reykjavik?", "Magnitogorsk?"]
)
def test_an_english_question_is_read_as_it_is(retriever: Retriever, question: str) -> None:
    with retriever.archive.view() as view:
        assert foreign(view, question) is None


def test_the_answer_says_so_and_is_never_refused_for_a_foreign_word(retriever: Retriever) -> None:
    question = "Wie viele Menschen starben beim Einsturz in Magnitogorsk?"
    answer = retriever.ask(question)
    assert (answer.question, answer.asked, answer.level) == (question, question, "possible")
    assert answer.reason.startswith("You asked in German")
    assert answer.citations[0].article_id == "flats"
