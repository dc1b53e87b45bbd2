"""Ablation of the parts of a passage's score, and a sweep of their weights.

    python -m lab.benchmarks.quality.weights [newsqa time scifact squad1 realtime …] [--questions 600]

The 100 best candidates of each question are scored once; then every line of the tables reweights the same scores.
First the ablation (each part left out), then the sweep (each weight halved, doubled and more).  Beside each figure
stands the paired difference from the default and, if its 95 % interval does not hold 0, a star.  The cap per article is
that of ``retrieve``; copies are not grouped.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lab import data
from lab.benchmarks.quality.quality import chosen
from lab.measure import where
from qa.evaluation.evaluator import retrieval_measures
from qa.evaluation.questions import Gold, locate
from qa.evaluation.statistics import bootstrap, means
from qa.records import Passage, Question
from qa.search.ranking import rank
from qa.settings import PARTS, AskSettings

MEASURES = {
    "newsqa": ("answer", "mrr@10"),
    "time": ("article", "ndcg@10"),
    "scifact": ("article", "ndcg@10"),
    "squad1": ("evidence", "mrr@10"),
    "realtime": ("article", "ndcg@10"),
    "realtime-1500": ("article", "ndcg@10"),
    "realtime-weak": ("article", "ndcg@10"),
}
SWEPT = (0.0, 0.5, 2.0, 4.0)  # times the default weight
CAP = 3


@dataclass(frozen=True, slots=True)
class Scored:
    """A question's candidates: their scaled scores, of shape (candidates, len(PARTS)), and what is right."""

    passages: Sequence[Passage]
    scores: np.ndarray
    gold: Gold


def scored(name: str, questions: Sequence[Question]) -> list[Scored]:
    """Score the candidates of each question in every way."""
    retriever = data.retriever(name)
    settings = AskSettings(pool=200)
    weights = settings.weights
    article = lru_cache(maxsize=64)(retriever.article)
    rows = []
    with retriever.archive.view() as view:
        for question in questions:
            vector = retriever.embedder.embed_queries([question.text])[0]
            ranked = rank(view, question.text, vector, 10, (), settings)[: settings.matched]
            found = view.passages([item.passage_id for item in ranked])
            ranked = [item for item in ranked if item.passage_id in found]
            passages = [found[item.passage_id] for item in ranked]
            shares = [{part.name: part.share for part in item.why} for item in ranked]
            scores = np.array([[share[part] / weights[part] for part in PARTS] for share in shares])
            rows.append(Scored(passages, scores.reshape(-1, len(PARTS)), locate(question, article)))
    return rows


def quality(row: Scored, weights: np.ndarray, level: str, measure: str) -> float:
    """Return the measure of one question under some weights; NaN where it is not scored."""
    total = row.scores @ weights
    kept: list[Passage] = []
    counts: dict[str, int] = {}
    for place in sorted(range(len(total)), key=lambda i: (-total[i], row.passages[i].id)):
        passage = row.passages[place]
        counts[passage.article_id] = counts.get(passage.article_id, 0) + 1
        if counts[passage.article_id] <= CAP:
            kept.append(passage)
    if level == "article":
        articles = list(dict.fromkeys(passage.article_id for passage in kept))[:10]
        covered = [[n for n, right in enumerate(row.gold.articles) if right == one] for one in articles]
        items = len(row.gold.articles)
    elif level == "evidence":
        covered = [[n for n, t in enumerate(row.gold.evidence) if t.overlaps(one)] for one in kept[:10]]
        items = len(row.gold.evidence)
    else:
        covered = [[n for n, t in enumerate(row.gold.answers) if t.lies_in(one)] for one in kept[:10]]
        items = len(row.gold.answers)
    return retrieval_measures(covered, items)[measure] if items else float("nan")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["newsqa", "time", "scifact", "squad1", "realtime"])
    parser.add_argument("--questions", type=int, default=600, help="at most this many a set, evenly chosen (0: all)")
    arguments = parser.parse_args()
    print(where())
    default = AskSettings().weights
    variants: dict[str, dict[str, float]] = {"default": default}
    variants |= {f"without {part}": default | {part: 0.0} for part in PARTS}
    variants["only bm25 and dense, equal"] = dict.fromkeys(PARTS, 0.0) | {"bm25": 0.5, "dense": 0.5}
    variants |= {
        f"{part} × {factor:g}": default | {part: factor * default[part]} for part in PARTS for factor in SWEPT if factor
    }
    found: dict[str, dict[str, str]] = {label: {} for label in variants}
    for name in arguments.sets:
        questions = [q for q in chosen(name, arguments.questions) if q.answerable and q.evidence]
        rows = scored(name, questions)
        values = {
            label: np.array(
                [quality(row, np.array([weights[part] for part in PARTS]), *MEASURES[name]) for row in rows]
            )
            for label, weights in variants.items()
        }
        base = values["default"][~np.isnan(values["default"])]
        for label, value in values.items():
            value = value[~np.isnan(value)]
            (change,) = bootstrap(means((value - base)[:, None]), len(base))
            star = "*" if (change.low or 0) > 0 or (change.high or 0) < 0 else ""
            found[label][name] = f"{value.mean():.3f} ({value.mean() - base.mean():+.3f}{star})"
    print("\n| weights | " + " | ".join(f"{name} {MEASURES[name][1]}" for name in arguments.sets) + " |")
    print("|---" * (1 + len(arguments.sets)) + "|")
    for label, cells in found.items():
        print(f"| {label} | " + " | ".join(cells.values()) + " |")


if __name__ == "__main__":
    main()
