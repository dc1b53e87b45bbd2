"""Extractive answering: the candidates of the hits, how probably each is the answer, and the answer's level.

Every candidate gets the probability that it is the right answer, by a logistic model that is fitted on open data by
``lab.benchmarks.quality.fit_answering`` and stored in ``judgement.json``.  The probability of the best one, and whether
its place agrees with the question's kind and qualifiers, decide the answer's level: what is probably right has its
words marked, what may be right is shown without a mark, and below that the answer is an abstention.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from qa.answers import reasons
from qa.answers.found import Found
from qa.answers.judging import sentence_features
from qa.answers.judging.candidates import Candidate, Floats, Logistic, marked
from qa.answers.judging.features import Surroundings, confidence_row, features, surroundings
from qa.answers.question.expected import fits
from qa.answers.question.qualifiers import Qualifiers, qualifiers
from qa.answers.question.question_kinds import Asked
from qa.models.embedding import Embedder
from qa.records import Hit, Level
from qa.text.terms import terms
from qa.text.words import content_words


@dataclass(frozen=True, slots=True)
class Scored:
    """A question's candidates, best first, each with what stands around it and the probability that it is right.

    ``confidence`` is that of the best one; where no model has read, that the archive holds an answer.
    """

    candidates: Sequence[Candidate]
    probabilities: Floats
    around: Sequence[Surroundings]
    confidence: float

    def near(self, level: Level = "answer") -> list[Candidate]:
        """Return the candidates that are nearly as probable as the best: many more where that one is only possible."""
        least = _NEAR[level] * self.probabilities[0] if len(self.candidates) else 0.0
        return [one for one, p in zip(self.candidates, self.probabilities, strict=True) if p >= least]


# A further sentence is given when it is at least this probable, relative to the best.
_NEAR: dict[Level, float] = {"answer": 0.4, "possible": 0.1, "none": 1.0}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found for a question, scored: the level of an answer that begins with the best candidate.

    ``reason`` says in one sentence what speaks against marking it, "" for nothing.
    """

    found: Found
    asked: Asked
    stated: Qualifiers
    scored: Scored
    level: Level
    reason: str = ""


def judge(found: Found, asked: Asked, embedder: Embedder) -> Judged:
    """Return the candidates of the hits that are searched for an answer, and the level of the best.

    Args:
        found: the hits of a question that stands alone, read.
        asked: its kind.
        embedder: compares sentences with the question where no model has read the hits.
    """
    stated = qualifiers(found.question, found.weights)
    scored = score(found, asked, stated, embedder)
    level = level_of(found, scored.confidence) if scored.candidates else "none"
    if scored.candidates and stated.is_elsewhere(scored.around[0].article):
        level = "none"
    if level == "none" or found.readings is None:
        return Judged(found, asked, stated, scored, level)
    doubt = _doubt(scored, found, asked, stated)
    return Judged(found, asked, stated, scored, "possible" if doubt else level, doubt)


def guess(found: Found, asked: Asked, embedder: Embedder) -> Judged:
    """Return the candidates at level ``possible``, however improbable; at ``none`` without hits."""
    stated = qualifiers(found.question, found.weights)
    scored = score(found, asked, stated, embedder)
    return Judged(found, asked, stated, scored, "possible" if scored.candidates else "none")


def level_of(found: Found, confidence: float) -> Level:
    """Return the level of an answer with this confidence, where nothing else speaks against it."""
    thresholds = _models()[_kind(found)]
    if confidence < thresholds.possible:
        return "none"
    return "answer" if confidence >= thresholds.answer and found.readings is not None else "possible"


def score(found: Found, asked: Asked, stated: Qualifiers, embedder: Embedder) -> Scored:
    """Return the candidates of the first ``found.read`` hits with their probabilities, best first."""
    question, hits = found.question, found.hits[: found.read]
    models = _models()[_kind(found)]
    if found.readings is None:
        reading = sentence_features.read(question, hits, embedder, found.weights)
        if not reading.candidates:
            return Scored((), np.zeros(0), (), 0.0)
        probabilities = models.candidate(reading.features)
        confidence = float(models.whole(unread_features(question, hits, probabilities)[None])[0])
        return _ordered(
            reading.candidates, probabilities, surroundings(reading.candidates, hits, found.articles), confidence
        )
    candidates = marked(hits, found.readings, found.articles)
    if not candidates:
        return Scored((), np.zeros(0), (), 0.0)
    around = surroundings(candidates, hits, found.articles)
    rows = features(found, asked, stated, candidates, around)
    probabilities = models.candidate(rows)
    confidence = float(models.whole(confidence_row(candidates, rows, probabilities)[None])[0])
    return _ordered(candidates, probabilities, around, confidence)


def _ordered(
    candidates: Sequence[Candidate], probabilities: Floats, around: Sequence[Surroundings], confidence: float
) -> Scored:
    order = sorted(range(len(candidates)), key=lambda i: (-probabilities[i], i))
    return Scored([candidates[i] for i in order], probabilities[order], [around[i] for i in order], confidence)


def _doubt(scored: Scored, found: Found, asked: Asked, stated: Qualifiers) -> str:
    """Return in one sentence what speaks against marking the best candidate; "" for nothing."""
    best, around = scored.candidates[0], scored.around[0]
    if absent := stated.missing(around.article):
        return reasons.not_mentioned(absent)
    if absent := stated.missing(around.near):
        return reasons.not_about(absent)
    if asked.kind != "keywords" and best.marks and fits(asked, found.question, best.words) == "no":
        return reasons.not_of_kind(asked.single)
    return ""


def unread_features(question: str, hits: Sequence[Hit], probabilities: Floats) -> Floats:
    """Return the features of answerability where no model has read the hits, shape (4,).

    These are the log odds of the best candidate, the best cosine of a passage, how many words carry the question's
    meaning (a long question shares a smaller part of them), and the share of its names and numbers that the best
    passage lacks.
    """
    dense = [part.score for hit in hits for part in hit.why if part.name == "dense"]
    words = len(content_words(question))
    return np.array([_log_odds(probabilities), max(dense, default=0.0), words, _missing(question, hits)])


def _log_odds(probabilities: Floats) -> float:
    best = min(max(float(probabilities.max()), 1e-6), 1 - 1e-6)
    return math.log(best / (1 - best))


def _missing(question: str, hits: Sequence[Hit]) -> float:
    held = set(terms(hits[0].passage.text))
    names = [word for word in content_words(question) if word[0].isupper() or word[0].isdigit()]
    return sum(not set(terms(name)) & held for name in names) / max(1, len(names))


@dataclass(frozen=True, slots=True)
class Models:
    """The fitted models and the thresholds of the levels.

    ``candidate`` is that of a candidate, ``whole`` that the likeliest one is right or, where no model reads, that the
    archive holds an answer.  The answer is at level ``answer`` from one threshold on, ``possible`` from the other.
    """

    candidate: Logistic
    whole: Logistic
    answer: float
    possible: float


def _kind(found: Found) -> str:
    return "sentences" if found.readings is None else "reader"


@lru_cache(maxsize=1)
def _models() -> dict[str, Models]:
    stored = json.loads((files("qa.answers.judging") / "judgement.json").read_text())
    return {
        kind: Models(
            _logistic(one["candidate"]),
            _logistic(one["right" if "right" in one else "archive"]),
            one["answer"],
            one["possible"],
        )
        for kind, one in stored.items()
    }


def _logistic(stored: Mapping[str, Any]) -> Logistic:
    return Logistic(tuple(stored["weights"]), stored["intercept"])
