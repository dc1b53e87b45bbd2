"""Hits to an answer: the sentences that answer, quoted and numbered, or an abstention.

Each sentence of the hits gets the probability that it holds the answer, the question the probability that the archive
holds one; both are logistic models over a few features, fitted on open data by ``python -m benchmarks.fit_answering``
and stored in ``answering.json``.  Below the stored threshold the answer abstains.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from qa.embedding import Embedder
from qa.lexical import terms
from qa.records import Answer, Citation, Hit, Sentence
from qa.sentences import sentence_spans
from qa.words import content_words

_READ_SENTENCES = 24  # how many sentences are embedded: those that share most with the question
_MOST_SENTENCES = 3  # in an answer
_NEAR = 0.4  # a further sentence is given when it is at least this probable, relative to the best

# What a question asks for, and what a sentence that answers it would hold.
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
class Logistic:
    """A logistic model: probability = 1 / (1 + exp(-(x · weights + intercept)))."""

    weights: tuple[float, ...]
    intercept: float

    def __call__(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a probability for each row of features, shape (n, number of weights)."""
        return np.asarray(1.0 / (1.0 + np.exp(-(features @ np.array(self.weights) + self.intercept))))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit; ``start`` and ``end`` are offsets into the article."""

    hit: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A question's candidates with their features (n, 8)."""

    candidates: tuple[Candidate, ...]
    features: NDArray[np.float64]


class Answerer:
    """Reads hits for the sentences that answer."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def answer(self, question: str, hits: Sequence[Hit], weights: Mapping[str, float] | None = None) -> Answer:
        """Return the sentences of the hits that answer a question, or an abstention.

        Args:
            question: a question that stands alone.
            hits: the passages to read, best first.
            weights: how much each word of the question tells, 0 for one that the archive never uses (default: all 1).
        """
        model = _model()
        reading = read(question, hits, self._embedder, weights)
        if not reading.candidates:
            return _abstention(question, hits, 0.0)
        probabilities = model.sentence(reading.features)
        confidence = float(model.archive(question_features(question, hits, probabilities)[None])[0])
        if confidence < model.threshold:
            return _abstention(question, hits, confidence)
        order = sorted(range(len(probabilities)), key=lambda i: (-probabilities[i], i))
        chosen: list[Candidate] = []
        for i in order:
            candidate = reading.candidates[i]
            same = any(_same(candidate.text, other.text) for other in chosen)
            if probabilities[i] >= _NEAR * probabilities[order[0]] and not same:
                chosen.append(candidate)
            if len(chosen) == _MOST_SENTENCES:
                break
        citations = tuple(_citation(hits[c.hit], c) for c in chosen)
        sentences = tuple(Sentence(c.text, (number,)) for number, c in enumerate(chosen, 1))
        return Answer(question, question, _text(sentences), "", sentences, citations, tuple(hits), confidence)


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
    # A date that fits says nothing about what the sentence says.
    date_share = sum(part.share for part in hit.why if part.name == "date")
    return [
        cosine,
        cover[0],
        cover[1],
        hit.score - date_share,
        1.0 / (1 + candidate.hit),
        dense,
        _expected(question, candidate.text),
        math.log(1 + len(candidate.text)),
    ]


def question_features(question: str, hits: Sequence[Hit], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what tells whether the archive holds an answer, shape (4,).

    These are the log odds of the best sentence, the best cosine of a passage, how many words carry the question's
    meaning (a long question shares a smaller part of them), and the share of its names and numbers that the best
    passage lacks.
    """
    words = content_words(question)
    held = set(terms(hits[0].passage.text))
    names = [word for word in words if word[0].isupper() or word[0].isdigit()]
    missing = [name for name in names if not set(terms(name)) & held]
    best = min(max(float(probabilities.max()), 1e-6), 1 - 1e-6)
    dense = [part.score for hit in hits for part in hit.why if part.name == "dense"]
    return np.array(
        [math.log(best / (1 - best)), max(dense, default=0.0), len(words), len(missing) / max(1, len(names))]
    )


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
    """Return 1 when the sentence holds what the question asks for, 0 when not, 0.5 when that cannot be told."""
    for asks, holds in _EXPECTED:
        if asks.search(question):
            return float(any(found[0].lower() not in question.lower() for found in holds.finditer(text)))
    return 0.5


def _same(a: str, b: str) -> bool:
    first, second = set(terms(a)), set(terms(b))
    return len(first & second) > 0.8 * min(len(first), len(second))


def _citation(hit: Hit, candidate: Candidate) -> Citation:
    c = hit.citation
    return Citation(
        c.article_id,
        c.title,
        c.source,
        c.url,
        c.published,
        candidate.start,
        candidate.end,
        candidate.text,
        c.digest,
    )


def _text(sentences: Sequence[Sentence]) -> str:
    """Return sentences with their numbers; what looks like a number in an article is not one."""
    lines = []
    for sentence in sentences:
        words = without_markers(" ".join(sentence.text.split()))
        lines.append(words + "".join(f" [{number}]" for number in sentence.citations))
    return " ".join(lines)


def without_markers(text: str) -> str:
    """Return an article's words with its own "[1]" or "[2, 3]" in other brackets, so that they cannot pass for ours."""
    return re.sub(r"\[([\s\d,;–-]+)\]", r"［\1］", text)


def _abstention(question: str, hits: Sequence[Hit], confidence: float) -> Answer:
    text = "No answer to this question was found in the archive."
    if hits:
        text += " The nearest passages follow."
    return Answer(question, question, text, "", (), (), tuple(hits), confidence)


@dataclass(frozen=True, slots=True)
class _Model:
    sentence: Logistic
    archive: Logistic
    threshold: float


@lru_cache(maxsize=1)
def _model() -> _Model:
    stored = json.loads((files("qa") / "answering.json").read_text())
    sentence, archive = (Logistic(tuple(stored[n]["weights"]), stored[n]["intercept"]) for n in ("sentence", "archive"))
    return _Model(sentence, archive, float(stored["threshold"]))
