"""The archive on disk, opened for reading.

Every read goes through a view, which sees one generation from beginning to end: ``with archive.view() as view: ...``.
Reading never writes and never waits for a writer.
"""

import os
import queue
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from qa.archive.indexes.snapshots import Snapshot, current_generation, read_snapshot, read_stamp
from qa.archive.storage import database
from qa.archive.view import ArchiveView
from qa.errors import ArchiveError
from qa.records import Article
from qa.runtime.forking import check_process, held_by_none
from qa.settings import archive_path


class _File:
    """One database file, its idle connections and its snapshot; a file that replaces it gets an object of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.identity = database.identity(folder)
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._loading = held_by_none()
        self._snapshot: Snapshot | None = None
        self._known: set[str] = set()
        with database.readable(folder), ExitStack() as undo:
            connection = undo.enter_context(closing(database.connect(folder)))
            self.stamp = read_stamp(connection, folder)
            undo.pop_all()
        self.give_back(connection)

    @property
    def in_place(self) -> bool:
        """Whether the file at the path is still this one."""
        return database.identity(self.folder) == self.identity

    def take(self) -> sqlite3.Connection | None:
        """Return a connection to this file; None if another file has replaced it meanwhile."""
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            connection = database.connect(self.folder)
            if self.in_place:
                return connection
            connection.close()
            return None

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Keep a connection for the next view."""
        self._idle.put(connection)

    def close(self) -> None:
        """Close all connections that no view uses."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def load(self, connection: sqlite3.Connection, *, recover_missing: bool) -> Snapshot:
        """Return the generation that a connection's transaction sees, in memory."""
        generation = current_generation(connection)
        if generation is None:
            raise ArchiveError(f"{self.folder}: nothing has been added yet; run: qa add FOLDER --archive {self.folder}")
        snapshot = self._snapshot
        if snapshot and snapshot.generation.number == generation.number:
            return snapshot
        with self._loading:
            snapshot = self._snapshot
            if not snapshot or snapshot.generation.number != generation.number:
                snapshot = read_snapshot(
                    connection,
                    self.folder,
                    generation,
                    self.stamp.dimension,
                    self._known,
                    snapshot,
                    recover_missing=recover_missing,
                )
                if not self._snapshot or self._snapshot.generation.number < generation.number:
                    self._snapshot = snapshot
        return snapshot


class Archive:
    """A folder that holds an archive, opened for reading; see ``qa.archive.writer`` for changing it.

    Many threads may use it at once.  ``stamp`` holds the settings that were fixed when it was made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._replacing = held_by_none()
        self._process = os.getpid()
        self._file = _File(folder)
        self.stamp = self._file.stamp

    @classmethod
    def open(cls, path: str | Path | None = None) -> "Archive":
        """Open the archive in a folder (default: ``QA_ARCHIVE``, else ``./archive``).

        Raises:
            ArchiveError: if there is none, or another version made it.
        """
        return cls(archive_path(path))

    @contextmanager
    def view(self) -> Iterator[ArchiveView]:
        """Give a view of the current generation.

        Raises:
            DamageError: if the database cannot be read.
            ArchiveError: if nothing has been added yet.
        """
        with database.readable(self.folder):
            file, connection, snapshot = self._begin()
            try:
                yield ArchiveView(connection, snapshot)
            finally:
                connection.execute("ROLLBACK")
                if file is self._file:
                    file.give_back(connection)
                else:
                    connection.close()

    def article(self, article_id: str, digest: str = "") -> Article | None:
        """Return an article, or an earlier version of it; see ``ArchiveView.article``."""
        with self.view() as view:
            return view.article(article_id, digest)

    def close(self) -> None:
        """Close all connections that no view uses."""
        self._file.close()

    def _begin(self) -> tuple[_File, sqlite3.Connection, Snapshot]:
        check_process(self._process, self.folder)
        while not (connection := (file := self._current()).take()):
            pass
        # A writer may replace the index files after we read their names and before we open them; the next attempt finds
        # the newer ones.  Files that are missing even at the last attempt are lost: the indexes are rebuilt in memory.
        for last in (False, False, False, True):
            try:
                connection.execute("BEGIN")
                return file, connection, file.load(connection, recover_missing=last)
            except FileNotFoundError:
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
        raise AssertionError("unreachable")

    def _current(self) -> _File:
        """Return the database file that is at the path now; it may have replaced the one that was opened.

        Raises:
            ArchiveError: if it is gone, or an archive with another embedder has replaced it.
        """
        with self._replacing:
            if not self._file.in_place:
                file = _File(self.folder)
                if file.stamp.fingerprint != self.stamp.fingerprint:
                    file.close()
                    raise ArchiveError(f"{self.folder}: was replaced by an archive of another embedder; open it again")
                self._file.close()
                self._file = file
            return self._file
