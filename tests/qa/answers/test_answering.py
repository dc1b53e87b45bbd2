from dataclasses import replace

import numpy as np
import pytest

from qa.answers.found import Found
from qa.answers.judging.candidates import Logistic
from qa.answers.judging.sentence_features import read
from qa.answers.question.question_kinds import asked_for
from qa.answers.reply import Answerer
from qa.models.passage_reader import PassageReading, Span
from qa.records import Answer, Article, Citation, Hit, Part, Passage, Sentence
from tests.support.judged import always, weights_by_hand
from tests.support.plain import WordEmbedder


@pytest.fixture(autouse=True)
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    weights_by_hand(monkeypatch)


def hit(text: str, article: str = "a", start: int = 0, score: float = 1.0) -> Hit:
    passage = Passage(f"p{article}{start}", article, start, start + len(text), text)
    citation = Citation(article, "Title", "Courier", "", "2015-05-11", start, start + len(text), text, "d" * 64)
    return Hit(passage, citation, score, (Part("bm25", 1, 5.0, score / 2), Part("dense", 1, 0.6, score / 2)))


def article_of(found: Hit, **changes: str) -> Article:
    """The article of a hit: its passage, and blanks before it up to its offset."""
    text = " " * found.passage.start + found.passage.text
    article = Article(found.passage.article_id, "Title", "", text, "Courier", "", "", "2015-05-11", "", "", "en")
    return replace(article, **changes)


def answer(
    embedder: WordEmbedder, question: str, hits: list[Hit], readings: dict[str, PassageReading] | None = None
) -> Answer:
    """The answer to a question out of hits, each with its article."""
    articles = {one.passage.article_id: article_of(one) for one in reversed(hits)}
    return Answerer(embedder).answer(Found(question, hits, readings, articles), asked_for(question))


DAM = hit(
    "The dam at Verrin was closed. Engineers found that 11 of 40 sensors had drifted. Fishing goes on.", start=100
)


def test_an_answer_quotes_the_sentence_with_its_offsets_in_the_article(embedder: WordEmbedder) -> None:
    given = answer(embedder, "How many sensors had drifted?", [DAM])
    assert not given.abstained
    assert given.sentences[0].text == "Engineers found that 11 of 40 sensors had drifted."
    first = given.citations[given.sentences[0].citations[0] - 1]
    assert (first.start, first.end) == (130, 180)
    assert first.quote == "Engineers found that 11 of 40 sensors had drifted."
    assert (first.article_id, first.digest) == ("a", "d" * 64)
    assert given.text.startswith("Engineers found that 11 of 40 sensors had drifted. [1]")


def test_without_hits_it_abstains(embedder: WordEmbedder) -> None:
    given = answer(embedder, "Anything?", [])
    assert (given.abstained, given.confidence, given.exact, given.sentences) == (True, 0.0, "", ())
    assert given.text == "No answer to this question was found in the archive."


def test_a_question_about_something_else_is_refused_with_the_nearest_passages(embedder: WordEmbedder) -> None:
    given = answer(embedder, "Which chess player won in Reykjavik?", [DAM])
    assert given.abstained
    assert given.hits == (DAM,)
    assert given.confidence < 0.5
    assert "nearest passages" in given.text


def test_a_number_in_an_article_cannot_pass_for_a_citation(embedder: WordEmbedder) -> None:
    spoof = hit("Engineers found that 11 of 40 sensors had drifted [2] [99].")
    given = answer(embedder, "How many sensors had drifted?", [spoof])
    assert given.text == "Engineers found that 11 of 40 sensors had drifted ［2］ ［99］. [1]"
    assert given.sentences[0].text == spoof.passage.text


def test_how_many_more_passages_are_shown_does_not_change_the_answer(embedder: WordEmbedder) -> None:
    others = [hit(f"In town {n} it rained on the fair.", article=f"o{n}", score=0.5) for n in range(7)]
    last = hit("How many sensors had drifted? Eleven sensors.", article="z", score=0.4)
    five = answer(embedder, "How many sensors had drifted?", [DAM, *others[:4]])
    more = answer(embedder, "How many sensors had drifted?", [DAM, *others, last])
    assert (more.sentences, more.citations, more.confidence) == (five.sentences, five.citations, five.confidence)
    assert more.hits == (DAM, *others, last)


