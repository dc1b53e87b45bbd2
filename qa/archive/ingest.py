"""Ingestion: files are read, batched, chunked, embedded, committed to disk and acknowledged."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from qa.archive.storage.hashing import content_hash
from qa.archive.storage.origins import origin_of
from qa.archive.writer import ArchiveWriter
from qa.errors import InputError
from qa.intake import Defaults, Reading, Rejection
from qa.intake.language import primary
from qa.intake.sandbox.parent import read_apart
from qa.models.embedding import Embedder, embedder_languages
from qa.settings import IndexSettings

# Characters of new text after which a batch is committed: enough to fill the embedder's batches and to make the cost of
# a commit negligible, few enough that a kill costs seconds.
_BATCH_CHARACTERS = 250_000
_BATCH_ARTICLES = 2_000

UNKNOWN_LANGUAGE = "und"  # ISO 639-2's "undetermined"


@dataclass(slots=True)
class AddReport:
    """Counts of an ingestion: given = added + updated + unchanged + rejected.

    ``languages`` counts the added, updated and unchanged articles by ISO 639-1 code, and under ``UNKNOWN_LANGUAGE``
    those whose language was not recognised.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[tuple[str, int, str]] = field(default_factory=list)
    embedded: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    embedder: str = ""

    @property
    def other_languages(self) -> dict[str, int]:
        """Counts of articles by language, for the languages that the embedder was not made for; largest first."""
        own = embedder_languages(self.embedder)
        counts = self.languages.most_common() if own else []
        return {language: count for language, count in counts if language not in own | {UNKNOWN_LANGUAGE}}

    @property
    def language_note(self) -> str:
        """The note to the user about such articles; "" when there are none."""
        total = sum(self.other_languages.values())
        listed = ", ".join(f"{language} {count}" for language, count in self.other_languages.items())
        articles = "1 article is in a language" if total == 1 else f"{total} articles are in languages"
        note = (
            f"{articles} that the embedder {self.embedder} was not made for ({listed}): search finds them by "
            "their words, hardly by their meaning; for better results make an archive with a multilingual model "
            "(--embedder)"
        )
        return note if total else ""

    @property
    def given(self) -> int:
        """How many articles were given."""
        return self.added + self.updated + self.unchanged + len(self.rejected)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Callbacks to the caller while articles are added.

    ``acknowledged`` gets the ids of each batch once it is on disk, ``read`` each reading or rejection as it comes,
    ``embedded`` the number of passages done since its last call.
    """

    acknowledged: Callable[[list[str]], None] = lambda ids: None
    read: Callable[[Reading | Rejection], None] = lambda reading: None
    embedded: Callable[[int], None] = lambda count: None


def add(
    folder: Path,
    paths: Iterable[str | Path],
    embedder: Embedder,
    *,
    defaults: Defaults | None = None,
    settings: IndexSettings | None = None,
    callbacks: Callbacks | None = None,
    report: AddReport | None = None,
    known_by_file: bool = True,
) -> AddReport:
    """Add files and folders to the archive in ``folder``, which is made if there is none.

    ``report`` is updated with every committed batch, so that it is correct even if an interrupt ends this early.  With
    ``known_by_file`` a changed file keeps its article's id.  Without it, origins are not stored, and an article is
    keyed by its own id, else by its content.

    Raises:
        ArchiveError: if the archive cannot be written or was made with another embedder.
        BusyError: if another process is writing to it.
    """
    callbacks = callbacks or Callbacks()
    report = report if report is not None else AddReport()
    report.embedder = embedder.name
    with (
        ArchiveWriter(folder, embedder, settings) as writer,
        closing(read_apart(paths, defaults or Defaults())) as readings,
    ):
        batch = _Batch(writer, report, callbacks, known_by_file)
        for reading in readings:
            callbacks.read(reading)
            if isinstance(reading, Rejection):
                report.rejected.append(reading)
            else:
                batch.put(reading)
        batch.commit()
    return report


class _Batch:
    """Articles that are acknowledged together."""

    def __init__(self, writer: ArchiveWriter, report: AddReport, callbacks: Callbacks, known_by_file: bool) -> None:
        self._known_by_file = known_by_file
        self._writer = writer
        self._report = report
        self._callbacks = callbacks
        self._clear()

    def _clear(self) -> None:
        self._ids: dict[str, None] = {}
        self._states = {"added": 0, "updated": 0, "unchanged": 0}
        self._languages: Counter[str] = Counter()
        self._characters = 0

    def put(self, reading: Reading) -> None:
        article = reading.article
        self._report.notes += ((reading.file, reading.line, note) for note in reading.notes)
        try:
            origin = self._origin(reading)
            article_id, state = self._writer.upsert(article, origin)
        except InputError as error:
            self._report.rejected.append(Rejection(reading.file, reading.line, str(error)))
            return
        self._ids[article_id] = None
        self._states[state] += 1
        self._languages[primary(article.language) or UNKNOWN_LANGUAGE] += 1
        if state != "unchanged":
            self._characters += len(article.text)
        if self._characters >= _BATCH_CHARACTERS or sum(self._states.values()) >= _BATCH_ARTICLES:
            self.commit()

    def _origin(self, reading: Reading) -> str:
        if not self._known_by_file:
            return ""
        # The records of one file are distinguished by their ids, else by their content.
        record = reading.article.id or (content_hash(reading.article) if reading.line else "")
        return origin_of(reading.file, record)

    def commit(self) -> None:
        self._report.embedded += self._writer.commit(self._callbacks.embedded)
        self._report.added += self._states["added"]
        self._report.updated += self._states["updated"]
        self._report.unchanged += self._states["unchanged"]
        self._report.languages += self._languages
        if self._ids:
            self._callbacks.acknowledged(list(self._ids))
        self._clear()
