"""The evaluation sets beside the project, and an archive for each, made once.

``realtime-1500`` is a fixed sample of ``realtime``: the 201 pages that its linked questions name, and 1,299 others;
``realtime-weak`` asks the unjudged questions over all of it.  ``bbc-wikinews`` and ``realtime-small`` are the archives
of the newsroom questions, ``seeds`` is the project's own.
"""

import gzip
import hashlib
import json
import lzma
import os
import sys
from pathlib import Path

from qa.archive import ingest
from qa.evaluation.questions import read_questions
from qa.models.embedding import load_embedder
from qa.records import Question
from qa.retrieval import Retriever
from qa.settings import ARCHIVE_FILE, AskSettings

PROJECT = Path(__file__).parent.parent
DATA = Path(os.environ.get("DATELINE_DATA") or PROJECT.parent / "shared" / "data")
WORK = PROJECT / "lab" / "work"


SAMPLE = "realtime-1500"


def articles(name: str) -> Path:
    """Return a set's article file; exit with the reason when the evaluation data is not there."""
    if name == SAMPLE:
        return _sample()
    if name == "realtime-small":
        return _small()
    if name == "seeds":
        return PROJECT / "seeds"
    found = sorted((DATA / name).glob("articles.jsonl.*"))
    if not found:
        sys.exit(f"{DATA / name}: the evaluation data is not here; set DATELINE_DATA to its folder")
    return found[0]


def questions(name: str, file: str = "questions.jsonl.gz") -> list[Question]:
    """Return a set's open questions."""
    if name == "seeds":
        return read_questions(PROJECT / "seeds" / "questions.jsonl")[0]
    if name == "realtime-weak":
        name, file = "realtime", "questions.weak.jsonl.gz"
    return read_questions(DATA / name.removesuffix("-1500") / file)[0]


def _sample() -> Path:
    """Write the sample if it is not there yet: all linked pages, then others by the SHA-256 of their ids."""
    file = WORK / f"{SAMPLE}.jsonl.gz"
    if not file.exists():
        with lzma.open(articles("realtime"), "rt") as lines:
            rows = [json.loads(line) for line in lines]
        linked = {piece.article_id for question in questions("realtime") for piece in question.evidence}
        rows.sort(key=lambda row: (row["id"] not in linked, hashlib.sha256(row["id"].encode()).hexdigest()))
        WORK.mkdir(exist_ok=True)
        with gzip.open(file, "wt") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[:1500])
    return file


def _small() -> Path:
    """Write the 1,200 pages of realtime that newsroom questions are asked of, if they are not there yet."""
    file = WORK / "realtime-small.jsonl.gz"
    if not file.exists():
        wanted = set((DATA / "newsroom" / "realtime-small.ids.txt").read_text().split())
        WORK.mkdir(exist_ok=True)
        with lzma.open(articles("realtime"), "rt") as lines, gzip.open(file, "wt") as out:
            out.writelines(line for line in lines if json.loads(line)["id"] in wanted)
    return file


def archive(name: str) -> Path:
    """Return the archive of a set, made if it is not there yet; one that was interrupted goes on."""
    name = name.removesuffix("-weak")
    folder, making = WORK / name, WORK / f"{name}.making"
    if not (folder / ARCHIVE_FILE).exists():
        print(f"indexing {name}", file=sys.stderr)
        sets = name.split("-") if name == "bbc-wikinews" else [name]
        ingest.add(making, [articles(one) for one in sets], load_embedder())
        making.rename(folder)
    return folder


# Retrieval alone, as it was measured before there was a reader; what reading adds is measured apart.
NOT_READ = AskSettings(reranker="none", reader="none")


def retriever(name: str, *, reads: bool = False) -> Retriever:
    """Return a retriever over a set, by default one that does not read."""
    return Retriever.open(archive(name), None if reads else NOT_READ)