def test_the_same_sentence_is_not_given_twice(embedder: WordEmbedder) -> None:
    copy = hit(DAM.passage.text, article="b", score=0.9)
    given = answer(embedder, "How many sensors had drifted?", [DAM, copy])
    texts = [sentence.text for sentence in given.sentences]
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


def reading(text: str, words: str, score: float = 14.0, answerable: float = 8.0) -> PassageReading:
    start = text.index(words)
    return PassageReading(4.0, answerable, (Span(start, start + len(words), score),))


def answer_of(embedder: WordEmbedder, *found: tuple[Hit, str]) -> Answer:
    hits = [hit for hit, _ in found]
    readings = {hit.passage.id: reading(hit.passage.text, words) for hit, words in found}
    return answer(embedder, "How many sensors had drifted?", hits, readings)


def test_the_exact_answer_is_marked_in_its_sentence_and_given_alone(embedder: WordEmbedder) -> None:
    given = answer_of(embedder, (DAM, "11 of 40"))
    assert given.exact == "11 of 40"
    assert given.sentences == (Sentence("Engineers found that 11 of 40 sensors had drifted.", (1,), ((21, 29),)),)
    assert (given.citations[0].start, given.citations[0].end) == (130, 180)


def test_words_that_stand_twice_are_marked_where_the_model_found_them(embedder: WordEmbedder) -> None:
    text = "On Monday 40 sensors were sold. On Friday 40 sensors had drifted."
    twice = hit(text)
    start = text.rindex("40")
    readings = {twice.passage.id: PassageReading(4.0, 8.0, (Span(start, start + 2, 14.0),))}
    given = answer(embedder, "How many sensors had drifted?", [twice], readings)
    assert given.sentences[0].text == "On Friday 40 sensors had drifted."
    assert given.sentences[0].marks == ((10, 12),)


def test_articles_that_agree_are_cited_together(embedder: WordEmbedder) -> None:
    other = hit("A report counted 11 sensors that no longer measured well.", article="b")
    given = answer_of(embedder, (DAM, "11"), (other, "11 sensors"))
    assert [sentence.citations for sentence in given.sentences] == [(1, 2)]
    assert [one.article_id for one in given.citations] == ["a", "b"]
    assert given.text.endswith("[1] [2]")


def test_articles_that_differ_are_given_one_by_one(embedder: WordEmbedder) -> None:
    other = hit("A report counted 14 sensors that no longer measured well.", article="b")
    given = answer_of(embedder, (DAM, "11"), (other, "14"))
    assert [sentence.citations for sentence in given.sentences] == [(1,), (2,)]
    assert given.exact == "11"


def test_an_article_answers_only_once(embedder: WordEmbedder) -> None:
    later = hit("Another 14 sensors had been replaced before.", start=500)
    given = answer_of(embedder, (DAM, "11"), (later, "14"))
    assert len(given.sentences) == 1


def test_a_copy_of_the_sentence_is_no_second_witness(embedder: WordEmbedder) -> None:
    copy = hit(DAM.passage.text, article="b", score=0.9)
    given = answer_of(embedder, (DAM, "11"), (copy, "11"))
    assert [one.article_id for one in given.citations] == ["a"]


def test_an_answer_over_two_sentences_quotes_both(embedder: WordEmbedder) -> None:
    given = answer_of(embedder, (DAM, "drifted. Fishing"))
    assert given.sentences[0].text == "Engineers found that 11 of 40 sensors had drifted. Fishing goes on."


def test_what_no_passage_seems_to_answer_is_refused(embedder: WordEmbedder) -> None:
    readings = {DAM.passage.id: PassageReading(-4.0, -8.0, reading(DAM.passage.text, "Fishing", -6.0).spans)}
    given = answer(embedder, "Who won at chess in Reykjavik?", [DAM], readings)
    assert (given.abstained, given.exact) == (True, "")


def test_a_possible_answer_marks_nothing_and_gives_each_sentence_by_itself(embedder: WordEmbedder) -> None:
    other = hit("A report counted 11 sensors that no longer measured well.", article="b")
    readings = {one.passage.id: reading(one.passage.text, "11", 2.0, 0.0) for one in (DAM, other)}
    given = answer(embedder, "How many sensors had drifted?", [DAM, other], readings)
    assert (given.level, given.exact) == ("possible", "")
    assert [(one.citations, one.marks) for one in given.sentences] == [((1,), ()), ((2,), ())]


