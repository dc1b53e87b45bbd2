"""Scores of the peers' results: each question by ``qa.evaluation.evaluator``, each peer compared with ours.

Longer hits hold or touch the evidence more easily, so passage measures are given twice: as they are, and with every
hit of more than 240 tokens counted as not relevant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qa.evaluation.evaluator import retrieval_measures
from qa.evaluation.questions import Gold
from qa.evaluation.statistics import Figure, bootstrap, holm, means, randomisation_test
from qa.records import Passage

LONGEST = 240  # tokens


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a level; ``short`` counts hits of more than ``LONGEST`` tokens as not relevant."""

    level: str
    name: str
    short: bool = False

    @property
    def label(self) -> str:
        """The heading of its column."""
        names = {"hit@1": "Hit@1", "hit@10": "Hit@10", "mrr@10": "MRR@10", "ndcg@10": "nDCG@10"}
        return f"{self.level} {names[self.name]}" + (f", hits of ≤ {LONGEST} tokens only" if self.short else "")


MEASURES: dict[str, tuple[Measure, ...]] = {
    "newsqa": (Measure("answer", "mrr@10", short=True), Measure("answer", "mrr@10")),
    "time": (Measure("article", "ndcg@10"),),
    "scifact": (Measure("article", "ndcg@10"),),
    "squad1": (
        Measure("evidence", "hit@1", short=True),
        Measure("evidence", "mrr@10", short=True),
        Measure("evidence", "hit@1"),
        Measure("evidence", "mrr@10"),
    ),
    "realtime-1500": (Measure("article", "hit@1"), Measure("article", "hit@10")),
}


def covered(level: str, gold: Gold, hits: Sequence[Passage]) -> tuple[list[list[int]], int]:
    """Return which right items each ranked hit (article, for ``article``) covers, and how many items there are."""
    if level == "article":
        ranked = dict.fromkeys(hit.article_id for hit in hits)
        return [[n for n, right in enumerate(gold.articles) if right == one] for one in ranked], len(gold.articles)
    if level == "evidence":
        return [[n for n, one in enumerate(gold.evidence) if one.overlaps(hit)] for hit in hits], len(gold.evidence)
    return [[n for n, one in enumerate(gold.answers) if one.lies_in(hit)] for hit in hits], len(gold.answers)


def score(measure: Measure, gold: Gold, hits: Sequence[Passage], length: Callable[[Passage], int]) -> float:
    """Return a question's score; NaN where it has nothing of that level to find.

    ``length`` gives a hit's tokens; only the first ten are looked at, which is as far as passage measures look.
    """
    if measure.short:
        nothing = Passage("", "", 0, 0, "")
        hits = [hit if length(hit) <= LONGEST else nothing for hit in hits[:10]]
    found, items = covered(measure.level, gold, hits)
    if not gold.pieces or not items:
        return float("nan")
    return _measures(tuple(map(tuple, found)), items)[measure.name]


@lru_cache(maxsize=100_000)
def _measures(found: tuple[tuple[int, ...], ...], items: int) -> Mapping[str, float]:
    return retrieval_measures(found, items)


@dataclass(frozen=True, slots=True)
class Compared:
    """A run's figure, and by how much ours is above it; ``p`` is Holm's over the runs it was listed with.

    ``detectable`` is the smallest true difference that would have come out significant (5 %, two-sided) in four of
    five such sets of questions: 2.8 standard errors of the paired differences.
    """

    value: Figure
    ours_above: Figure | None
    p: float | None
    detectable: float | None


def compare(scores: Mapping[str, Sequence[float]], ours: str, *, seed: int = 0) -> dict[str, Compared]:
    """Compare runs, by name, with the one called ``ours``; all hold one score a question, NaN where not scored.

    Without ``ours`` among them there are only values.
    """
    table = {name: np.asarray(column, dtype=np.float64) for name, column in scores.items()}
    scored = ~np.isnan(next(iter(table.values())))
    table = {name: column[scored] for name, column in table.items()}
    n = int(scored.sum())
    values = {name: bootstrap(means(column[:, None]), n, seed=seed)[0] for name, column in table.items()}
    others = [name for name in table if name != ours] if ours in table else []
    if not others:
        return {name: Compared(value, None, None, None) for name, value in values.items()}
    differences = np.stack([table[ours] - table[name] for name in others], axis=1)
    p_values = dict(zip(others, holm(randomisation_test(differences, seed=seed)), strict=True))
    above = dict(zip(others, bootstrap(means(differences), n, seed=seed), strict=True))
    errors = dict(zip(others, differences.std(axis=0, ddof=1) / np.sqrt(n), strict=True))
    return {
        name: Compared(value, above[name], p_values[name], float(2.8 * errors[name]))
        if name in above
        else Compared(value, None, None, None)
        for name, value in values.items()
    }
