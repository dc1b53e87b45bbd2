"""Adding and removing articles from the page: one addition at a time, in a separate thread, which can be cancelled.

All visitors of the page see the progress.  The addition continues when the page is closed, and acknowledged articles
stay when it is cancelled.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from qa import intake
from qa.archive import ingest
from qa.archive.archive import Archive
from qa.archive.indexes.vectors import Matrix
from qa.archive.writer import ArchiveWriter
from qa.errors import QaError
from qa.intake import Reading, Rejection
from qa.models.embedding import Embedder, SentenceTransformerEmbedder, load_embedder
from qa.settings import ARCHIVE_FILE
from ui.pages.uploads import Given, Uploads

_log = logging.getLogger("ui.archive_adding")

_STEP = 16  # texts between two checks for a cancellation: about half a second of embedding
_PASSAGE_CHARACTERS = 900.0  # of a passage, until the first batch gives the average of these files
_LOST = "the uploaded file is no longer on the server: upload it again"
_FAILED = "Something went wrong while adding, and it has been logged."


class CancelledError(Exception):
    """The reader cancelled the addition."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of an addition.

    ``state`` is ``idle`` (there was none), ``running`` or ``done``; ``number`` identifies the addition.  ``articles``
    counts the articles to read, rejections included; ``rate`` is passages a second; ``left`` is the estimated time left
    in seconds, -1 while it is unknown.
    """

    state: str = "idle"
    number: int = 0
    articles: int = 0
    read: int = 0
    passages: int = 0
    rate: float = 0.0
    left: float = -1.0
    cancelled: bool = False
    problem: str = ""
    report: ingest.AddReport | None = None


class Adding:
    """Additions to an archive and removals from it, one at a time.

    Args:
        archive: the opened archive.
        embedder: returns the archive's embedder; best a separate model, because one shared with questions delays them.
        uploads: the folder of uploaded files.
    """

    def __init__(self, archive: Archive, embedder: Callable[[], Embedder], uploads: Uploads) -> None:
        self._archive = archive
        self._embedder = embedder
        self._uploads = uploads
        self._writing = threading.Lock()
        self._cancel = threading.Event()
        self._job = _Job()
        self._thread: threading.Thread | None = None

    def progress(self) -> Progress:
        """Return the progress of the newest addition."""
        return self._job.progress()

    def waits(self) -> str:
        """Return why nothing can be added now; ``""`` if articles can be added."""
        if not self._writing.locked():
            return ""
        now = self.progress()
        if now.state != "running":
            return "An article is being removed. Please try again in a moment."
        far = f" ({now.read:,} of {now.articles:,} read)" if now.articles else ""
        return f"Other articles are being added{far}. Please wait until that is done."

    def start(self, sent: Iterable[tuple[str, str]]) -> str:
        """Start adding files, given the path and name of each; return why not, ``""`` if the addition has started."""
        if not self._writing.acquire(blocking=False):
            return self.waits() or "Other articles are being added. Please wait until that is done."
        try:
            folder, files, missing = self._uploads.take(sent)
            self._cancel.clear()
            self._job = _Job(self._job.number + 1, missing)
            given = self._job, folder, files
            self._thread = threading.Thread(target=self._run, args=given, name="adding", daemon=True)
            self._thread.start()
        except BaseException:
            self._writing.release()
            raise
        return ""

    def cancel(self) -> None:
        """Stop the addition; acknowledged articles stay."""
        self._cancel.set()

    def wait(self, seconds: float) -> None:
        """Wait for the addition to end, at most ``seconds``."""
        if self._thread:
            self._thread.join(seconds)

    def remove(self, article_id: str) -> tuple[str, str]:
        """Remove an article; return its title, and why it was not removed, ``""`` if it was."""
        if not self._writing.acquire(blocking=False):
            return "", self.waits() or "The archive is being changed. Please try again in a moment."
        try:
            article = self._archive.article(article_id)
            with ArchiveWriter(self._archive.folder) as writer:
                if not writer.delete([article_id]):
                    return "", "This article is no longer in the archive."
                writer.commit()
        except QaError as error:
            return "", str(error)
        finally:
            self._writing.release()
        return article.title if article else "", ""

    def _run(self, job: "_Job", folder: Path, files: Sequence[Given]) -> None:
        problem, cancelled = "", False
        try:
            job.begin(files)
            paths = [file.path for file in files]
            job.articles += intake.count(paths)
            self._check()
            callbacks = ingest.Callbacks(acknowledged=job.acknowledged, read=self._heard(job.heard),
                                           embedded=self._heard(job.embedded))  # fmt: skip
            model = _InSteps(self._embedder(), self._check)
            self._check()
            ingest.add(self._archive.folder, paths, model, callbacks=callbacks, report=job.report, known_by_file=False)
        except CancelledError:
            cancelled = True
        except QaError as error:
            problem = str(error)
        except Exception:  # the page reports that something went wrong, and the log says what
            _log.exception("articles could not be added")
            problem = _FAILED
        finally:
            self._uploads.drop(folder)
            job.end(cancelled, problem)
            self._writing.release()

    def _heard(self, told: Callable[[Any], None]) -> Callable[[Any], None]:
        def heard(value: Any) -> None:
            told(value)
            self._check()

        return heard

    def _check(self) -> None:
        if self._cancel.is_set():
            raise CancelledError


@dataclass(slots=True)
class _Job:
    """State of one addition; its thread writes, other threads read."""

    number: int = 0
    missing: Sequence[str] = ()
    state: str = "idle"
    articles: int = 0
    read: int = 0
    passages: int = 0
    cancelled: bool = False
    problem: str = ""
    report: ingest.AddReport = field(default_factory=ingest.AddReport)
    _names: dict[str, str] = field(default_factory=dict)
    _began: float = 0.0
    _ended: float = 0.0
    _characters: int = 0
    _known: tuple[int, int] = (0, 0)  # characters and passages of acknowledged articles

    def __post_init__(self) -> None:
        self.state = "running" if self.number else "idle"
        self._began = time.monotonic()
        self.articles = len(self.missing)

    def begin(self, files: Sequence[Given]) -> None:
        self._names = {str(file.path): file.name for file in files}
        self.read += len(self.missing)
        self.report.rejected += [Rejection(name, 0, _LOST) for name in self.missing]

    def heard(self, reading: Reading | Rejection) -> None:
        self.read += 1
        if isinstance(reading, Reading):
            self._characters += len(reading.article.text)

    def embedded(self, count: int) -> None:
        self.passages += count

    def acknowledged(self, ids: list[str]) -> None:
        self._known = self._characters, self.passages

    def end(self, cancelled: bool, problem: str) -> None:
        self.cancelled, self.problem = cancelled, problem
        self.report = replace(
            self.report,
            rejected=[self._renamed(one) for one in self.report.rejected],
            notes=[(self._names.get(file, file), line, note) for file, line, note in self.report.notes],
        )
        self._ended = time.monotonic()
        self.state = "done"

    def progress(self) -> Progress:
        """Return the progress; the time left is estimated from the passages still to embed and the rate so far."""
        seconds = (self._ended or time.monotonic()) - self._began
        rate, left = self.passages / max(seconds, 1e-9), -1.0
        characters, passages = self._known
        size = characters / passages if passages else _PASSAGE_CHARACTERS
        if self.passages and self.read and seconds > 1:
            total = self._characters / self.read * self.articles / size
            left = max(0.0, total - self.passages) / rate
        done = self.state == "done"
        return Progress(
            self.state, self.number, self.articles, self.read, self.passages, rate, left, self.cancelled, self.problem,
            self.report if done else None,
        )  # fmt: skip

    def _renamed(self, one: Rejection) -> Rejection:
        """Return a rejection with the file's original name in place of its path on the server."""
        name = self._names.get(one.file, one.file)
        return Rejection(name, one.line, one.reason.replace(one.file, name))


