"""Yes or no, where a sentence decides."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from qa.answers.forms.yes_no import decided, stated
from qa.answers.layout import quoted
from qa.models.passage_reader import Verdict
from qa.records import Answer
from tests.support.judged import Place, judged
from tests.support.plain import article

QUESTION = "Was the dam at Verrin closed?"
YES, NO, OPEN, OTHER = (
    Verdict(0.9, 0.05, 0.05), Verdict(0.3, 0.6, 0.1), Verdict(0.45, 0.45, 0.1), Verdict(0.1, 0.4, 0.5),
)  # fmt: skip


class Reader:
    """Judges texts by the first of some words that stands in them; keeps what it was asked."""

    def __init__(self, **verdicts: Verdict) -> None:
        self.verdicts = verdicts
        self.asked: list[tuple[str, str]] = []

    def __call__(self, statement: str, texts: Sequence[str]) -> list[Verdict]:
        self.asked += [(statement, text) for text in texts]
        return [next((v for word, v in self.verdicts.items() if word in text), OPEN) for text in texts]


def asked(reader: Reader, *texts: str, title: str = "Verrin", question: str = QUESTION) -> Answer:
    """The answer to the question over an article a text."""
    places = [Place(article(text, id=f"a{n}", title=title), text.split()[0]) for n, text in enumerate(texts)]
    found = judged(question, places)
    return decided(quoted(found), found.found, reader)


@pytest.mark.parametrize(
    ("text", "verdict", "word"),
    [("The dam was closed on Monday.", YES, "Yes"), ("The dam was not closed.", NO, "No")],
)
def test_a_sentence_decides_and_is_quoted(text: str, verdict: Verdict, word: str) -> None:
    reader = Reader(dam=verdict)
    given = asked(reader, f"Rain fell for days. {text}")
    assert (given.level, given.exact, given.sentences[0].text) == ("answer", word, text)
    assert given.text.startswith(text)
    assert given.confidence == (0.9 if word == "Yes" else 0.6)
    assert given.sentences[0].marks == ()
    assert reader.asked[0] == ("The dam was at Verrin closed.", text)


def test_a_headline_decides() -> None:
    given = asked(Reader(closed=YES), "Rain fell for days.", title="Dam at Verrin closed")
    assert (given.exact, given.citations[0].field, given.citations[0].quote) == ("Yes", "title", "Dam at Verrin closed")


@pytest.mark.parametrize(
    ("reader", "texts"),
    [
        (Reader(dam=OPEN), ["The dam was closed."]),
        (Reader(never=NO, dam=YES), ["The dam was closed.", "The dam was never closed."]),  # they contradict each other
        (Reader(dam=YES), ["The dam was not closed."]),  # supported by a denial
        (Reader(dam=NO), ["The dam was open and closed."]),  # contradicted without a denial
        (Reader(dam=OTHER), ["The dam was not closed."]),  # rather about something else
        (Reader(Rain=YES), ["Rain fell on the hills."]),  # not about the dam
    ],
)
def test_what_is_not_sure_is_only_possible(reader: Reader, texts: list[str]) -> None:
    given = asked(reader, *texts)
    assert (given.level, given.exact) == ("possible", "")
    assert given.confidence <= 0.5
    assert not [one for one in given.sentences if one.marks]


def test_an_article_without_the_questions_name_does_not_decide() -> None:
    assert asked(Reader(dam=YES), "The dam was closed.", title="Ostra").level == "possible"


def test_a_sentence_with_less_than_most_of_the_question_does_not_decide() -> None:
    question = "Was the big dam at Verrin closed for repairs?"
    reader = Reader(dam=YES)
    assert asked(reader, "Verrin slept. The dam took repairs.", title="Ostra", question=question).level == "possible"
    given = asked(reader, "The big dam took repairs.", title="Verrin", question=question)
    assert (given.level, given.exact) == ("answer", "Yes")


def test_a_refusal_stays_one_and_so_does_an_answer_that_no_model_read() -> None:
    found = judged(QUESTION, [Place(article("The dam was closed.", id="a", title="Verrin"), "The")])
    refused = replace(quoted(found), citations=(), sentences=(), level="none")
    assert decided(refused, found.found, Reader(dam=YES)) == refused
    unread = quoted(found)
    assert decided(unread, replace(found.found, readings=None), Reader(dam=YES)) == unread


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Was Navalny in a coma before they flew him out?", "Navalny was in a coma before they flew him out."),
        ("Did the Ever Given block the canal?", "The Ever Given block the canal."),
        ("And has Anna Larsen of Verrin resigned?", "Anna Larsen of Verrin has resigned."),
        ("Is the dam closed?", "The dam is closed."),
        ("Who closed it?", ""),
    ],
)
def test_a_question_becomes_a_statement(question: str, statement: str) -> None:
    assert stated(question) == statement
