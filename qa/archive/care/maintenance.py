"""Looking an archive over: its sizes, and whether everything in it is as it was written."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qa.archive.care.verification import Problem, check_articles, check_copies, check_references, check_versions
from qa.archive.indexes.bm25 import LexicalIndex
from qa.archive.indexes.generations import FOLDER, Generation, check_folder, damaged_files, gone_share, read_vectors
from qa.archive.indexes.snapshots import Stamp, current_generation, read_stamp
from qa.archive.indexes.vectors import Rows
from qa.archive.storage import database, versions
from qa.errors import DamageError
from qa.settings import ARCHIVE_FILE


@dataclass(frozen=True, slots=True)
class Status:
    """Sizes in bytes; ``deleted_share`` is the share of the BM25 index's passages that are deleted.

    ``copied`` is how many articles resemble another, ``versions`` how many earlier versions of articles are kept.
    """

    articles: int
    passages: int
    sources: int
    undated: int
    copied: int
    versions: int
    first: str
    last: str
    database_bytes: int
    index_bytes: int
    stamp: Stamp
    generation: int
    deleted_share: float
    sqlite: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole archive found."""

    articles: int
    passages: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged."""
        return not self.problems


def status(folder: Path) -> Status:
    """Return an archive's sizes and what is baked into it.

    Raises:
        ArchiveError: if there is no archive.
    """
    check_folder(folder)
    with database.readable(folder), closing(database.connect(folder)) as connection:
        stamp = read_stamp(connection, folder)

        def one(query: str) -> tuple[Any, ...]:
            row: tuple[Any, ...] = connection.execute(query).fetchone()
            return row

        first, last = one("SELECT min(published), max(published) FROM article WHERE published_from IS NOT NULL")
        generation = current_generation(connection)
        share = 0.0
        if generation:
            share = gone_share(folder, generation.passages)
        return Status(
            articles=one("SELECT count(*) FROM article")[0],
            passages=one("SELECT count(*) FROM passage")[0],
            sources=one("SELECT count(DISTINCT source) FROM article WHERE source <> ''")[0],
            undated=one("SELECT count(*) FROM article WHERE published_from IS NULL")[0],
            copied=one("SELECT count(*) FROM (SELECT article FROM copy UNION SELECT other FROM copy)")[0],
            versions=one("SELECT count(*) FROM version")[0] if versions.kept(connection) else 0,
            first=first or "",
            last=last or "",
            database_bytes=sum(path.stat().st_size for path in folder.glob(ARCHIVE_FILE + "*")),
            index_bytes=sum(p.stat().st_size for p in (folder / FOLDER).rglob("*") if p.is_file()),
            stamp=stamp,
            generation=generation.number if generation else 0,
            deleted_share=share,
            sqlite=sqlite3.sqlite_version,
        )


def verify(folder: Path, progress: Callable[[int, int], None] | None = None, *, signatures: bool = True) -> Verdict:
    """Compare everything in an archive with its hash.

    Args:
        folder: the archive's folder.
        progress: called after each article with how many are checked, and how many there are.
        signatures: whether the signatures by which copies are found are computed anew, which takes most of the time.

    Raises:
        ArchiveError: if there is no archive, or its database cannot be read at all.
    """
    check_folder(folder)
    with database.readable(folder), closing(database.connect(folder)) as connection:
        stamp = read_stamp(connection, folder)
        connection.execute("BEGIN")
        problems = [*_structure(connection)]
        articles, passages, found = check_articles(connection, progress, signatures=signatures)
        problems += [*found, *check_copies(connection), *check_references(connection)]
        if versions.kept(connection):
            problems += check_versions(connection)
        try:
            generation = current_generation(connection)
        except DamageError as error:
            return Verdict(articles, passages, (*problems, Problem("index", "", str(error))))
        if generation:
            problems += _indexes(connection, folder, generation, stamp.dimension)
        elif articles:
            problems.append(Problem("index", "", "no index has been made; run: qa rebuild"))
        return Verdict(articles, passages, tuple(problems))


def _structure(connection: sqlite3.Connection) -> Iterator[Problem]:
    for (message,) in connection.execute("PRAGMA integrity_check(20)"):
        if message != "ok":
            yield Problem("database", ARCHIVE_FILE, f"{message}; restore it from a backup")


def _indexes(connection: sqlite3.Connection, folder: Path, generation: Generation, dimension: int) -> Iterator[Problem]:
    again = "the articles are safe; run: qa rebuild"
    rows: Rows = np.fromiter((r for (r,) in connection.execute("SELECT row FROM passage ORDER BY row")), np.int64)
    vectors = generation.vectors
    try:
        removed = [row for (row,) in connection.execute("SELECT row FROM removed")]
        held = read_vectors(folder, vectors, dimension).excluding(removed).rows().tolist() if vectors.name else []
    except (DamageError, OSError):
        yield Problem("index", vectors.name, f"the vector file is damaged or missing; {again}")
    else:
        if held != rows[rows <= vectors.last_row].tolist():
            yield Problem("index", vectors.name, f"the vector file does not hold the archive's passages; {again}")
    keys: Rows = np.fromiter((k for (k,) in connection.execute("SELECT key FROM article ORDER BY key")), np.int64)
    for stored, what, wanted in ((generation.passages, "passages", rows), (generation.articles, "articles", keys)):
        index = folder / FOLDER / stored.name
        try:
            damaged = list(damaged_files(index, stored, set()))
            if not damaged and LexicalIndex.open(index).rows().tolist() != wanted.tolist():
                yield Problem("index", index.name, f"the BM25 index does not hold the archive's {what}; {again}")
        except OSError as error:
            damaged = [Path(error.filename or index).name]
        for name in damaged:
            yield Problem("index", f"{index.name}/{name}", f"a file of the BM25 index is damaged or missing; {again}")
