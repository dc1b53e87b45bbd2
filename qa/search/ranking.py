"""Candidates from both engines, scored in seven ways and fused.

Passages are scored by their own text (``bm25``, ``dense``), by their article (``article`` and ``title``: BM25 of the
whole text and the title; ``topic``: the cosine of the article's direction), by their position in it (``lead``: news
puts the main facts first), and the best ones by their best sentence (``sentence``).  ``lab/benchmarks/results`` holds
the effect of each score on each data set.
"""

import math
from collections.abc import Mapping, Sequence

from qa.archive.indexes.vectors import Matrix
from qa.archive.view import ArchiveView
from qa.filters import Where
from qa.runtime.timing import timed
from qa.search.fusion import Ranked, Scores, add, fuse
from qa.search.sentence_match import SentenceMatcher
from qa.settings import AskSettings

_LEAD_CHARACTERS = 2000  # characters over which the lead score falls to a third


def rank(view: ArchiveView, question: str, vector: Matrix, k: int, where: Where, settings: AskSettings) -> list[Ranked]:
    """Return the candidates for a question, best first.

    Args:
        view: the archive that is searched.
        question: plain text.
        vector: its unit vector, of shape (dimension,).
        k: how many are wanted; more candidates than ``settings.pool`` are taken only if it is larger.
        where: conditions that every candidate's article meets.
        settings: the pool and the weights.
    """
    with timed("search"):
        ranked = _found(view, question, vector, max(settings.pool, k), where, settings.weights)
    weight = settings.weights["sentence"]
    if not weight:
        return ranked
    with timed("match"):
        passages = view.passages([item.passage_id for item in ranked[: max(settings.matched, k)]])
        matcher = SentenceMatcher(question, view.inverse_frequency)
        found = matcher.score([passage.text for passage in passages.values()])
    return add(ranked, [Scores("sentence", dict(zip(passages, found, strict=True)), weight, scaled=True)])


def _found(
    view: ArchiveView, question: str, vector: Matrix, pool: int, where: Where, weights: Mapping[str, float]
) -> list[Ranked]:
    """Return the ``pool`` best passages of each engine, with all scores that need no reading of their text."""
    near = view.search_vectors(vector, pool, where)
    bm25 = dict(view.search_text(question, pool, where))
    dense = dict(near)
    missing = [passage_id for passage_id in bm25 if passage_id not in dense]
    dense.update((key, float(value @ vector)) for key, value in view.vectors(missing).items())
    places = view.places(list(dense))
    articles = {passage_id: place.article_id for passage_id, place in places.items()}
    ids = list(dict.fromkeys(articles.values()))

    def of_articles(found: Mapping[str, float]) -> dict[str, float]:
        return {key: found[article_id] for key, article_id in articles.items() if article_id in found}

    topics = (
        {key: float(value @ vector) for key, value in view.article_vectors(ids).items()} if weights["topic"] else {}
    )
    whole = view.search_articles(question, ids) if weights["article"] else {}
    titles = view.search_articles(question, ids, "title") if weights["title"] else {}
    leads = {key: math.exp(-place.start / _LEAD_CHARACTERS) for key, place in places.items()}
    return fuse(
        list(dense),
        [
            Scores("bm25", bm25, weights["bm25"], _places(list(bm25))),
            Scores("dense", dense, weights["dense"], _places([key for key, _ in near])),
            Scores("article", of_articles(whole), weights["article"]),
            Scores("title", of_articles(titles), weights["title"]),
            Scores("topic", of_articles(topics), weights["topic"]),
            Scores("lead", leads, weights["lead"], scaled=True),
        ],
    )


def _places(best_first: Sequence[str]) -> dict[str, int]:
    return {passage_id: place for place, passage_id in enumerate(best_first, 1)}
