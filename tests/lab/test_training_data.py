"""What the packaged reader is trained on: questions made by rule, and which words are taken for their answers."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab.training import reading_sets
from lab.training.blanking import blanked
from lab.training.corpus import Corpus, Text
from lab.training.data import is_news
from lab.training.groups import CONTRADICTS, NEITHER, SUPPORTS, Group, agreed
from lab.training.paragraphs import Paragraphs
from lab.training.settings import DataSettings, recipe
from tests.support.training_sets import MINE, asked, passage, write, written_reading

ALL = replace(recipe("full").data, most=dict.fromkeys(recipe("full").data.most, 0))


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


BELK = "Ann Belk opened the bridge of Ostra in 1923. Boats passed under it."


def test_wrong_paragraphs_hold_no_answer_and_are_neither_the_own_article_nor_an_edited_copy_of_it() -> None:
    corpus = Paragraphs([
        passage("own", BELK, "Bridges"),
        passage("spelt", "The bridge of Ostra was opened by Mayor ANN  BELK, of the council."),
        passage("copy", BELK.replace("Ann Belk", "Ida Voss"), "Bridges"),
        passage("second", "Supporting: the bridge of Ostra was opened late."),
        passage("less", "A bridge fell in the storm.", None),
        passage("more", "Nobody opened the old bridge of Ostra again.", "Old"),
        passage("other", "It rained for nine days."),
    ])  # fmt: skip
    question, without = "Who opened the bridge of Ostra?", {"own", "second"}
    less, more = Text("", "A bridge fell in the storm."), Text("Old", "Nobody opened the old bridge of Ostra again.")
    assert corpus.negatives(question, ["Ann Belk"], without, 9) == (more, less)
    assert corpus.negatives(question, ["Ann Belk"], without, 1) == (more,)
    assert corpus.negatives(question, ["Ann Belk", "nobody"], without, 9) == (less,)


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the reading sets; the recipe reads them there."""
    monkeypatch.setattr("lab.training.groups.DATA", tmp_path)
    return written_reading(tmp_path)


def read(settings: DataSettings = ALL, **most: int) -> list[Group]:
    return list(reading_sets.reading(replace(settings, most={**settings.most, **most})))


def test_the_answer_of_a_paragraph_is_marked_and_other_sets_give_its_wrong_passages(sets: Path) -> None:
    found = next(one for one in read() if one.question == "Who opened the bridge of Ostra in 1900?")
    own, wrong = found.texts[0], found.texts[1:]
    assert (found.kind, found.ranked, found.answerable, found.verdict) == ("paragraphs", True, True, None)
    assert own == Text("Bridges of Ostra", "It rained for 3 days. Ann Belk opened the bridge of Ostra in 1900. "
                       "Boats passed under it.")  # fmt: skip
    assert own.text[found.start : found.end] == "Ann Belk"
    assert len(wrong) == ALL.reading_candidates
    assert not [text for text in wrong if "Ann Belk" in text.text]
    assert [text for text in wrong if "1900" not in text.text]


def test_a_question_on_the_same_passage_is_taken_from_one_set_only(sets: Path) -> None:
    once, twice = passage("once", BELK), passage("twice", BELK)
    longer = passage("longer", BELK + " It was of stone.")
    write(sets, "train/squad-train", [once], [asked("Who opened it?", once, "Ann Belk")])
    write(sets, "train/nq-qed", [twice, longer],
          [asked("who opened IT?", twice, "Ann Belk"), asked("Who opened it?", longer, "Ann Belk"),
           asked("When was it opened?", twice, "1923")])  # fmt: skip
    found = [(one.question, one.texts[0].text) for one in read() if "opened it" in one.question.lower()]
    assert found == [("Who opened it?", BELK), ("Who opened it?", longer["text"])]
    assert [one for one in read() if one.question == "When was it opened?"]


def test_a_question_without_an_answer_is_read_with_its_passage_alone(sets: Path) -> None:
    article = passage("a", BELK, "Bridges")
    write(sets, "train/squad-train", [article], [asked("Who paid for the bridge?", article)])
    (found,) = [one for one in read() if one.kind == "unanswerable"]
    text = Text("Bridges", BELK)
    assert found == Group("unanswerable", "Who paid for the bridge?", (text,), -1, -1, False, False)


