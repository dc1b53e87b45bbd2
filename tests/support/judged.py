"""Judged candidates, and weights by hand, so that tests of answers do not depend on what was fitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from qa.answers.found import Found
from qa.answers.judging import judgement
from qa.answers.judging.candidates import Candidate, Logistic
from qa.answers.judging.features import surroundings
from qa.answers.judging.judgement import Judged, Scored
from qa.answers.question.qualifiers import qualifiers
from qa.answers.question.question_kinds import asked_for
from qa.archive.storage.hashing import text_digest
from qa.records import Article, Citation, Hit, Level, Passage
from qa.text.sentences import sentence_spans

# Weights of the features in ``features.NAMES``, chosen by hand: what is tested is what is made of them.
CANDIDATE = Logistic((0.32, -0.17, 0.11, 1.0, 1.0, 0.5, -1.0, -1.0, -1.0, 0.3, 0.0, 0.3, 1.0, 0.2), -4.0)
RIGHT = Logistic((0.06, 0.0, 0.06, 0.3, 0.3, 0.3, -0.6, -0.3, -0.3, 0.12, 0.0, 0.18, 0.3, 0.18, 0.18, 0.12), -1.6)


def weights_by_hand(monkeypatch: pytest.MonkeyPatch, right: Logistic = RIGHT, held: Logistic = RIGHT) -> None:
    """Have answers judged by the weights above, whatever is fitted."""
    models = {**judgement._models(), "reader": judgement.Models(CANDIDATE, right, held, 0.72, 0.28)}
    monkeypatch.setattr(judgement, "_models", lambda: models)


def always(probability: float) -> Logistic:
    """A model that returns this probability of every answer."""
    return Logistic((0.0,) * len(RIGHT.weights), float(np.log(probability / (1 - probability))))


@dataclass(frozen=True)
class Place:
    """Words that a reader marked in an article, with the probability that they answer."""

    article: Article
    words: str
    probability: float = 0.8


def hit_of(article: Article) -> Hit:
    """The hit of an article that is one passage."""
    citation = Citation(
        article.id, article.title, article.source, article.url, article.published, 0, len(article.text), article.text,
        text_digest(article.text),
    )  # fmt: skip
    return Hit(Passage(f"p{article.id}", article.id, 0, len(article.text), article.text), citation, 1.0, ())


def judged(
    question: str, places: Sequence[Place], level: Level = "answer", reason: str = "", held: float = 0.0
) -> Judged:
    """What was found for a question, the places best first; ``held``: that one of them is right (0: as the best)."""
    articles = {one.article.id: one.article for one in places}
    hits = [hit_of(one) for one in articles.values()]
    order = list(articles)
    found = Found(question, hits, {}, articles, None, len(hits))
    candidates = []
    for one in places:
        at = one.article.text.index(one.words)
        start, end = next(
            span for span in sentence_spans(one.article.text) if span[0] <= at and at + len(one.words) <= span[1]
        )
        mark = (at - start, at - start + len(one.words))
        candidates.append(Candidate(order.index(one.article.id), start, end, one.article.text[start:end], (mark,)))
    around = surroundings(candidates, hits, articles)
    probabilities = np.array([one.probability for one in places])
    best = float(probabilities[0]) if len(places) else 0.0
    scored = Scored(candidates, probabilities, around, best, held or best)
    return Judged(found, asked_for(question), qualifiers(question), scored, level, reason)
