"""Quality of a reader by itself, on questions that it was never trained on, with 95 % bootstrap intervals.

- ``squad1``: exact match and F1 of the best span, given the question's paragraph; articles held out by title;
- ``squad2``: area under the ROC curve of the answerable logit, questions that their paragraph answers against questions
  that it does not answer, of the same articles;
- ``newsqa``: exact match and F1, given the whole article in passages.  The span is taken for which the sum of its own
  logits and its passage's relevance is highest: span logits are trained to be comparable over the passages of a
  question, and relevance says in which passage the answer is;
- statements: accuracy of the likeliest verdict on statements made of the same questions of ``squad1`` and their
  paragraphs, supported, contradicted, or neither (about another paragraph).

How well it ranks and refuses within Dateline is measured by ``lab/benchmarks/``.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lab.data import DATA
from lab.training import statements
from lab.training.groups import NEITHER, held_out_titles, rows
from qa.anatomy.dissection import boilerplate_spans
from qa.evaluation.measures import answer_measures
from qa.evaluation.statistics import Figure, Statistic, area_under_curve, bootstrap, means
from qa.intake import Defaults, Reading, read
from qa.models.embedding import load_embedder
from qa.models.reader import Reader
from qa.text.chunking import chunk

PASSAGE_TOKENS = 240  # of an archive by default

Pair = tuple[str, str]
"""A passage as it is read: title, text."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of one set."""

    name: str
    measure: str
    figure: Figure

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as JSON."""
        return {"set": self.name, "measure": self.measure, **self.figure.to_dict()}


def evaluate(weights: Path, held_out: int, most: int = 0) -> list[Measured]:
    """Measure a reader on all sets.

    Args:
        weights: the file that training wrote.
        held_out: every so many-th SQuAD article was held out; see ``config.toml``.
        most: how many questions of each set at most, evenly chosen; 0: all.

    Raises:
        FileNotFoundError: if a set is not in the data folder.
        ModelError: if the weights are missing or do not fit.
    """
    reader = Reader(weights)
    return [
        *_squad1(reader, held_out, most), *_squad2(reader, held_out, most), *_newsqa(reader, most),
        *_statements(reader, held_out, most),
    ]  # fmt: skip


def table(measured: Sequence[Measured]) -> str:
    """Return the figures as a table in Markdown."""
    lines = ["| set | measure | value | 95 % interval | questions |", "|---|---|---:|---|---:|"]
    for one in measured:
        value, low, high = (
            "–" if number is None else f"{number:.3f}" for number in (one.figure.value, one.figure.low, one.figure.high)
        )
        lines.append(f"| {one.name} | {one.measure} | {value} | {low} to {high} | {one.figure.n} |")
    return "\n".join(lines)


def best_answer(reader: Reader, question: str, passages: Sequence[Pair]) -> str:
    """Return the likeliest answer in any of the passages, "" if none has a span; see the module's text."""
    best, answer = -np.inf, ""
    for reading, (_, text) in zip(reader.read(question, passages), passages, strict=True):
        for span in reading.spans[:1]:
            if span.score + reading.relevance > best:
                best, answer = span.score + reading.relevance, text[span.start : span.end]
    return answer


def evenly(questions: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Return at most so many questions, spread over all; 0: all."""
    if not 0 < most < len(questions):
        return list(questions)
    return [questions[place * len(questions) // most] for place in range(most)]


def _squad1(reader: Reader, held_out: int, most: int) -> Iterator[Measured]:
    questions = evenly(list(_of_held_out("squad1", held_out)), most)
    yield from _answers(
        "squad1, given the paragraph", reader, questions, lambda one: [(one["title"], one["paragraph"])]
    )


def _squad2(reader: Reader, held_out: int, most: int) -> Iterator[Measured]:
    questions = evenly(list(_of_held_out("squad2", held_out)), most)
    scores = [reader.read(one["question"], [(one["title"], one["paragraph"])])[0].answerable for one in questions]
    answerable = np.array([one["answerable"] for one in questions], dtype=np.bool_)
    area = area_under_curve(answerable, np.array(scores, dtype=np.float64))
    yield from _measured("squad2, given the paragraph", ("AUROC of answerable",), area, len(questions))


def _newsqa(reader: Reader, most: int) -> Iterator[Measured]:
    questions = evenly([one for one in rows("newsqa", "questions") if one["answerable"] and one["answers"]], most)
    wanted = {one["evidence"][0]["article_id"] for one in questions}
    tokenizer = load_embedder()
    passages: dict[str, list[Pair]] = {}
    for reading in read([DATA / "newsqa" / "articles.jsonl.gz"], Defaults()):
        if isinstance(reading, Reading) and reading.article.id in wanted:
            article = reading.article
            boilerplate = [(start, end) for start, end, _ in boilerplate_spans(article.text)]
            made = chunk(article, tokenizer, max_tokens=PASSAGE_TOKENS, boilerplate=boilerplate)
            passages[article.id] = [(article.title, passage.text) for passage in made]
    yield from _answers(
        "newsqa, given the article", reader, questions, lambda one: passages[one["evidence"][0]["article_id"]]
    )


def _statements(reader: Reader, held_out: int, most: int) -> Iterator[Measured]:
    questions = evenly(list(_of_held_out("squad1", held_out)), most)
    chance = random.Random(held_out)
    right = []
    for question, other in zip(questions, [*questions[1:], *questions[:1]], strict=True):
        pair, asked, answer = (question["title"], question["paragraph"]), question["question"], question["answers"][0]
        judged = [
            (said, pair, verdict) for said, verdict in statements.made(asked, answer, question["paragraph"], chance)
        ]
        if other["paragraph"] != question["paragraph"]:
            judged.append((statements.stated(asked, answer), (other["title"], other["paragraph"]), NEITHER))
        for said, passage, verdict in judged:
            given = reader.read(said, [passage])[0].verdict
            right.append(int(np.argmax([given.supports, given.contradicts, given.neither])) == verdict)
    figures = means(np.array(right, dtype=np.float64)[:, None])
    yield from _measured("statements about squad1 paragraphs", ("accuracy",), figures, len(right))


def _of_held_out(name: str, held_out: int) -> Iterator[dict[str, Any]]:
    """Yield the questions of the held-out articles, each with its ``title`` and ``paragraph``."""
    titles = held_out_titles(held_out)
    known = {row["id"]: row["title"] for row in rows(name, "articles") if row["title"] in titles}
    for question in rows(name, "questions"):
        for piece in question["evidence"][:1]:
            if piece["article_id"] in known and piece["text"]:
                yield {**question, "title": known[piece["article_id"]], "paragraph": piece["text"]}


def _answers(
    name: str,
    reader: Reader,
    questions: Sequence[dict[str, Any]],
    passages: Callable[[dict[str, Any]], Sequence[Pair]],
) -> Iterator[Measured]:
    scores = []
    for question in questions:
        answer = best_answer(reader, question["question"], passages(question))
        measures = answer_measures(answer, "", question["answers"])
        scores.append((measures["exact_match"], measures["f1"]))
    yield from _measured(name, ("exact match", "F1"), means(np.array(scores, dtype=np.float64)), len(scores))


def _measured(name: str, measures: Sequence[str], statistic: Statistic, count: int) -> Iterator[Measured]:
    if not count:
        raise ValueError(f"{name}: there are no questions; take a smaller held_out")
    for measure, figure in zip(measures, bootstrap(statistic, count), strict=True):
        yield Measured(name, measure, figure)