def test_a_question_whose_answer_has_no_place_or_whose_article_is_missing_is_left_out(sets: Path) -> None:
    article = passage("a", BELK)
    placeless = asked("Is it long?", article, answerable=True)
    write(sets, "train/squad-train", [article],
          [placeless, {**placeless, "id": "b", "question": "Is it wide?", "answers": ["yes"]},
            {**asked("Is it old?", article, "Ostra"), "answers": []},
           {**placeless, "id": "c", "question": "Is it new?", "evidence": [], "answerable": False},
           asked("Is it far?", passage("gone", BELK), "Ostra")])  # fmt: skip
    assert not [one for one in read() if one.question.startswith("Is it")]


def test_a_sentence_that_answers_is_not_marked(sets: Path) -> None:
    article = passage("a", BELK)
    sentence = BELK.split(" Boats")[0]
    write(sets, "train/selqa", [article], [asked("What of the bridge of Ostra?", article, sentence)])
    found = next(one for one in read() if one.question == "What of the bridge of Ostra?")
    assert (found.kind, found.start, found.end, found.answerable) == ("sentence_answers", -1, -1, True)
    assert found.texts[0].text == BELK
    assert found.ranked
    assert len(found.texts) > 1


def test_articles_that_support_the_answer_are_no_wrong_passages(sets: Path) -> None:
    article, second = passage("a", BELK), passage("b", "Of Ostra the older bridge was open by night.")
    question = "Who opened the older bridge of Ostra?"
    for supporting, wrong in (([], True), (["b"], False)):
        write(
            sets, "train/squad-train", [article, second], [asked(question, article, "Ann Belk", supporting=supporting)]
        )
        found = next(one for one in read() if one.question == question)
        assert (Text("", second["text"]) in found.texts[1:]) == wrong


def test_without_a_wrong_passage_a_question_takes_no_part_in_ranking(sets: Path) -> None:
    article = passage("a", "Zinc boils.")
    write(sets, "train/squad-train", [article], [asked("Zinc?", article, "boils")])
    found = next(one for one in read() if one.question == "Zinc?")
    assert (len(found.texts), found.ranked, found.answerable) == (1, False, True)


def test_a_small_profile_takes_some_questions_and_articles_of_each_set(sets: Path) -> None:
    assert Counter(one.kind for one in read()) == {"paragraphs": 44, "sentence_answers": 6, "unanswerable": 1}
    kinds = Counter(one.kind for one in read(paragraphs=1))
    assert kinds["sentence_answers"] == 3
    assert kinds["paragraphs"] + kinds["unanswerable"] == 22
    first = read(replace(ALL, articles=1))
    assert {one.texts[0] for one in first if one.kind == "paragraphs"} < {one.texts[0] for one in read()}
    assert Counter(one.kind for one in first) == {"paragraphs": 22, "sentence_answers": 3}
    few = replace(ALL, most={**ALL.most, "sentences": 1})
    assert len(list(reading_sets.sentences(few))) == 4
    assert len(list(reading_sets.sentences(ALL))) == 8


def test_questions_about_a_sentence_have_no_other_passage(sets: Path) -> None:
    article = passage("a", "Ann Belk opened the bridge.", None)
    write(sets, "train/qanom", [article], [asked("What was opened?", article, "the bridge")])
    found = next(one for one in reading_sets.sentences(ALL) if one.question == "What was opened?")
    assert found == Group("sentences", "What was opened?", (Text("", article["text"]),), 16, 26, False, None)


