"""Fit of the models in ``qa/answers/answering.py``: which candidate answers, and whether the archive holds an answer.

    python -m lab.benchmarks.quality.fit_answering [--kinds reader sentences] [--each 250]

Fitted by whole articles in five folds: ``sentences`` (no model reads) on the open questions of squad1, squad2 and qamr,
``reader`` on those of the squad1 and squad2 articles that the packaged reader was not trained on; newsqa is only
reported.  Questions that the archive does not answer are made in three ways, from far to near: the evidence's whole
article is removed (squad1, qamr), only the passages that hold the evidence are, or the question was written to have no
answer (squad2).  The threshold is where ``REFUSED`` of the answerable questions are refused.

In the archive's model the signs of weights are restricted: of two correlated features one would otherwise be set off
against the other, which does not generalise to other sets.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from lab import data
from lab.benchmarks import unseen
from qa.answers import answering, sentence_features
from qa.answers.candidates import Candidate, Logistic, marked
from qa.evaluation.questions import Gold, Target, locate
from qa.models.passage_reader import PassageReading
from qa.records import Hit, Question
from qa.retrieval import Retriever, word_weights

# Of the answerable questions, the share that may be refused: a refusal still shows the nearest passages.
REFUSED = {"sentences": 0.05, "reader": 0.07}
# Of each of the archive's features: whether it can only speak for an answer (1), only against one (-1), or either.
SIGNS = {"sentences": (1, 1, 0, -1), "reader": (1, -1, 1, 1, 1, 1, 1)}
PENALTY = 10.0  # of half the sum of squared weights, over features of unit variance
FITTED = {"sentences": ("squad1", "squad2", "qamr"), "reader": ("squad1", "squad2")}


@dataclass
class Example:
    """A question over some hits; ``labels`` says which candidates hold an answer."""

    kind: str
    group: str
    question: str
    hits: Sequence[Hit]
    readings: dict[str, PassageReading] | None
    features: np.ndarray
    labels: np.ndarray
    answered: bool
    cosine: float


def examples(kind: str, name: str, each: int) -> Iterator[Example]:
    """Yield the examples of a set, with and without their evidence."""
    retriever = data.retriever(name, reads=kind == "reader")
    chosen = unseen.questions(name) if kind == "reader" else data.questions(name)
    for question in chosen[:: max(1, len(chosen) // each)]:
        with retriever.archive.view() as view:
            weights = word_weights(view, question.text)
        hits = retriever.retrieve(question.text, 20)
        gold = locate(question, retriever.article)
        held = {e.article_id for e in question.evidence}
        if not question.answerable:
            yield example(f"{name} unanswerable", retriever, question, hits[: answering.READ], weights, gold, False)
            continue
        yield example(f"{name} answerable", retriever, question, hits[: answering.READ], weights, gold, True)
        if name != "squad2":
            without = [h for h in hits if not any(t.overlaps(h.passage) for t in gold.evidence)][: answering.READ]
            yield example(f"{name} without passage", retriever, question, without, weights, gold, False)
            without = [h for h in hits if h.passage.article_id not in held][: answering.READ]
            yield example(f"{name} without article", retriever, question, without, weights, gold, False)


def example(
    kind: str, retriever: Retriever, question: Question, hits: Sequence[Hit], weights: dict[str, float], gold: Gold,
    answered: bool,
) -> Example:  # fmt: skip
    """Read hits and label their candidates."""
    readings = None
    candidates: Sequence[Candidate]
    if retriever.reader:
        found = retriever.reader.read(question.text, [(hit.citation.title, hit.passage.text) for hit in hits])
        readings = {hit.passage.id: one for hit, one in zip(hits, found, strict=True)}
        candidates, features = marked(hits, readings)
    else:
        reading = sentence_features.read(question.text, hits, retriever.embedder, weights)
        candidates, features = reading.candidates, reading.features
    labels = np.array([any(_holds(c, hits[c.hit], t) for t in gold.answers) for c in candidates], bool)
    group = question.evidence[0].article_id if question.evidence else question.id
    cosine = answering.best_cosine(question.text, candidates, retriever.embedder) if candidates else 0.0
    return Example(kind, group, question.text, hits, readings, features, labels, answered, cosine)


def _holds(candidate: Candidate, hit: Hit, target: Target) -> bool:
    """Whether a candidate holds a gold answer: its sentence the whole, its marked words a part."""
    if target.article_id != hit.passage.article_id:
        return False
    if not candidate.marks:
        return bool(candidate.start <= target.start and target.end <= candidate.end)
    start, end = (candidate.start + offset for offset in candidate.marks[0])
    return bool(start < target.end and target.start < end)


def fit(kind: str, each: int) -> dict[str, object]:
    """Fit one kind, print how well, and return what is stored."""
    fitted = [e for name in FITTED[kind] for e in examples(kind, name, each) if len(e.features)]
    looked = [e for e in examples(kind, "newsqa", each) if len(e.features)]
    holding = [e for e in fitted if e.answered and e.labels.any()]
    candidate = LogisticRegression(C=1.0, max_iter=1000).fit(
        np.concatenate([e.features for e in holding]), np.concatenate([e.labels for e in holding])
    )
    model = _logistic(candidate)
    for name, group in (("fitted", holding), ("newsqa", [e for e in looked if e.answered and e.labels.any()])):
        first = np.mean([e.labels[np.argmax(model(e.features))] for e in group])
        alone = ", ".join(f"{np.mean([e.labels[np.argmax(e.features[:, i])] for e in group]):.3f}" for i in range(3))
        print(f"{kind}: best candidate holds the answer, {name} ({len(group)}): {first:.3f}; by one feature {alone}")

    x2, y2 = _questions(fitted, model)
    crossed = np.zeros(len(y2))
    for others, held_out in GroupKFold(5).split(x2, y2, [e.group for e in fitted]):
        crossed[held_out] = signed_logistic(x2[others], y2[others], SIGNS[kind])(x2[held_out])
    archive = signed_logistic(x2, y2, SIGNS[kind])
    xn, yn = _questions(looked, model)
    seen = archive(xn)
    threshold = float(np.quantile(crossed[y2], REFUSED[kind]))
    for name, members, p, truth in (("fitted, crossed", fitted, crossed, y2), ("newsqa", looked, seen, yn)):
        refused = p < threshold
        error = np.mean([abs(one) for one in _gaps(p, truth)])
        print(
            f"{kind}, {name} ({len(members)}): AUROC {roc_auc_score(truth, p):.3f}; at {threshold:.3f} refusing has "
            f"precision {(~truth[refused]).mean():.3f}, recall {refused[~truth].mean():.3f}; "
            f"mean gap of ten bins {error:.3f}"
        )
        for label in sorted({e.kind for e in members}):
            chosen = np.array([e.kind == label for e in members])
            figures = f"refused {refused[chosen].mean():.3f}  confidence {p[chosen].mean():.3f}"
            print(f"    {label:<26} {chosen.sum():5}  {figures}", flush=True)
    return {"candidate": _stored(model), "archive": _stored(archive), "threshold": round(threshold, 3)}


def _gaps(p: np.ndarray, truth: np.ndarray) -> list[float]:
    order = np.array_split(np.argsort(p), 10)
    return [float(p[one].mean() - truth[one].mean()) for one in order]


def main() -> None:
    """Fit, report, and write ``qa/answers/answering.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=list(FITTED), default=list(FITTED))
    parser.add_argument("--each", type=int, default=250, help="questions a set")
    arguments = parser.parse_args()
    file = Path(answering.__file__).with_suffix(".json")
    stored = json.loads(file.read_text())
    stored |= {kind: fit(kind, arguments.each) for kind in arguments.kinds}
    file.write_text(json.dumps(stored, indent=1) + "\n")
    print(json.dumps(stored), file=sys.stderr)


