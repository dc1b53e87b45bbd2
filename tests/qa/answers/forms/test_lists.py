"""Lists that an article sets out line by line."""

from qa.answers.forms.lists import items
from tests.support.judged import Place, judged
from tests.support.plain import article

COURT = article(
    "Paul Renner was put on probation for three years.\n\nThe judge told Renner to:\n- Spend three years on probation\n"
    "- Take random drug tests\n- Pay $1,000 to the Verrin fund\n\nOther news:\n1. Rain in Ostra\n2. Snow in Idlib\n"
    "3. Fog at sea\n",
    id="court", title="Renner", published="2015-05-11",
)  # fmt: skip
QUESTION = "What are the things that the judge told Renner to do?"


def test_the_items_of_the_list_are_given_each_with_its_citation() -> None:
    answer = items(judged(QUESTION, [Place(COURT, "probation for three years")]))
    assert [one.text for one in answer.sentences] == [
        "Spend three years on probation", "Take random drug tests", "Pay $1,000 to the Verrin fund",
    ]  # fmt: skip
    assert [COURT.text[one.start : one.end] for one in answer.citations] == [one.text for one in answer.sentences]
    assert (answer.level, answer.exact) == ("possible", "")


def test_two_lines_are_no_list() -> None:
    text = COURT.text.replace("- Pay $1,000 to the Verrin fund\n", "")
    answer = items(judged(QUESTION, [Place(article(text, id="court", title="Renner"), "probation for three years")]))
    assert [one.text for one in answer.sentences] == ["Paul Renner was put on probation for three years."]


def test_a_list_of_other_stories_is_never_quoted() -> None:
    first = "Alpha and Piraeus reopened their branches."
    text = f"{first}\n\nRelated:\n- Banks reopened in Ostra\n- Banks face tests\n- Banks sold\n"
    banks = article(text, id="banks", title="Banks")
    answer = items(judged("Which banks reopened their branches?", [Place(banks, "Alpha and Piraeus")]))
    assert [one.text for one in answer.sentences] == ["Alpha and Piraeus reopened their branches."]


def test_a_list_about_something_else_is_left_alone() -> None:
    text = COURT.text.replace("- Spend three years on probation\n- Take random drug tests\n", "")
    answer = items(judged(QUESTION, [Place(article(text, id="court", title="Renner"), "probation for three years")]))
    assert [one.text for one in answer.sentences] == ["Paul Renner was put on probation for three years."]
