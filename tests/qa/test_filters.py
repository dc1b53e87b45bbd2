"""The options of a question: defaults, ranges, unknown names."""

import re
from datetime import date

import pytest

import qa
from qa.errors import InputError
from qa.filters import Condition, Conditions, Options, checked, where
from qa.retrieval import Retriever


def test_options_that_are_not_given_have_their_defaults() -> None:
    assert checked(5, {}) == Options(5, 3, (), "")


def test_each_filter_is_a_condition_and_the_same_as_text_or_date() -> None:
    assert where({"sources": "Courier", "articles": ["b", "a", "b"]}) == (
        Condition("source", "in", ("Courier",)),
        Condition("article_id", "in", ("a", "b")),
    )
    text = checked(1, {"as_of": "2015-05-11", "per_article": 0})
    assert text.where == checked(1, {"as_of": date(2015, 5, 11)}).where == where({"before": "2015-05-12"})
    assert (text.per_article, text.as_of) == (0, "2015-05-11")


@pytest.mark.parametrize(
    ("k", "conditions", "told"),
    [
        (0, {}, "k=0 is out of range: give 1 to 1000"),
        (1001, {}, "k=1001 is out of range: give 1 to 1000"),
        (5, {"per_article": -1}, "per_article=-1 is out of range: give 0 (no cap) or more"),
        (5, {"after": "soon"}, "after"),
    ],
)
def test_an_option_out_of_range_is_refused_by_name(k: int, conditions: Conditions, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        checked(k, conditions)


def test_an_unknown_option_is_a_type_error_that_names_the_options(retriever: Retriever) -> None:
    told = "unexpected keyword argument 'source'; the options are sources, articles, after, before, as_of, per_article"
    for call in (retriever.retrieve, retriever.ask, retriever.find_all):
        with pytest.raises(TypeError, match=re.escape(told)):
            call("dam", source="Courier")  # type: ignore[operator]
    assert qa.retrieve.__annotations__["options"] == "Unpack[Conditions]"
