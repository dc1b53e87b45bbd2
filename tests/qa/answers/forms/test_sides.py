"""Comparisons of two amounts."""

import pytest

from qa.answers.equivalence import amount
from qa.answers.forms.sides import Sides, compared, sides
from qa.records import Answer, Citation, Level, Sentence


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Who was older, the mayor or her deputy?",
            Sides(("the mayor", "her deputy"), ("How old was the mayor?", "How old was her deputy?"), 1),
        ),
        (
            "Which car goes slower, Lund's or Renner's?",
            Sides(("Lund's", "Renner's"), ("How fast car goes Lund's?", "How fast car goes Renner's?"), -1),
        ),
    ],
)
def test_what_is_compared(question: str, expected: Sides) -> None:
    assert sides(question) == expected


@pytest.mark.parametrize("question", ["Did unemployment rise or fall?", "Compare the budgets of 2014 and 2015."])
def test_a_comparison_in_other_words_has_no_sides(question: str) -> None:
    assert sides(question) is None


def side(words: str, text: str, level: Level = "answer") -> Answer:
    citation = Citation(text[:3], "T", "S", "", "2015", 0, len(text), text, "d")
    marks = ((text.index(words), text.index(words) + len(words)),) if level == "answer" else ()
    exact = words if level == "answer" else ""
    return Answer("Q?", "Q?", text, exact, (Sentence(text, (1,), marks),), (citation,), (), 0.9, "", level)


LUND, RENNER = side("42", "Lund is 42."), side("fifty", "Renner is fifty.")


@pytest.mark.parametrize(("larger", "winner"), [(1, "Renner"), (-1, "Lund")])
def test_the_winner_is_said_where_both_sides_are_amounts(larger: int, winner: str) -> None:
    both = compared("Q?", Sides(("Lund", "Renner"), ("", ""), larger), (LUND, RENNER))
    assert (both.level, both.kind, both.exact) == ("answer", "comparison", winner)
    assert [one.quote for one in both.citations] == ["Lund is 42.", "Renner is fifty."]


@pytest.mark.parametrize(
    "other", [side("young", "Renner is young."), side("42", "Also 42."), side("9", "9.", "possible")]
)
def test_without_two_different_amounts_both_sides_are_shown_and_none_wins(other: Answer) -> None:
    both = compared("Q?", Sides(("Lund", "Renner"), ("", ""), 1), (LUND, other))
    assert (both.level, both.exact) == ("possible", "")
    assert not [one for one in both.sentences if one.marks]


@pytest.mark.parametrize(
    ("text", "value"),
    [("about 42 years", 42.0), ("two million", 2_000_000.0), ("£1,300", 1300.0), ("3 of 4", None), ("old", None)],
)
def test_an_amount_by_value(text: str, value: float | None) -> None:
    assert amount(text) == value
