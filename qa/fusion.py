"""Two rankings into one: scores scaled to [0, 1] over the union, then weighted and summed.

Min-max fusion (convex combination): Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
ACM TOIS 2023.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.records import Part


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage's fused score and the parts that sum to it."""

    passage_id: str
    score: float
    why: tuple[Part, ...]


def min_max(scores: Mapping[str, float]) -> dict[str, float]:
    """Scale scores to [0, 1]; where all are equal, all become 1, or 0 if they are 0."""
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0 if high > 0 else 0.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}


def fuse(
    bm25: Mapping[str, float], dense: Mapping[str, float], dense_rank: Mapping[str, int], weight: float
) -> list[Ranked]:
    """Return the union by descending fused score, ties by id.

    Args:
        bm25: BM25 scores, best first; a passage that is missing scored 0.
        dense: the cosine of every passage of the union.
        dense_rank: places, from 1, in the dense ranking.
        weight: what the dense part weighs; BM25 has the rest.
    """
    if not dense:
        return []
    bm25_rank = {passage_id: rank for rank, passage_id in enumerate(bm25, 1)}
    lexical = {passage_id: bm25.get(passage_id, 0.0) for passage_id in dense}
    scaled_lexical, scaled_dense = min_max(lexical), min_max(dense)
    ranked = []
    for passage_id in dense:
        parts = (
            Part(
                "bm25",
                bm25_rank.get(passage_id, 0),
                lexical[passage_id],
                (1 - weight) * scaled_lexical[passage_id],
            ),
            Part("dense", dense_rank.get(passage_id, 0), dense[passage_id], weight * scaled_dense[passage_id]),
        )
        ranked.append(Ranked(passage_id, sum(part.share for part in parts), parts))
    return in_order(ranked)


def add_part(ranked: Sequence[Ranked], scores: Mapping[str, float], weight: float) -> list[Ranked]:
    """Return a fused ranking with a reranker's scores of its first passages weighed in.

    Those that were not read keep a share of 0, and so stay behind those they stood behind.
    """
    if not scores:
        return list(ranked)
    scaled = min_max(scores)
    places = {key: rank for rank, key in enumerate(sorted(scores, key=lambda key: (-scores[key], key)), 1)}
    changed = []
    for item in ranked:
        parts = [Part(p.name, p.rank, p.score, (1 - weight) * p.share) for p in item.why]
        if item.passage_id in scores:
            key = item.passage_id
            parts.append(Part("reranker", places[key], scores[key], weight * scaled[key]))
        changed.append(Ranked(item.passage_id, sum(part.share for part in parts), tuple(parts)))
    # A read passage never scores below an unread one; on a tie it stands before it all the same.
    return sorted(in_order(changed), key=lambda item: item.passage_id not in scores)


def in_order(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Sort by descending score, ties by passage id."""
    return sorted(ranked, key=lambda item: (-item.score, item.passage_id))
