"""Questions that a passage no longer answers, and statements that it supports or contradicts, made by rule."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from lab.training.groups import CONTRADICTS, SUPPORTS
from lab.training.statements import (
    CHANGES,
    day_changed,
    made,
    name_changed,
    negation_changed,
    number_changed,
    other_answer,
    stated,
)
from lab.training.swaps import Swapped, names_in, names_of, swapped

Change = Callable[[str, str, random.Random], str]
SEEDS = range(200)


def every(change: Change, sentence: str, text: str = "") -> set[str]:
    """What a change makes of a sentence, by many throws of the dice."""
    return {change(sentence, text, random.Random(seed)) for seed in SEEDS}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "Then Paul Renner met Voss of the Bank of Verrin in Ostra.",
            ["Paul Renner", "Voss", "Bank of Verrin", "Ostra"],
        ),
        ("Rain fell on Ostra. Schools were closed. “Nobody came”, said Belk.", ["Ostra", "Belk"]),
        ("Paul Renner resigned. The Council of Ostra met.", ["Paul Renner", "Council of Ostra"]),
        ("In the Netherlands it rained.", ["Netherlands"]),
        ("They had read Renner's letters and Voss’s reply.", ["Renner", "Voss"]),
        ("Who wrote it, and for whom did O'Hara write?", ["O'Hara"]),
        ("it rained in the old town", []),
    ],
)
def test_a_capitalised_word_is_a_name_unless_it_only_begins_a_sentence(text: str, names: list[str]) -> None:
    assert names_in(text) == names


def test_names_are_listed_by_their_number_of_words() -> None:
    texts = ["Then Paul Renner met Voss.", "Then Voss met Ida Lindh in Ostra."]
    assert names_of(texts) == {1: ["Ostra", "Voss"], 2: ["Ida Lindh", "Paul Renner"]}


QUESTION = "How many houses of Ostra were lost in 1923 when 12 dams broke?"
PASSAGE = "In 1923 the town of Ostra lost forty houses, as 12 dams broke."


def test_question_and_passage_no_longer_agree_in_one_thing_and_in_all_others_they_do() -> None:
    def shared(one: Swapped) -> set[str]:
        return {thing for thing in ("Ostra", "1923", "12") if thing in one.question and thing in one.text}

    names = {1: ["Marle", "Ostra", "Verrin"], 2: ["Ida Lindh"]}
    found = [swapped(QUESTION, PASSAGE, names, random.Random(seed)) for seed in SEEDS]
    both = [one for one in found if one]
    assert len(both) > 100
    for one in both:
        assert len(shared(one)) == 2, one
        assert (one.question == QUESTION) != (one.text == PASSAGE), one
    lost = Counter(min({"Ostra", "1923", "12"} - shared(one)) for one in both)
    assert min(lost[thing] for thing in ("Ostra", "1923", "12")) > 5
    assert 50 < sum(one.text == PASSAGE for one in both) < len(both) - 30
    assert {one.question for one in both if "Ostra" not in one.question} == {
        QUESTION.replace("Ostra", other) for other in ("Marle", "Verrin")
    }


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many houses were lost?", "In 1923 the town of Ostra lost forty houses."),
        ("What was lost in Marle in 1924?", "In 1923 the town of Ostra lost forty houses."),
        ("How many of the 12 dams broke?", "In 2012 three of the dams, 12,000 tons each, broke; 1.12 fell."),
        ("What did Ann lose?", "The Annual lost forty houses."),
        ("What did Paul Renner Voss lose?", "Paul Renner Voss lost it."),  # no other name has three words
        ("What did Verrin lose?", "Verrin, Ann and Marle lost it, and Ostra too."),  # no name that the passage lacks
    ],
)
def test_nothing_is_swapped_where_question_and_passage_share_nothing(question: str, text: str) -> None:
    names = {1: ["Ann", "Marle", "Ostra", "Verrin"], 2: ["Ida Lindh"]}
    assert {swapped(question, text, names, random.Random(seed)) for seed in SEEDS} == {None}


def test_a_name_is_exchanged_wherever_it_stands_also_by_its_last_word() -> None:
    text = "Then Paul York Renner resigned. Renner, as York's papers say, left Rennerville."
    question = "Why did Paul York Renner resign?"
    found = {swapped(question, text, {3: ["Ida York Lindh"]}, random.Random(seed)) for seed in SEEDS}
    assert found == {
        Swapped("Why did Ida York Lindh resign?", text),
        Swapped(question, "Then Ida York Lindh resigned. Lindh, as York's papers say, left Rennerville."),
    }
    # The new name may hold the old one's last word.
    found = {
        swapped("Was it New York?", "It was New York.", {2: ["York Minster"]}, random.Random(seed)) for seed in SEEDS
    }
    assert Swapped("Was it New York?", "It was York Minster.") in found


def test_a_number_is_exchanged_only_where_it_stands_alone() -> None:
    text = "Of 3 dams, 3,000 men built 3.5 in 1983."
    found = {swapped("What of the 3 dams?", text, {}, random.Random(seed)) for seed in SEEDS} - {None}
    texts = {one.text for one in found if one} - {text}
    assert texts
    assert {one.partition(" dams")[2] for one in texts} == {", 3,000 men built 3.5 in 1983."}


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Who resigned over the letters?", "Paul Renner", "Paul Renner resigned over the letters."),
        ("Who wrote it?", "the elder Voss", "The elder Voss wrote it."),
        ("Which company owns the mill?", "Harrow", "Harrow owns the mill."),
        ("What flooded the mill ? ", "a storm", "A storm flooded the mill."),
        ("Who is the mayor of Ostra?", "Ann Belk", "The mayor of Ostra is Ann Belk."),
        ("How many miners drowned in 1923?", "twelve", "Twelve miners drowned in 1923."),
        ("How many miners drowned?", "at least 12 miners", "At least 12 miners drowned."),
        ("What is the cause of the fire?", "a lamp fell.", "The cause of the fire is a lamp fell."),
        # No rule: what is asked for is not the subject, or the verb is no verb.
        ("Who did Renner resign for?", "Ann Belk", "Who did Renner resign for? Ann Belk"),
        ("Who was seen?", "Ann Belk", "Who was seen? Ann Belk"),
        ("Who led whom did Renner say?", "Ann Belk", "Who led whom did Renner say? Ann Belk"),
        ("How many miners were lost?", "twelve", "How many miners were lost? twelve"),
        ("How many miners say they did resign?", "twelve", "How many miners say they did resign? twelve"),
        ("Where was it?", "in Ostra", "Where was it? in Ostra"),
        ("What book is by Voss?", "Emmeline", "What book is by Voss? Emmeline"),
        ("What new law was passed?", "the curfew", "What new law was passed? the curfew"),
        ("What happened in May?", "the dam broke", "What happened in May? the dam broke"),
    ],
)
def test_question_and_answer_become_a_statement_where_their_order_allows_it(
    question: str, answer: str, statement: str
) -> None:
    assert stated(question, answer) == statement


def test_one_number_of_a_sentence_is_changed() -> None:
    years = {f"In {1923 + by} it rained." for by in (-9, -4, -2, -1, 1, 2, 4, 9)}
    assert every(number_changed, "In 1923 it rained.") == years
    assert every(number_changed, "It cost 3,000 marks.") == {
        f"It cost {number} marks." for number in ("1,500", "6,000", "9,000", "30,000")
    }
    assert every(number_changed, "It rose by 4.2 feet.") == {
        f"It rose by {n} feet." for n in ("2.1", "8.4", "12.6", "42.0")
    }
    words = every(number_changed, "The two dams broke.")
    assert not {"The two dams broke.", ""} & words
    assert {"The three dams broke.", "The forty dams broke."} <= words
    assert every(number_changed, "Of 0 dams none broke.") == {"Of 3 dams none broke."}
    assert every(number_changed, "The 2nd dam broke in no year.") == {""}
    either = every(number_changed, "In 1923 it cost 800 marks.")
    assert len([one for one in either if "1923" in one]) == 4
    assert len([one for one in either if "800" in one]) == 8


def test_one_name_of_a_sentence_is_exchanged_for_another_of_the_passage() -> None:
    text = "It was Ann Belk whom Annual papers call Belk. They met Voss in Ostra."
    assert every(name_changed, "They met Voss in Ostra.", text) == {
        f"They met {name} in Ostra." for name in ("Ann Belk", "Annual", "Belk")
    } | {f"They met Voss in {name}." for name in ("Ann Belk", "Annual", "Belk")}
    # Its longer form is no other name, and a part of a word no name.
    assert every(name_changed, "Belkian hats of Belk were lost.", "It was Ann Belk who left Ostra.") == {
        "Belkian hats of Ostra were lost."
    }
    assert every(name_changed, "They met her.", text) == {""}
    assert every(name_changed, "They met Voss.", "They met Voss.") == {""}


@pytest.mark.parametrize(
    ("sentence", "changed"),
    [
        ("The dam was closed and will open.", "The dam was not closed and will open."),
        ("The dam was not closed.", "The dam was closed."),
        ("They did not close it.", "They did close it."),
        ("The dam was never closed.", ""),
        ("It isn't closed.", ""),
        ("They closed the dam.", ""),
    ],
)
def test_a_negation_is_added_or_taken_away(sentence: str, changed: str) -> None:
    assert every(negation_changed, sentence) == {changed}


def test_a_month_becomes_another_month_and_a_weekday_another_weekday() -> None:
    months = every(day_changed, "It rained on 3 May 1923.")
    assert len(months) == 11
    assert {"It rained on 3 January 1923.", "It rained on 3 December 1923."} <= months - {"It rained on 3 May 1923."}
    days = every(day_changed, "It rained on Sunday.")
    others = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    assert days == {f"It rained on {day}." for day in others}
    assert every(day_changed, "It rained.") == {""}


def test_a_wrong_answer_is_of_the_kind_of_the_right_one() -> None:
    text = "It was Ann Belk who met Ida Voss and Renner in Ostra. Belk left."
    question = "Who met Renner?"
    wrong = {other_answer("Ann Belk", question, text, random.Random(seed)) for seed in SEEDS}
    assert wrong == {"Ida Voss", "Ostra"}  # none that is asked about, no part of the right one
    assert {other_answer("Belk", question, text, random.Random(seed)) for seed in SEEDS} == {"Ida Voss", "Ostra"}
    numbers = {other_answer("800 marks", question, text, random.Random(seed)) for seed in SEEDS}
    assert numbers == {"400 marks", "1,600 marks", "2,400 marks", "8,000 marks"}
    assert other_answer("a storm", question, text, random.Random(1)) == ""
    assert other_answer("Ann Belk", question, "It was Ann Belk.", random.Random(1)) == ""


def test_a_passage_supports_its_answer_and_its_sentences_and_contradicts_what_was_changed() -> None:
    first = "Ann Belk opened the bridge of Ostra in May 1923, as the papers say."
    second = "It was not closed again until Ida Voss had left the council of the town."
    text = f"{first} It rained. {second}"
    question = "Who opened the bridge of Ostra?"
    told = [one for seed in SEEDS for one in made(question, "Ann Belk", text, random.Random(seed))]
    right, wrong = "Ann Belk opened the bridge of Ostra.", "Ida Voss opened the bridge of Ostra."
    supported = Counter(one for one, verdict in told if verdict == SUPPORTS)
    assert set(supported) == {right, first, second}
    assert supported[right] == len(SEEDS)
    assert 60 < supported[first] + supported[second] < 140  # half of the times
    contradicted = {one for one, verdict in told if verdict == CONTRADICTS}
    assert wrong in contradicted
    assert {
        first.replace("May", "June"), first.replace("1923", "1924"), first.replace("Ann Belk", "Ida Voss"),
        second.replace("was not", "was"),
    } <= contradicted  # fmt: skip
    assert not {right, first, second} & contradicted
    assert {verdict for _, verdict in told} == {SUPPORTS, CONTRADICTS}
    assert {one for one, _ in made("Why?", "a storm", "It rained.", random.Random(1))} == {"Why? a storm"}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_never_gives_the_sentence_itself(change: Change) -> None:
    sentence = "On Sunday 1 of 3 dams at Verrin was not closed, and two of 0.1 feet held by 1,000 men of Belk in 1923."
    assert sentence not in every(change, sentence, sentence + " It was Ida Voss who had closed Marle.")
