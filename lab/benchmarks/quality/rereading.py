"""Gain and cost of reading the best passages.

    python -m lab.benchmarks.quality.rereading [SET …] [--questions 600] [--depths 5 10 20 30] [--weights 0.4 …]
        [--model FILE]

As many of the best passages as the greatest depth are read once; then every column reorders the first N of them, as
``retrieve`` does with ``rerank`` N (0: not read).  Beside the default's figure stands its paired difference from not
reading, with the 95 % interval.  Of squad1 and squad2 only questions about articles that the reader was not trained on
are asked.
Last, reading alone is timed: N passages of newsqa at once, one thread unless OMP_NUM_THREADS says otherwise.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lab import data
from lab.benchmarks import unseen
from lab.benchmarks.quality.quality import chosen
from lab.benchmarks.quality.weights import MEASURES, Scored, scored
from lab.benchmarks.quality.weights import quality as measured
from lab.measure import where
from qa.evaluation.statistics import bootstrap, means
from qa.models.reader import load_reader
from qa.records import Part, Question
from qa.search.fusion import Ranked, rerank
from qa.settings import PARTS, AskSettings

DEPTHS = (5, 10, 20, 30)


@dataclass(frozen=True, slots=True)
class Read:
    """A question's candidates, their fused order and what the reader says of the first."""

    row: Scored
    fused: list[Ranked]
    relevance: dict[str, float]


def asked(name: str, most: int) -> Sequence[Question]:
    """Return a set's questions that may be asked of the reader."""
    questions = unseen.questions(name) if name in ("squad1", "squad2") else chosen(name, 0)
    questions = [one for one in questions if one.answerable and one.evidence]
    return questions[:: max(1, len(questions) // most)] if most else questions


def read(name: str, most: int, depth: int, model: Path | None = None) -> list[Read]:
    """Score the candidates of each question and read the first of them."""
    retriever = data.retriever(name)
    weights = np.array([AskSettings().weights[part] for part in PARTS])
    questions = asked(name, most)
    found = []
    titles: dict[str, str] = {}
    for question, row in zip(questions, scored(name, questions), strict=True):
        total = row.scores @ weights
        order = sorted(range(len(total)), key=lambda i: (-total[i], row.passages[i].id))
        fused = [Ranked(row.passages[i].id, float(total[i]), (Part("bm25", 0, 0.0, float(total[i])),)) for i in order]
        first = [row.passages[i] for i in order[:depth]]
        for passage in first:
            if passage.article_id not in titles:
                article = retriever.article(passage.article_id)
                titles[passage.article_id] = article.title if article else ""
        readings = load_reader(model).read(question.text, [(titles[one.article_id], one.text) for one in first])
        relevance = {one.id: reading.relevance for one, reading in zip(first, readings, strict=True)}
        found.append(Read(row, fused, relevance))
    return found


def quality(one: Read, depth: int, weight: float, level: str, measure: str) -> float:
    """Return the measure of one question when the first ``depth`` passages are read; NaN where it is not scored."""
    scores = {item.passage_id: one.relevance[item.passage_id] for item in one.fused[:depth]}
    places = {item.passage_id: -place for place, item in enumerate(rerank(one.fused, scores, weight))}
    order = np.array([[places[passage.id]] for passage in one.row.passages], float)
    return measured(Scored(one.row.passages, order, one.row.gold), np.ones(1), level, measure)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["newsqa", "time", "scifact", "squad1", "realtime"])
    parser.add_argument("--questions", type=int, default=600, help="at most this many a set, evenly chosen (0: all)")
    parser.add_argument("--depths", type=int, nargs="+", default=DEPTHS, help="how many passages are read")
    parser.add_argument("--weights", type=float, nargs="+", default=[AskSettings().reranker_weight])
    parser.add_argument("--model", type=Path, help="other weights of the reader; default: the packaged ones")
    parser.add_argument("--timed", type=int, default=60, help="how many questions reading is timed on")
    arguments = parser.parse_args()
    print(where())
    default = AskSettings()
    depths = sorted({0, default.rerank, *arguments.depths})
    print("\n| set | measure | weight | " + " | ".join(f"{n} read" for n in depths) + f" | {default.rerank} − 0 |")
    print("|---" * (4 + len(depths)) + "|")
    for name in arguments.sets:
        found = read(name, arguments.questions, depths[-1], arguments.model)
        level, main_measure = MEASURES[name]
        for measure in dict.fromkeys((main_measure, "hit@1")):
            for weight in arguments.weights:
                columns = {n: np.array([quality(one, n, weight, level, measure) for one in found]) for n in depths}
                kept = ~np.isnan(columns[0])
                gain = (columns[default.rerank] - columns[0])[kept]
                (change,) = bootstrap(means(gain[:, None]), len(gain))
                cells = " | ".join(f"{column[kept].mean():.3f}" for column in columns.values())
                interval = f"{gain.mean():+.3f} [{change.low:+.3f}, {change.high:+.3f}]"
                print(f"| {name}, {kept.sum()} | {level} {measure} | {weight:g} | {cells} | {interval} |", flush=True)
    if arguments.timed:
        timed(arguments.timed)


def timed(questions: int) -> None:
    """Print how long reading takes."""
    retriever = data.retriever("newsqa")
    tokens = retriever.embedder.token_starts
    print("\n| passages read | tokens a passage | p50 ms | p95 ms |\n|---|---|---|---|")
    every = data.questions("newsqa")
    for depth in DEPTHS:
        spent, lengths = [], []
        for question in every[:: len(every) // questions][:questions]:
            passages = [(hit.citation.title, hit.passage.text) for hit in retriever.retrieve(question.text, depth)]
            lengths += [len(tokens(text)) for _, text in passages]
            begin = time.perf_counter()
            load_reader().read(question.text, passages)
            spent.append(1000 * (time.perf_counter() - begin))
        p50, p95 = np.percentile(spent[1:], [50, 95])
        print(f"| {depth} | {np.mean(lengths):.0f} | {p50:.0f} | {p95:.0f} |", flush=True)


if __name__ == "__main__":
    main()
