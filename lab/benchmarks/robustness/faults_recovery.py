"""Child processes of ``faults``: die while writing, open, rebuild.

python -m lab.benchmarks.robustness.faults_recovery die|open|rebuild ARCHIVE [SECONDS]

``SECONDS`` is when the process was started, since the epoch.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

REMOVED = 20  # articles a run


def main() -> None:
    """Do one of them; print what it took."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "die":
        die(folder)
    print(json.dumps(rebuild(folder) if what == "rebuild" else first_answer(folder, float(sys.argv[3]))))


def die(folder: Path) -> None:
    """Remove some articles, and end with that in the write-ahead log."""
    from qa.archive.archive import Archive
    from qa.archive.writer import ArchiveWriter

    writer = ArchiveWriter(folder)  # upgrades an archive of an older format first
    with Archive(folder).view() as view:
        gone = [article.id for article in view.articles(limit=REMOVED)]
    writer.delete(gone)
    writer.commit()
    os.kill(os.getpid(), signal.SIGKILL)


def first_answer(folder: Path, started: float) -> dict[str, float]:
    """Return the seconds until the model is loaded, and from there to the first answer of an archive not yet open."""
    from qa.archive.archive import Archive
    from qa.archive.care import verification
    from qa.models.embedding import load_embedder
    from qa.retrieval import Retriever
    from qa.settings import AskSettings

    embedder = load_embedder()
    embedder.embed_queries(["Who was there first?"])
    start = time.time() - started
    begun = time.perf_counter()
    archive = Archive(folder)
    hits = Retriever(archive, embedder, AskSettings(reranker="none", reader="none")).retrieve("Who led the inquiry?")
    took = time.perf_counter() - begun
    assert len(hits) == 5
    return {"start": start, "open": took, "passages": verification.status(folder).passages}


def rebuild(folder: Path) -> dict[str, float]:
    """Return the seconds of rebuilding all indexes."""
    from qa.archive.writer import ArchiveWriter

    begun = time.perf_counter()
    with ArchiveWriter(folder) as writer:
        writer.rebuild()
    return {"rebuild": time.perf_counter() - begun}


if __name__ == "__main__":
    main()
