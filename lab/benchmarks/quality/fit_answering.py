"""Fit of the models in ``qa/answers/judging/judgement.py``: which candidate is right, and how probably.

    python -m lab.benchmarks.quality.fit_answering [--kinds reader sentences] [--each 250]

``reader`` (a model reads) is fitted on newsqa, on the squad1 and squad2 articles that the packaged reader was not
trained on, on the seeds and on the newsroom questions, ``sentences`` (none does) on squad1, squad2 and qamr; by whole
articles in five folds (``answering_examples``).

Of the reader's candidates a first model says which is likeliest; it learns where one of them is right.  A second one
says how probably the likeliest is right, a third how probably one of the sentences is that are shown at level possible;
both learn from all questions, also from those without an answer.  The signs of their weights are restricted: of two
correlated features one would otherwise be set off against the other, which does not generalise.  What is printed of a
set comes from the folds that were fitted without it.

Words are marked from ``ANSWER`` on, and nothing is shown as an answer below ``POSSIBLE``; without a reader, ``REFUSED``
of the questions that have an answer may be refused.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from lab.benchmarks.quality.answering_examples import FITTED, Example, gathered
from qa.answers.judging import judgement
from qa.answers.judging.candidates import Logistic
from qa.answers.judging.features import NAMES, SIGNS, confidence_row
from qa.answers.layout import chosen

ANSWER = 0.7  # the confidence from which words are marked, set by hand
UNANSWERABLE = 0.2  # the share of questions that the archive does not answer, for which confidence is calibrated
POSSIBLE = 0.35  # the probability of a right sentence from which some are shown, set by hand
REFUSED = 0.05  # without a reader: a refusal still shows the nearest passages
ARCHIVE_SIGNS = (1, 1, 0, -1)  # of the archive's features without a reader: 1 speaks for an answer, -1 against one
TYPED, TYPED_COUNT = (
    ("seeds", "newsroom"),
    4.0,
)  # sets whose questions are typed as people do, and how often each counts
PENALTY = 3.0  # of half the sum of squared weights, over features of unit variance


def fit_reader(fitted: Sequence[Example]) -> dict[str, object]:
    """Fit the models for a reader's candidates, print how well, and return what is stored."""
    holding = [e for e in fitted if e.answered and e.labels.any()]
    candidate = LogisticRegression(C=1.0, max_iter=5000).fit(
        np.concatenate([e.features for e in holding]), np.concatenate([e.labels for e in holding])
    )
    model = _logistic(candidate)
    first = np.mean([e.labels[np.argmax(model(e.features))] for e in holding])
    alone = {name: np.mean([e.labels[np.argmax(e.features[:, i])] for e in holding]) for i, name in enumerate(NAMES)}
    print(
        f"best candidate is right ({len(holding)}): {first:.3f}; by one feature",
        {k: f"{v:.3f}" for k, v in alone.items()},
    )
    rows = np.array([confidence_row(e.candidates, e.features, model(e.features)) for e in fitted])
    answered = np.array([e.answered for e in fitted])
    truth = {
        "right": np.array([bool(e.answered and e.labels[np.argmax(model(e.features))]) for e in fitted]),
        "held": np.array([e.answered and _shows(e, model(e.features)) for e in fitted]),
    }
    # Most questions that people ask can be answered; of those made here two in three cannot.
    counts = np.where(answered, 1.0, UNANSWERABLE / (1 - UNANSWERABLE) * answered.sum() / max(1, (~answered).sum()))
    typed = np.array([e.kind.split()[0] in TYPED for e in fitted])
    counts = np.where(typed, TYPED_COUNT, 1.0) * counts
    groups = [e.group for e in fitted]
    crossed = {name: _crossed(rows, holds, groups, SIGNS, counts) for name, holds in truth.items()}
    whole = {name: signed_logistic(rows, holds, SIGNS, counts) for name, holds in truth.items()}
    given = crossed["right"] >= ANSWER
    refused = ~given & (crossed["held"] < POSSIBLE)
    for name, holds in truth.items():
        gap = np.mean(np.abs(_gaps(crossed[name][answered], holds[answered])))
        print(
            f"{name}: AUROC {roc_auc_score(holds, crossed[name]):.3f}, of answerable "
            f"{roc_auc_score(answered, crossed[name]):.3f}, mean gap {gap:.3f}"
        )
        print({key: round(one, 3) for key, one in zip((*NAMES, "odds", "margin"), whole[name].weights, strict=True)})
    print(f"refused {refused.mean():.3f}; at level answer {given.mean():.3f}, right {truth['right'][given].mean():.3f}")
    for label in sorted({e.kind for e in fitted}):
        own = np.array([e.kind == label for e in fitted])
        means = ", ".join(
            f"{name} {truth[name][own].mean():.3f} (said {crossed[name][own].mean():.3f})" for name in truth
        )
        print(
            f"    {label:<26} {own.sum():5}  {means}  refused {refused[own].mean():.3f}  "
            f"answer {given[own].mean():.3f}",
            flush=True,
        )
    return {
        "candidate": _stored(model), "right": _stored(whole["right"]), "held": _stored(whole["held"]),
        "answer": ANSWER, "possible": POSSIBLE,
    }  # fmt: skip


