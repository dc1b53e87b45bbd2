"""Features of candidate answers: what the reader says of them, what they share with the question, who agrees.

From these a logistic model, fitted on open data by ``python -m lab.benchmarks.quality.fit_answering``, computes the
probability that a candidate is the right answer.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.answers.equivalence import same_answer
from qa.answers.found import Found
from qa.answers.judging.candidates import Candidate, Floats, head_key
from qa.answers.judging.sentence_features import score_without_date
from qa.answers.question.expected import fits
from qa.answers.question.qualifiers import Qualifiers, held_terms
from qa.answers.question.question_kinds import Asked
from qa.models.passage_reader import PassageReading
from qa.records import Article, Hit
from qa.text.sentences import sentence_spans
from qa.text.terms import terms

_FIT = {"yes": 1.0, "open": 0.5, "no": 0.0}
NAMES = (
    "span", "relevance", "answerable", "fit", "near", "article", "absent", "far", "echo", "rank", "length", "agreeing",
    "share", "score",
)  # fmt: skip
SIGNS = (1, 1, 1, 1, 1, 1, -1, -1, -1, 1, 0, 1, 1, 1, 1, 1)
"""Of each number of ``confidence_row``: 1 if it can only speak for the answer, -1 only against it, 0 either."""


_LEAD = 300  # characters of an article's text that say what it is about, like its title


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Terms around a candidate: ``near``, of the sentences beside it with title, dek and lead; ``article``, of all."""

    near: frozenset[str]
    article: frozenset[str]


def surroundings(
    candidates: Sequence[Candidate], hits: Sequence[Hit], articles: Mapping[str, Article]
) -> list[Surroundings]:
    """Return what stands around each candidate; of an article that is not given, its passage is taken for the whole."""
    whole: dict[str, frozenset[str]] = {}
    found = []
    for candidate in candidates:
        hit = hits[candidate.hit]
        article = articles.get(hit.passage.article_id)
        heads = [hit.citation.title, hit.citation.source, hit.citation.published[:10].replace("-", " ")]
        if article:
            heads += [article.dek, article.text[:_LEAD]]
        if hit.passage.article_id not in whole:
            whole[hit.passage.article_id] = held_terms([*heads, article.text if article else hit.passage.text])
        found.append(Surroundings(held_terms([*heads, _beside(candidate, hit)]), whole[hit.passage.article_id]))
    return found


def _beside(candidate: Candidate, hit: Hit) -> str:
    """Return a candidate's sentence with the one before and the one after it in its passage."""
    if candidate.field != "text":
        return candidate.text
    text, offset = hit.passage.text, hit.passage.start
    spans = sentence_spans(text)
    own = [
        i for i, (start, end) in enumerate(spans) if start < candidate.end - offset and candidate.start - offset < end
    ]
    if not own:
        return candidate.text
    return text[spans[max(0, own[0] - 1)][0] : spans[min(len(spans) - 1, own[-1] + 1)][1]]


def features(
    found: Found,
    asked: Asked,
    stated: Qualifiers,
    candidates: Sequence[Candidate],
    around: Sequence[Surroundings],
) -> Floats:
    """Return the features of candidates that a reader found, shape (n, len(NAMES)).

    Args:
        found: the hits and their readings.
        asked: the question's kind.
        stated: its qualifiers.
        candidates: marked sentences.
        around: what stands around each.
    """
    question, hits, readings = found.question, found.hits, found.readings or {}
    joint = np.array([one.logit + readings_of(one, hits, readings).relevance for one in candidates], np.float64)
    shares = np.exp(joint - joint.max()) if len(joint) else joint
    shares = shares / shares.sum() if len(joint) else shares
    asked_terms = held_terms([question])
    rows = []
    for number, (one, beside) in enumerate(zip(candidates, around, strict=True)):
        reading = readings_of(one, hits, readings)
        same = [
            other for place, other in enumerate(candidates)
            if place != number and same_answer(one.words, other.words)
        ]  # fmt: skip
        others = {hits[other.hit].passage.article_id for other in same} - {hits[one.hit].passage.article_id}
        share = shares[number] + sum(shares[place] for place, other in enumerate(candidates) if other in same)
        own = set(terms(one.words))
        count = max(1, len(stated.names))
        rows.append([
            one.logit,
            reading.relevance,
            reading.answerable,
            _FIT[fits(asked, question, one.words)],
            stated.covered(beside.near),
            stated.covered(beside.article),
            len(stated.missing(beside.article)) / count,
            len(stated.missing(beside.near)) / count,
            len(own & asked_terms) / max(1, len(own)),
            1.0 / (1 + one.hit),
            math.log(1 + len(one.words.split())),
            min(2, len(others)),
            float(share),
            score_without_date(hits[one.hit]),
        ])  # fmt: skip
    return np.array(rows, np.float64).reshape(-1, len(NAMES))


def confidence_row(candidates: Sequence[Candidate], rows: Floats, probabilities: Floats) -> Floats:
    """Return what the confidence in the likeliest candidate is computed from, shape (len(NAMES) + 2,).

    These are its features, its log odds, and by how much these exceed those of the likeliest other answer (at most 5).
    """
    best = int(np.argmax(probabilities))
    odds = np.log(np.clip(probabilities, 1e-6, 1 - 1e-6) / np.clip(1 - probabilities, 1e-6, 1 - 1e-6))
    words = candidates[best].words
    others = [odds[i] for i, one in enumerate(candidates) if i != best and not same_answer(one.words, words)]
    margin = min(5.0, float(odds[best] - max(others))) if others else 5.0
    return np.array([*rows[best], odds[best], margin], np.float64)


def readings_of(candidate: Candidate, hits: Sequence[Hit], readings: Mapping[str, PassageReading]) -> PassageReading:
    """Return the reading of a candidate's passage, or of the title or dek that it stands in."""
    return readings[head_key(hits[candidate.hit], candidate.field)]
