"""Effect of dates on retrieval: ``as_of``, the time windows of questions, and a preference for articles recent then.

    python -m lab.benchmarks.quality.question_time [--curve] [--questions N]

``realtime``: each question is asked on its ``question_date``; "this week" is counted from it.  Paired differences over
questions with 95 % intervals.  The other sets are asked with and without dates in questions: they have no dates of
publication (or no dates in questions), so no hit may change.  ``time`` is also asked as of its last day, where new is
not better, to measure the cost of the preference.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from lab import data
from lab.measure import where
from qa.dates.question_windows import windows
from qa.evaluation.evaluator import retrieval_measures
from qa.evaluation.statistics import bootstrap, means, randomisation_test
from qa.records import Question
from qa.retrieval import Retriever
from qa.settings import AskSettings

MEASURES = ("hit@1", "hit@10", "ndcg@10")
DEFAULT = AskSettings()
PLAIN = replace(DEFAULT, date_weight=0.0, recency_weight=0.0)


class CachedEmbedder:
    """Embeds each question once, however often it is asked."""

    def __init__(self, embedder: Any) -> None:
        self._embedder = embedder
        self._embed = lru_cache(maxsize=None)(lambda text: embedder.embed_queries([text]))

    def embed_queries(self, texts: Sequence[str]) -> Any:
        """Return the questions' vectors."""
        return np.concatenate([self._embed(text) for text in texts])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)


def asked(
    retriever: Retriever, questions: Iterable[Question], settings: AskSettings, as_of: Callable[[Question], str]
) -> np.ndarray:
    """Ask each question on its day and return its article measures, shape (questions, measures)."""
    rows = []
    for question in questions:
        day = date.fromisoformat(question.asked_on) if question.asked_on else date.today()
        dated = Retriever(retriever.archive, retriever.embedder, settings, today=lambda day=day: day)
        # Thirty hits, at most three an article, hold the ten articles that are looked at.
        hits = dated.retrieve(question.text, 30, as_of=as_of(question))
        gold = list(dict.fromkeys(piece.article_id for piece in question.evidence))
        articles = dict.fromkeys(hit.passage.article_id for hit in hits)
        covered = [[number for number, right in enumerate(gold) if right == one] for one in articles]
        scores = retrieval_measures(covered, len(gold))
        rows.append([scores[name] for name in MEASURES])
    return np.array(rows)


def show(name: str, values: np.ndarray, beside: np.ndarray | None = None) -> None:
    """Print a row: the measures, and how they differ from another's."""
    cells = [f"{value:.3f}" for value in values.mean(axis=0)]
    if beside is not None:
        difference = values - beside
        figures = bootstrap(means(difference), len(difference))
        p_values = randomisation_test(difference)
        cells = [
            f"{cell} {f.value:+.3f} [{f.low:+.3f}, {f.high:+.3f}] p {p:.4f}"
            for cell, f, p in zip(cells, figures, p_values, strict=True)
        ]
    print(f"  {name:<46}" + "   ".join(cells), flush=True)


def realtime(file: str, title: str, most: int, curve: bool) -> None:
    """Measure one question file of ``realtime``."""
    retriever = data.retriever("realtime")
    retriever.embedder = CachedEmbedder(retriever.embedder)
    questions = data.questions("realtime", file)
    questions = questions[:: max(1, len(questions) // most)] if most else questions
    print(f"\nrealtime {title}, {len(questions)} questions: {', '.join(MEASURES)}")

    def never(question: Question) -> str:
        return ""

    def then(question: Question) -> str:
        return question.asked_on

    plain = asked(retriever, questions, PLAIN, never)
    show("without dates", plain)
    preferred = replace(DEFAULT, recency_weight=0.0)
    show("dates in questions", asked(retriever, questions, preferred, never), plain)
    filtered = asked(retriever, questions, PLAIN, then)
    show("as_of alone", filtered, plain)
    both = asked(retriever, questions, preferred, then)
    show("as_of, dates in questions", both, filtered)
    show("as_of, dates in questions, recency (default)", asked(retriever, questions, DEFAULT, then), both)
    if curve:
        for weight in (0.05, 0.1, 0.3):
            settings = replace(preferred, date_weight=weight)
            show(f"dates in questions, date_weight {weight}", asked(retriever, questions, settings, never), plain)
        for half_life in (3.0, 14.0):
            settings = replace(preferred, date_half_life=half_life)
            show(f"dates in questions, half-life {half_life}", asked(retriever, questions, settings, never), plain)
        for weight in (0.02, 0.1, 0.2):
            settings = replace(DEFAULT, recency_weight=weight)
            show(f"as_of, …, recency_weight {weight}", asked(retriever, questions, settings, then), both)


def inside(file: str, title: str) -> None:
    """Count the questions whose evidence lies in the window they speak of, so that a filter would keep it."""
    retriever = data.retriever("realtime")
    with retriever.archive.view() as view:
        published = {article.id: article.published[:10] for article in view.articles()}
    spoken = kept = 0
    for question in data.questions("realtime", file):
        wanted = windows(question.text, date.fromisoformat(question.asked_on))
        days = [published[piece.article_id] for piece in question.evidence if piece.article_id in published]
        spoken += bool(wanted)
        kept += any(w.after <= day and (day < w.before or not w.before) for w in wanted for day in days)
    print(f"  {title}: {kept} of {spoken} questions that speak of a time have evidence published then")


def time_as_of_its_last_day(curve: bool) -> None:
    """Measure the cost of the preference for new articles where new is not better."""
    retriever = data.retriever("time")
    retriever.embedder = CachedEmbedder(retriever.embedder)
    questions = data.questions("time")
    print(f"\ntime as of 1963-12-27, {len(questions)} questions: {', '.join(MEASURES)}")
    plain = asked(retriever, questions, PLAIN, lambda question: "1963-12-27")
    show("as_of alone", plain)
    for weight in (0.02, 0.05, 0.1, 0.2) if curve else (DEFAULT.recency_weight,):
        settings = replace(DEFAULT, recency_weight=weight)
        show(f"recency_weight {weight}", asked(retriever, questions, settings, lambda question: "1963-12-27"), plain)


def unchanged(name: str) -> None:
    """Ask a set's questions that speak of a time with and without their dates, and count those whose hits change."""
    retriever = data.retriever(name)
    spoken = [question for question in data.questions(name) if retriever.understood(question.text)]
    without = Retriever(retriever.archive, retriever.embedder, PLAIN)
    changed = sum(
        [hit.passage.id for hit in retriever.retrieve(question.text, 10)]
        != [hit.passage.id for hit in without.retrieve(question.text, 10)]
        for question in spoken
    )
    print(f"  {name}: {changed} of {len(spoken)} questions that speak of a time get other hits", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=0, help="at most this many a file, evenly chosen (0: all)")
    parser.add_argument("--curve", action="store_true", help="other weights and half-lives too")
    arguments = parser.parse_args()
    print(where())
    print("\nother sets")
    for name in ("newsqa", "time", "squad1", "scifact"):
        unchanged(name)
    print("\nrealtime, were windows filters")
    inside("questions.jsonl.gz", "linked")
    inside("questions.weak.jsonl.gz", "weak")
    time_as_of_its_last_day(arguments.curve)
    realtime("questions.jsonl.gz", "linked", arguments.questions, arguments.curve)
    realtime("questions.weak.jsonl.gz", "weak", arguments.questions, arguments.curve)


if __name__ == "__main__":
    main()
