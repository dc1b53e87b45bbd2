"""The SQLite database, the archive's source of truth: its tables, connections and filters.

One process writes at a time and only the writing connection checkpoints; readers open the file read-only.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import partial
from pathlib import Path
from urllib.parse import quote

from qa.archive.storage import files
from qa.archive.storage.hashing import settings_hash
from qa.errors import ArchiveError, DamageError
from qa.filters import Where
from qa.records import Article
from qa.settings import ARCHIVE_FILE

# Tables that every archive has, and schema code that none has: SQLite would run it while it answers our queries.
_NEEDED = {"setting", "article", "passage", "vector", "removed", "generation"}
_COMPUTED = re.compile(
    r"\b(?:virtual|generated|as|check|collate|where)\b|\bdefault\s*\(|^create[^(]*index[^(]*\(.*\(", re.I | re.S
)

# 1: the first. 2: signatures, copies, an index of articles. 3: earlier versions of articles; the settings have a hash.
FORMAT = 3
# Formats that can be read as they are; the next writer upgrades older ones (``qa.archive.schema``).
READABLE = (2, 3)
# Error codes for a database that SQLite cannot use now, but that need not be damaged.
_FOR_NOW = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
}  # fmt: skip
UNFINISHED = "archive.new"  # the name of a new database until it is complete
ARTICLE_FIELDS = tuple(field.name for field in fields(Article))

VERSION_TABLE = """
CREATE TABLE version (                   -- what an article was before it was updated
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    digest TEXT NOT NULL,                -- SHA-256 of its text then
    replaced TEXT NOT NULL,              -- when, in ISO 8601 and UTC
    content TEXT NOT NULL,               -- as in article
    title TEXT NOT NULL, dek TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    url TEXT NOT NULL, published TEXT NOT NULL, updated TEXT NOT NULL, dateline_text TEXT NOT NULL,
    language TEXT NOT NULL,
    PRIMARY KEY (article, digest)
);
"""
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, dek TEXT NOT NULL, text TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    url TEXT NOT NULL, published TEXT NOT NULL, updated TEXT NOT NULL, dateline_text TEXT NOT NULL,
    language TEXT NOT NULL,
    content TEXT NOT NULL,               -- SHA-256 over every field but the id
    published_from INTEGER, published_until INTEGER, published_utc_from INTEGER, published_utc_until INTEGER
);
CREATE INDEX article_content ON article (content);
CREATE INDEX article_source ON article (source);
CREATE INDEX article_published ON article (published_from, published_until);
CREATE TABLE origin (                    -- which file an article came from, so that a changed file keeps its id
    path TEXT PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX origin_article ON origin (article);
CREATE TABLE passage (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text_sha256 BLOB NOT NULL, vector_sha256 BLOB NOT NULL,
    signature BLOB NOT NULL              -- copies.signature of its text
);
CREATE INDEX passage_article ON passage (article);
CREATE INDEX passage_text ON passage (text_sha256);
CREATE TABLE vector (
    row INTEGER PRIMARY KEY REFERENCES passage (row) ON DELETE CASCADE,
    value BLOB NOT NULL                  -- float32, little-endian
);
CREATE TABLE article_vector (
    article INTEGER PRIMARY KEY REFERENCES article (key) ON DELETE CASCADE,
    value BLOB NOT NULL                  -- float32, little-endian: the direction of the sum of its passages' vectors
);
CREATE TABLE signature (                 -- copies.signature of an article's body
    article INTEGER PRIMARY KEY REFERENCES article (key) ON DELETE CASCADE,
    value BLOB NOT NULL,
    short INTEGER NOT NULL               -- whether that body is shorter than copies.SHORT
);
CREATE TABLE band (                      -- which articles share a part of their signatures
    value INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    PRIMARY KEY (value, article)
) WITHOUT ROWID;
CREATE INDEX band_article ON band (article);
CREATE TABLE copy (                      -- articles that resemble each other, each pair once
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    resemblance REAL NOT NULL,
    PRIMARY KEY (article, other)
) WITHOUT ROWID;
CREATE INDEX copy_other ON copy (other);
CREATE TABLE removed (row INTEGER PRIMARY KEY);   -- rows of the current vector file that are gone
CREATE TABLE generation (
    number INTEGER PRIMARY KEY,
    vectors TEXT NOT NULL,               -- JSON of generations.VectorFile
    passages TEXT NOT NULL,              -- JSON of generations.LexicalFolder
    articles TEXT NOT NULL               -- the same
);
"""
_SCHEMA += VERSION_TABLE


