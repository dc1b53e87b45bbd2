"""What somebody said: their own words, not what is said about them."""

from dataclasses import replace

import pytest

from qa.answers.forms.statements import said
from tests.support.judged import Place, judged
from tests.support.plain import article

TALK = article(
    "Anna Larsen runs the drill at Verrin. The drill is a marvel, experts said of Larsen's work. “The drill was slow "
    "at first,” Larsen said. “It broke twice.” The mayor said the drill had cost too much. Larsen's lawyers said the "
    "drill was safe.",
    id="talk", title="Verrin drill", published="2015-05-11",
)  # fmt: skip


def sentences(question: str, level: str = "possible", words: str = "a marvel") -> list[str]:
    return [one.text for one in said(judged(question, [Place(TALK, words)], level)).sentences]  # type: ignore[arg-type]


def test_the_words_of_the_person_are_given() -> None:
    given = sentences("What did Larsen say about the drill?")
    assert given[0] == "“The drill was slow at first,” Larsen said."
    assert "The mayor said the drill had cost too much." not in given
    assert not [one for one in given if "experts" in one or "lawyers" in one]


def test_the_confidence_of_possible_statements_is_that_of_all_together() -> None:
    found = judged("What did Larsen say about the drill?", [Place(TALK, "a marvel", 0.4)], "possible", held=0.7)
    assert (said(found).level, said(found).confidence) == ("possible", 0.7)


@pytest.mark.parametrize(
    "text",
    [
        "The judge told Larsen that the drill had failed.",
        "Critics of Larsen said the drill was a fraud.",
        "The lawyer for Larsen said the drill was safe.",
        "Prosecutors accused Larsen of hiding the drill.",
        "“The drill is unsafe,” Boris Lee told Larsen.",
    ],
)
def test_what_is_said_to_or_about_the_person_is_not_said_by_them(text: str) -> None:
    talk = article(f"{text} Anna Larsen kept the drill.", id="talk", title="Verrin drill")
    answer = said(judged("What did Larsen say about the drill?", [Place(talk, "kept")]))
    assert [one.text for one in answer.sentences] == ["Anna Larsen kept the drill."]


def test_words_of_a_headline_do_not_stand_for_a_statement() -> None:
    found = judged("What did Larsen say about the drill?", [Place(TALK, "a marvel")])
    title = replace(found.scored.candidates[0], field="title", start=TALK.text.index("“The drill"))
    answer = said(replace(found, scored=replace(found.scored, candidates=[title])))
    assert (answer.level, answer.sentences[0].text) == ("possible", "“The drill was slow at first,” Larsen said.")


def test_copies_of_a_statement_are_given_once() -> None:
    other = replace(TALK, id="copy")
    answer = said(
        judged("What did the mayor say about the drill?", [Place(TALK, "a marvel"), Place(other, "a marvel")])
    )
    assert len(answer.sentences) == 1


def test_an_opening_does_not_hide_who_is_asked_about() -> None:
    assert sentences("And what did the mayor say about the drill?") == ["The mayor said the drill had cost too much."]


def test_a_role_that_the_attribution_names_is_the_person() -> None:
    assert sentences("What did the mayor say about the drill?") == ["The mayor said the drill had cost too much."]


def test_marked_words_of_the_person_stay_marked() -> None:
    answer = said(judged("What did Larsen say about the drill?", [Place(TALK, "slow at first")]))
    assert (answer.level, answer.exact) == ("answer", "slow at first")
    other = said(judged("What did Larsen say about the drill?", [Place(TALK, "too much")]))
    assert (other.level, other.exact) == ("possible", "")


@pytest.mark.parametrize(
    "question", ["What did Renner say about the drill?", "What did Larsen say about the elections?"]
)
def test_without_their_words_the_usual_answer_is_given(question: str) -> None:
    assert sentences(question) == ["The drill is a marvel, experts said of Larsen's work."]
