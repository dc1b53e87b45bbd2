"""Misspelt words and the archive's own spelling."""

import pytest

from qa.search.spelling import is_english, nearest, vocabulary

WORDS = vocabulary(
    [
        "Brittney Griner was freed. Griner flew home to Yellowstone.",
        "The grinder broke; Sholly said so.",
        "Burn more than Bure did.",
    ]
)


def test_the_commonest_spelling_of_a_word_is_kept_with_its_count() -> None:
    assert vocabulary(["Dam dam dam DAM"]) == {"dam": ("dam", 4)}


@pytest.mark.parametrize(("typed", "spelling"), [("sanya", "Sania"), ("mirsa", "Mirza"), ("sanza", "")])
def test_a_word_that_sounds_alike_is_nearer_than_a_commoner_one(typed: str, spelling: str) -> None:
    words = vocabulary(["Santa Santa Santa. Sania Mirza won. Miss Misra sang. Misra! Misra!"])
    assert nearest(typed, words) == spelling


@pytest.mark.parametrize(
    ("typed", "spelling"),
    [
        ("Griener", "Griner"),  # a letter too many; "grinder" is as near, but rarer
        ("Grinre", "Griner"),  # two letters exchanged
        ("Yelowstone", "Yellowstone"),
        ("Yelowston", "Yellowstone"),  # two letters missing of a long word
        ("brittny", "Brittney"),
        ("Griner", ""),  # it is spelt so
        ("Grimmer", ""),  # two edits are too many for a short word
        ("Triner", ""),  # another first letter
        ("Zubair", ""),
        ("Tham", ""),  # a name does not become "than"
        ("Burj", ""),  # nor, if it is short, another name
        ("burj", ""),  # nor another word with another sound
    ],
)
def test_the_nearest_spelling(typed: str, spelling: str) -> None:
    assert nearest(typed, WORDS) == spelling


@pytest.mark.parametrize("word", ["dearer", "wasnt", "released", "hotels"])
def test_common_words_are_spelt_right_in_any_ending(word: str) -> None:
    assert is_english(word)


@pytest.mark.parametrize("word", ["griener", "yelowstone", "mirsa"])
def test_other_words_may_be_misspelt(word: str) -> None:
    assert not is_english(word)
