"""Input of every peer: the articles as our own reader reads them, the questions, and our passages with vectors.

A job is a folder: ``articles.jsonl``, ``questions.jsonl``, ``passages.jsonl`` ([article, start, end]), ``vectors.npy``
and ``job.json`` with the hash that results are keyed by.  Passages are at most 240 tokens of whole sentences.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lab import data
from lab.benchmarks.quality import quality
from qa.anatomy.dissection import boilerplate_spans
from qa.archive.archive import Archive
from qa.errors import QaError
from qa.intake import Reading, read
from qa.models.embedding import load_embedder
from qa.records import Article, Question
from qa.text.chunking import chunk

SETS = ("time", "squad1", "newsqa", "scifact", "realtime-1500")  # the smallest first
MOST = {"newsqa": 600, "squad1": 600}  # of these sets at most so many questions, evenly chosen, the same for all
PASSAGE_TOKENS = 240
FOLDER = data.WORK / "peers"


def evenly(questions: Sequence[Question], most: int) -> list[Question]:
    """Return every n-th question, with the smallest n that leaves at most ``most`` (0: all)."""
    return list(questions[:: max(1, -(-len(questions) // most))] if most else questions)


def questions(name: str) -> list[Question]:
    """Return the questions that a set is compared on; of scifact the part that the literature tests on."""
    return evenly(quality.chosen(name, 0), MOST.get(name, 0))


@lru_cache(maxsize=1)
def articles(name: str) -> dict[str, Article]:
    """Return a set's articles by id, as ``qa add`` reads them."""
    readings = (one for one in read([data.articles(name)]) if isinstance(one, Reading))
    return {one.article.id: one.article for one in readings}


def content_hash(given: Iterable[Article], asked: Iterable[Question]) -> str:
    """Return the SHA-256 of a peer's input: ids and texts of the articles and the questions."""
    digest = hashlib.sha256()
    for article in given:
        digest.update(json.dumps([article.id, article.title, article.text]).encode() + b"\n")
    for question in asked:
        digest.update(json.dumps([question.id, question.text]).encode() + b"\n")
    return digest.hexdigest()


def export(name: str) -> Path:
    """Write a set's job, unless the same is there; return its folder."""
    folder = FOLDER / "jobs" / name
    found, asked = articles(name), questions(name)
    hashed = content_hash(found.values(), asked)
    stamp = folder / "job.json"
    if stamp.exists() and json.loads(stamp.read_text())["hash"] == hashed:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (stamp, folder / "vectors.npy"):
        stale.unlink(missing_ok=True)
    rows = ({"id": a.id, "title": a.title, "text": a.text} for a in found.values())
    _write(folder / "articles.jsonl", rows)
    _write(folder / "questions.jsonl", ({"id": q.id, "text": q.text} for q in asked))
    stamp.write_text(json.dumps({"set": name, "hash": hashed, "articles": len(found), "questions": len(asked)}))
    return folder


def add_passages(name: str) -> None:
    """Add our passages and their vectors to a job; those that an archive of the set holds are not embedded again."""
    folder = FOLDER / "jobs" / name
    if (folder / "vectors.npy").exists():
        return
    embedder = load_embedder()
    passages = [
        passage
        for article in articles(name).values()
        for passage in chunk(
            article,
            embedder,
            max_tokens=PASSAGE_TOKENS,
            boilerplate=[(start, end) for start, end, _ in boilerplate_spans(article.text)],
        )
    ]
    known: dict[str, Any] = {}
    for archive in (data.WORK / name, FOLDER / "archives" / name):
        with contextlib.suppress(QaError):  # none there, or of another version
            opened = Archive.open(archive)
            if opened.stamp.fingerprint == embedder.fingerprint and opened.stamp.settings.precision == "float32":
                with opened.view() as view:
                    known |= view.vectors([passage.id for passage in passages])
    new = [passage for passage in passages if passage.id not in known]
    known |= dict(zip((p.id for p in new), embedder.embed_passages([passage.text for passage in new]), strict=True))
    _write(folder / "passages.jsonl", ([p.article_id, p.start, p.end] for p in passages))
    np.save(folder / "vectors.npy", np.stack([known[passage.id] for passage in passages]))


def _write(path: Path, rows: Iterable[Any]) -> None:
    with path.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
