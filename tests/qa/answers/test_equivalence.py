import pytest

from qa.answers.equivalence import same_answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("three", "3"),
        ("1,000", "a thousand"),
        ("3.5 million", "3,500,000"),
        ("twenty-five", "25"),
        ("two hundred", "200 people"),
        ("40", "40 sensors"),
        ("nearly 40", "40"),
        ("May 3, 2015", "3 May 2015"),
        ("Obama", "Barack Obama"),
        ("the Mayor", "mayor"),
    ],
)
def test_answers_that_say_the_same(one: str, other: str) -> None:
    assert same_answer(one, other)
    assert same_answer(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("40", "41"),
        ("11 of 40", "40"),
        ("3 May 2015", "4 May 2015"),
        ("May 2015", "3 May 2015"),
        ("Obama", "Clinton"),
        ("40 dead", "40 million dead"),
        ("", "40"),
        ("the", "a"),
    ],
)
def test_answers_that_differ(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not same_answer(other, one)
