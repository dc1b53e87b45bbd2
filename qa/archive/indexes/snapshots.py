"""Snapshot of the current generation: its indexes, verified and loaded into memory."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from qa.archive.indexes import entries
from qa.archive.indexes.bm25 import LexicalIndex
from qa.archive.indexes.generations import Generation, check_folder, damaged_index, read_lexical, read_vectors
from qa.archive.indexes.vectors import ExactVectors
from qa.archive.storage import database
from qa.archive.storage.hashing import settings_hash
from qa.errors import ArchiveError, DamageError, InputError
from qa.settings import IndexSettings

_log = logging.getLogger("qa.snapshots")
Index = TypeVar("Index")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation in memory.

    ``base`` holds the vectors of its file, ``tail`` those added since; ``dimension`` is that of both.
    """

    generation: Generation
    dimension: int
    base: ExactVectors | None
    base_live: ExactVectors | None
    tail: ExactVectors
    passages: LexicalIndex
    articles: LexicalIndex


@dataclass(frozen=True, slots=True)
class Stamp:
    """The settings that an archive was made with."""

    settings: IndexSettings
    fingerprint: str
    dimension: int


def read_snapshot(
    connection: sqlite3.Connection,
    folder: Path,
    generation: Generation,
    dimension: int,
    known: set[str],
    old: Snapshot | None,
    *,
    recover_missing: bool = False,
) -> Snapshot:
    """Load a generation; an index whose file does not match its hash is rebuilt in memory.

    Args:
        connection: inside a transaction that sees this generation.
        folder: the archive's.
        generation: the one to load.
        dimension: that of the vectors, as the archive's stamp has it.
        known: index files that were verified before (``generations.damaged_files``); is updated.
        old: another generation in memory; files that the two share are not read again.
        recover_missing: whether indexes with missing files are rebuilt as well.

    Raises:
        FileNotFoundError: if a file is gone, because a newer generation replaced it.
    """
    check_folder(folder)
    vectors = generation.vectors
    anew = partial(_read_or_make, folder, recover_missing)
    base: ExactVectors | None = None
    if old and old.generation.vectors == vectors:
        base = old.base
    elif vectors.name:
        base = anew(
            lambda: read_vectors(folder, vectors, dimension),
            lambda: ExactVectors(*entries.vectors(connection, dimension, last=vectors.last_row)),
        )
    removed = [row for (row,) in connection.execute("SELECT row FROM removed")]
    tail = ExactVectors(*entries.vectors(connection, dimension, after=vectors.last_row))
    passages = anew(
        lambda: read_lexical(folder, generation.passages, known),
        lambda: LexicalIndex.in_memory(entries.passages(connection)),
    )
    articles = anew(
        lambda: read_lexical(folder, generation.articles, known),
        lambda: LexicalIndex.in_memory(entries.articles(connection)),
    )
    return Snapshot(generation, dimension, base, base.excluding(removed) if base else None, tail, passages, articles)


def _read_or_make(folder: Path, recover_missing: bool, read: Callable[[], Index], make: Callable[[], Index]) -> Index:
    """Return an index read from its file or, if that is damaged, one rebuilt from the database."""
    try:
        return read()
    except FileNotFoundError as error:
        if not recover_missing:
            raise
        damage: Exception | str = damaged_index(folder, _file(error), "is missing")
    except DamageError as error:
        damage = error
    except OSError as error:
        damage = damaged_index(folder, _file(error), f"cannot be read ({error.strerror or error})")
    _log.warning("%s; until then it is rebuilt in memory whenever the archive is opened", damage)
    return make()


def _file(error: OSError) -> str | None:
    """Return the absolute path of the file that an error names; errors of the BM25 engine may name none."""
    return str(Path(error.filename).absolute()) if error.filename else None


def read_stamp(connection: sqlite3.Connection, folder: Path) -> Stamp:
    """Return the settings that an archive was made with.

    Raises:
        ArchiveError: if a newer version of Dateline made it, or one so old that the archive has to be upgraded first.
        DamageError: if they do not match their hash.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in database.READABLE:
        way_out = (
            "update Dateline"
            if version > database.FORMAT
            else f"upgrade it, without embedding again, with: qa rebuild --archive {folder}"
        )
        raise ArchiveError(
            f"{folder}: this archive has format {version}, this program reads format {database.FORMAT}; {way_out}"
        )
    found = dict(connection.execute("SELECT name, value FROM setting"))
    sha256 = found.pop("sha256", "")
    try:
        if version >= 3 and settings_hash(found) != sha256:
            raise ValueError("they do not match their hash")
        settings = IndexSettings(
            found["embedder"], int(found["max_tokens"]), int(found["overlap_sentences"]), found["precision"]
        )
        dimension = int(found["dimension"])
        if not 0 < dimension <= 65_536:
            raise ValueError(f"vectors of {dimension} numbers")
        return Stamp(settings, found["fingerprint"], dimension)
    except (ValueError, TypeError, KeyError, InputError) as error:
        raise DamageError(database.damaged(folder, f"its settings are damaged: {error}")) from error


def current_generation(connection: sqlite3.Connection) -> Generation | None:
    """Return the generation that the database names current, if any."""
    row = connection.execute("SELECT * FROM generation ORDER BY number DESC LIMIT 1").fetchone()
    _, _, path = connection.execute("PRAGMA database_list").fetchone()
    return Generation.from_row(*row, database=path) if row else None
