"""Values that change: the newest first, each with the outlet and day that first reported it."""

import pytest

from qa.answers.forms.values import is_changing, over_time
from qa.answers.question.question_kinds import asked_for
from tests.support.judged import Place, judged
from tests.support.plain import article

TOLL = "What is the death toll of the Verrin flood now?"


def report(name: str, day: str, text: str, source: str = "Courier") -> object:
    return article(text, id=name, title="Verrin flood", source=source, published=day)


FIRST = report("first", "2015-04-25", "The flood at Verrin killed 876 people.")
SECOND = report("second", "2015-04-27T10:00:00", "The toll of the Verrin flood rose to 3,700.", "Herald")
LAST = report("last", "2015-06-24", "The flood killed 8,790 people.", "Wire")


def test_the_newest_value_comes_first_and_the_others_with_outlet_and_day() -> None:
    given = over_time(judged(TOLL, [Place(FIRST, "876"), Place(LAST, "8,790"), Place(SECOND, "3,700")]))
    assert [(one.text, one.notes) for one in given.sentences] == [
        ("The flood killed 8,790 people.", ("Newest: 24 June 2015, Wire",)),
        ("The toll of the Verrin flood rose to 3,700.", ("Earlier: 27 April 2015, Herald",)),
        ("The flood at Verrin killed 876 people.", ("Earlier: 25 April 2015, Courier",)),
    ]
    assert (given.exact, given.level) == ("8,790", "answer")
    assert [bool(one.marks) for one in given.sentences] == [True, False, False]
    assert given.text.startswith("The flood killed 8,790 people. (Newest: 24 June 2015, Wire) [1] ")


def test_a_value_stands_with_its_first_report() -> None:
    again = report("again", "2015-07-01", "In April the Verrin flood had killed 876 people.", "Herald")
    given = over_time(judged(TOLL, [Place(again, "876"), Place(LAST, "8,790"), Place(FIRST, "876 people")]))
    assert [one.notes[0] for one in given.sentences] == [
        "Newest: 24 June 2015, Wire",
        "Earlier: 25 April 2015, Courier",
    ]


def test_a_value_that_returns_is_the_newest() -> None:
    back = report("back", "2015-05-20", "The Verrin flood killed 876 people, the ministry counted.", "Wire")
    given = over_time(judged(TOLL, [Place(back, "876"), Place(SECOND, "3,700"), Place(FIRST, "876")]))
    assert [one.notes[0] for one in given.sentences] == ["Newest: 20 May 2015, Wire", "Earlier: 27 April 2015, Herald"]
    assert given.exact == "876"


def test_a_sentence_with_two_numbers_is_given_once_and_the_earlier_ones_by_their_day() -> None:
    both = report("both", "2015-04-26", "At the base of Verrin the flood killed 17 and hurt 61.", "Wire")
    places = [Place(LAST, "8,790"), Place(both, "17"), Place(both, "61"), Place(SECOND, "3,700"), Place(FIRST, "876")]
    given = over_time(judged(TOLL, places))
    assert [one.notes[0] for one in given.sentences] == [
        "Newest: 24 June 2015, Wire", "Earlier: 27 April 2015, Herald", "Earlier: 26 April 2015, Wire",
        "Earlier: 25 April 2015, Courier",
    ]  # fmt: skip


def test_what_is_no_place_is_no_place_where_somebody_is() -> None:
    there = report("there", "2015-04-25", "Anton Voss is in Verrin.")
    odd = report("odd", "2015-05-25", "Anton Voss is a very happy man.")
    given = over_time(judged("Where is Anton Voss now?", [Place(there, "Verrin"), Place(odd, "a very happy man")]))
    assert given.exact == "Verrin"


def test_the_confidence_is_that_of_the_newest() -> None:
    given = over_time(judged(TOLL, [Place(FIRST, "876", 0.9), Place(LAST, "8,790", 0.85)]))
    assert (given.level, given.exact, given.confidence) == ("answer", "8,790", pytest.approx(0.85))


def test_where_the_newest_is_doubtful_the_confidence_is_that_of_all_values_together() -> None:
    given = over_time(judged(TOLL, [Place(FIRST, "876", 0.8), Place(LAST, "8,790", 0.4)], held=0.9))
    assert (given.level, given.exact, given.confidence) == ("possible", "", pytest.approx(0.9))


def test_the_toll_of_another_year_is_another_thing() -> None:
    old = report("old", "2015-07-01", "The Verrin flood of 1934 killed 10,600 people.")
    given = over_time(judged(TOLL, [Place(FIRST, "876"), Place(old, "10,600"), Place(SECOND, "3,700")]))
    assert [one.notes[0].partition(":")[0] for one in given.sentences] == ["Newest", "Earlier"]
    assert "10,600" not in given.text


def test_a_corrected_value_is_called_so() -> None:
    corrected = report("c", "2015-07-01", "Correction: the flood at Verrin killed 8,712 people.")
    given = over_time(judged(TOLL, [Place(FIRST, "876"), Place(corrected, "8,712")]))
    assert given.sentences[0].notes[0] == "Newest, a correction: 1 July 2015, Courier"


def test_what_is_no_quantity_is_no_value() -> None:
    place = Place(LAST, "people")
    given = over_time(judged(TOLL, [Place(FIRST, "876"), place]))
    assert [one.notes for one in given.sentences if one.text.startswith("The flood at")] == [()]


def test_how_something_changed_is_told_in_order_of_time() -> None:
    question = "How did the death toll of the Verrin flood change?"
    given = over_time(judged(question, [Place(LAST, "8,790"), Place(FIRST, "876")]))
    assert [one.notes for one in given.sentences] == [
        ("Reported: 25 April 2015, Courier",),
        ("Reported: 24 June 2015, Wire",),
    ]
    assert (given.level, given.exact) == ("possible", "")


@pytest.mark.parametrize(
    ("question", "changing"),
    [
        (TOLL, True),
        ("Who is the mayor of Verrin at the moment?", True),
        ("Did the number of raids go up?", True),
        ("How many people died?", False),
        ("Was the dam closed?", False),
        ("Did the fellows of the college vote?", False),
        ("Was the tree that fell in Ostra removed?", False),
        ("Did the ceasefire between Ostra and Idlib hold?", False),
        ("Is it always cold in Ostra?", False),
        ("Did police drop the charges?", False),
        ("Did the wall of Ostra fall?", False),
    ],
)
def test_questions_about_what_changes(question: str, changing: bool) -> None:
    assert is_changing(asked_for(question), question) == changing
