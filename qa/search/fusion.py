"""Min-max fusion of passage scores: each score is scaled to [0, 1] over the candidates, weighted and summed.

This is the convex combination of Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM
TOIS 2023.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.records import Part, PartName


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage's fused score and the parts that sum to it."""

    passage_id: str
    score: float
    why: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """One way of scoring passages.

    ``values`` are keyed by passage id, higher is better; a candidate without a value has 0.  ``ranks`` are positions
    from 1; the default is a passage's position among the values.  ``scaled``: the values already lie in [0, 1] and mean
    the same for every question.
    """

    name: PartName
    values: Mapping[str, float]
    weight: float
    ranks: Mapping[str, int] | None = None
    scaled: bool = False


def min_max(scores: Mapping[str, float]) -> dict[str, float]:
    """Scale scores to [0, 1]; where all are equal, all become 1, or 0 if they are 0."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0 if high > 0 else 0.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}


def fuse(candidates: Sequence[str], scores: Sequence[Scores]) -> list[Ranked]:
    """Return candidates by descending weighted sum of their scaled scores, ties by id.

    Scores of weight 0 take no part and are not listed in ``why``.
    """
    return add([Ranked(passage_id, 0.0, ()) for passage_id in candidates], scores)


def add(ranked: Sequence[Ranked], scores: Sequence[Scores]) -> list[Ranked]:
    """Return a ranking with further scores added to those of its passages."""
    parts: dict[str, list[Part]] = {item.passage_id: [] for item in ranked}
    for one in scores:
        if one.weight > 0:
            values = {passage_id: one.values.get(passage_id, 0.0) for passage_id in parts}
            scaled = values if one.scaled else min_max(values)
            ranks = _ranks(one.values) if one.ranks is None else one.ranks
            for passage_id, found in parts.items():
                share = one.weight * scaled[passage_id]
                found.append(Part(one.name, ranks.get(passage_id, 0), values[passage_id], share))
    return in_order([_ranked(item.passage_id, (*item.why, *parts[item.passage_id])) for item in ranked])


def rerank(
    ranked: Sequence[Ranked], scores: Mapping[str, float], weight: float, late: Sequence[str] = (), note: str = ""
) -> list[Ranked]:
    """Return a fused ranking that includes a reranker's scores of its first passages.

    Passages that were not read have a share of 0 and stay behind those that were.  Passages for which there was no time
    (``late``) have a part of rank 0, with a ``note`` that says why.
    """
    if not scores:
        return list(ranked)
    lighter = [
        _ranked(item.passage_id, tuple(Part(p.name, p.rank, p.score, (1 - weight) * p.share) for p in item.why))
        for item in ranked
    ]
    read = [item for item in lighter if item.passage_id in scores]
    unread = [
        _ranked(item.passage_id, (*item.why, Part("reranker", 0, 0.0, 0.0, note))) if item.passage_id in late else item
        for item in lighter
        if item.passage_id not in scores
    ]
    return add(read, [Scores("reranker", scores, weight)]) + in_order(unread)


def in_order(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Sort by descending score, ties by passage id."""
    return sorted(ranked, key=lambda item: (-item.score, item.passage_id))


def _ranked(passage_id: str, why: tuple[Part, ...]) -> Ranked:
    return Ranked(passage_id, sum(part.share for part in why), why)


def _ranks(values: Mapping[str, float]) -> dict[str, int]:
    order = sorted(values, key=lambda key: (-values[key], key))
    return {key: rank for rank, key in enumerate(order, 1)}
