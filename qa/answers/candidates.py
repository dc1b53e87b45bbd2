"""Candidate sentences, which may answer a question, and the logistic model that scores them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.models.passage_reader import PassageReading
from qa.records import Hit
from qa.text.sentences import sentence_spans

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit; ``start`` and ``end`` are offsets into the article.

    ``marks`` are offsets in ``text`` of the words that answer, none where no model has read it.
    """

    hit: int
    start: int
    end: int
    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def words(self) -> str:
        """The words that answer, verbatim."""
        return self.text[self.marks[0][0] : self.marks[0][1]] if self.marks else ""


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic model: probability = 1 / (1 + exp(-(x · weights + intercept)))."""

    weights: tuple[float, ...]
    intercept: float

    def __call__(self, features: Floats) -> Floats:
        """Return a probability for each row of features, shape (n, number of weights)."""
        return np.asarray(1.0 / (1.0 + np.exp(-(features @ np.array(self.weights) + self.intercept))))


def marked(hits: Sequence[Hit], readings: Mapping[str, PassageReading]) -> tuple[list[Candidate], Floats]:
    """Return the spans that a model found in hits, each in its sentence, and their features, shape (n, 3).

    The features are the span's logit, and the relevance and the log odds of an answer of its passage.  A span that
    overlapping passages share is taken once, from the first hit.
    """
    found: list[Candidate] = []
    features: list[tuple[float, float, float]] = []
    seen: set[tuple[str, int, int]] = set()
    for number, hit in enumerate(hits):
        reading = readings.get(hit.passage.id)
        if reading is None or not reading.spans:
            continue
        text, offset = hit.passage.text, hit.passage.start
        sentences = sentence_spans(text)
        for span in reading.spans:
            key = (hit.passage.article_id, offset + span.start, offset + span.end)
            around = [(start, end) for start, end in sentences if start < span.end and span.start < end]
            if around and key not in seen:
                seen.add(key)
                start, end = around[0][0], around[-1][1]
                mark = (max(span.start, start) - start, min(span.end, end) - start)
                found.append(Candidate(number, offset + start, offset + end, text[start:end], (mark,)))
                features.append((span.score, reading.relevance, reading.answerable))
    return found, np.array(features, np.float64).reshape(-1, 3)