def test_yes_supports_a_question_and_no_contradicts_it(sets: Path) -> None:
    towns, rocks = passage("t", "Ships may enter by night.", "Ostra"), passage("r", "Rocks bar the way.", "Verrin")
    questions = [asked(f"may ships enter by night {n}?", towns, answerable=True, yes=True) for n in range(30)]
    questions += [asked(f"may boats enter {n}?", rocks, answerable=True, yes=False) for n in range(30)]
    write(sets, "train/boolq-dev", [towns, rocks], questions)
    found = list(reading_sets.support([], ALL))
    assert {(one.kind, one.start, one.end, one.ranked, one.answerable) for one in found} == {
        ("support", -1, -1, False, None)
    }
    ostra, verrin = (Text("Ostra", "Ships may enter by night."),), (Text("Verrin", "Rocks bar the way."),)
    told = Counter((one.question.split()[1], one.texts, one.verdict) for one in found)
    assert told["ships", ostra, SUPPORTS] == told["boats", verrin, CONTRADICTS] == 30
    others = {("ships", verrin, NEITHER), ("boats", ostra, NEITHER)}  # another article than its own
    assert set(told) == others | {("ships", ostra, SUPPORTS), ("boats", verrin, CONTRADICTS)}
    assert 3 <= sum(told[one] for one in others) <= 25  # of 60 questions a fifth


def test_one_article_is_never_read_as_another(sets: Path) -> None:
    only = passage("t", "Ships may enter by night.", "Ostra")
    questions = [asked(f"may ships enter {n}?", only, answerable=True, yes=True) for n in range(30)]
    write(sets, "train/boolq-dev", [only], questions)
    assert {one.verdict for one in reading_sets.support([], ALL)} == {SUPPORTS}


def test_answered_questions_become_statements_with_their_passage_and_with_a_wrong_one(sets: Path) -> None:
    write(sets, "train/boolq-dev", [passage("t", "Ships.")], [asked("ships?", passage("t", "Ships."), yes=True)])
    text, wrong = Text("Bridges", f"{BELK} Ida Voss led the council."), (Text("", "It rained."), Text("", "It snowed."))
    marked = Group("paragraphs", "Who opened the bridge?", (text, *wrong), 0, 8, True, True)
    unmarked = replace(marked, question="What of the bridge?", start=-1, end=-1)
    single = replace(marked, question="Who opened a bridge?", texts=(text,), ranked=False)
    found = [one for one in reading_sets.support([marked] * 40 + [unmarked, single], ALL) if one.question != "ships?"]
    told = {(one.question, one.texts[0], one.verdict) for one in found}
    assert ("Ann Belk opened the bridge.", text, SUPPORTS) in told
    assert ("Ida Voss opened the bridge.", text, CONTRADICTS) in told
    assert {one for one in told if one[2] == SUPPORTS and "opened the bridge." in one[0]} == {
        ("Ann Belk opened the bridge.", text, SUPPORTS)
    }
    neither = {one for one in told if one[2] == NEITHER}
    assert {one[1] for one in neither} == set(wrong)
    assert "Ida Voss opened the bridge." not in {one[0] for one in neither}
    assert not [one for one in told if one[0].startswith(("What of", "Who opened a", "Ann Belk opened a"))]


def test_a_question_swapped_with_its_passage_can_no_longer_be_answered(sets: Path) -> None:
    text = Text("The bridge of Ostra", BELK)
    wrong = Text("", "Ida Voss came to Verrin.")
    marked = Group("paragraphs", "Who opened the bridge of Ostra?", (text, wrong), 0, 8, True, True)
    others = Group(
        "paragraphs", "Where did she come?", (Text("", "Late she came to Verrin."), wrong), 17, 23, True, True
    )
    unmarked = replace(marked, question="Why the bridge of Ostra?", start=-1, end=-1)
    single = replace(marked, question="Where is the bridge of Ostra?", texts=(text,), ranked=False)
    found = list(reading_sets.swapped([others, *[marked, unmarked, single] * 40], ALL))
    assert {(one.kind, one.question, one.texts) for one in found} == {
        ("swapped", "Who opened the bridge of Verrin?", (text,)),
        # A title would name the town that the passage no longer names.
        ("swapped", "Who opened the bridge of Ostra?", (Text("", BELK.replace("Ostra", "Verrin")),)),
    }
    assert {(one.start, one.end, one.ranked, one.answerable) for one in found} == {(-1, -1, False, False)}
    few = replace(ALL, most={**ALL.most, "swapped": 5})
    assert len(list(reading_sets.swapped([marked] * 40, few))) <= 5
