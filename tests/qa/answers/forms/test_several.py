"""Several questions in one."""

from qa.answers.forms.several import joined
from qa.answers.layout import abstention
from qa.records import Answer, Citation, Level, Sentence


def part(question: str, text: str, words: str, level: Level = "answer", article: str = "a") -> Answer:
    citation = Citation(article, "T", "S", "", "2015", 0, len(text), text, "d")
    marks = ((text.index(words), text.index(words) + len(words)),) if level == "answer" else ()
    exact = words if level == "answer" else ""
    return Answer(question, question, text, exact, (Sentence(text, (1,), marks),), (citation,), (), 0.8, "", level)


BOTH = "The Alma sank in 1991 with 40 on board."


def test_the_parts_are_numbered_on_and_the_first_words_are_given() -> None:
    given = joined("Q?", [part("When?", BOTH, "1991"), part("Who?", "Lund was blamed.", "Lund", article="b")])
    assert [one.citations for one in given.sentences] == [(1,), (2,)]
    assert (given.level, given.kind, given.exact, given.confidence) == ("answer", "several", "1991", 0.8)


def test_a_sentence_that_answers_both_stands_once_with_both_marks() -> None:
    given = joined("Q?", [part("When?", BOTH, "1991"), part("How many?", BOTH, "40")])
    assert [(one.text, one.citations, one.marks) for one in given.sentences] == [(BOTH, (1,), ((17, 21), (27, 29)))]


def test_a_part_without_an_answer_is_named_and_nothing_is_marked() -> None:
    given = joined("Q?", [part("When?", BOTH, "1991"), abstention("Who was blamed?", (), 0.1)])
    assert (given.level, given.exact) == ("possible", "")
    assert given.reason == "No answer was found to “Who was blamed?”."
    assert not given.sentences[0].marks


def test_one_possible_part_makes_the_whole_possible() -> None:
    given = joined("Q?", [part("When?", BOTH, "1991"), part("Who?", "Lund?", "Lund", "possible", "b")])
    assert (given.level, given.sentences[0].marks) == ("possible", ())


def test_without_any_answer_it_is_refused() -> None:
    given = joined("Q?", [abstention("When?", (), 0.1), abstention("Who?", (), 0.2, "No name.")])
    assert (given.abstained, given.level, given.reason, given.confidence) == (True, "none", "No name.", 0.2)
