"""Extractive answering: quoted and numbered sentences of the hits, or an abstention.

Every candidate gets the probability that it is the right answer, by a logistic model that is fitted on open data by
``lab.benchmarks.quality.fit_answering`` and stored in ``answering.json``.  The probability of the best one, and whether
its place agrees with the question's kind and qualifiers, decide the answer's level: what is probably right has its
words marked, what may be right is shown without a mark, and below that the answer is an abstention.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from qa.answers import sentence_features
from qa.answers.candidates import Candidate, Floats, Logistic, marked
from qa.answers.context import notes, speaker
from qa.answers.equivalence import same_answer
from qa.answers.features import Surroundings, confidence_row, features, surroundings
from qa.answers.found import READ, Found
from qa.answers.question.expected import fits
from qa.answers.question.qualifiers import Qualifiers, qualifiers
from qa.answers.question.question_kinds import Asked
from qa.models.embedding import Embedder
from qa.records import Answer, Article, Citation, Hit, Level, Sentence
from qa.text.terms import terms
from qa.text.words import content_words

_MOST_SENTENCES = 3  # in an answer
_MOST_CITATIONS = 3  # of a sentence
_NEAR = 0.4  # a further sentence is given when it is at least this probable, relative to the best


@dataclass(frozen=True, slots=True)
class Scored:
    """A question's candidates, best first, each with what stands around it and the probability that it is right.

    ``confidence`` is that of the best one; where no model has read, that the archive holds an answer.
    """

    candidates: Sequence[Candidate]
    probabilities: Floats
    around: Sequence[Surroundings]
    confidence: float


class Answerer:
    """Makes answers from hits."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def answer(self, found: Found, asked: Asked) -> Answer:
        """Return the sentences of the first ``READ`` hits that answer a question, or an abstention.

        Args:
            found: the hits of a question that stands alone, read.
            asked: its kind.
        """
        question, hits = found.question, found.hits
        stated = qualifiers(question, found.weights)
        scored = score(found, asked, stated, self._embedder)
        if asked.kind == "latest":
            scored = newest_first(scored, hits)
        thresholds = _models()[_kind(found)]
        if not scored.candidates or scored.confidence < thresholds.possible:
            return abstention(question, hits, scored.confidence, kind=asked.kind)
        doubt = _doubt(scored, found, asked, stated)
        level: Level = "answer" if scored.confidence >= thresholds.answer and not doubt else "possible"
        if found.readings is None:
            level, doubt = "possible", ""
        groups = _chosen(scored, hits, level)
        answer = laid_out(question, groups, hits, level, found.articles, speakers=asked.kind == "who-said")
        return replace(answer, confidence=scored.confidence, kind=asked.kind, reason=doubt)

    def guessed(self, found: Found, asked: Asked) -> Answer:
        """Return the sentences most like an answer, unmarked and however improbable; an abstention without hits."""
        scored = score(found, asked, qualifiers(found.question, found.weights), self._embedder)
        if not scored.candidates:
            return abstention(found.question, found.hits, scored.confidence, kind=asked.kind)
        groups = _chosen(scored, found.hits, "possible")
        answer = laid_out(found.question, groups, found.hits, "possible", found.articles)
        return replace(answer, confidence=scored.confidence, kind=asked.kind)


def score(found: Found, asked: Asked, stated: Qualifiers, embedder: Embedder) -> Scored:
    """Return the candidates of the first ``READ`` hits with their probabilities, best first."""
    question, hits = found.question, found.hits[:READ]
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
    rows = features(question, asked, stated, candidates, around, hits, found.readings)
    probabilities = models.candidate(rows)
    confidence = float(models.whole(confidence_row(candidates, rows, probabilities)[None])[0])
    return _ordered(candidates, probabilities, around, confidence)


def _ordered(
    candidates: Sequence[Candidate], probabilities: Floats, around: Sequence[Surroundings], confidence: float
) -> Scored:
    order = sorted(range(len(candidates)), key=lambda i: (-probabilities[i], i))
    return Scored([candidates[i] for i in order], probabilities[order], [around[i] for i in order], confidence)


