"""Quality of refusals by the default confidence, on sets that it was not fitted on, and on squad2.

    python -m lab.benchmarks.quality.refusing [multihop mtrag squad2 …] [--questions 400]

Every question is asked as `qa ask` does, with its history, of an archive of its set's articles; of squad2 only the
questions about articles that the reader was not trained on.  Precision, recall and the share of answerable questions
refused are those of the default threshold; ``ece`` is the expected calibration error over ten bins.
"""

import argparse

import numpy as np
from sklearn.metrics import roc_auc_score

from lab import data
from lab.benchmarks import unseen
from lab.measure import where
from qa.evaluation.evaluator import evaluate
from qa.evaluation.statistics import Figure


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["multihop", "mtrag", "squad2"])
    parser.add_argument("--questions", type=int, default=400, help="at most this many a set, evenly chosen (0: all)")
    arguments = parser.parse_args()
    print(where())
    print("\n| set | answerable + not | AUROC | precision | recall | answerable refused | ece | by best hit |")
    print("|---|---|---|---|---|---|---|---|")
    for name in arguments.sets:
        retriever = data.retriever(name, reads=True)
        questions = unseen.questions(name)
        if arguments.questions:
            questions = questions[:: max(1, len(questions) // arguments.questions)]
        report = evaluate(retriever, questions, 5)
        answerable = np.array([one.question.answerable for one in report.results])
        best = np.array([one.hits[0].score if one.hits else 0.0 for one in report.results])
        refused = np.array([one.abstained for one in report.results])[answerable].mean()
        figures = report.scores.abstention
        cells = " | ".join(_cell(figures[measure]) for measure in ("auroc", "precision", "recall"))
        print(
            f"| {name} | {answerable.sum()} + {(~answerable).sum()} | {cells} | {refused:.3f} | "
            f"{report.calibration.ece:.3f} | {roc_auc_score(answerable, best):.3f} |",
            flush=True,
        )


def _cell(figure: Figure) -> str:
    return "–" if figure.value is None else f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


if __name__ == "__main__":
    main()
