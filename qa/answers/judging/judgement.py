"""Extractive answering: the candidates of the hits, how probably each is the answer, and the answer's level.

Every candidate gets the probability that it is the right answer, by a logistic model that is fitted on open data by
``lab.benchmarks.quality.fit_answering`` and stored in ``judgement.json``.  How probably the best one is right, how
probably one of the few best is, and whether its place agrees with the question's kind and qualifiers, decide the
answer's level: what is probably right has its words marked, what may be right is shown without a mark, and below that
the answer is an abstention.
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

    ``right`` is the probability that the best one is right, ``held`` that one of those shown at level ``possible`` is;
    where no model has read, both are the probability that the archive holds an answer.
    """

    candidates: Sequence[Candidate]
    probabilities: Floats
    around: Sequence[Surroundings]
    right: float
    held: float

    def confidence(self, level: Level) -> float:
        """Return the probability that an answer at this level is right."""
        return self.right if level == "answer" else self.held

    def near(self, level: Level = "answer") -> list[Candidate]:
        """Return the candidates that are nearly as probable as the best: many more where that one is only possible."""
        least = _NEAR[level] * self.probabilities[0] if len(self.candidates) else 0.0
        return [one for one, p in zip(self.candidates, self.probabilities, strict=True) if p >= least]


_UNNAMED = 0.4  # least probability of an answer where no article that was read names what the question names
_NOTHING = Scored((), np.zeros(0), (), 0.0, 0.0)
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
    level = level_of(found, scored) if scored.candidates else "none"
    if scored.candidates:
        unnamed = stated.unnamed(frozenset[str]().union(*(one.article for one in scored.around)))
        if unnamed and found.readings is not None and scored.right < _UNNAMED:
            return Judged(found, asked, stated, scored, "none", reasons.unnamed(unnamed))
        if stated.is_elsewhere(scored.around[0].article):
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


def level_of(found: Found, scored: Scored) -> Level:
    """Return the level of an answer, where nothing else speaks against it."""
    if is_certain(found, scored.right):
        return "answer"
    return "possible" if scored.held >= _models()[_kind(found)].possible else "none"


def is_certain(found: Found, right: float) -> bool:
    """Return whether an answer that is right with this probability is at level ``answer``."""
    return found.readings is not None and right >= _models()[_kind(found)].answer


def score(found: Found, asked: Asked, stated: Qualifiers, embedder: Embedder) -> Scored:
    """Return the candidates of the first ``found.read`` hits with their probabilities, best first."""
    question, hits = found.question, found.hits[: found.read]
    models = _models()[_kind(found)]
    if found.readings is None:
        reading = sentence_features.read(question, hits, embedder, found.weights)
        if not reading.candidates:
            return _NOTHING
        probabilities = models.candidate(reading.features)
        row = unread_features(question, hits, probabilities)
        around = surroundings(reading.candidates, hits, found.articles)
        return _ordered(reading.candidates, probabilities, around, models, row)
    candidates = marked(hits, found.readings, found.articles)
    if not candidates:
        return _NOTHING
    around = surroundings(candidates, hits, found.articles)
    rows = features(found, asked, stated, candidates, around)
    probabilities = models.candidate(rows)
    return _ordered(candidates, probabilities, around, models, confidence_row(candidates, rows, probabilities))


def _ordered(
    candidates: Sequence[Candidate],
    probabilities: Floats,
    around: Sequence[Surroundings],
    models: "Models",
    row: Floats,
) -> Scored:
    """Return candidates, best first; ``row`` is what their confidence is computed from."""
    order = sorted(range(len(candidates)), key=lambda i: (-probabilities[i], i))
    right, held = (float(model(row[None])[0]) for model in (models.right, models.held))
    return Scored([candidates[i] for i in order], probabilities[order], [around[i] for i in order], right, held)


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

    ``candidate`` is that of a candidate, ``right`` that the likeliest one is right, ``held`` that one of those shown at
    level ``possible`` is; where no model reads, both are that the archive holds an answer.  The answer is at level
    ``answer`` from one threshold of ``right`` on, ``possible`` from the other, of ``held``, on.
    """

    candidate: Logistic
    right: Logistic
    held: Logistic
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
            _logistic(one["right"]),
            _logistic(one["held"]),
            one["answer"],
            one["possible"],
        )
        for kind, one in stored.items()
    }


def _logistic(stored: Mapping[str, Any]) -> Logistic:
    return Logistic(tuple(stored["weights"]), stored["intercept"])