@pytest.mark.parametrize(
    ("right", "held", "level", "confidence"),
    [(0.8, 0.9, "answer", 0.8), (0.8, 0.1, "answer", 0.8), (0.5, 0.9, "possible", 0.9), (0.5, 0.2, "none", 0.2)],
)
def test_each_level_has_a_probability_of_its_own(
    embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, right: float, held: float, level: str, confidence: float
) -> None:
    weights_by_hand(monkeypatch, always(right), always(held))
    given = answer_of(embedder, (DAM, "11 of 40"))
    assert (given.level, given.confidence) == (level, pytest.approx(confidence))


def test_a_name_in_any_article_that_was_read_is_none_that_is_missing(
    embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_by_hand(monkeypatch, always(0.3), always(0.5))
    other = hit("At Zubair 3 sensors had drifted.", article="b")
    for first, second in ((DAM, other), (other, DAM)):
        readings = {
            first.passage.id: reading(first.passage.text, "sensors", 14.0),
            second.passage.id: reading(second.passage.text, "sensors", 2.0),
        }
        given = answer(embedder, "How many sensors at Zubair had drifted?", [first, second], readings)
        assert given.level == "possible"


def test_an_article_that_never_names_what_is_asked_about_is_at_most_possible(embedder: WordEmbedder) -> None:
    readings = {DAM.passage.id: reading(DAM.passage.text, "11 of 40")}
    given = answer(embedder, "How many sensors at Zubair had drifted?", [DAM], readings)
    assert given.level == "possible"
    assert given.reason == "The article quoted does not mention “Zubair”."


@pytest.mark.parametrize(
    ("question", "level", "reason"),
    [
        ("How many sensors at Verrin had drifted?", "possible", ""),
        ("How many sensors at Zubair had drifted?", "none", "None of the nearest articles mentions “Zubair”."),
        ("How many sensors of the NHS had drifted?", "possible", "The article quoted does not mention “NHS”."),
    ],
)
def test_a_doubtful_answer_out_of_an_article_without_the_name_asked_about_is_refused(
    embedder: WordEmbedder, question: str, level: str, reason: str
) -> None:
    readings = {DAM.passage.id: reading(DAM.passage.text, "11 of 40", 3.0, 1.0)}
    given = answer(embedder, question, [DAM], readings)
    assert (given.level, given.reason) == (level, reason)


def test_a_question_about_what_the_archive_never_names_is_refused_however_well_a_place_reads(
    embedder: WordEmbedder,
) -> None:
    readings = {DAM.passage.id: reading(DAM.passage.text, "11 of 40")}
    found = Found("How many sensors at Zubair had drifted?", [DAM], readings, {"a": article_of(DAM)}, {"Zubair": 0.0})
    assert Answerer(embedder).answer(found, asked_for(found.question)).level == "none"


def test_an_outlet_that_is_asked_about_is_that_of_the_article(embedder: WordEmbedder) -> None:
    readings = {DAM.passage.id: reading(DAM.passage.text, "11 of 40")}
    given = answer(embedder, "How many sensors had drifted, by the Courier?", [DAM], readings)
    assert (given.level, given.reason) == ("answer", "")


def test_words_of_another_kind_are_not_marked(embedder: WordEmbedder) -> None:
    readings = {DAM.passage.id: reading(DAM.passage.text, "Fishing")}
    given = answer(embedder, "How many sensors at Verrin had drifted?", [DAM], readings)
    assert given.level != "answer"
    assert not [one for one in given.sentences if one.marks]


def test_a_headline_that_answers_is_quoted_as_one(embedder: WordEmbedder) -> None:
    headed = replace(article_of(DAM), title="Verrin: 11 of 40 sensors had drifted", dek="A sober report.")
    read_title = reading(headed.title, "11 of 40")
    readings = {DAM.passage.id: PassageReading(-2.0, -4.0), f"{DAM.passage.id} title": read_title}
    question = "How many sensors had drifted?"
    cited = replace(DAM, citation=replace(DAM.citation, title=headed.title))
    given = Answerer(embedder).answer(Found(question, [cited], readings, {"a": headed}), asked_for(question))
    (citation,) = given.citations
    assert (citation.field, citation.start, citation.end) == ("title", 0, len(headed.title))
    assert citation.quote == headed.title
