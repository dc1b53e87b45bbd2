"""Yes or no, where the passages are sure."""

from dataclasses import replace

import pytest

from qa.answers.forms.yes_no import decided
from qa.answers.found import Found
from qa.models.passage_reader import PassageReading, Verdict
from qa.records import Answer, Citation, Hit, Passage, Sentence
from tests.support.plain import article

QUESTION = "Was the dam at Verrin closed?"
YES, NO, OPEN = Verdict(0.9, 0.05, 0.05), Verdict(0.05, 0.9, 0.05), Verdict(0.3, 0.3, 0.4)


def hit(text: str, name: str) -> Hit:
    citation = Citation(name, "Verrin", "Courier", "", "2015", 0, len(text), text, "d")
    return Hit(Passage(f"p{name}", name, 0, len(text), text), citation, 1.0, ())


def found(*read: tuple[str, float, Verdict]) -> tuple[Answer, Found]:
    """An answer that cites all hits, and the hits: (text, relevance, verdict)."""
    hits = [hit(text, f"a{number}") for number, (text, _, _) in enumerate(read)]
    sentences = tuple(Sentence(one.passage.text, (n,), ((0, 3),)) for n, one in enumerate(hits, 1))
    citations = tuple(one.citation for one in hits)
    answer = Answer(QUESTION, QUESTION, "", "The", sentences, citations, tuple(hits), 0.6, "", "answer", "yes-no")
    readings = {
        one.passage.id: PassageReading(relevance, 1.0, (), verdict)
        for one, (_, relevance, verdict) in zip(hits, read, strict=True)
    }
    articles = {one.passage.article_id: replace(article(one.passage.text), title="Verrin") for one in hits}
    return answer, Found(QUESTION, hits, readings, articles)


@pytest.mark.parametrize(("verdict", "word"), [(YES, "Yes"), (NO, "No")])
def test_a_sure_passage_decides(verdict: Verdict, word: str) -> None:
    given = decided(*found(("The dam was closed.", 5.0, verdict)))
    assert (given.level, given.exact, given.confidence) == ("answer", word, 0.9)
    assert given.sentences[0].marks == ()


@pytest.mark.parametrize(
    "read",
    [
        [("The dam was closed.", 5.0, OPEN)],
        [("The dam was closed.", 5.0, YES), ("The dam was never closed.", 4.5, NO)],  # they contradict each other
        [("The dam was closed.", 5.0, OPEN), ("The dam was closed.", 1.0, YES)],  # the sure one is hardly relevant
        [("Rain fell on the hills.", 5.0, YES)],  # it is not about the dam
    ],
)
def test_what_is_not_sure_is_only_possible(read: list[tuple[str, float, Verdict]]) -> None:
    given = decided(*found(*read))
    assert (given.level, given.exact) == ("possible", "")
    assert not [one for one in given.sentences if one.marks]


def test_an_article_without_the_questions_name_does_not_decide() -> None:
    answer, sources = found(("The dam was closed.", 5.0, YES))
    elsewhere = {key: replace(one, title="Ostra") for key, one in sources.articles.items()}
    assert decided(answer, replace(sources, articles=elsewhere)).level == "possible"


def test_a_refusal_stays_one() -> None:
    answer, sources = found(("The dam was closed.", 5.0, YES))
    refused = replace(answer, citations=(), sentences=(), level="none")
    assert decided(refused, sources) == refused
