"""The archive on disk, opened for reading.

Every read goes through a view, which sees one generation from beginning to end: ``with archive.view() as view: ...``.
Reading never writes and never waits for a writer.
"""

import queue
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa import database
from qa.errors import ArchiveError, DamageError
from qa.records import Article
from qa.settings import archive_path
from qa.snapshots import Snapshot, current_generation, read_snapshot, read_stamp
from qa.view import ArchiveView


class Archive:
    """A folder that holds an archive, opened for reading; see ``qa.writing`` for changing it.

    It may be used by many threads at once.  ``stamp`` says what is baked into it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._loading = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._known: set[str] = set()
        connection = database.connect(folder)
        self._identity = database.identity(folder)
        try:
            self.stamp = read_stamp(connection, folder)
        except sqlite3.DatabaseError as error:
            raise DamageError(database.damaged(folder, error)) from error
        self._idle.put(connection)

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
        try:
            connection, snapshot = self._begin()
            try:
                yield ArchiveView(connection, snapshot)
            finally:
                connection.execute("ROLLBACK")
                self._idle.put(connection)
        except sqlite3.DatabaseError as error:
            raise DamageError(database.damaged(self.folder, error)) from error

    def article(self, article_id: str, digest: str = "") -> Article | None:
        """Return an article, or an earlier version of it; see ``ArchiveView.article``."""
        with self.view() as view:
            return view.article(article_id, digest)

    def close(self) -> None:
        """Close all connections that no view uses."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _begin(self) -> tuple[sqlite3.Connection, Snapshot]:
        self._notice_replacement()
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = database.connect(self.folder)
        # A writer may replace the files between our reading of their names and of themselves; the next look finds the
        # newer ones.  What is missing then is gone for good and is made anew in memory.
        for last in (False, False, False, True):
            try:
                connection.execute("BEGIN")
                return connection, self._load(connection, recover_missing=last)
            except FileNotFoundError:
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
        raise AssertionError("unreachable")

    def _notice_replacement(self) -> None:
        """Forget what was read if the archive was deleted and another made in its place."""
        found = database.identity(self.folder)
        if found == self._identity:
            return
        with self._loading:
            self.close()
            self._snapshot = None
            self._known.clear()
            connection = database.connect(self.folder)
            stamp = read_stamp(connection, self.folder)
            self._idle.put(connection)
            if stamp.fingerprint != self.stamp.fingerprint:
                raise ArchiveError(f"{self.folder}: was replaced by an archive of another embedder; open it again")
            self._identity = found

    def _load(self, connection: sqlite3.Connection, *, recover_missing: bool) -> Snapshot:
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
                    connection, self.folder, generation, self._known, snapshot, recover_missing=recover_missing
                )
                if not self._snapshot or self._snapshot.generation.number < generation.number:
                    self._snapshot = snapshot
        return snapshot
