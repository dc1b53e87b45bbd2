"""Archive schema: creation in an empty folder, and migration from older formats."""

import logging
import sqlite3
from pathlib import Path

from qa.archive.indexes import publisher
from qa.archive.indexes.generations import FOLDER
from qa.archive.passages import renew_directions, renew_signatures
from qa.archive.storage import database
from qa.archive.storage.files import LOCKS, writable
from qa.archive.storage.hashing import settings_hash
from qa.errors import ArchiveError
from qa.models.embedding import Embedder
from qa.settings import IndexSettings

_log = logging.getLogger("qa.upgrading")
# Format 2 added these tables, and separate indexes of passages and of articles instead of one.
_TABLES_OF_2 = ("article_vector", "signature", "band", "copy")


def upgrade(connection: sqlite3.Connection, folder: Path) -> None:
    """Migrate an archive to the current format, in one transaction; a current or newer one is left unchanged.

    Raises:
        ArchiveError: if it cannot be written; it is then unchanged.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not 0 < version < database.FORMAT:
        return
    _log.warning("%s: is upgraded from format %d to %d", folder, version, database.FORMAT)
    try:
        connection.execute("BEGIN IMMEDIATE")
        if version < 2:
            _to_2(connection, folder)
        connection.execute(database.VERSION_TABLE)
        stored = dict(connection.execute("SELECT name, value FROM setting"))
        connection.execute("INSERT INTO setting VALUES ('sha256', ?)", (settings_hash(stored),))
        connection.execute(f"PRAGMA user_version={database.FORMAT}")
        connection.execute("COMMIT")
    except (OSError, sqlite3.OperationalError) as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise ArchiveError(
            f"{folder}: cannot be upgraded ({error}) and is unchanged; make room, then run the same command again"
        ) from error


def _to_2(connection: sqlite3.Connection, folder: Path) -> None:
    """Compute all signatures, record the near duplicates and rebuild all indexes."""
    for table in _TABLES_OF_2:
        for statement in database.statements(table):
            connection.execute(statement)
    stored = dict(connection.execute("SELECT name, value FROM setting"))
    connection.execute("INSERT OR IGNORE INTO setting VALUES ('precision', 'float32')")
    connection.execute("ALTER TABLE passage ADD COLUMN signature BLOB NOT NULL DEFAULT x''")
    renew_signatures(connection)
    renew_directions(connection)
    connection.execute("DROP TABLE generation")
    connection.execute("DELETE FROM removed")
    for statement in database.statements("generation"):
        connection.execute(statement)
    nothing = publisher.Changes()
    publisher.Publisher(folder, connection, int(stored["dimension"])).publish(nothing, nothing, anew=True)


# Files that a kill may leave in a folder before there is an archive in it.
LEFT_OVER = {*LOCKS, database.UNFINISHED, f"{database.UNFINISHED}-journal"}


def create_archive(folder: Path, embedder: Embedder, settings: IndexSettings) -> None:
    """Make an archive without articles; the caller holds the writer lock.

    Raises:
        ArchiveError: if the folder holds other files or cannot be written.
    """
    others = [path.name for path in folder.iterdir() if path.name not in LEFT_OVER]
    if others and not (folder / FOLDER).exists():
        raise ArchiveError(
            f"{folder}: is not an archive and holds other files ({sorted(others)[0]}); give an empty or new folder"
        )
    stored = {
        "embedder": settings.embedder,
        "fingerprint": embedder.fingerprint,
        "dimension": str(embedder.dimension),
        "max_tokens": str(min(settings.max_tokens, embedder.max_tokens)),
        "overlap_sentences": str(settings.overlap_sentences),
        "precision": settings.precision,
    }
    with writable(folder):
        database.create(folder, stored)