def signed_logistic(features: np.ndarray, truth: np.ndarray, signs: Sequence[int]) -> Logistic:
    """Return the penalised logistic model whose weights have these signs (0: either); features (n, m), truth (n,)."""
    mean, deviation = features.mean(0), features.std(0) + 1e-9
    scaled = (features - mean) / deviation
    side = np.where(truth, 1.0, -1.0)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        weights, margin = parameters[:-1], side * (scaled @ parameters[:-1] + parameters[-1])
        pull = side / (1 + np.exp(margin))
        gradient = np.append(PENALTY * weights - pull @ scaled, -pull.sum())
        return float(np.logaddexp(0, -margin).sum() + PENALTY * (weights**2).sum() / 2), gradient

    bounds = [{1: (0, None), -1: (None, 0), 0: (None, None)}[sign] for sign in signs]
    found = minimize(loss, np.zeros(len(signs) + 1), jac=True, bounds=[*bounds, (None, None)], method="L-BFGS-B").x
    weights = found[:-1] / deviation
    return Logistic(tuple(weights), float(found[-1] - weights @ mean))


def _stored(model: Logistic) -> dict[str, object]:
    return {"weights": np.round(model.weights, 4).tolist(), "intercept": round(model.intercept, 4)}


def _logistic(model: LogisticRegression) -> Logistic:
    return Logistic(tuple(model.coef_[0]), float(model.intercept_[0]))


def _questions(group: Sequence[Example], model: Logistic) -> tuple[np.ndarray, np.ndarray]:
    rows = [
        answering.unread_features(e.question, e.hits, model(e.features))
        if e.readings is None
        else answering.read_features(e.question, e.hits, model(e.features), e.readings, e.cosine)
        for e in group
    ]
    return np.array(rows), np.array([e.answered for e in group])


if __name__ == "__main__":
    main()
