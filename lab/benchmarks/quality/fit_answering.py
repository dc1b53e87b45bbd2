"""Fit of the models in ``qa/answers/answering.py``: which candidate is right, and how probably.

    python -m lab.benchmarks.quality.fit_answering [--kinds reader sentences] [--each 250]

``reader`` (a model reads) is fitted on newsqa and on the squad1 and squad2 articles that the packaged reader was not
trained on, ``sentences`` (none does) on squad1, squad2 and qamr; by whole articles in five folds.  Questions that the
archive does not answer are made in three ways, from far to near: the evidence's whole article is removed, only the
passages that hold the evidence are, or the question was written to have no answer (squad2).

Of the reader's candidates a first model says which is likeliest; it learns where one of them is right.  A second one
says how probably the likeliest is right; it learns from all questions, also from those without an answer.  The signs of
its weights are restricted: of two correlated features one would otherwise be set off against the other, which does not
generalise.
At level ``answer`` at least ``RIGHT`` of the answers shall be right; ``REFUSED`` of those that could be right may be
refused.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
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
from qa.answers.candidates import Candidate, Logistic, heads, marked
from qa.answers.features import NAMES, SIGNS, confidence_row, features, surroundings
from qa.answers.found import READ
from qa.answers.question.qualifiers import qualifiers
from qa.answers.question.question_kinds import asked_for
from qa.evaluation.questions import Gold, Target, locate
from qa.records import Article, Hit, Question
from qa.retrieval import Retriever, word_weights

RIGHT = 0.8
UNANSWERABLE = 0.2  # the share of questions that the archive does not answer, for which confidence is calibrated
# Of the answerable questions, the share that may be refused: a refusal still shows the nearest passages.
REFUSED = {"sentences": 0.05, "reader": 0.05}
ARCHIVE_SIGNS = (1, 1, 0, -1)  # of the archive's features without a reader: 1 speaks for an answer, -1 against one
PENALTY = 3.0  # of half the sum of squared weights, over features of unit variance
FITTED = {"sentences": ("squad1", "squad2", "qamr"), "reader": ("newsqa", "squad1", "squad2")}


@dataclass
class Example:
    """A question over some hits; ``labels`` says which candidates hold an answer."""

    kind: str
    group: str
    question: str
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    features: np.ndarray
    labels: np.ndarray
    answered: bool


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
            yield example(f"{name} unanswerable", retriever, question, hits[:READ], weights, gold, False)
            continue
        yield example(f"{name} answerable", retriever, question, hits[:READ], weights, gold, True)
        if name != "squad2":
            without = [h for h in hits if not any(t.overlaps(h.passage) for t in gold.evidence)][:READ]
            yield example(f"{name} without passage", retriever, question, without, weights, gold, False)
            without = [h for h in hits if h.passage.article_id not in held][:READ]
            yield example(f"{name} without article", retriever, question, without, weights, gold, False)


def example(
    kind: str, retriever: Retriever, question: Question, hits: Sequence[Hit], weights: Mapping[str, float], gold: Gold,
    answered: bool,
) -> Example:  # fmt: skip
    """Read hits and label their candidates."""
    candidates: Sequence[Candidate]
    if retriever.reader:
        named = {hit.passage.article_id: retriever.article(hit.passage.article_id) for hit in hits}
        articles: dict[str, Article] = {key: article for key, article in named.items() if article}
        texts = {hit.passage.id: (hit.citation.title, hit.passage.text) for hit in hits}
        texts |= {key: ("", text) for key, text in heads(hits, articles).items()}
        readings = dict(zip(texts, retriever.reader.read(question.text, list(texts.values())), strict=True))
        candidates = marked(hits, readings, articles)
        around = surroundings(candidates, hits, articles)
        asked, stated = asked_for(question.text), qualifiers(question.text, weights)
        rows = features(question.text, asked, stated, candidates, around, hits, readings)
    else:
        reading = sentence_features.read(question.text, hits, retriever.embedder, weights)
        candidates, rows = reading.candidates, reading.features
    labels = np.array([any(_holds(c, hits[c.hit], t) for t in gold.answers) for c in candidates], bool)
    group = question.evidence[0].article_id if question.evidence else question.id
    return Example(kind, group, question.text, hits, candidates, rows, labels, answered)


def _holds(candidate: Candidate, hit: Hit, target: Target) -> bool:
    """Whether a candidate holds a gold answer: its sentence the whole, its marked words a part."""
    if target.article_id != hit.passage.article_id or candidate.field != "text":
        return False
    if not candidate.marks:
        return bool(candidate.start <= target.start and target.end <= candidate.end)
    start, end = (candidate.start + offset for offset in candidate.marks[0])
    return bool(start < target.end and target.start < end)


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
    right = np.array([bool(e.answered and e.labels[np.argmax(model(e.features))]) for e in fitted])
    answered = np.array([e.answered for e in fitted])
    # Most questions that people ask can be answered; of those made here two in three cannot.
    counts = np.where(answered, 1.0, UNANSWERABLE / (1 - UNANSWERABLE) * answered.sum() / max(1, (~answered).sum()))
    crossed = np.zeros(len(right))
    for others, held_out in GroupKFold(5).split(rows, right, [e.group for e in fitted]):
        crossed[held_out] = signed_logistic(rows[others], right[others], SIGNS, counts[others])(rows[held_out])
    confidence = signed_logistic(rows, right, SIGNS, counts)
    possible = float(np.quantile(crossed[right], REFUSED["reader"]))
    answer = next(
        (
            t
            for t in np.arange(0.3, 0.99, 0.01)
            if np.average(right[crossed >= t], weights=counts[crossed >= t]) >= RIGHT
        ),
        0.99,
    )
    refused, given = crossed < possible, crossed >= answer
    gap = np.mean(np.abs(_gaps(crossed[answered], right[answered])))
    print(
        f"AUROC of right {roc_auc_score(right, crossed):.3f}, of answerable "
        f"{roc_auc_score([e.answered for e in fitted], crossed):.3f}; refused {refused.mean():.3f}; at level answer "
        f"{given.mean():.3f}, right {right[given].mean():.3f}; mean gap {gap:.3f}"
    )
    for label in sorted({e.kind for e in fitted}):
        chosen = np.array([e.kind == label for e in fitted])
        print(
            f"    {label:<26} {chosen.sum():5}  right {right[chosen].mean():.3f}  "
            f"confidence {crossed[chosen].mean():.3f}  refused {refused[chosen].mean():.3f}  "
            f"answer {given[chosen].mean():.3f}",
            flush=True,
        )
    print({name: round(weight, 3) for name, weight in zip((*NAMES, "odds", "margin"), confidence.weights, strict=True)})
    return {
        "candidate": _stored(model), "right": _stored(confidence), "answer": round(float(answer), 3),
        "possible": round(possible, 3),
    }  # fmt: skip


def fit_sentences(fitted: Sequence[Example]) -> dict[str, object]:
    """Fit the models for sentences that no model has read, print how well, and return what is stored."""
    holding = [e for e in fitted if e.answered and e.labels.any()]
    candidate = LogisticRegression(C=1.0, max_iter=1000).fit(
        np.concatenate([e.features for e in holding]), np.concatenate([e.labels for e in holding])
    )
    model = _logistic(candidate)
    rows = np.array([answering.unread_features(e.question, e.hits, model(e.features)) for e in fitted])
    truth = np.array([e.answered for e in fitted])
    crossed = np.zeros(len(truth))
    for others, held_out in GroupKFold(5).split(rows, truth, [e.group for e in fitted]):
        crossed[held_out] = signed_logistic(rows[others], truth[others], ARCHIVE_SIGNS)(rows[held_out])
    archive = signed_logistic(rows, truth, ARCHIVE_SIGNS)
    possible = float(np.quantile(crossed[truth], REFUSED["sentences"]))
    print(f"sentences: AUROC {roc_auc_score(truth, crossed):.3f}, refused {(crossed < possible).mean():.3f}")
    return {
        "candidate": _stored(model), "archive": _stored(archive), "answer": 1.0, "possible": round(possible, 3)
    }  # fmt: skip


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
    for kind in arguments.kinds:
        found = [e for name in FITTED[kind] for e in examples(kind, name, arguments.each) if len(e.features)]
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
