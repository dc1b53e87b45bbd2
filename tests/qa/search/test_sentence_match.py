import pytest

from qa.search.sentence_match import SentenceMatcher


def even(word: str) -> float:
    return 1.0


def test_a_sentence_that_holds_every_word_scores_full() -> None:
    assert SentenceMatcher("Who closed the dam?", even).score(["The council closed the dam on Monday."]) == [1.0]


def test_the_best_sentence_counts_not_the_sum_of_several() -> None:
    together, apart, neither = SentenceMatcher("Which mayor flooded the valley?", even).score(
        ["The mayor flooded the valley. It rained.", "The mayor spoke. The valley lay still. It flooded.", "It rained."]
    )
    assert together > apart > neither


def test_words_that_mean_nearly_the_same_count_in_part() -> None:
    near, far = SentenceMatcher("killed", even).score(["Two people died.", "Two people sang."])
    assert 0.5 < near < 1.0
    assert far == 0.0


def test_rare_words_tell_more_than_common_ones() -> None:
    rarity = {"Verrin": 9.0, "dam": 1.0}
    name, noun = SentenceMatcher("Verrin dam", lambda word: rarity.get(word, 0.0)).score(
        ["Verrin fell.", "A dam fell."]
    )
    assert name > 3 * noun


def test_words_next_to_each_other_as_in_the_question_count_more() -> None:
    together, apart = SentenceMatcher("prime minister visit", even).score(
        ["The prime minister left.", "The minister left in prime health."]
    )
    assert together == pytest.approx(apart + 0.05, abs=1e-6)  # a pair that weighs a third, times 0.15


def test_words_next_to_each_other_across_a_border_of_sentences_are_no_pair() -> None:
    across, inside = SentenceMatcher("prime minister visit", even).score(
        ["He was in his prime\n\nMinister left", "He left the prime minister"]
    )
    assert across == pytest.approx(1 / 3)  # one of three words in each
    assert inside == pytest.approx(2 / 3 + 0.05)


def test_a_name_of_many_pieces_weighs_as_one_word() -> None:
    name, noun = SentenceMatcher("Shughour mayor", even).score(["Shughour fell.", "The mayor spoke."])
    assert 0.45 < noun < 0.65  # half, and a little for pieces that are near the other words
    assert 0.5 < name < 0.6  # its pieces stand next to each other as in the question


def test_words_that_only_ask_do_not_count() -> None:
    assert SentenceMatcher("Who was the mayor?", even).score(["The mayor."]) == [1.0]
    assert SentenceMatcher("Who was the mayor?", even).score(["Who was it?"]) == [0.0]


@pytest.mark.parametrize("question", ["?", "…", "\u200b"])
def test_a_question_without_words_matches_nothing(question: str) -> None:
    assert SentenceMatcher(question, even).score(["The mayor spoke."]) == [0.0]


def test_passages_without_words_score_nothing() -> None:
    assert SentenceMatcher("mayor", even).score(["", "   ", "The mayor spoke."]) == [0.0, 0.0, 1.0]
    assert SentenceMatcher("mayor", even).score([]) == []


def test_scores_do_not_depend_on_what_else_is_scored() -> None:
    texts = ["The mayor spoke.", "A long walk. The dam broke over the valley.", "Mayor and dam."]
    matcher = SentenceMatcher("Why did the mayor close the dam?", even)
    assert matcher.score(texts) == [matcher.score([text])[0] for text in texts]
