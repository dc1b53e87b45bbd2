"""What the packaged reader is trained on: questions made by rule, and which words are taken for their answers."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lab.training.blanking import blanked
from lab.training.corpus import Corpus
from lab.training.data import agreed, is_news
from lab.training.settings import recipe

MINE = "Rescuers pulled twelve miners from the flooded shaft on Sunday."


class Steady(random.Random):
    """Always takes the first, and drops no word."""

    def random(self) -> float:
        return 0.5

    def choice(self, seq: Sequence[Any]) -> Any:
        return seq[0]


def test_a_sentence_becomes_questions_whose_answers_are_marked_in_it() -> None:
    made = [(one.question, MINE[one.start : one.end]) for one in blanked(MINE, Steady())]
    assert made == [
        ("When Rescuers pulled twelve miners from the flooded shaft?", "Sunday"),
        ("How many miners Rescuers pulled from the flooded shaft on Sunday?", "twelve"),
    ]


@pytest.mark.parametrize(
    ("sentence", "made"),
    [
        (
            "The council in Ostra spent $3.5 million on new flood walls, according to Mayor Belk.",
            [
                ("How much The council in Ostra spent on new flood walls?", "$3.5 million"),
                ("Where The council spent $3.5 million on new flood walls?", "Ostra"),
            ],
        ),
        (
            "Turnout in the village fell by 40% because of the heavy snow storms.",
            [
                ("What percentage Turnout in the village fell by because of the heavy snow storms?", "40%"),
                ("Why Turnout in the village fell by 40%?", "because of the heavy snow storms"),
            ],
        ),
        (
            "On Friday evening minister Paul Renner resigned over the leaked letters.",
            [("Who On Friday evening minister resigned over the leaked letters?", "Paul Renner")],
        ),
        ("It rained in May.", []),
        (
            "At dawn 2,000 houses stood under water in 2015.",
            [
                ("When At dawn 2,000 houses stood under water?", "2015"),
                ("How many houses At dawn stood under water in 2015?", "2,000"),
            ],
        ),
        ("On Friday evening minister Paul Renner saidly kept the leaked letters.", []),  # a verb is a whole word
    ],
)
def test_what_is_asked_depends_on_what_is_blanked(sentence: str, made: list[tuple[str, str]]) -> None:
    assert [(one.question, sentence[one.start : one.end]) for one in blanked(sentence, Steady())] == made


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ({"answers": ["October 1973", "October", "1973"], "all_answers": ["October", "1973", "1973"]}, "1973"),
        ({"answers": ["in the old town", "old town"], "all_answers": ["in the old town", "old town"]}, "old town"),
        ({"answers": ["the flood", "flood"]}, "the flood"),
    ],
)
def test_the_answer_most_annotators_marked_is_the_one_to_learn(question: dict[str, Any], first: str) -> None:
    assert agreed(question)[0] == first


def test_series_interviews_and_test_pages_are_no_news() -> None:
    report = "The council of Ostra met on Friday. " * 20
    assert is_news(report)
    assert not is_news(report[:400])
    assert not is_news(report * 30)
    assert not is_news(report + "((WN)) What did it decide? ((Belk)) Nothing. ((WN)) Why? ((Belk)) It was late.")


@pytest.mark.model
def test_of_several_places_the_one_that_tells_what_was_asked_is_marked(tmp_path: Path) -> None:
    text = (
        "Turnout was 12 percent in Ostra. " + "The count went on all night. " * 8 + "Rain flooded 12 streets of Verrin."
    )
    corpus = Corpus(tmp_path, "hand", [{"id": "a", "title": "Vote", "text": text}], recipe("smoke").data)
    assert corpus.find("a", ["12"]) == (12, 14)
    assert corpus.find("a", ["12"], asked="How many streets of Verrin were flooded?") == (278, 280)
    assert corpus.find("a", ["12"], (0, 40), "How many streets of Verrin were flooded?") == (12, 14)
    assert corpus.find("a", ["Rain", "12"]) == (265, 269)
    assert corpus.find("a", ["snow"]) is None
