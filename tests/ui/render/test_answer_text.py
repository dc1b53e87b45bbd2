from dataclasses import replace

import pytest

from qa.records import Answer, Citation, Level, Sentence
from ui.render.answer_text import (
    differing,
    exact_words,
    marks_of,
    outlets_beside,
    pieces,
    told_confidence,
    told_exact,
    told_level,
)

DAM = "Engineers found that 11 of 40 sensors had drifted."


def cited(quote: str, start: int = 0, article: str = "dam") -> Citation:
    return Citation(article, "Title", "Courier", "", "2015-05-11", start, start + len(quote), quote, "d" * 64)


def answer(*sentences: Sentence, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer("Q?", "Q?", "", "", sentences, citations, (), 0.9)


@pytest.mark.parametrize(
    ("text", "marks", "expected"),
    [
        ("11 had drifted", ((0, 2),), [("11", True), (" had drifted", False)]),
        ("drifted: 11", ((9, 11),), [("drifted: ", False), ("11", True)]),
        ("from 3 to 9 May", ((5, 6), (10, 15)), [("from ", False), ("3", True), (" to ", False), ("9 May", True)]),
        ("eleven", ((0, 6),), [("eleven", True)]),
        ("eleven", (), [("eleven", False)]),
        ("", (), []),
        ("🌊🌊 11 m", ((3, 5),), [("🌊🌊 ", False), ("11", True), (" m", False)]),
        ("Cafe\u0301 Nil", ((0, 5),), [("Cafe\u0301", True), (" Nil", False)]),
    ],
)  # fmt: skip
def test_a_text_is_cut_at_its_marks_by_code_points(
    text: str, marks: tuple[tuple[int, int], ...], expected: list[tuple[str, bool]]
) -> None:
    assert list(pieces(text, marks)) == expected


@pytest.mark.parametrize("marks", [((2, 4), (3, 6)), ((4, 6), (0, 2)), ((3, 99),), ((5, 5),), ((-9, 2),), ((50, 60),)])
def test_marks_that_make_no_sense_neither_lose_nor_repeat_a_word(marks: tuple[tuple[int, int], ...]) -> None:
    assert "".join(piece for piece, _ in pieces("abcdefgh", marks)) == "abcdefgh"


def test_the_words_that_answer_are_read_off_the_marks() -> None:
    assert exact_words(Sentence(DAM, (1,), ((21, 29),))) == "11 of 40"
    assert exact_words(Sentence("from 3 to 9 May", (1,), ((5, 6), (10, 15)))) == "3 … 9 May"
    assert exact_words(Sentence(DAM, (1,))) == ""


def test_answers_differ_when_their_words_do_but_for_case_and_space() -> None:
    once, again = Sentence("In May 1991.", (1,), ((3, 11),)), Sentence("in MAY\n1991", (2,), ((3, 11),))
    other, unmarked = Sentence("In 1990.", (3,), ((3, 7),)), Sentence("In 1989.", (4,))
    assert not differing([once, again, unmarked])
    assert differing([once, again, other])
    assert not differing([])


def test_a_citation_has_the_marks_of_the_sentences_that_it_quotes_as_offsets_into_its_article() -> None:
    copy, other = cited(DAM, 7, "copy"), cited("Of 40 sensors 11 had drifted.", 50, "other")
    found = answer(
        Sentence(DAM, (1, 2, 3), ((21, 29),)), Sentence(DAM, (1,), ((0, 9),)), citations=(cited(DAM, 130), copy, other)
    )
    assert marks_of(1, found) == ((130, 139), (151, 159))
    assert marks_of(2, found) == ((28, 36),)
    assert marks_of(3, found) == ()  # it quotes other words, and nothing is searched


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        (1.0, "Virtually certain to be right (over 99 %)"),
        (0.99, "Virtually certain to be right (99 %)"),
        (0.899, "Very likely to be right (90 %)"),
        (0.66, "Likely to be right (66 %)"),
        (0.5, "About as likely as not to be right (50 %)"),
        (0.33, "Unlikely to be right (33 %)"),
        (0.1, "Very unlikely to be right (10 %)"),
        (0.012, "Exceptionally unlikely to be right (1 %)"),
        (0.0, "Exceptionally unlikely to be right (under 1 %)"),
    ],
)
def test_confidence_is_told_in_words_and_per_cent_that_agree(confidence: float, told: str) -> None:
    given = replace(answer(Sentence(DAM, (1,)), citations=(cited(DAM, 130),)), confidence=confidence, level="answer")
    assert told_confidence(given) == told
    assert told_confidence(replace(given, level="possible")) == ""


@pytest.mark.parametrize("kind", ["count", "outlets", "overview"])
def test_nothing_is_told_of_the_confidence_in_what_was_counted_or_gathered(kind: str) -> None:
    given = replace(
        answer(Sentence(DAM, (1,)), citations=(cited(DAM, 130),)), confidence=0.9, kind=kind, level="answer"
    )
    assert told_confidence(given) == ""


def test_a_refusal_has_no_confidence() -> None:
    assert told_confidence(answer()) == ""


def test_only_a_possible_answer_says_that_it_may_answer() -> None:
    given = replace(answer(Sentence(DAM, (1,)), citations=(cited(DAM, 130),)), level="possible")
    assert told_level(given) == "This may answer it."
    assert told_level(replace(given, level="answer")) == ""


@pytest.mark.parametrize(
    ("kind", "level", "told"),
    [("yes-no", "answer", "Yes"), ("comparison", "answer", "Yes"), ("yes-no", "possible", ""), ("fact", "answer", "")],
)
def test_a_verdict_stands_above_its_sentences(kind: str, level: Level, told: str) -> None:
    given = replace(answer(Sentence(DAM, (1,)), citations=(cited(DAM, 130),)), exact="Yes", kind=kind, level=level)
    assert told_exact(given) == told


def test_outlets_stand_beside_sentences_that_differ_unless_their_notes_name_them() -> None:
    first, second = Sentence("It was 11.", (1,), ((7, 9),)), Sentence("It was 14.", (2,), ((7, 9),))
    both = (cited("It was 11."), cited("It was 14."))
    given = answer(first, second, citations=both)
    assert outlets_beside(first, given) == both[:1]
    told = replace(first, notes=("Newest: 11 May 2015, Courier",))
    assert outlets_beside(told, answer(told, second, citations=both)) == ()
    assert outlets_beside(first, answer(first, citations=both)) == ()
    assert outlets_beside(first, replace(answer(first, citations=both), kind="overview")) == both[:1]
