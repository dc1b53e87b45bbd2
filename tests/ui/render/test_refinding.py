"""Quoted words, found again in a text that has changed."""

import pytest

from ui.render.refinding import find_again, quote_hash, searched_whole


def test_quoted_words_that_stand_twice_are_found_nearest_to_their_old_place() -> None:
    text = "Held. " * 100
    assert find_again(text, 301, 5, quote_hash("Held.")) == 300
    assert find_again(text, 303, 5, quote_hash("Held.")) == 300
    assert find_again(text, 304, 5, quote_hash("Held.")) == 306
    assert find_again(text, 10**9, 5, quote_hash("Held.")) == 594


@pytest.mark.parametrize(
    ("text", "quote"),
    [("水坝关闭。水坝重开。", "水坝重开。"), ("The dam,which held,burst", "which held"), ("a\n\nb c", "b c"),
     ("whole", "whole"), ("🌊🌊 x", "🌊 x")],
)  # fmt: skip
def test_quoted_words_are_found_wherever_they_begin(text: str, quote: str) -> None:
    assert find_again(text, 0, len(quote), quote_hash(quote)) == text.index(quote)
    assert find_again(text, 0, len(quote), quote_hash("other")) is None
    assert find_again("", 0, len(quote), quote_hash(quote)) is None


def test_in_a_very_long_text_words_are_found_far_away_and_other_stretches_only_near_their_old_place() -> None:
    text = "y " * 600_000 + "x" * 500_000 + "needle" + "x" * 500_000
    assert find_again(text, 1_650_000, 6, quote_hash("needle")) == 1_700_000
    assert find_again(text, 0, 6, quote_hash("needle")) is None
    far = "Two words. " + "y " * 300_000
    assert find_again(far, 600_000, 10, quote_hash("Two words.")) == 0
    assert searched_whole("x" * 400_000, 1)
    assert not searched_whole("x" * 400_001, 1)
