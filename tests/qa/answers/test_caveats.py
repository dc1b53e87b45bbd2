"""The sentence after a quoted one, where it limits that one."""

import pytest

from qa.answers.caveats import caveat
from qa.answers.judging.candidates import Candidate
from qa.answers.layout import laid_out
from tests.support.judged import hit_of
from tests.support.plain import article

FIRST = "The rebels said that the town of Idlib had fallen after 3 days."


@pytest.mark.parametrize(
    ("following", "limits"),
    [
        ("None of this has been confirmed.", True),
        ("The claim could not be independently verified.", False),  # of what claim is not said
        ("That claim could not be independently verified.", True),
        ("The army denied that the town had fallen.", True),
        ("But the army said that the town still held.", True),
        ("However, the town hall was empty.", True),
        ("But rain is forecast for Ostra.", False),
        ("The toll in the town may rise.", True),
        ("The mayor was happy.", False),
        ("He was denied bail.", False),
        ("The Provisional IRA said that it planted it.", False),
        ("It might change its name.", False),
        ("She checks her phone but does not check her mail.", False),
        ("Yet another town had fallen.", False),
        ("Still, the town celebrated.", False),
        ("Residents of the town fled.", False),
    ],
)
def test_a_limiting_sentence_is_a_caveat(following: str, limits: bool) -> None:
    found = caveat(article(f"{FIRST} {following} Fishing goes on."), 0, len(FIRST))
    assert found == (following if limits else "")


def test_it_may_stand_in_the_next_paragraph_and_is_no_caveat_at_the_end() -> None:
    text = f"{FIRST}\n\nNone of this has been confirmed."
    assert caveat(article(text), 0, len(FIRST)) == "None of this has been confirmed."
    assert caveat(article(FIRST), 0, len(FIRST)) == ""


def test_a_line_that_is_never_quoted_is_no_caveat() -> None:
    text = f"{FIRST}\n\nRelated: Town of Idlib has not been confirmed as fallen\n\nFishing goes on."
    assert caveat(article(text), 0, len(FIRST)) == ""


def test_a_caveat_that_is_quoted_itself_is_not_repeated() -> None:
    own = article(f"{FIRST} None of this has been confirmed.", id="a")
    hit = hit_of(own)
    first = Candidate(0, 0, len(FIRST), FIRST)
    second = Candidate(0, len(FIRST) + 1, len(own.text), own.text[len(FIRST) + 1 :])
    alone = laid_out("?", [[first]], [hit], "possible", {"a": own})
    assert alone.sentences[0].caveat == "None of this has been confirmed."
    assert alone.text == f"{FIRST} [1] (The article goes on: “None of this has been confirmed.”)"
    both = laid_out("?", [[first], [second]], [hit], "possible", {"a": own})
    assert [one.caveat for one in both.sentences] == ["", ""]
