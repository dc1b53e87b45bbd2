"""Verdicts on answers, and their counts by level."""

import pytest

from qa.evaluation.questions import Gold, Target
from qa.evaluation.verdicts import GOOD, Verdict, tally, verdict
from qa.records import Answer, Citation, Question, Sentence

TEXT = "Engineers found that 11 of 40 sensors had drifted."
GOLD = Gold(("dam",), (Target("dam", 100, 150),), (Target("dam", 121, 129),), 1, 0, 0)


def answer(text: str = TEXT, exact: str = "", start: int = 100, article: str = "dam") -> Answer:
    citation = Citation(article, "T", "S", "", "2015", start, start + len(text), text, "d")
    return Answer("Q?", "Q?", text, exact, (Sentence(text, (1,)),), (citation,), (), 0.5, "", "answer")


REFUSED = Answer("Q?", "Q?", "No answer.", "", (), (), (), 0.1)


def question(*answers: str, answerable: bool = True) -> Question:
    return Question("q", "How many drifted?", answers, (), (), answerable, "", "")


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        (question("11 of 40"), answer(), "right"),
        (question("eleven", "11 of 40"), answer(), "right"),
        (question("yes"), answer(exact="Yes"), "right"),
        (question("1 of 40"), answer(), "partly"),  # whole words: it cites the evidence all the same
        (question("14"), answer(start=100), "partly"),
        (question("14"), answer(start=500), "wrong"),
        (question("14"), answer(article="other"), "wrong"),
        (question("14"), REFUSED, "wrongly refused"),
        (question(answerable=False), REFUSED, "rightly refused"),
        (question(answerable=False), answer(), "wrong"),
        (question(), answer(), None),
    ],
)
def test_the_verdict_on_an_answer(asked: Question, given: Answer, expected: str | None) -> None:
    assert verdict(asked, given, GOLD) == expected


def test_verdicts_are_counted_by_level_and_shares_are_of_all() -> None:
    refused: list[tuple[str, Verdict]] = [("none", "rightly refused"), ("none", "wrongly refused")]
    counted = tally([("answer", "right"), ("answer", "wrong"), ("possible", "wrong"), *refused])
    assert counted.counts == {
        "answer": {"right": 1, "wrong": 1},
        "possible": {"wrong": 1},
        "none": {"rightly refused": 1, "wrongly refused": 1},
    }
    assert counted.share(GOOD) == 0.4
    assert counted.share(("wrong",), "answer") == 0.2
    assert counted.to_dict() == {
        "judged": 5,
        "right_or_rightly_refused": 0.4,
        "wrong_at_level_answer": 0.2,
        "by_level": counted.counts,
    }


def test_nothing_judged_has_no_share() -> None:
    assert tally([]).to_dict() == {
        "judged": 0,
        "right_or_rightly_refused": None,
        "wrong_at_level_answer": None,
        "by_level": {},
    }
