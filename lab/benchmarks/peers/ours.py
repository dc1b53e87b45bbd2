"""Dateline as one of the runs, through ``qa.Retriever``, in this environment.

    python -m lab.benchmarks.peers.ours SET CONFIGURATION OUT

``default`` shows three passages of an article before those of others, as every user gets it; ``uncapped`` ranks like
the peers, which know no such limit.

Its archive is made and measured once, and again when the format, the settings or the embedder have changed since;
remove ``lab/work/peers/archives/SET`` to force that.
"""

import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from lab import data
from lab.benchmarks.peers import jobs
from lab.benchmarks.peers.runners.shared import HITS, Chunk, Job, measure, read_job, size, write
from qa.archive import ingest
from qa.archive.archive import Archive
from qa.errors import QaError
from qa.models.embedding import load_embedder
from qa.records import Hit
from qa.retrieval import Retriever
from qa.settings import IndexSettings

CONFIGURATIONS = {"default": {}, "uncapped": {"per_article": 0}}


def archive(name: str) -> Path:
    """Return the archive of a set, made and measured if it is not there or was made otherwise."""
    folder = jobs.FOLDER / "archives" / name
    made = folder / "measured.json"
    if made.exists():
        try:
            stamp = Archive.open(folder).stamp
            if stamp.settings == IndexSettings() and stamp.fingerprint == load_embedder().fingerprint:
                return folder
        except QaError as error:
            print(f"{name}: made again ({error})", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    embedder = load_embedder()
    load, begun, used = os.getloadavg()[0], time.perf_counter(), time.process_time()
    ingest.add(folder, [data.articles(name)], embedder)
    seconds, processor_seconds = time.perf_counter() - begun, time.process_time() - used
    with Archive.open(folder).view() as view:
        passages = sum(listed.passages for listed in view.articles())
    measured = {
        "chunks": passages,
        "index_seconds": round(seconds, 3),
        "index_processor_seconds": round(processor_seconds, 3),
        "index_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "index_load": round(load, 2),
        "disk_mb": round(size(folder) / 1e6, 3),
    }
    made.write_text(json.dumps(measured))
    return folder


class Ours:
    """Dateline, asked for 30 hits."""

    packages = ("dateline-qa",)
    given_vectors = False

    def __init__(self, folder: Path, options: dict[str, int]) -> None:
        self._folder = folder
        self._options = options

    def load(self) -> None:
        """Load the model."""
        load_embedder()

    def index(self, job: Job) -> int:
        """Open the archive, which was made before."""
        self._retriever = Retriever.open(self._folder, data.NOT_READ)
        return 0

    def search(self, question: str) -> list[Hit]:
        """Retrieve."""
        return self._retriever.retrieve(question, HITS, **self._options)

    def chunks(self, found: list[Hit]) -> list[Chunk]:
        """Return the passages."""
        return [Chunk(h.passage.article_id, h.passage.start, h.passage.end, h.passage.text) for h in found]

    def save(self, folder: Path) -> None:
        """Nothing to do: an archive is on disk."""


def main() -> None:
    """Make the archive, complete the job, ask, write."""
    name, configuration, out = sys.argv[1:]
    folder = archive(name)
    jobs.add_passages(name)
    result: dict[str, Any] = measure(Ours(folder, CONFIGURATIONS[configuration]), read_job(jobs.export(name)))
    made = json.loads((folder / "measured.json").read_text())
    result |= {key: made[key] for key in ("chunks", "index_seconds", "index_processor_seconds", "disk_mb")}
    result["peak_mb"] = max(result["peak_mb"], made["index_peak_mb"])
    write(result, Path(out))


if __name__ == "__main__":
    main()
