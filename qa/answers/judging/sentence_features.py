"""Features of candidate sentences without a reader model: words shared with the question, cosines, expected kinds.

Each sentence of the hits gets eight features.  From them a logistic model, fitted on open data by ``python -m
lab.benchmarks.quality.fit_answering``, computes the probability that the sentence holds the answer.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.answers.judging.candidates import Candidate
from qa.models.embedding import Embedder
from qa.records import Hit
from qa.text.sentences import sentence_spans
from qa.text.terms import terms
from qa.text.words import content_words

_READ_SENTENCES = 24  # sentences that are embedded: those that share most with the question

# Kinds of answer, and the questions that ask for each.
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|scores?|hundreds?|thousands?|millions?)\b",
    re.I,
)
_TIME = re.compile(
    r"\b(?:1[0-9]|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Apr|Aug|Sept?|Oct|Nov|Dec)\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:yesterday|today|tomorrow|"
    r"week|month|year|morning|night|ago)s?\b|\d[ap]\.?m\b"
)
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w'’-]+")
_REASON = re.compile(r"\b(?:because|due to|after|since|so that|in order|caused?|led to|reason|blamed?|over)\b", re.I)
_EXPECTED = (
    (re.compile(r"\bhow (?:many|much|old|long|far|big|large|tall|high|fast)\b", re.I), _NUMBER),
    (re.compile(r"\bwhat (?:number|percent\w*|share|size)\b", re.I), _NUMBER),
    (re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time)\b|\bhow long ago\b", re.I), _TIME),
    (re.compile(r"\bwho(?:m|se)?\b|\bwhere\b", re.I), _NAME),
    (re.compile(r"\b(?:what|which) (?:city|country|state|town|person|man|woman|team|company)\b", re.I), _NAME),
    (re.compile(r"\bwhy\b|\bwhat (?:caused|led)\b", re.I), _REASON),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A question's candidates with their features (n, 8)."""

    candidates: tuple[Candidate, ...]
    features: NDArray[np.float64]


def read(question: str, hits: Sequence[Hit], embedder: Embedder, weights: Mapping[str, float] | None = None) -> Reading:
    """Return the sentences of the hits that share most with the question, and their features."""
    words = content_words(question)
    weight = _weight(words, weights)
    stems = {word: set(terms(word)) for word in words}
    candidates: list[Candidate] = []
    coverage: list[tuple[float, float]] = []  # of the sentence, and of it with the one before
    seen: set[tuple[str, int, int]] = set()
    for number, hit in enumerate(hits):
        before: set[str] = set()
        for start, end in sentence_spans(hit.passage.text):
            text = hit.passage.text[start:end]
            own = set(terms(text))
            key = (hit.passage.article_id, hit.passage.start + start, hit.passage.start + end)
            if key not in seen:
                seen.add(key)
                candidates.append(Candidate(number, key[1], key[2], text))
                coverage.append((_covered(stems, weight, own), _covered(stems, weight, own | before)))
            before = own
    order = sorted(range(len(candidates)), key=lambda i: (-sum(coverage[i]), candidates[i].hit, i))[:_READ_SENTENCES]
    chosen = tuple(candidates[i] for i in sorted(order))
    kept = [coverage[i] for i in sorted(order)]
    if not chosen:
        return Reading((), np.zeros((0, 8)))
    vector = embedder.embed_queries([question])[0]
    cosines = embedder.embed_passages([c.text for c in chosen]) @ vector
    rows = [
        _sentence_features(question, hits[c.hit], c, cover, float(cosine))
        for c, cover, cosine in zip(chosen, kept, cosines, strict=True)
    ]
    return Reading(chosen, np.array(rows))


def _sentence_features(
    question: str, hit: Hit, candidate: Candidate, cover: tuple[float, float], cosine: float
) -> list[float]:
    dense = next((part.score for part in hit.why if part.name == "dense"), 0.0)
    return [
        cosine,
        cover[0],
        cover[1],
        score_without_date(hit),
        1.0 / (1 + candidate.hit),
        dense,
        _expected(question, candidate.text),
        math.log(1 + len(candidate.text)),
    ]


def score_without_date(hit: Hit) -> float:
    """Return a hit's score without the share of its date: a date that fits says nothing about the content."""
    return hit.score - sum(part.share for part in hit.why if part.name == "date")


def _weight(words: Sequence[str], weights: Mapping[str, float] | None) -> dict[str, float]:
    if weights is None:
        return dict.fromkeys(words, 1.0)
    heaviest = max((weights.get(word, 0.0) for word in words), default=0.0) or 1.0
    return {word: weights.get(word, 0.0) or heaviest for word in words}  # a word never used is the rarest


def _covered(stems: Mapping[str, set[str]], weight: Mapping[str, float], held: set[str]) -> float:
    """Return the share of the question's words, by weight, whose terms are held."""
    total = sum(weight.values())
    return sum(weight[word] for word, own in stems.items() if own and own <= held) / total if total else 0.0


def _expected(question: str, text: str) -> float:
    """Return 1 when the sentence holds the kind of answer asked for, 0 when not, 0.5 when no kind is known."""
    for asks, holds in _EXPECTED:
        if asks.search(question):
            return float(any(found[0].lower() not in question.lower() for found in holds.finditer(text)))
    return 0.5
