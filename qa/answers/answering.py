"""Extractive answering: quoted and numbered sentences of the hits, or an abstention.

Every candidate sentence gets the probability that it answers, and the question the probability that the archive holds
an answer at all.  Both are logistic models, fitted on open data by ``lab.benchmarks.quality.fit_answering`` and stored
in ``answering.json``: one pair for the readings of the packaged model, one for words and cosines without it.  Below the
stored threshold the answer is an abstention.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from qa.answers import sentence_features
from qa.answers.candidates import Candidate, Floats, Logistic, marked
from qa.answers.equivalence import same_answer
from qa.models.embedding import Embedder
from qa.models.passage_reader import PassageReading
from qa.records import Answer, Citation, Hit, Sentence
from qa.text.terms import terms
from qa.text.words import content_words

READ = 5  # hits searched for an answer: the number of further hits must not change it
_MOST_SENTENCES = 3  # in an answer
_MOST_CITATIONS = 3  # of a sentence
_NEAR = 0.4  # a further sentence is given when it is at least this probable, relative to the best


@dataclass(frozen=True, slots=True)
class Scored:
    """A question's candidates with the probability that each answers, and that the archive holds an answer."""

    candidates: Sequence[Candidate]
    probabilities: Floats
    confidence: float


class Answerer:
    """Makes answers from hits."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def answer(
        self,
        question: str,
        hits: Sequence[Hit],
        weights: Mapping[str, float] | None = None,
        readings: Mapping[str, PassageReading] | None = None,
    ) -> Answer:
        """Return the sentences of the first ``READ`` hits that answer a question, or an abstention.

        Args:
            question: a question that stands alone.
            hits: the hits of the question, best first.
            weights: of each word of the question, 0 for a word that never occurs in the archive (default: all 1).
            readings: a reader's readings of the hits' passages, by passage id; without them words and cosines decide.
        """
        threshold = _models()[_kind(readings)].threshold
        scored = score(question, hits[:READ], self._embedder, weights, readings)
        if not scored.candidates or scored.confidence < threshold:
            return abstention(question, hits, scored.confidence)
        citations: list[Citation] = []
        sentences: list[Sentence] = []
        for group in _chosen(scored, hits):
            numbers = tuple(range(len(citations) + 1, len(citations) + 1 + len(group)))
            citations += [_citation(hits[one.hit], one) for one in group]
            sentences.append(Sentence(group[0].text, numbers, group[0].marks))
        exact = sentences[0].text[slice(*sentences[0].marks[0])] if sentences[0].marks else ""
        text = numbered(sentences)
        return Answer(
            question, question, text, exact, tuple(sentences), tuple(citations), tuple(hits), scored.confidence
        )


def score(
    question: str,
    hits: Sequence[Hit],
    embedder: Embedder,
    weights: Mapping[str, float] | None,
    readings: Mapping[str, PassageReading] | None,
) -> Scored:
    """Return the candidates of the hits with their probabilities."""
    model = _models()[_kind(readings)]
    if readings is None:
        reading = sentence_features.read(question, hits, embedder, weights)
        candidates: Sequence[Candidate] = reading.candidates
        features = reading.features
    else:
        candidates, features = marked(hits, readings)
    if not candidates:
        return Scored((), np.zeros(0), 0.0)
    probabilities = model.candidate(features)
    if readings is None:
        row = unread_features(question, hits, probabilities)
    else:
        row = read_features(question, hits, probabilities, readings, best_cosine(question, candidates, embedder))
    return Scored(candidates, probabilities, float(model.archive(row[None])[0]))


def unread_features(question: str, hits: Sequence[Hit], probabilities: Floats) -> Floats:
    """Return the features of answerability where no model has read the hits, shape (4,).

    These are the log odds of the best candidate, the best cosine of a passage, how many words carry the question's
    meaning (a long question shares a smaller part of them), and the share of its names and numbers that the best
    passage lacks.
    """
    dense = [part.score for hit in hits for part in hit.why if part.name == "dense"]
    words = len(content_words(question))
    return np.array([_log_odds(probabilities), max(dense, default=0.0), words, _missing(question, hits)])


def read_features(
    question: str,
    hits: Sequence[Hit],
    probabilities: Floats,
    readings: Mapping[str, PassageReading],
    cosine: float,
) -> Floats:
    """Return the features of answerability where a model has read the hits, shape (7,).

    These are the log odds of the best candidate, the share of the question's names and numbers that the best passage
    lacks, the best log odds of an answer in a passage, the best relevance, the mean relevance of the others, the first
    hit's score without its date, and ``cosine``, the best of a candidate's sentence with the question.
    """
    read = [readings[hit.passage.id] for hit in hits if hit.passage.id in readings]
    relevance = sorted((one.relevance for one in read), reverse=True)
    rest = float(np.mean(relevance[1:])) if relevance[1:] else relevance[0]
    answerable = max(one.answerable for one in read)
    row = [_log_odds(probabilities), _missing(question, hits), answerable, relevance[0], rest]
    return np.array([*row, sentence_features.score_without_date(hits[0]), cosine])


def best_cosine(question: str, candidates: Sequence[Candidate], embedder: Embedder) -> float:
    """Return the best cosine of a candidate's sentence with the question."""
    texts = list(dict.fromkeys(candidate.text for candidate in candidates))
    return float((embedder.embed_passages(texts) @ embedder.embed_queries([question])[0]).max())


