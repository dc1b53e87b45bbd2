"""What questions ask for: 421 questions, each with its kind, and what is taken out of them."""

from collections import Counter
from pathlib import Path

import pytest

from qa.answers.question.question_kinds import KINDS, Asked, asked_for

LABELLED = [line.split("\t") for line in Path(__file__).with_name("question_kinds.tsv").read_text().splitlines()]
# A strike is called and not said; the rules read "called" either way.
WRONG = {"Which union called the strike at the port?": "fact"}


def test_every_kind_has_questions() -> None:
    assert set(KINDS) == {kind for kind, _ in LABELLED}
    assert min(Counter(kind for kind, _ in LABELLED).values()) >= 8


def test_questions_have_the_kind_that_a_person_gave_them() -> None:
    found = {question: asked_for(question).kind for kind, question in LABELLED if asked_for(question).kind != kind}
    assert found == WRONG


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How many articles mention Krispy Kreme?", "Krispy Kreme"),
        ("count the pieces in the archive that mention renner", "renner"),
        ("Summarise the row over the wind farm for me", "the row over the wind farm"),
        ("Which papers wrote about the ferry Alma?", "the ferry Alma"),
    ],
)
def test_what_a_count_or_an_overview_is_about(question: str, topic: str) -> None:
    assert asked_for(question).topic == topic


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How many giant pandas are there left, and what percentage of them live at Wolong?",
            ("How many giant pandas are there left?", "what percentage of them live at Wolong?"),
        ),
        ("Who is the new coach? What did he win before?", ("Who is the new coach?", "What did he win before?")),
        ("Where was he arrested and why?", ("Where was he arrested?", "why?")),
    ],
)
def test_several_questions_in_one_are_parted(question: str, parts: tuple[str, ...]) -> None:
    assert asked_for(question) == Asked("several", parts=parts)


@pytest.mark.parametrize(
    "question",
    [
        "Which firm, which sold the ferry, went bankrupt?",
        "When she resigned, who took over?",
        "How deep is it? (Verrin, dam, 2015)",  # names added to a follow-up
        "Who did the mayor and the council invite?",
    ],
)
def test_a_clause_is_no_second_question(question: str) -> None:
    assert asked_for(question).kind != "several"


def test_a_latest_value_has_the_kind_of_its_words() -> None:
    assert asked_for("What is the death toll now?") == Asked("latest", single="number")
    assert asked_for("Who is the mayor of Ostra now?") == Asked("latest", single="who")