def connect(folder: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open the archive's database, read-only unless ``write``; transactions are begun by hand.

    Raises:
        ArchiveError: if there is no archive, or it cannot be opened.
    """
    path = folder / ARCHIVE_FILE
    if not path.is_file():
        raise ArchiveError(f"{folder}: there is no archive here; make one with: qa add FOLDER --archive {folder}")
    location = f"file:{quote(str(path.resolve()))}"
    with readable(folder):
        if not write:
            connection = _read_only(path, location)
        else:
            connection = _connection(f"{location}?mode=rw")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
        _check_schema(connection, folder)
        return connection


def _check_schema(connection: sqlite3.Connection, folder: Path) -> None:
    """Reject a database with views, triggers or computed columns: an archive may come from anywhere.

    Raises:
        DamageError: if it has one, or lacks a table.
    """
    tables = set()
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if kind not in {"table", "index"} or _COMPUTED.search(re.sub(r"--[^\n]*", "", sql or "")):
            connection.close()
            raise DamageError(damaged(folder, f"its {kind} {name!r} holds computed SQL, which no archive does"))
        tables.add(name)
    if missing := sorted(_NEEDED - tables):
        connection.close()
        raise DamageError(damaged(folder, f"it has no table {missing[0]!r}"))


def dimension(connection: sqlite3.Connection) -> int:
    """Return the vector dimension that the archive was made with; 0 if that setting is damaged."""
    row = connection.execute("SELECT value FROM setting WHERE name = 'dimension'").fetchone()
    return int(row[0]) if row and str(row[0]).isdecimal() else 0


def create(folder: Path, settings: dict[str, str]) -> None:
    """Create the database of a new archive in one step: it is complete under its name, or absent.

    Raises:
        ArchiveError: if there is no room for it, or the folder cannot be written.
    """
    path = folder / ARCHIVE_FILE
    unfinished = folder / UNFINISHED
    files.remove(unfinished)
    connection = _connection(f"file:{quote(str(unfinished.resolve()))}?mode=rwc")
    try:
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements():
            connection.execute(statement)
        hashed = {**settings, "sha256": settings_hash(settings)}
        connection.executemany("INSERT INTO setting VALUES (?, ?)", hashed.items())
        connection.execute(f"PRAGMA user_version={FORMAT}")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise ArchiveError(
            f"{folder}: cannot be written ({error}); make room or give another folder with --archive"
        ) from error
    finally:
        connection.close()
    files.rename(unfinished, path)
    files.flush_folder(folder)


def statements(table: str = "") -> list[str]:
    """Return the SQL statements that create all tables with their indexes, or one table."""
    found = [statement.strip() for statement in _SCHEMA.split(";")]
    return [one for one in found if one and (not table or re.search(rf"CREATE TABLE {table} | ON {table} \(", one))]


def damaged(folder: Path, error: Exception | str) -> str:
    """Return the message about a database that cannot be read."""
    way_out = "restore it from a backup, or add the articles to a new archive"
    return f"{folder / ARCHIVE_FILE}: cannot be read ({error}); {way_out}"


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Turn errors of SQLite into errors that say what to do.

    Raises:
        ArchiveError: if the database may be whole, but cannot be read for now.
        DamageError: if it is damaged.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _FOR_NOW:
            raise ArchiveError(
                f"{folder / ARCHIVE_FILE}: cannot be read now ({error}); check that its folder can be read and has "
                "room, and that no other program locks it, then run the same command again"
            ) from error
        raise DamageError(damaged(folder, error)) from error


def identity(folder: Path) -> tuple[int, int]:
    """Return device and inode of the database file, which change when another replaces it; zeros without a file."""
    try:
        found = (folder / ARCHIVE_FILE).stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _connection(location: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        location, uri=True, isolation_level=None, check_same_thread=False, timeout=30.0, cached_statements=64
    )
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    # A text with a flipped bit need not be UTF-8: it is read all the same, and then does not match its hash.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    return connection


def _read_only(path: Path, location: str) -> sqlite3.Connection:
    connection = _connection(f"{location}?mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
        return connection
    except sqlite3.OperationalError:
        connection.close()
        # In a read-only folder SQLite cannot create the shared-memory file of the WAL.  Without a WAL the database file
        # is complete by itself and may be read as immutable.
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise
    connection = _connection(f"{location}?immutable=1")
    connection.execute("SELECT count(*) FROM sqlite_master")
    return connection


_COLUMNS = {
    ("source", "="): "source = ?",
    ("article_id", "="): "id = ?",
    ("published", ">="): "published_from >= ?",
    ("published", "<"): "published_until <= ?",
    ("published_utc", ">="): "published_utc_from >= ?",
    ("published_utc", "<"): "published_utc_until <= ?",
}


def clause(where: Where) -> tuple[str, list[str | int]]:
    """Return a filter as SQL over table ``article`` and its parameters; an empty filter is always true."""
    parts: list[str] = []
    values: list[str | int] = []
    for condition in where:
        if condition.operator == "in":
            assert isinstance(condition.value, tuple)
            column = {"source": "source", "article_id": "id"}[condition.field]
            parts.append(f"{column} IN ({','.join('?' * len(condition.value))})")
            values.extend(condition.value)
        else:
            assert not isinstance(condition.value, tuple)
            parts.append(_COLUMNS[condition.field, condition.operator])
            values.append(condition.value)
    return " AND ".join(f"article.{part}" for part in parts) or "1", values
