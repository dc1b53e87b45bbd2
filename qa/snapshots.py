"""A generation in memory: what the database names current, loaded and compared with its hashes."""

import hashlib
import logging
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa import database
from qa.errors import ArchiveError
from qa.generations import Generation, VectorFile, read_lexical, read_vectors
from qa.lexical import LexicalIndex
from qa.settings import IndexSettings
from qa.vectors import ExactVectors

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation in memory.

    ``base`` holds the vectors of its file, ``tail`` those added since.
    """

    generation: Generation
    base: ExactVectors | None
    base_live: ExactVectors | None
    tail: ExactVectors
    passages: LexicalIndex
    articles: LexicalIndex


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is baked into an archive."""

    settings: IndexSettings
    fingerprint: str
    dimension: int


def read_snapshot(
    connection: sqlite3.Connection, folder: Path, generation: Generation, known: set[str], old: Snapshot | None
) -> Snapshot:
    """Load a generation; what it shares with an ``old`` one is not read again.

    ``known`` holds the hashes of index files that were compared before and is added to.

    Raises:
        DamageError: if an index file does not match its hash.
        FileNotFoundError: if one is gone, because a newer generation replaced it.
    """
    if old and old.generation.vectors == generation.vectors:
        base = old.base
    else:
        base = read_vectors(folder, generation.vectors) if generation.vectors.name else None
    removed = [row for (row,) in connection.execute("SELECT row FROM removed")]
    tail = _tail(connection, generation.vectors)
    passages, articles = (read_lexical(folder, one, known) for one in (generation.passages, generation.articles))
    return Snapshot(generation, base, base.excluding(removed) if base else None, tail, passages, articles)


def read_stamp(connection: sqlite3.Connection, folder: Path) -> Stamp:
    """Return what is baked into an archive.

    Raises:
        ArchiveError: if another version of Dateline made it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version != database.FORMAT:
        raise ArchiveError(
            f"{folder}: this archive has format {version}, this program reads format {database.FORMAT}; "
            "use the Dateline that made it, or add the articles to a new archive"
        )
    stored = dict(connection.execute("SELECT name, value FROM setting"))
    settings = IndexSettings(
        stored["embedder"], int(stored["max_tokens"]), int(stored["overlap_sentences"]), stored["precision"]
    )
    return Stamp(settings, stored["fingerprint"], int(stored["dimension"]))


def current_generation(connection: sqlite3.Connection) -> Generation | None:
    """Return the generation that the database names current, if any."""
    row = connection.execute("SELECT * FROM generation ORDER BY number DESC LIMIT 1").fetchone()
    return Generation.from_row(*row) if row else None


def _tail(connection: sqlite3.Connection, file: VectorFile) -> ExactVectors:
    """Return the vectors that came after those of the file."""
    rows: list[int] = []
    values: list[bytes] = []
    query = (
        "SELECT v.row, v.value, p.vector_sha256 FROM vector v JOIN passage p ON p.row = v.row"
        " WHERE v.row > ? ORDER BY v.row"
    )
    for row, value, sha256 in connection.execute(query, (file.last_row,)):
        if hashlib.sha256(value).digest() == sha256:
            rows.append(row)
            values.append(value)
        else:
            _log.error("the vector of passage row %d is damaged and not searched; run: qa verify", row)
    matrix = np.frombuffer(b"".join(values), "<f4").reshape(len(rows), file.dimension)
    return ExactVectors(np.asarray(rows, np.int64), matrix)
