"""Overviews: what several articles say about a topic, a sentence of each, in order of time."""

from dataclasses import dataclass, replace

from qa.anatomy.dissection import boilerplate_spans
from qa.answers.found import Sources
from qa.answers.judging.candidates import Candidate
from qa.answers.layout import abstention, laid_out
from qa.answers.question.qualifiers import Qualifiers, held_terms, qualifiers
from qa.answers.question.question_kinds import Asked
from qa.records import Answer, Article, Hit, Level
from qa.text.chunking import regions
from qa.text.sentences import sentence_spans
from qa.text.terms import terms

_HITS = 24  # passages among which the articles are chosen
_SENTENCES, _FOUND = 6, 3  # the most that are given: of an overview, for keywords
_OPENING = 4  # sentences of an article that may stand for it, beside those of its passage
_SHORT = 40  # characters, below which a sentence of the opening says too little
_NEW = 0.5  # the largest share of a sentence's terms that the others may hold
_COVERED = 0.5  # the least share of the topic's words, by weight, that an article holds


@dataclass(frozen=True, slots=True)
class _Told:
    candidate: Candidate
    published: str
    terms: frozenset[str]


def overview(question: str, asked: Asked, sources: Sources) -> Answer:
    """Return up to six sentences about a topic in order of time, one an article, each with something new, unmarked."""
    return _gathered(question, asked.topic, asked, sources, by_time=True)


def of_keywords(question: str, asked: Asked, sources: Sources) -> Answer:
    """Return up to three sentences with a query's keywords, one an article, the most relevant first, unmarked."""
    return _gathered(question, question, asked, sources, by_time=False)


def _gathered(question: str, topic: str, asked: Asked, sources: Sources, *, by_time: bool) -> Answer:
    found = sources.find(topic, hits=_HITS)
    stated = qualifiers(topic, found.weights)
    chosen: list[_Told] = []
    articles: dict[str, Article] = {}
    seen: set[str] = set()
    for number, hit in enumerate(found.hits):
        article = sources.article(hit.passage.article_id)
        if article is None or article.id in seen:
            continue
        seen.add(article.id)
        articles[article.id] = article
        if not _about(article, stated):
            continue
        best = _telling(article, hit, number, stated)
        if best and all(len(best.terms & one.terms) <= _NEW * len(best.terms) for one in chosen):
            chosen.append(best)
        if len(chosen) == (_SENTENCES if by_time else _FOUND):
            break
    if not chosen:
        return abstention(question, found.hits, 0.0, kind=asked.kind)
    if by_time:  # undated articles come last, in the order of their relevance
        chosen.sort(key=lambda one: one.published[:10] or "9999")
    answer = laid_out(question, [[one.candidate] for one in chosen], found.hits, "possible", articles)
    confidence = min(1.0, 0.5 + 0.1 * len(chosen))
    level: Level = "answer" if by_time and len(chosen) > 1 else "possible"
    return replace(answer, question=question, asked=question, confidence=confidence, level=level, kind=asked.kind)


def _about(article: Article, stated: Qualifiers) -> bool:
    held = held_terms([article.title, article.dek, article.text])
    return not stated.missing(held) and stated.covered(held) >= _COVERED


def _telling(article: Article, hit: Hit, number: int, stated: Qualifiers) -> _Told | None:
    """Return the sentence of an article's opening or found passage that says most of the topic."""
    offset = hit.passage.start
    spans = [(offset + start, offset + end) for start, end in sentence_spans(hit.passage.text)]
    pool = list(dict.fromkeys([*_opening(article), *spans]))
    best = max(pool, key=lambda span: _worth(article, span, stated), default=None)
    if best is None:
        return None
    text = article.text[best[0] : best[1]]
    return _Told(Candidate(number, *best, text), article.published, frozenset(terms(text)))


def _opening(article: Article) -> list[tuple[int, int]]:
    """Return the first sentences of an article's body, without boilerplate, which is never quoted."""
    boilerplate = [(start, end) for start, end, _ in boilerplate_spans(article.text)]
    found: list[tuple[int, int]] = []
    for start, end in regions(len(article.text), boilerplate):
        found += [span for span in sentence_spans(article.text, start, end) if span[1] - span[0] >= _SHORT]
        if len(found) >= _OPENING:
            break
    return found[:_OPENING]


def _worth(article: Article, span: tuple[int, int], stated: Qualifiers) -> float:
    text = article.text[span[0] : span[1]]
    length = len(text.split())
    whole = 0.0 if 8 <= length <= 60 else -0.5
    return stated.covered(held_terms([text])) + 0.3 * (span[0] < 400) + whole
