"""Training groups: a question with a passage that holds its answer, and passages that look as if they did."""

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.data import DATA
from lab.training.corpus import Corpus, Text
from lab.training.settings import DataSettings

SUPPORTS, CONTRADICTS, NEITHER = 0, 1, 2
"""Verdicts: what a passage does to a statement."""


@dataclass(frozen=True, slots=True)
class Group:
    """A question and what is read with it.

    ``texts[0]`` holds the answer at ``start`` to ``end`` (-1: it is not marked); if not ``ranked``, there is only this
    one text, and the question takes no part in ranking.  ``answerable`` says whether the first text answers, None
    that nothing is to be learnt of it: nothing was asked, or nothing is there to tell it from.  ``verdict`` is what the
    first text does to the question, read as a statement: ``SUPPORTS``, ``CONTRADICTS``, ``NEITHER``, or None.
    """

    kind: str
    question: str
    texts: tuple[Text, ...]
    start: int
    end: int
    ranked: bool
    answerable: bool | None
    verdict: int | None = None

    def to_json(self) -> str:
        """Return the group as a line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Group":
        """Return the group of a line."""
        row = json.loads(line)
        return cls(**{**row, "texts": tuple(Text(**text) for text in row["texts"])})


def rows(name: str, file: str) -> list[dict[str, Any]]:
    """Return the rows of a set's file.

    Raises:
        FileNotFoundError: if the set is not in the data folder.
    """
    path = DATA / name / f"{file}.jsonl.gz"
    if not path.exists():
        raise FileNotFoundError(f"{path}: the evaluation data is not here; set DATELINE_DATA to its folder")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load(file: Path) -> list[Group]:
    """Return the groups of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Group.from_json(line) for line in lines]


def held_out_titles(every: int) -> set[str]:
    """Return the titles of the SQuAD articles that are never trained on."""
    titles = sorted({row["title"] for row in rows("squad1", "articles")}, key=digest)
    return set(titles[::every])


def answered(kind: str, corpus: Corpus, questions: list[dict[str, Any]], ranked: bool = True) -> Iterator[Group]:
    """Yield a group for each question whose answer's place is known and lies in one passage.

    Args:
        kind: of the groups.
        corpus: the questions' articles.
        questions: rows of a set.
        ranked: whether wrong passages are looked for.
    """
    corpus.embed([question["question"] for question in questions] if ranked else [])
    for question in questions:
        evidence = question["evidence"][0]
        asked = question["question"]
        place = corpus.locate(evidence)
        span = corpus.find(evidence["article_id"], agreed(question), place, asked) if place else None
        passage = corpus.passage_at(evidence["article_id"], *span) if span else None
        if not passage or not span:
            continue
        # Whatever else holds these words may hold the answer, so it is no negative.
        every = [*question["answers"], *question.get("all_answers", ())]
        negatives = corpus.negatives(asked, every, set()) if ranked else ()
        if ranked and not negatives:
            continue
        start = span[0] - passage.start
        texts = (passage.text, *negatives)
        yield Group(kind, asked, texts, start, start + span[1] - span[0], ranked, True if ranked else None)


def agreed(question: dict[str, Any]) -> list[str]:
    """Return a question's answers, first what most annotators marked, of those the shortest."""
    marked = Counter(question.get("all_answers", ()))
    return sorted(question["answers"], key=lambda answer: (-marked[answer], len(answer) if marked else 0))


def some(questions: list[dict[str, Any]], kind: str, settings: DataSettings) -> list[dict[str, Any]]:
    """Return as many questions as are asked for, chosen by the SHA-256 of their ids."""
    return sorted(questions, key=lambda row: digest(row["id"]))[: settings.most[kind] or None]


def digest(text: str) -> str:
    """Return the SHA-256 of a text, by which questions and articles are drawn."""
    return hashlib.sha256(text.encode()).hexdigest()
