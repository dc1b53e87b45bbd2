"""Words that may be marked for a kind of question."""

import pytest

from qa.answers.question.expected import fits
from qa.answers.question.question_kinds import asked_for


@pytest.mark.parametrize(
    ("question", "words", "fit"),
    [
        ("How many people died?", "34", "yes"),
        ("How many people died?", "Thirty-four", "yes"),
        ("How many people died?", "scores of people", "yes"),
        ("How many people died?", "the miners", "no"),
        ("How many people died?", "May 2015", "no"),
        ("How many people died?", "in 2015", "no"),
        ("How long did it last?", "a few weeks", "yes"),
        ("How long did it last?", "until 2015", "yes"),
        ("How much did it cost?", "$1.3bn", "yes"),
        ("Who won?", "Ann Lee", "yes"),
        ("Who won?", "the shift foreman", "yes"),
        ("Who won?", "al-Nusra Front", "yes"),
        ("Who won?", "by a mile", "no"),
        ("When did it sink?", "last Tuesday", "yes"),
        ("When did it sink?", "in 1991", "yes"),
        ("When did it sink?", "off Ostra", "no"),
        ("Where did it sink?", "off Ostra", "yes"),
        ("Where did it sink?", "near the coast", "yes"),
        ("Where did it sink?", "because of a fire", "no"),
        ("Why did it sink?", "because of a fire", "open"),
        ("What is the death toll now?", "the storm", "no"),
        ("Who said that it was safe?", "very safe", "no"),
        ("How many Marines died?", "12 Marines", "yes"),
        ("How many died?", "November 15", "no"),
        ("How many died?", "15 November", "no"),
        ("How many died?", "a Category 4 hurricane", "no"),
        ("How many died?", "Flight 714", "no"),
        ("How many died?", "a category 4 storm", "no"),
        ("How many died?", "a Boeing 737-800", "no"),
        ("How strong was the storm?", "Category 4", "yes"),
        ("What number did Hart wear?", "the No. 10 shirt", "yes"),
        ("How much did it cost?", "USD500", "yes"),
        ("How many died?", "9 in a Category 4 hurricane", "yes"),
        ("How much did it cost?", "Rs500", "yes"),
        ("How much did it cost?", "D8", "no"),
        ("How soon did the raids begin?", "within hours", "yes"),
        ("How many raids were there?", "within hours", "no"),
        ("Who is the head of Harrow Steel?", "Harrow Steel", "no"),
        ("Who won, Lund or Renner?", "Lund", "yes"),
        ("On which day did it sink?", "next week", "open"),
        ("On which day did it sink?", "18 September", "yes"),
        ("On which day did it sink?", "off Ostra", "no"),
    ],
)
def test_words_fit_a_question(question: str, words: str, fit: str) -> None:
    assert fits(asked_for(question), question, words) == fit
