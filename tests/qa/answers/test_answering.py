from dataclasses import replace

import numpy as np
import pytest

from qa.answers.answering import Answerer, best_cosine, read_features
from qa.answers.candidates import Candidate, Logistic
from qa.answers.sentence_features import read
from qa.models.passage_reader import PassageReading, Span
from qa.records import Answer, Citation, Hit, Part, Passage, Sentence
from tests.support.plain import WordEmbedder


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


def test_how_many_more_passages_are_shown_does_not_change_the_answer(embedder: WordEmbedder) -> None:
    others = [hit(f"In town {n} it rained on the fair.", article=f"o{n}", score=0.5) for n in range(7)]
    last = hit("How many sensors had drifted? Eleven sensors.", article="z", score=0.4)
    five = Answerer(embedder).answer("How many sensors had drifted?", [DAM, *others[:4]])
    more = Answerer(embedder).answer("How many sensors had drifted?", [DAM, *others, last])
    assert (more.sentences, more.citations, more.confidence) == (five.sentences, five.citations, five.confidence)
    assert more.hits == (DAM, *others, last)


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


def reading(text: str, words: str, score: float = 8.0, answerable: float = 4.0) -> PassageReading:
    start = text.index(words)
    return PassageReading(4.0, answerable, (Span(start, start + len(words), score),))


def answer_of(embedder: WordEmbedder, *found: tuple[Hit, str]) -> Answer:
    hits = [hit for hit, _ in found]
    readings = {hit.passage.id: reading(hit.passage.text, words) for hit, words in found}
    return Answerer(embedder).answer("How many sensors had drifted?", hits, None, readings)


def test_the_exact_answer_is_marked_in_its_sentence_and_given_alone(embedder: WordEmbedder) -> None:
    answer = answer_of(embedder, (DAM, "11 of 40"))
    assert answer.exact == "11 of 40"
    assert answer.sentences == (Sentence("Engineers found that 11 of 40 sensors had drifted.", (1,), ((21, 29),)),)
    assert (answer.citations[0].start, answer.citations[0].end) == (130, 180)


def test_words_that_stand_twice_are_marked_where_the_model_found_them(embedder: WordEmbedder) -> None:
    text = "On Monday 40 sensors were sold. On Friday 40 sensors had drifted."
    twice = hit(text)
    start = text.rindex("40")
    readings = {twice.passage.id: PassageReading(4.0, 4.0, (Span(start, start + 2, 8.0),))}
    answer = Answerer(embedder).answer("How many sensors had drifted?", [twice], None, readings)
    assert answer.sentences[0].text == "On Friday 40 sensors had drifted."
    assert answer.sentences[0].marks == ((10, 12),)


def test_articles_that_agree_are_cited_together(embedder: WordEmbedder) -> None:
    other = hit("A report counted 11 sensors that no longer measured well.", article="b")
    answer = answer_of(embedder, (DAM, "11"), (other, "11 sensors"))
    assert [sentence.citations for sentence in answer.sentences] == [(1, 2)]
    assert [one.article_id for one in answer.citations] == ["a", "b"]
    assert answer.text.endswith("[1] [2]")


def test_articles_that_differ_are_given_one_by_one(embedder: WordEmbedder) -> None:
    other = hit("A report counted 14 sensors that no longer measured well.", article="b")
    answer = answer_of(embedder, (DAM, "11"), (other, "14"))
    assert [sentence.citations for sentence in answer.sentences] == [(1,), (2,)]
    assert answer.exact == "11"


def test_an_article_answers_only_once(embedder: WordEmbedder) -> None:
    later = hit("Another 14 sensors had been replaced before.", start=500)
    answer = answer_of(embedder, (DAM, "11"), (later, "14"))
    assert len(answer.sentences) == 1


def test_a_copy_of_the_sentence_is_no_second_witness(embedder: WordEmbedder) -> None:
    copy = hit(DAM.passage.text, article="b", score=0.9)
    answer = answer_of(embedder, (DAM, "11"), (copy, "11"))
    assert [one.article_id for one in answer.citations] == ["a"]


def test_an_answer_over_two_sentences_quotes_both(embedder: WordEmbedder) -> None:
    answer = answer_of(embedder, (DAM, "drifted. Fishing"))
    assert answer.sentences[0].text == "Engineers found that 11 of 40 sensors had drifted. Fishing goes on."


def test_what_no_passage_seems_to_answer_is_refused(embedder: WordEmbedder) -> None:
    readings = {DAM.passage.id: PassageReading(-4.0, -8.0, reading(DAM.passage.text, "Fishing", -6.0).spans)}
    answer = Answerer(embedder).answer("Who won at chess in Reykjavik?", [DAM], None, readings)
    assert (answer.abstained, answer.exact) == (True, "")


def test_what_tells_whether_the_archive_holds_an_answer_by_hand() -> None:
    dated = replace(DAM, score=0.9, why=(*DAM.why, Part("date", 1, 1.0, 0.3)))
    others = [hit("Nobody fished.", "b"), hit("The mill burned.", "c")]
    readings = {
        dated.passage.id: PassageReading(1.0, -2.0),
        others[0].passage.id: PassageReading(5.0, 3.0),
        others[1].passage.id: PassageReading(3.0, 1.0),
    }
    question = "How many of the 40 sensors at Verrin did Zubair replace?"  # two of its names and numbers stand in DAM
    row = read_features(question, [dated, *others], np.array([0.2, 0.8]), readings, 0.7)
    assert row.tolist() == pytest.approx([np.log(4), 1 / 3, 3.0, 5.0, 2.0, 0.6, 0.7])


def test_the_best_cosine_is_that_of_the_sentence_nearest_to_the_question(embedder: WordEmbedder) -> None:
    near, far = Candidate(0, 0, 9, "zebra sensors"), Candidate(0, 9, 20, "nobody fished")
    both = best_cosine("zebra sensors", [far, near], embedder)
    assert both == pytest.approx(1.0)
    assert best_cosine("zebra sensors", [far], embedder) < 0.9
