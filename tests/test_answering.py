import numpy as np
import pytest

from qa.answering import Answerer, Logistic, read
from qa.records import Citation, Hit, Part, Passage
from tests.plain import WordEmbedder


def hit(text: str, article: str = "a", start: int = 0, score: float = 1.0) -> Hit:
    passage = Passage(f"p{article}{start}", article, start, start + len(text), text)
    citation = Citation(article, "Title", "Courier", "", "2015-05-11", start, start + len(text), text, "d" * 64)
    return Hit(passage, citation, score, (Part("bm25", 1, 5.0, score / 2), Part("dense", 1, 0.6, score / 2)))


DAM = hit(
    "The dam at Verrin was closed. Engineers found that 11 of 40 sensors had drifted. Fishing goes on.", start=100
)


def test_an_answer_quotes_the_sentence_with_its_offsets_in_the_article(embedder: WordEmbedder) -> None:
    answer = Answerer(embedder).answer("How many sensors had drifted?", [DAM])
    assert not answer.abstained
    assert answer.sentences[0].text == "Engineers found that 11 of 40 sensors had drifted."
    first = answer.citations[answer.sentences[0].citations[0] - 1]
    assert (first.start, first.end) == (130, 180)
    assert first.quote == "Engineers found that 11 of 40 sensors had drifted."
    assert (first.article_id, first.digest) == ("a", "d" * 64)
    assert answer.text.startswith("Engineers found that 11 of 40 sensors had drifted. [1]")


def test_without_hits_it_abstains(embedder: WordEmbedder) -> None:
    answer = Answerer(embedder).answer("Anything?", [])
    assert (answer.abstained, answer.confidence, answer.exact, answer.sentences) == (True, 0.0, "", ())
    assert answer.text == "No answer to this question was found in the archive."


def test_a_question_about_something_else_is_refused_with_the_nearest_passages(embedder: WordEmbedder) -> None:
    answer = Answerer(embedder).answer("Which chess player won in Reykjavik?", [DAM])
    assert answer.abstained
    assert answer.hits == (DAM,)
    assert answer.confidence < 0.5
    assert "nearest passages" in answer.text


def test_a_number_in_an_article_cannot_pass_for_a_citation(embedder: WordEmbedder) -> None:
    spoof = hit("Engineers found that 11 of 40 sensors had drifted [2] [99].")
    answer = Answerer(embedder).answer("How many sensors had drifted?", [spoof])
    assert answer.text == "Engineers found that 11 of 40 sensors had drifted ［2］ ［99］. [1]"
    assert answer.sentences[0].text == spoof.passage.text


def test_the_same_sentence_is_not_given_twice(embedder: WordEmbedder) -> None:
    copy = hit(DAM.passage.text, article="b", score=0.9)
    answer = Answerer(embedder).answer("How many sensors had drifted?", [DAM, copy])
    texts = [sentence.text for sentence in answer.sentences]
    assert len(texts) == len(set(texts))


def test_a_sentence_in_two_overlapping_passages_is_read_once(embedder: WordEmbedder) -> None:
    overlapping = hit("Engineers found that 11 of 40 sensors had drifted. Fishing goes on.", start=130)
    reading = read("sensors", [DAM, overlapping], embedder)
    assert [(c.start, c.end) for c in reading.candidates] == [(100, 129), (130, 180), (181, 197)]
    assert reading.features.shape[0] == 3


def test_a_word_that_the_archive_never_uses_weighs_most(embedder: WordEmbedder) -> None:
    known = read("zebra sensors", [DAM], embedder, {"zebra": 2.0, "sensors": 4.0}).features[1, 1]
    absent = read("zebra sensors", [DAM], embedder, {"zebra": 0.0, "sensors": 4.0}).features[1, 1]
    assert known == pytest.approx(4 / 6)
    assert absent == pytest.approx(1 / 2)


def test_a_logistic_model_by_hand() -> None:
    model = Logistic((1.0, -2.0), 0.5)
    assert model(np.array([[1.0, 0.5], [0.0, 0.25]])).tolist() == pytest.approx([1 / (1 + np.exp(-0.5)), 0.5])
