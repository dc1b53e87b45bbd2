"""Examples for ``fit_answering``: questions over what was found for them, and which candidates answer.

Questions that the archive does not answer are made in three ways, from far to near: the evidence's whole article is
removed, only the passages that hold the evidence are, or the question was written to have no answer.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab import data
from lab.benchmarks import unseen
from qa.answers.found import READ, Found
from qa.answers.judging import sentence_features
from qa.answers.judging.candidates import Candidate, heads, marked
from qa.answers.judging.features import features, surroundings
from qa.answers.question.qualifiers import qualifiers
from qa.answers.question.question_kinds import asked_for
from qa.dialogue.conversation import stand_alone
from qa.evaluation.questions import Target, locate
from qa.records import Article, Hit
from qa.retrieval import Retriever, word_weights
from qa.text.terms import terms

FITTED = {"sentences": ("squad1", "squad2", "qamr"), "reader": ("newsqa", "squad1", "squad2", "seeds", "newsroom")}
_SINGLE = ("fact", "who", "where", "date", "number", "reason", "who-said", "said-what", "latest")
"""Kinds of questions that are answered by the likeliest candidate."""


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


Holds = Callable[[Candidate, Hit], bool]
"""Whether a candidate holds an answer."""


def gathered(kind: str, each: int) -> list[Example]:
    """Return the examples of all sets that a kind is fitted on, about ``each`` questions a set."""
    found: list[Example] = []
    for name in FITTED[kind]:
        made = newsroom() if name == "newsroom" else _of_set(kind, name, each)
        found += [one for one in made if len(one.features)]
        print(f"{name}: {len(found)} examples", file=sys.stderr, flush=True)
    return found


def _of_set(kind: str, name: str, each: int) -> Iterator[Example]:
    """Yield the examples of a set, with and without their evidence."""
    retriever = data.retriever(name, reads=kind == "reader")
    chosen = unseen.questions(name) if kind == "reader" else data.questions(name)
    for question in chosen[:: max(1, len(chosen) // each)]:
        asked = stand_alone(question.text, question.history)
        if name == "seeds" and asked_for(asked).kind not in _SINGLE:
            continue
        hits = retriever.retrieve(asked, 20)
        gold = locate(question, retriever.article)
        held = {e.article_id for e in question.evidence}
        group = question.evidence[0].article_id if question.evidence else question.id
        answers = gold.answers

        def holds(candidate: Candidate, hit: Hit, answers: Sequence[Target] = answers) -> bool:
            return any(_overlaps(candidate, hit, target) for target in answers)

        if not question.answerable:
            yield example(f"{name} unanswerable", group, retriever, asked, hits[:READ], None)
            continue
        yield example(f"{name} answerable", group, retriever, asked, hits[:READ], holds)
        if name not in ("squad2", "seeds"):
            without = [h for h in hits if not any(t.overlaps(h.passage) for t in gold.evidence)][:READ]
            yield example(f"{name} without passage", group, retriever, asked, without, None)
            without = [h for h in hits if h.passage.article_id not in held][:READ]
            yield example(f"{name} without article", group, retriever, asked, without, None)


def newsroom() -> Iterator[Example]:
    """Yield the newsroom questions that ask for a single thing."""
    lines = (data.DATA / "newsroom" / "questions.jsonl").read_text().splitlines()
    questions: list[dict[str, Any]] = [json.loads(line) for line in lines]
    for name in ("bbc-wikinews", "realtime-small"):
        retriever = data.retriever(name, reads=True)
        for question in questions:
            asked = stand_alone(question["question"], question["history"])
            if question["archive"] != name or asked_for(asked).kind not in _SINGLE:
                continue
            good, bad = question["must"], question["must_not"]

            def holds(
                candidate: Candidate, _: Hit, good: Sequence[Sequence[str]] = good, bad: Sequence[str] = bad
            ) -> bool:
                return _says(candidate, good, bad)

            answered = question["expect"] == "answer"
            hits = retriever.retrieve(asked, READ)
            group = (question["about"] or [question["id"]])[0]
            yield example(
                f"newsroom {'answerable' if answered else 'unanswerable'}", group, retriever, asked, hits,
                holds if answered else None,
            )  # fmt: skip


def example(
    kind: str, group: str, retriever: Retriever, question: str, hits: Sequence[Hit], holds: Holds | None
) -> Example:
    """Read hits and label their candidates; ``holds`` is None where the hits hold no answer."""
    with retriever.archive.view() as view:
        weights = word_weights(view, question)
    candidates, rows = _candidates(retriever, question, hits, weights)
    labels = np.array([bool(holds and holds(one, hits[one.hit])) for one in candidates], bool)
    return Example(kind, group, question, hits, candidates, rows, labels, holds is not None)


def _candidates(
    retriever: Retriever, question: str, hits: Sequence[Hit], weights: Mapping[str, float]
) -> tuple[Sequence[Candidate], np.ndarray]:
    if not retriever.reader:
        reading = sentence_features.read(question, hits, retriever.embedder, weights)
        return reading.candidates, reading.features
    named = {hit.passage.article_id: retriever.article(hit.passage.article_id) for hit in hits}
    articles: dict[str, Article] = {key: article for key, article in named.items() if article}
    texts = {hit.passage.id: (hit.citation.title, hit.passage.text) for hit in hits}
    texts |= {key: ("", text) for key, text in heads(hits, articles).items()}
    readings = dict(zip(texts, retriever.reader.read(question, list(texts.values())), strict=True))
    candidates = marked(hits, readings, articles)
    around = surroundings(candidates, hits, articles)
    found = Found(question, hits, readings, articles, weights, len(hits))
    return candidates, features(found, asked_for(question), qualifiers(question, weights), candidates, around)


def _overlaps(candidate: Candidate, hit: Hit, target: Target) -> bool:
    """Whether a candidate holds a gold answer: its sentence the whole, its marked words a part."""
    if target.article_id != hit.passage.article_id or candidate.field != "text":
        return False
    if not candidate.marks:
        return bool(candidate.start <= target.start and target.end <= candidate.end)
    start, end = (candidate.start + offset for offset in candidate.marks[0])
    return bool(start < target.end and target.start < end)


def _says(candidate: Candidate, good: Sequence[Sequence[str]], bad: Sequence[str]) -> bool:
    """Whether a candidate's sentence has one of each list of wordings, and its marked words a part of one."""
    if not all(any(_has(candidate.text, one) for one in some) for some in good):
        return False
    words = set(terms(candidate.words))
    marked_right = any(words & set(terms(one)) for some in good for one in some)
    return marked_right and not any(_has(candidate.words, one) for one in bad)


def _has(text: str, words: str) -> bool:
    """Whether a text has some words, whole, in any case and ending."""
    return re.search(rf"(?<!\w){re.escape(' '.join(terms(words)))}(?!\w)", " ".join(terms(text))) is not None
