"""Names, numbers and years of a question, and whether a place agrees with them."""

import pytest

from qa.answers.question.qualifiers import Qualifiers, held_terms, names, qualifiers


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who won the 2022 World Cup final?", ["2022", "World", "Cup"]),
        ("How strong was the earthquake that struck Nepal on 12 May 2015?", ["Nepal", "2015"]),
        ("What share of 16- and 17-year-olds voted Yes?", ["16", "17-year-olds", "Yes"]),
        ("who is governor of puerto rico now?", []),
        ("What is Renner's plan?", ["Renner"]),
        ("Is it plan B?", []),
    ],
)
def test_the_names_of_a_question(question: str, expected: list[str]) -> None:
    assert names(question) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Chilean", "The mine in Chile collapsed."),
        ("Scots", "Scotland voted."),
        ("UK", "Britain left."),
        ("US", "The American minister"),
        ("Sensors", "One sensor drifted."),
        ("Zoë", "Zoe wept."),
        ("British", "Britain voted."),
        ("Greek", "Greece voted."),
        ("Kazakh", "Kazakhstan voted."),
        ("Governor", "Gov. Ann Lee spoke."),
    ],
)
def test_another_form_of_a_name_agrees(name: str, text: str) -> None:
    assert Qualifiers((name,), {}).missing(held_terms([text])) == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ebbers", "Enron fell."),
        ("2010", "It was 2004."),
        ("Ann", "Anna wept."),
        ("Navalny", "A naval base."),
        ("Paul", "Paula wept."),
        ("Nigeria", "Niger voted."),
        ("Mario", "Maria wept."),
    ],
)
def test_another_name_or_year_does_not_agree(name: str, text: str) -> None:
    assert Qualifiers((name,), {}).missing(held_terms([text])) == (name,)


def test_rare_words_weigh_most_and_a_word_that_is_nowhere_as_much_as_the_rarest() -> None:
    stated = qualifiers("Which sensors drifted at Zubair?", {"sensors": 1.0, "drifted": 3.0, "Zubair": 0.0})
    assert stated.covered(held_terms(["The sensors."])) == pytest.approx(1 / 7)
    assert stated.covered(held_terms(["Sensors drifted."])) == pytest.approx(4 / 7)
    assert stated.covered(held_terms(["Sensors drifted at Zubair."])) == 1.0


@pytest.mark.parametrize(
    ("question", "text", "unnamed"),
    [
        ("Did the CFO of Harrow meet Lee in Ostra on the 14th?", "The dam at Verrin", ("Harrow", "Ostra")),
        ("Did the CFO of Harrow meet Lee in Ostra?", "Harrow opened in Ostra", ()),
        ("How many goals did Lionel Messi score?", "Messi scored three", ()),
        ("What did Secretary of State John Kerry say?", "Mr. Kerry spoke", ()),
        ("When did Porto Verrin fall?", "The base fell", ("Porto Verrin",)),
        ("How many Brits voted?", "In Britain few voted", ()),
        ("Who won the Verrin cup in 2022?", "Verrin won in 2021", ("2022",)),
        ("Who bought 4,500 tons?", "He bought tons", ()),
    ],
)
def test_a_name_is_missed_where_none_of_its_words_is_there(question: str, text: str, unnamed: tuple[str, ...]) -> None:
    assert qualifiers(question).unnamed(held_terms([text])) == unnamed


@pytest.mark.parametrize(
    ("question", "weights", "elsewhere"),
    [
        ("Who found the boys of Tham Luang?", {"Tham": 0.0, "Luang": 0.0}, True),
        ("Who found the boys of Verrin Luang?", {"Verrin": 2.0, "Luang": 0.0}, False),  # Verrin is there
        ("Who found the boys of Ostra?", {"Ostra": 2.0}, False),  # it stands in another article
        ("When did Notre-Dame burn?", {"Notre-Dame": 0.0}, True),
        ("Who ran the NHSX?", {"NHSX": 0.0}, False),
        ("Who is the CFO?", {"CFO": 0.0}, False),  # it may be written out
        ("who found the boys?", {"boys": 0.0}, False),  # no name
    ],
)
def test_what_is_named_nowhere_is_elsewhere(question: str, weights: dict[str, float], elsewhere: bool) -> None:
    assert qualifiers(question, weights).is_elsewhere(held_terms(["The dam at Verrin"])) == elsewhere
