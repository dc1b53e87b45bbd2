"""Verdicts on answers by level: right, partly right, wrong, rightly and wrongly refused.

    python -m lab.benchmarks.quality.levels [seeds newsqa squad1 squad2 mtrag multihop …] [--questions 300]

Every question is asked as `qa ask` does, with its history, of an archive of its set's articles; of squad1 and squad2
only those about articles that the reader was not trained on.  ``good`` is the share right or rightly refused, ``wrong``
the share, of all, that is wrong at level answer, ``ece`` the calibration error of the answers given, ``AUROC`` that of
refusing.
"""

import argparse

from lab import data
from lab.benchmarks import unseen
from lab.measure import where
from qa.evaluation.evaluator import evaluate
from qa.evaluation.verdicts import GOOD, VERDICTS, Tally


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["seeds", "newsqa", "squad1", "squad2", "mtrag", "multihop"])
    parser.add_argument("--questions", type=int, default=300, help="at most this many a set, evenly chosen (0: all)")
    arguments = parser.parse_args()
    print(where())
    print(f"\n| set | judged | good | wrong | ece | AUROC | {' | '.join(VERDICTS)} |")
    print("|---|---|---|---|---|---|" + "---|" * len(VERDICTS))
    for name in arguments.sets:
        questions = unseen.questions(name)
        if arguments.questions:
            questions = questions[:: max(1, len(questions) // arguments.questions)]
        report = evaluate(data.retriever(name, reads=True), questions, 5)
        found = report.verdicts
        auroc = report.scores.abstention["auroc"].value
        figures = (found.share(GOOD), found.share(("wrong",), "answer"), report.calibration.ece, auroc)
        cells = " | ".join("–" if one is None else f"{one:.3f}" for one in figures)
        print(
            f"| {name} | {found.judged} | {cells} | {' | '.join(_by_level(found, one) for one in VERDICTS)} |",
            flush=True,
        )


def _by_level(found: Tally, verdict: str) -> str:
    """Return how many answers have a verdict: of them at level answer, and possible."""
    row = {level: dict(counts).get(verdict, 0) for level, counts in found.counts.items()}
    total = sum(row.values())
    return f"{total} ({row.get('answer', 0)} + {row.get('possible', 0)})" if row.get("none", 0) != total else f"{total}"


if __name__ == "__main__":
    main()