def _shows(example: Example, probabilities: np.ndarray) -> bool:
    """Whether one of the sentences that would be shown at level possible holds an answer."""
    order = np.argsort(-probabilities, kind="stable")
    candidates = [example.candidates[i] for i in order]
    scored = judgement.Scored(candidates, probabilities[order], (), 0.0, 0.0)
    shown = {group[0].text for group in chosen(scored.near("possible"), example.hits, "possible")}
    return any(label and one.text in shown for one, label in zip(example.candidates, example.labels, strict=True))


def fit_sentences(fitted: Sequence[Example]) -> dict[str, object]:
    """Fit the models for sentences that no model has read, print how well, and return what is stored."""
    holding = [e for e in fitted if e.answered and e.labels.any()]
    candidate = LogisticRegression(C=1.0, max_iter=1000).fit(
        np.concatenate([e.features for e in holding]), np.concatenate([e.labels for e in holding])
    )
    model = _logistic(candidate)
    rows = np.array([judgement.unread_features(e.question, e.hits, model(e.features)) for e in fitted])
    truth = np.array([e.answered for e in fitted])
    crossed = _crossed(rows, truth, [e.group for e in fitted], ARCHIVE_SIGNS)
    archive = signed_logistic(rows, truth, ARCHIVE_SIGNS)
    possible = float(np.quantile(crossed[truth], REFUSED))
    print(f"sentences: AUROC {roc_auc_score(truth, crossed):.3f}, refused {(crossed < possible).mean():.3f}")
    return {
        "candidate": _stored(model), "right": _stored(archive), "held": _stored(archive),
        "answer": 1.0, "possible": round(possible, 3),
    }  # fmt: skip


def _crossed(
    rows: np.ndarray, truth: np.ndarray, groups: Sequence[str], signs: Sequence[int], counts: np.ndarray | None = None
) -> np.ndarray:
    """Return the probability of each row by a model that was fitted without its group."""
    found = np.zeros(len(truth))
    for others, held_out in GroupKFold(5).split(rows, truth, groups):
        counted = None if counts is None else counts[others]
        found[held_out] = signed_logistic(rows[others], truth[others], signs, counted)(rows[held_out])
    return found


def _gaps(p: np.ndarray, truth: np.ndarray) -> list[float]:
    order = np.array_split(np.argsort(p), 10)
    return [float(p[one].mean() - truth[one].mean()) for one in order]


def main() -> None:
    """Fit, report, and write ``qa/answers/judging/judgement.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=list(FITTED), default=list(FITTED))
    parser.add_argument("--each", type=int, default=250, help="questions a set")
    arguments = parser.parse_args()
    file = Path(judgement.__file__).with_suffix(".json")
    stored = json.loads(file.read_text())
    for kind in arguments.kinds:
        found = gathered(kind, arguments.each)
        stored[kind] = fit_reader(found) if kind == "reader" else fit_sentences(found)
    file.write_text(json.dumps(stored, indent=1) + "\n")
    print(json.dumps(stored), file=sys.stderr)


def signed_logistic(
    features: np.ndarray, truth: np.ndarray, signs: Sequence[int], counts: np.ndarray | None = None
) -> Logistic:
    """Return the penalised logistic model whose weights have these signs (0: either).

    Args:
        features: shape (n, m).
        truth: shape (n,).
        signs: of the m weights.
        counts: how often each row counts, shape (n,); default: once.
    """
    weight = np.ones(len(truth)) if counts is None else counts
    mean, deviation = features.mean(0), features.std(0) + 1e-9
    scaled = (features - mean) / deviation
    side = np.where(truth, 1.0, -1.0)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        weights, margin = parameters[:-1], side * (scaled @ parameters[:-1] + parameters[-1])
        pull = weight * side / (1 + np.exp(margin))
        gradient = np.append(PENALTY * weights - pull @ scaled, -pull.sum())
        return float((weight * np.logaddexp(0, -margin)).sum() + PENALTY * (weights**2).sum() / 2), gradient

    bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[sign] for sign in signs]
    found = minimize(loss, np.zeros(len(signs) + 1), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B").x
    weights = found[:-1] / deviation
    return Logistic(tuple(weights), float(found[-1] - weights @ mean))


def _stored(model: Logistic) -> dict[str, object]:
    return {"weights": np.round(model.weights, 4).tolist(), "intercept": round(model.intercept, 4)}


def _logistic(model: LogisticRegression) -> Logistic:
    return Logistic(tuple(model.coef_[0]), float(model.intercept_[0]))


if __name__ == "__main__":
    main()
