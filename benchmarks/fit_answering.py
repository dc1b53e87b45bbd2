"""Fit what ``qa/answering.py`` knows: which sentence answers, and whether the archive holds an answer at all.

    python -m benchmarks.fit_answering [--each 250]

Fitted on the open questions of squad1, squad2 and qamr, by whole articles in five folds; newsqa is only looked at.
Questions that the archive does not answer are made in three ways, from far to near: the evidence's whole article is
taken away (squad1, qamr), only the passages that hold the evidence are, or the question was written to have no answer
(squad2).  The threshold is where ``REFUSED`` of the answerable questions are refused.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from benchmarks import sets
from qa import answering
from qa.questions import Gold, locate
from qa.records import Hit, Question
from qa.retrieval import Retriever, word_weights

# Of the answerable questions, the share that may be refused: a refusal still shows the nearest passages.
REFUSED = 0.05


@dataclass
class Example:
    """A question over some hits; ``labels`` says which sentences hold an answer."""

    kind: str
    group: str
    question: str
    hits: Sequence[Hit]
    reading: answering.Reading
    weights: dict[str, float]
    labels: np.ndarray
    answered: bool


def examples(name: str, each: int) -> Iterator[Example]:
    """Yield the examples of a set, with and without their evidence."""
    retriever = sets.retriever(name)
    chosen = sets.questions(name)
    for question in chosen[:: max(1, len(chosen) // each)]:
        with retriever.archive.view() as view:
            weights = word_weights(view, question.text)
        hits = retriever.retrieve(question.text, 20)
        gold = locate(question, retriever.article)
        if not question.answerable:
            yield example(f"{name} unanswerable", retriever, question, hits[:5], weights, gold, False)
            continue
        yield example(f"{name} answerable", retriever, question, hits[:5], weights, gold, True)
        if name != "squad2":
            without = [h for h in hits if not any(t.overlaps(h.passage) for t in gold.evidence)][:5]
            yield example(f"{name} without passage", retriever, question, without, weights, gold, False)
            held = {e.article_id for e in question.evidence}
            without = [h for h in hits if h.passage.article_id not in held][:5]
            yield example(f"{name} without article", retriever, question, without, weights, gold, False)


def example(
    kind: str, retriever: Retriever, question: Question, hits: Sequence[Hit], weights: dict[str, float], gold: Gold,
    answered: bool,
) -> Example:  # fmt: skip
    """Read hits and label their sentences."""
    reading = answering.read(question.text, hits, retriever.embedder, weights)
    labels = np.array(
        [
            any(
                t.article_id == hits[c.hit].passage.article_id and c.start <= t.start and t.end <= c.end
                for t in gold.answers
            )
            for c in reading.candidates
        ],
        bool,
    )
    group = question.evidence[0].article_id if question.evidence else question.id
    return Example(kind, group, question.text, hits, reading, weights, labels, answered)


def main() -> None:
    """Fit, report, and write ``qa/answering.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=250, help="questions a set")
    each = parser.parse_args().each
    fitted = [e for name in ("squad1", "squad2", "qamr") for e in examples(name, each) if e.reading.candidates]
    looked = [e for e in examples("newsqa", each) if e.reading.candidates]

    holding = [e for e in fitted if e.answered and e.labels.any()]
    x = np.concatenate([e.reading.features for e in holding])
    y = np.concatenate([e.labels for e in holding])
    sentence = LogisticRegression(C=1.0, max_iter=1000).fit(x, y)
    model = _logistic(sentence)
    for name, group in (("fitted", holding), ("newsqa", [e for e in looked if e.answered and e.labels.any()])):
        first = np.mean([e.labels[np.argmax(model(e.reading.features))] for e in group])
        overlap = np.mean([e.labels[np.argmax(e.reading.features[:, 1])] for e in group])
        cosine = np.mean([e.labels[np.argmax(e.reading.features[:, 0])] for e in group])
        floors = f"by words {overlap:.3f}, by cosine {cosine:.3f}"
        print(f"best sentence holds the answer, {name} ({len(group)}): {first:.3f}; {floors}")

    x2, y2 = _questions(fitted, model)
    archive = LogisticRegression(C=1.0, max_iter=1000, class_weight="balanced")
    groups = np.array([e.group for e in fitted])
    crossed = cross_val_predict(archive, x2, y2, groups=groups, cv=GroupKFold(5), method="predict_proba")[:, 1]
    archive.fit(x2, y2)
    xn, yn = _questions(looked, model)
    seen = archive.predict_proba(xn)[:, 1]
    threshold = float(np.quantile(crossed[y2], REFUSED))
    for name, group, p, truth in (("fitted, crossed", fitted, crossed, y2), ("newsqa", looked, seen, yn)):
        refused = p < threshold
        print(
            f"{name} ({len(group)}): AUROC {roc_auc_score(truth, p):.3f}; at {threshold:.3f} refusing has precision "
            f"{(~truth[refused]).mean():.3f}, recall {refused[~truth].mean():.3f}"
        )
        for kind in sorted({e.kind for e in group}):
            chosen = np.array([e.kind == kind for e in group])
            figures = f"refused {refused[chosen].mean():.3f}  confidence {p[chosen].mean():.3f}"
            print(f"    {kind:<26} {chosen.sum():5}  {figures}")
    stored = {"sentence": _stored(sentence), "archive": _stored(archive), "threshold": round(threshold, 3)}
    Path(answering.__file__).with_suffix(".json").write_text(json.dumps(stored, indent=1) + "\n")
    print(json.dumps(stored), file=sys.stderr)


def _stored(model: LogisticRegression) -> dict[str, object]:
    return {
        "weights": np.round(model.coef_[0], 4).tolist(),
        "intercept": round(float(model.intercept_[0]), 4),
    }


def _logistic(model: LogisticRegression) -> answering.Logistic:
    return answering.Logistic(tuple(model.coef_[0]), float(model.intercept_[0]))


def _questions(group: Sequence[Example], model: answering.Logistic) -> tuple[np.ndarray, np.ndarray]:
    rows = [answering.question_features(e.question, e.hits, model(e.reading.features)) for e in group]
    return np.array(rows), np.array([e.answered for e in group])


if __name__ == "__main__":
    main()
