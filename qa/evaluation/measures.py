"""Measures of one question's result: of its ranking, by ir-measures, and of its answer, as in SQuAD."""

import re
import string
from collections import Counter
from collections.abc import Sequence

RETRIEVAL = ("recall@1", "recall@5", "recall@10", "hit@1", "hit@10", "mrr@10", "ndcg@10", "map")
ANSWERS = ("exact_match", "f1", "contains")
LEVELS = ("passage.evidence", "passage.answer", "article")
ACCURACY = "abstention.accuracy"
MEASURES = (
    *(f"{level}.{name}" for level in LEVELS for name in RETRIEVAL),
    *(f"answers.{name}" for name in ANSWERS),
    ACCURACY,
)
"""The measures that a single question has, by full name."""


def retrieval_measures(covered: Sequence[Sequence[int]], items: int) -> dict[str, float]:
    """Score a ranked list of hits, each given as the numbers, below ``items``, of the items that it covers.

    An item counts once, for the first hit that covers it; a hit that covers nothing new is not relevant.  A
    hit that covers several new items takes as many consecutive ranks in nDCG and MAP, so that both are 1 only
    for a list that covers every item without detour.  recall@k and hit@k count hits, and the reciprocal rank
    is that of the first hit that covers anything.  Computed by ir-measures.
    """
    import ir_measures
    from ir_measures import AP, RR, R, Success, nDCG

    ranked: list[str] = []
    ends = [0]
    for rank, covers in enumerate(covered):
        new = [name for name in (f"item {item}" for item in dict.fromkeys(covers)) if name not in ranked]
        ranked += new or [f"nothing new at {rank}"]
        ends.append(len(ranked))
    if not ranked:
        return dict.fromkeys(RETRIEVAL, 0.0)
    recalls = [R @ ends[min(k, len(covered))] for k in (1, 5, 10)]
    measures = dict(zip(RETRIEVAL, [*recalls, Success @ 1, Success @ 10, RR @ 10, nDCG @ 10, AP], strict=True))
    relevant = [ir_measures.Qrel("q", f"item {item}", 1) for item in range(items)]
    run = [ir_measures.ScoredDoc("q", name, float(-place)) for place, name in enumerate(ranked)]
    found = {one.measure: one.value for one in ir_measures.iter_calc(set(measures.values()), relevant, run)}
    return {name: round(found[measure], 6) for name, measure in measures.items()}


def answer_measures(exact: str, text: str, answers: Sequence[str]) -> dict[str, float]:
    """Score an answer against the right ones, at least one, the best of which counts.

    ``exact_match`` and ``f1`` (over words) are those of the exact words, of the text where there are none, as
    in SQuAD's evaluate-v1.1; ``contains``: the words of a right answer follow each other in the text.
    """
    given = _words(exact or text)
    whole = f" {' '.join(_words(text or exact))} "
    right = [_words(answer) for answer in answers]
    return {
        "exact_match": float(given in right),
        "f1": round(max(_word_f1(given, words) for words in right), 6),
        "contains": float(any(f" {' '.join(words)} " in whole for words in right)),
    }


def _words(text: str) -> list[str]:
    bare = text.lower().translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def _word_f1(given: list[str], right: list[str]) -> float:
    return 2 * (Counter(given) & Counter(right)).total() / max(1, len(given) + len(right))