def make_archive(folder: Path) -> None:
    """Make an empty archive if the folder has none.

    Raises:
        ArchiveError: if the folder cannot be written, or holds other files.
    """
    if not (folder / ARCHIVE_FILE).exists():
        ArchiveWriter(folder, load_embedder()).close()


def own_embedder(shared: Embedder, precision: str) -> Callable[[], Embedder]:
    """Return a function that loads another embedder like ``shared``, because one model serves one thread at a time."""
    if isinstance(shared, SentenceTransformerEmbedder):
        return lambda: SentenceTransformerEmbedder(shared.name, precision)
    return lambda: shared


class _InSteps:
    """An embedder that embeds a few texts at a time, so that it can be cancelled and reports progress.

    Texts of similar length are embedded together, as in the embedder itself.
    """

    def __init__(self, embedder: Embedder, check: Callable[[], None]) -> None:
        self._embedder = embedder
        self._check = check
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """Return unit vectors of shape (len(texts), dimension)."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for begin in range(0, len(order), _STEP):
            self._check()
            chosen = order[begin : begin + _STEP]
            vectors[chosen] = self._embedder.embed_passages([texts[i] for i in chosen])
            if progress:
                progress(len(chosen))
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Return unit vectors of shape (len(texts), dimension)."""
        return self._embedder.embed_queries(texts)

    def token_starts(self, text: str) -> Sequence[int]:
        """Return the code-point offset at which each token of ``text`` starts."""
        return self._embedder.token_starts(text)
