"""The evaluation sets beside the project, and an archive for each, made once."""

import os
import sys
from pathlib import Path

from qa import indexing
from qa.embedding import load_embedder
from qa.questions import read_questions
from qa.records import Question
from qa.retrieval import Retriever
from qa.settings import ARCHIVE_FILE

PROJECT = Path(__file__).parent.parent
DATA = Path(os.environ.get("DATELINE_DATA") or PROJECT.parent / "shared" / "data")
WORK = PROJECT / "benchmarks" / "work"


def articles(name: str) -> Path:
    """Return a set's article file; exit with the reason when the evaluation data is not there."""
    found = sorted((DATA / name).glob("articles.jsonl.*"))
    if not found:
        sys.exit(f"{DATA / name}: the evaluation data is not here; set DATELINE_DATA to its folder")
    return found[0]


def questions(name: str, file: str = "questions.jsonl.gz") -> list[Question]:
    """Return a set's open questions."""
    return read_questions(DATA / name / file)[0]


def archive(name: str) -> Path:
    """Return the archive of a set, made if it is not there yet."""
    folder = WORK / name
    if not (folder / ARCHIVE_FILE).exists():
        print(f"indexing {name}", file=sys.stderr)
        indexing.add(folder, [articles(name)], load_embedder())
    return folder


def retriever(name: str) -> Retriever:
    """Return a retriever over a set."""
    return Retriever.open(archive(name))
