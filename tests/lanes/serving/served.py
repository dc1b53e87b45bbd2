"""A server in a process of its own, over a small archive, for tests that count its threads, files and seconds.

``python -m tests.lanes.serving.served ARCHIVE OPTIONS`` serves; the options are JSON: ``limits``, ``seconds`` that each
question takes, ``adding`` seconds that each step of an addition takes, ``password_file``, ``upload``, ``log``
(``text``, ``json`` or nothing), ``questions`` in the log.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from qa.archive.writer import ArchiveWriter
from tests.support.places import PROJECT
from tests.support.plain import WordEmbedder, article

ROOT = PROJECT
DAM = "The dam at Verrin was closed on Monday. Engineers found that 11 of 40 sensors had drifted."
QUESTION = "Why was the dam at Verrin closed?"


class SlowEmbedder(WordEmbedder):
    """Takes its time for each question, and for what is added."""

    def __init__(self, seconds: float, adding: float) -> None:
        self._seconds = seconds
        self._adding = adding

    def embed_passages(self, texts: Any, progress: Any = None) -> Any:
        time.sleep(self._adding)
        return super().embed_passages(texts, progress)

    def embed_queries(self, texts: Any) -> Any:
        if "Explode" in texts[0]:
            raise ValueError(f"cannot embed {texts[0]!r}")
        time.sleep(self._seconds)
        return super().embed_queries(texts)


def make_archive(folder: Path) -> Path:
    with ArchiveWriter(folder / "archive", WordEmbedder()) as writer:
        writer.upsert(article(DAM, id="dam", title="Dam closed", source="Courier", published="2015-05-11"))
        writer.commit()
    return folder / "archive"


@dataclass(slots=True)
class Served:
    """A server that runs."""

    process: subprocess.Popen[str]
    url: str

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def figures(self) -> dict[str, float]:
        """What /metrics says, by name with labels."""
        text = httpx.get(f"{self.url}metrics", timeout=20).text
        lines = re.findall(r"^([a-z_]+(?:\{.*\})?) (\S+)$", text, re.M)
        return {name: float(value) for name, value in lines}

    def base(self) -> tuple[float, float, float]:
        """Threads, open files and megabytes of memory."""
        now = self.figures()
        return now["dateline_threads"], now["process_open_fds"], now["process_resident_memory_bytes"] / 1e6

    def inbox(self) -> Path:
        """Where files lie that are sent, told once."""
        assert self.process.stdout
        return Path(self.process.stdout.readline().strip())

    def end(self, sign: signal.Signals = signal.SIGTERM, timeout: float = 30) -> tuple[int, str, str]:
        """Send a signal; return exit code, stdout and stderr."""
        self.process.send_signal(sign)
        out, errors = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, errors


@contextmanager
def serving(archive: Path, **options: Any) -> Iterator[Served]:
    """Serve an archive while the body runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.lanes.serving.served", str(archive), json.dumps(options)], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError(process.communicate()[1])
        yield Served(process, url)
    finally:
        process.kill()
        process.communicate()


def ask(url: str, **options: Any) -> httpx.Response:
    """Ask as a program does."""
    return httpx.post(f"{url}api/ask", json={"question": QUESTION}, timeout=30, **options)


def main() -> None:
    from qa.archive.archive import Archive
    from qa.retrieval import Retriever
    from qa.settings import LIMITS
    from ui.app import page_server
    from ui.cli.output import print_line
    from ui.pages.uploads import Uploads
    from ui.server.logs import log_to
    from ui.server.server import leave

    archive, options = Path(sys.argv[1]), json.loads(sys.argv[2])
    if options.get("log"):
        log_to(sys.stderr, options["log"], questions=options.get("questions", False))
    uploads = Uploads() if options.get("upload") else None

    def ready(url: str) -> None:
        print_line(url)
        if uploads:
            print_line(str(uploads.inbox))

    password_file = Path(options["password_file"]) if options.get("password_file") else None
    embedder = SlowEmbedder(options.get("seconds", 0), options.get("adding", 0))
    server = page_server(
        Retriever(Archive(archive), embedder), port=0, uploads=uploads,
        password_file=password_file, proxies=options.get("proxies", ()), on_ready=ready,
        limits=replace(LIMITS, **options.get("limits", {})), log_questions=options.get("questions", False),
    )  # fmt: skip
    server.run()
    if uploads:
        uploads.close()
    print_line("ended")
    leave(0)


if __name__ == "__main__":
    main()
