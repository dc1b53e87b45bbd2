"""Days and people that a quoted sentence leaves to its article."""

from dataclasses import replace

import pytest

from qa.answers.context import notes, people
from tests.support.plain import article

BEFORE = "Jeff Hart drilled the shaft at Copiapo. "


def noted(sentence: str, before: str = "", published: str = "2015-05-22") -> tuple[str, ...]:
    """What is noted of a sentence that stands behind other text, in an article of Friday 22 May 2015."""
    text = before + sentence
    return notes(replace(article(text), published=published), len(before), len(text))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The dam broke on Friday.", ("Friday: 22 May 2015",)),
        ("The dam broke on Monday.", ("Monday: 18 May 2015",)),
        ("The dam broke last Saturday.", ("Saturday: 16 May 2015",)),
        ("It was closed yesterday.", ("yesterday: 21 May 2015",)),
        ("It opens tomorrow.", ("tomorrow: 23 May 2015",)),
        ("The dam will be closed on Monday.", ()),  # before or after: not certain
        ("The dam broke last Friday.", ()),  # the day itself, or a week before
        ("The dam broke on Friday, 15 May.", ()),  # stated already
        ("The dam broke next Friday.", ()),
        ("The dam broke at night.", ()),
    ],
)
def test_a_weekday_gets_its_date_from_the_articles(sentence: str, expected: tuple[str, ...]) -> None:
    assert noted(sentence) == expected


@pytest.mark.parametrize("published", ["", "2015", "2015-05"])
def test_without_the_articles_day_no_weekday_has_a_date(published: str) -> None:
    assert noted("The dam broke on Friday.", published=published) == ()


@pytest.mark.parametrize(
    ("before", "sentence", "expected"),
    [
        (BEFORE, "He said that he had not slept.", ("He: Jeff Hart",)),
        (BEFORE, "“We hit it,” he said.", ("He: Jeff Hart",)),
        (BEFORE + "The rock was hard. ", "She wept.", ("She: Jeff Hart",)),  # sex is not judged: it is the only person
        (BEFORE + "The ship lay near. ", "She had lost her rudder.", ()),
        (BEFORE + "The ship lay near. ", "He wept.", ("He: Jeff Hart",)),
        ("Jeff Hart met Ann Lee. ", "He wept.", ()),  # two people
        ("Nobody was hurt. ", "He wept.", ()),
        (BEFORE, "Ann Lee wept, he said.", ()),  # may be somebody in the sentence itself
        ("The United Nations sent tents. ", "He wept.", ()),  # no person
    ],
)
def test_a_pronoun_gets_the_only_person_named_before(before: str, sentence: str, expected: tuple[str, ...]) -> None:
    assert noted(sentence, before) == expected


def test_a_person_named_far_before_is_not_meant() -> None:
    assert noted("He wept.", BEFORE + 4 * "It rained on the town again. ") == ()


def test_people_have_two_names_or_a_title() -> None:
    assert people("Mr Renner met Ann Lee in New York, and Lund left.") == ["Mr Renner", "Ann Lee"]