def _log_odds(probabilities: Floats) -> float:
    best = min(max(float(probabilities.max()), 1e-6), 1 - 1e-6)
    return math.log(best / (1 - best))


def _missing(question: str, hits: Sequence[Hit]) -> float:
    held = set(terms(hits[0].passage.text))
    names = [word for word in content_words(question) if word[0].isupper() or word[0].isdigit()]
    return sum(not set(terms(name)) & held for name in names) / max(1, len(names))


def _chosen(scored: Scored, hits: Sequence[Hit]) -> list[list[Candidate]]:
    """Return the candidates to show, best first: those of several articles with the same answer form a group.

    Near-duplicate sentences are left out.  Where no words are marked as the answer, each sentence is its own group.
    """
    order = sorted(range(len(scored.candidates)), key=lambda i: (-scored.probabilities[i], i))
    least = _NEAR * scored.probabilities[order[0]]
    groups: list[list[Candidate]] = []
    for candidate in (scored.candidates[i] for i in order if scored.probabilities[i] >= least):
        articles = {hits[one.hit].passage.article_id for group in groups for one in group}
        if any(_same(candidate.text, one.text) for group in groups for one in group):
            continue  # a copy is no second witness
        if not candidate.marks:
            if len(groups) < _MOST_SENTENCES:
                groups.append([candidate])
        elif hits[candidate.hit].passage.article_id not in articles:
            agreeing = next((group for group in groups if same_answer(group[0].words, candidate.words)), None)
            if agreeing is None and len(groups) < _MOST_SENTENCES:
                groups.append([candidate])
            elif agreeing is not None and len(agreeing) < _MOST_CITATIONS:
                agreeing.append(candidate)
    return groups


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


def numbered(sentences: Sequence[Sentence]) -> str:
    """Return sentences with their citation numbers; the articles' own bracketed numbers get other brackets."""
    lines = []
    for sentence in sentences:
        words = without_markers(" ".join(sentence.text.split()))
        lines.append(words + "".join(f" [{number}]" for number in sentence.citations))
    return " ".join(lines)


def without_markers(text: str) -> str:
    """Return an article's words with its own "[1]" or "[2, 3]" in other brackets, so that they cannot pass for ours."""
    return re.sub(r"\[([\s\d,;–-]+)\]", r"［\1］", text)


def abstention(question: str, hits: Sequence[Hit], confidence: float) -> Answer:
    """Return an abstention: the archive holds no answer."""
    text = "No answer to this question was found in the archive."
    if hits:
        text += " The nearest passages follow."
    return Answer(question, question, text, "", (), (), tuple(hits), confidence)


@dataclass(frozen=True, slots=True)
class Models:
    """The fitted models, of a candidate and of the archive, and the threshold below which to abstain."""

    candidate: Logistic
    archive: Logistic
    threshold: float


def _kind(readings: Mapping[str, PassageReading] | None) -> str:
    return "sentences" if readings is None else "reader"


@lru_cache(maxsize=1)
def _models() -> dict[str, Models]:
    stored = json.loads((files("qa.answers") / "answering.json").read_text())
    return {
        kind: Models(_logistic(one["candidate"]), _logistic(one["archive"]), one["threshold"])
        for kind, one in stored.items()
    }


def _logistic(stored: Mapping[str, Any]) -> Logistic:
    return Logistic(tuple(stored["weights"]), stored["intercept"])
