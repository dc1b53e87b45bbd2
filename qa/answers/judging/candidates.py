"""Candidate sentences, which may answer a question, and the logistic model that scores them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.models.passage_reader import PassageReading
from qa.records import Article, Field, Hit
from qa.text.sentences import sentence_spans

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit, or its article's title or dek; ``start`` and ``end`` are offsets into that ``field``.

    ``marks`` are offsets in ``text`` of the words that answer, none where no model has read it; ``logit`` is the
    model's of these words.
    """

    hit: int
    start: int
    end: int
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    field: Field = "text"
    logit: float = 0.0

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


def heads(hits: Sequence[Hit], articles: Mapping[str, Article]) -> dict[str, str]:
    """Return the titles and deks of the hits' articles that a model should read, by ``head_key``.

    Each is read once, with the first hit of its article.  What has fewer than three words says nothing.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for hit in hits:
        article = articles.get(hit.passage.article_id)
        if article is None or article.id in seen:
            continue
        seen.add(article.id)
        for field, text in (("title", article.title), ("dek", article.dek)):
            if len(text.split()) >= 3:
                found[head_key(hit, field)] = text
    return found


def head_key(hit: Hit, field: str) -> str:
    """Return the key of the reading of a hit's passage, or of its article's title or dek."""
    return hit.passage.id if field == "text" else f"{hit.passage.id} {field}"


def marked(
    hits: Sequence[Hit], readings: Mapping[str, PassageReading], articles: Mapping[str, Article]
) -> list[Candidate]:
    """Return the words that a model found in hits, titles and deks, each in its sentence.

    Words that overlapping passages share are taken once, from the first hit.
    """
    found: list[Candidate] = []
    seen: set[tuple[str, str, int, int]] = set()
    for number, hit in enumerate(hits):
        article = articles.get(hit.passage.article_id)
        fields: list[tuple[Field, str, int]] = [("text", hit.passage.text, hit.passage.start)]
        if article:
            fields += [("title", article.title, 0), ("dek", article.dek, 0)]
        for field, text, offset in fields:
            reading = readings.get(head_key(hit, field))
            if reading is None or not reading.spans:
                continue
            sentences = sentence_spans(text) if field == "text" else [(0, len(text))]
            for span in reading.spans:
                key = (hit.passage.article_id, field, offset + span.start, offset + span.end)
                around = [(start, end) for start, end in sentences if start < span.end and span.start < end]
                if around and key not in seen:
                    seen.add(key)
                    start, end = around[0][0], around[-1][1]
                    mark = (max(span.start, start) - start, min(span.end, end) - start)
                    own = text[start:end]
                    found.append(Candidate(number, offset + start, offset + end, own, (mark,), field, span.score))
    return found
