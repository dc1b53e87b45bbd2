"""How the chunker cuts what is too long for a passage."""

import pytest

from qa.text.chunking import chunk
from tests.qa.text.test_chunking import BlindTokenizer, LatinTokenizer, WordTokenizer, article, texts


def test_a_long_sentence_is_cut_at_the_last_clause_that_fits() -> None:
    text = "Rain fell on the hills all day; the river rose, the bridge gave way and the town was cut off."
    assert texts(chunk(article(text), WordTokenizer(), max_tokens=16)) == [
        "Rain fell on the hills all day; the river rose,",
        "the bridge gave way and the town was cut off.",
    ]


def test_a_clause_in_the_first_half_is_passed_over_for_a_space() -> None:
    text = "Well, one two three four five six seven eight nine ten eleven twelve"
    assert texts(chunk(article(text), WordTokenizer(), max_tokens=8)) == [
        "Well, one two three four five six",
        "seven eight nine ten eleven twelve",
    ]


def test_a_number_is_not_taken_for_a_clause() -> None:
    text = "Sales of the new car came to 1,000,000 units in every one of those years and fell"
    assert texts(chunk(article(text), WordTokenizer(), max_tokens=13))[0] == (
        "Sales of the new car came to 1,000,000 units"
    )


def test_text_without_a_space_is_cut_at_the_start_of_a_token() -> None:
    text = "aaaa/bbbb/cccc/dddd/eeee/ffff/gggg/hhhh/iiii/jjjj/kkkk"
    assert texts(chunk(article(text), WordTokenizer(), max_tokens=8)) == [
        "aaaa/bbbb/cccc/dddd/",
        "eeee/ffff/gggg/hhhh/",
        "iiii/jjjj/kkkk",
    ]


def test_text_cut_for_its_length_is_cut_at_the_start_of_a_token_too() -> None:
    text = ("a" * 25 + "/") * 14  # the limit of 192 characters falls inside the eighth word
    assert [len(quote) for quote in texts(chunk(article(text), WordTokenizer(), max_tokens=16))] == [182, 182]


@pytest.mark.parametrize("overlap", [0, 1])
def test_a_passage_with_more_tokens_by_itself_than_in_its_article_is_made_smaller(overlap: int) -> None:
    text = "The court sat. He left at dawn. " * 9  # three and four words
    tokenizer = BlindTokenizer()  # counts one more for each text
    for max_tokens in range(16, 30):
        passages = chunk(article(text), tokenizer, max_tokens=max_tokens, overlap_sentences=overlap)
        assert max(len(tokenizer.token_starts(passage.text)) for passage in passages) <= max_tokens
        assert passages[-1].end == len(text) - 1


def test_a_word_of_100000_characters_is_cut_though_it_counts_as_one_token() -> None:
    passages = chunk(article("x" * 100_000), WordTokenizer(), max_tokens=240)
    assert [len(passage.text) for passage in passages] == [2880] * 34 + [2080]


def test_what_the_tokenizer_does_not_see_is_cut_for_its_length() -> None:
    passages = chunk(article("\u200b" * 400 + "word"), LatinTokenizer(), max_tokens=16)
    assert [len(passage.text) for passage in passages] == [192, 192, 20]


def test_a_cut_never_parts_a_mark_from_its_letter_or_an_emoji() -> None:
    for cluster in ("e\u0301", "👩\u200d👧", "👍🏽"):
        quotes = texts(chunk(article("x" + cluster * 500), BlindTokenizer(), max_tokens=16))
        assert len(quotes) > 5
        assert [quote[: len(cluster)] for quote in quotes[1:]] == [cluster] * (len(quotes) - 1)
