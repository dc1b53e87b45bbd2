import pytest

from qa.answers.equivalence import compared, same_answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("three", "3"),
        ("1,000", "a thousand"),
        ("3.5 million", "3,500,000"),
        ("$54m", "$54 million"),
        ("£1.3bn", "1,300 million"),
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
        ("$54m", "$54"),
        ("", "40"),
        ("the", "a"),
    ],
)
def test_answers_that_differ(one: str, other: str) -> None:
    assert not same_answer(one, other)
    assert not same_answer(other, one)


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        ("$110,000 (£59,000)", "£100,000", (59_000.0, 100_000.0)),
        ("$54m", "$1.3bn", (54e6, 1.3e9)),
        ("28.1%", "29 per cent", (28.1, 29.0)),
        ("42 years", "fifty", (42.0, 50.0)),
        ("$54m", "£54m", None),
        ("£3 or £4", "£5", None),
        ("$54m", "fifty", None),
        ("3 of 4", "5", None),
        ("$2 trillion", "$900bn", (2e12, 9e11)),
        ("C$120", "US$100", None),
        ("US$120", "$100", (120.0, 100.0)),
        ("5 years", "11 months", None),
        ("3 km", "800 metres", None),
        ("1 goal", "two goals", (1.0, 2.0)),
        ("10-12%", "11%", None),
        ("-3%", "2%", None),
    ],
)
def test_amounts_are_compared_in_one_unit(one: str, other: str, values: tuple[float, float] | None) -> None:
    assert compared(one, other) == values
