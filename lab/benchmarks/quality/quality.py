"""Quality of retrieval and answers on the open questions, beside the baselines (floors) in the data's README.

    python -m lab.benchmarks.quality.quality [newsqa time scifact squad1 …] [--questions N] [--answers] [--read]

Floors: plain BM25, dense MiniLM and their min-max fusion, 180-word passages (240 tokens on newsqa).  ``--answers``
also answers the questions, which is slower; without it they are only searched for.  ``--read`` has the packaged reader
rerank and mark; without it no model reads.
"""

import argparse
from collections.abc import Sequence

from lab import data
from lab.measure import where
from qa.evaluation import evaluator
from qa.records import Answer, Article, Question
from qa.retrieval import Retriever

FLOORS = {
    "newsqa": ("answer MRR@10", ".529, .363, .552"),
    "time": ("article nDCG@10", ".641, .645, .694"),
    "scifact": ("article nDCG@10", ".686, .648, .731"),
    "squad1": ("evidence hit@1", ".763, .618, .802"),
    "realtime": ("article hit@1", ".431, .400, .436; hybrid and half the whole-article BM25 .477"),
    "realtime-weak": ("article hit@1", ".501, .449, .524; with whole-article BM25 .534"),
}


class Finder:
    """Retrieves, and answers nothing."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def ask(self, question: str, history: object = (), k: int = 5) -> Answer:
        """Return the hits as an abstention."""
        hits = self._retriever.retrieve(question, k)
        return Answer(question, question, "", "", (), (), tuple(hits), 0.0)

    def article(self, article_id: str) -> Article | None:
        """Return an article."""
        return self._retriever.article(article_id)


def chosen(name: str, most: int) -> Sequence[Question]:
    """Return a set's questions; of scifact those that the literature tests on, as claims whose articles are ranked."""
    questions = data.questions(name)
    if name == "scifact":
        import gzip
        import json

        with gzip.open(data.DATA / name / "questions.jsonl.gz", "rt") as file:
            tested = {row["id"] for row in map(json.loads, file) if row["part"] == "test"}
        questions = [question for question in questions if question.id in tested]
    return questions[:: max(1, len(questions) // most)] if most else questions


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=["newsqa", "time", "scifact", "squad1"])
    parser.add_argument("--questions", type=int, default=0, help="at most this many a set, evenly chosen (0: all)")
    parser.add_argument("--answers", action="store_true")
    parser.add_argument("--read", action="store_true")
    arguments = parser.parse_args()
    print(where())
    for name in arguments.sets:
        retriever = data.retriever(name, reads=arguments.read)
        asker = retriever if arguments.answers else Finder(retriever)
        # Thirty hits hold the ten articles that article measures look at.
        report = evaluator.evaluate(asker, chosen(name, arguments.questions), 30)
        scores = report.scores
        shown = {
            "answer MRR@10": scores.answer["mrr@10"],
            "evidence hit@1": scores.evidence["hit@1"],
            "evidence MRR@10": scores.evidence["mrr@10"],
            "article hit@1": scores.article["hit@1"],
            "article hit@10": scores.article["hit@10"],
            "article nDCG@10": scores.article["ndcg@10"],
        }
        if arguments.answers:
            shown |= {f"answers {key}": figure for key, figure in scores.answers.items()}
            shown |= {f"abstention {key}": figure for key, figure in scores.abstention.items()}
        measure, floors = FLOORS.get(name, ("", ""))
        print(f"\n{name} ({report.questions['scored']} scored)")
        for key, figure in shown.items():
            if figure.value is not None:
                floor = f"   floors {floors}" if key == measure else ""
                print(f"  {key:<24} {figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]{floor}")


if __name__ == "__main__":
    main()