def newest_first(scored: Scored, hits: Sequence[Hit]) -> Scored:
    """Return the candidates with those near the best in front, by the day of their articles, the newest first.

    Undated ones keep their place behind them.  The confidence falls with the probability of the one that comes first.
    """
    if not scored.candidates:
        return scored
    near = [i for i, one in enumerate(scored.probabilities) if one >= _NEAR * scored.probabilities[0]]
    days = {i: hits[scored.candidates[i].hit].citation.published[:10] for i in near}
    order = sorted(near, key=lambda i: days[i], reverse=True)  # stable: of one day, the likeliest first
    order += [i for i in range(len(scored.candidates)) if i not in days]
    probabilities = np.where(np.isin(np.arange(len(order)), near), scored.probabilities[0], scored.probabilities)
    confidence = scored.confidence * float(scored.probabilities[order[0]] / scored.probabilities[0])
    return Scored([scored.candidates[i] for i in order], probabilities, [scored.around[i] for i in order], confidence)


def _doubt(scored: Scored, found: Found, asked: Asked, stated: Qualifiers) -> str:
    """Return in one sentence what speaks against marking the best candidate; "" for nothing."""
    best, around = scored.candidates[0], scored.around[0]
    for held, where in (
        (around.article, "The article quoted does not mention"),
        (around.near, "This place is not about"),
    ):
        if absent := stated.missing(held):
            return f"{where} {' or '.join(f'“{name}”' for name in absent[:3])}."
    if best.marks and fits(asked, found.question, best.words) == "no":
        return f"The words found are not {_WANTED.get(asked.single, 'what was asked for')}."
    return ""


_WANTED = {
    "number": "a number", "who": "a name", "date": "a date or time", "where": "a place", "reason": "a whole reason",
}  # fmt: skip


def laid_out(
    question: str,
    groups: Sequence[Sequence[Candidate]],
    hits: Sequence[Hit],
    level: Level,
    articles: Mapping[str, Article],
    *,
    speakers: bool = False,
) -> Answer:
    """Return groups of candidates as numbered sentences; the words that answer are marked at level ``answer`` alone.

    Sentences of the ``articles`` that are given, by id, have notes (``qa.answers.context``); with ``speakers`` also on
    who says a sentence that does not name them.
    """
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for group in groups:
        numbers = tuple(range(len(citations) + 1, len(citations) + 1 + len(group)))
        citations += [_citation(hits[one.hit], one) for one in group]
        first = group[0]
        article = articles.get(hits[first.hit].passage.article_id)
        known = notes(article, first.start, first.end) if article and first.field == "text" else ()
        if speakers and article and first.field == "text":
            who = speaker(article, first.start, first.end)
            known = (*known, f"Said by: {who}") if who and who.split()[-1] not in first.text else known
        sentences.append(Sentence(first.text, numbers, first.marks if level == "answer" else (), known))
    exact = sentences[0].text[slice(*sentences[0].marks[0])] if sentences and sentences[0].marks else ""
    text = numbered(sentences)
    return Answer(question, question, text, exact, tuple(sentences), tuple(citations), tuple(hits), 0.0, level=level)


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


def _chosen(scored: Scored, hits: Sequence[Hit], level: Level) -> list[list[Candidate]]:
    """Return the candidates to show, best first: those of several articles with the same answer form a group.

    Near-duplicate sentences are left out.  Where no words are marked as the answer, each sentence is its own group.
    """
    least = _NEAR * scored.probabilities[0]
    groups: list[list[Candidate]] = []
    for candidate, probability in zip(scored.candidates, scored.probabilities, strict=True):
        if probability < least:
            break
        articles = {hits[one.hit].passage.article_id for group in groups for one in group}
        if any(_same(candidate.text, one.text) for group in groups for one in group):
            continue  # a copy is no second witness
        if not candidate.marks or level == "possible":
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
        candidate.field,
    )


def numbered(sentences: Sequence[Sentence]) -> str:
    """Return sentences with their citation numbers; the articles' own bracketed numbers get other brackets."""
    lines = []
    for sentence in sentences:
        words = without_markers(" ".join(sentence.text.split()))
        known = f" ({'; '.join(sentence.notes)})" if sentence.notes else ""
        lines.append(words + known + "".join(f" [{number}]" for number in sentence.citations))
    return " ".join(lines)


def without_markers(text: str) -> str:
    """Return an article's words with its own "[1]" or "[2, 3]" in other brackets, so that they cannot pass for ours."""
    return re.sub(r"\[([\s\d,;–-]+)\]", r"［\1］", text)


def abstention(question: str, hits: Sequence[Hit], confidence: float, reason: str = "", kind: str = "fact") -> Answer:
    """Return an abstention: the archive holds no answer."""
    text = "No answer to this question was found in the archive."
    if hits:
        text += " The nearest passages follow."
    return Answer(question, question, text, "", (), (), tuple(hits), confidence, reason, "none", kind)


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
    stored = json.loads((files("qa.answers") / "answering.json").read_text())
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
