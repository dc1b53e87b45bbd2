"""Verification of an archive: its sizes, and whether all its data matches its hashes."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from qa.archive.indexes.bm25 import PERIOD_FIELDS, LexicalIndex
from qa.archive.indexes.generations import FOLDER, Generation, check_folder, damaged_files, gone_share, read_vectors
from qa.archive.indexes.snapshots import Stamp, current_generation, read_stamp
from qa.archive.indexes.vectors import Rows, direction
from qa.archive.storage import database, near_duplicates, versions
from qa.archive.storage.hashing import article_matches, text_digest, text_matches, vector_matches
from qa.dates.periods import period
from qa.errors import DamageError
from qa.records import Article
from qa.settings import ARCHIVE_FILE
from qa.text.chunking import passage_id

_AGAIN = "add the article again"
_SIGN_AGAIN = "run: qa rebuild --signatures"
_FIELDS = ",".join(database.ARTICLE_FIELDS)


@dataclass(frozen=True, slots=True)
class Problem:
    """Damage that was found; ``id`` names the article or file."""

    kind: str
    id: str
    message: str


def check_articles(
    connection: sqlite3.Connection, progress: Callable[[int, int], None] | None, *, signatures: bool
) -> tuple[int, int, list[Problem]]:
    """Compare every article, its passages and their vectors with their hashes; return how many there are, and problems.

    Args:
        connection: to the archive.
        progress: called after each article with how many are checked, and how many there are.
        signatures: whether the signatures of passages are recomputed and compared, which takes most of the time.
    """
    articles = passages = 0
    problems: list[Problem] = []
    (total,) = connection.execute("SELECT count(*) FROM article").fetchone()
    query = f"SELECT key, content, {','.join(PERIOD_FIELDS)}, {_FIELDS} FROM article ORDER BY key"
    for key, content, *stored in connection.execute(query):
        periods, fields = tuple(stored[: len(PERIOD_FIELDS)]), stored[len(PERIOD_FIELDS) :]
        article = Article(*fields)
        articles += 1
        if not article_matches(article, content):
            problems.append(Problem("article", str(article.id), f"its text or fields are damaged; {_AGAIN}"))
        elif periods != _periods(article):
            problems.append(Problem("article", article.id, f"its stored publication period is damaged; {_AGAIN}"))
        count, found = _check_passages(connection, key, article, signatures=signatures)
        passages += count
        problems += found
        problems += _check_signature(connection, key, str(article.id))
        if progress:
            progress(articles, total)
    return articles, passages, problems


def _periods(article: Article) -> tuple[int | None, ...]:
    dates = period(article.published)
    return dates.ends if dates else (None,) * len(PERIOD_FIELDS)


def _check_passages(
    connection: sqlite3.Connection, key: int, article: Article, *, signatures: bool
) -> tuple[int, list[Problem]]:
    problems: list[Problem] = []
    vectors: list[bytes] = []
    rows = connection.execute(
        'SELECT p.id, p.start, p."end", p.text_sha256, p.signature, v.value, p.vector_sha256'
        " FROM passage p LEFT JOIN vector v ON v.row = p.row WHERE p.article = ? ORDER BY p.row",
        (key,),
    ).fetchall()
    name, dimension = str(article.id), database.dimension(connection)
    for own_id, start, end, text_sha256, signature, value, vector_sha256 in rows:
        text = passage_text(article, start, end)
        if text is None or not text_matches(text, text_sha256) or passage_id(name, start, end, text) != own_id:
            problems.append(Problem("passage", name, f"passage {own_id} is damaged; {_AGAIN}"))
        elif signatures and near_duplicates.signature(text) != signature:
            problems.append(Problem("signature", name, f"the signature of passage {own_id} is damaged; {_SIGN_AGAIN}"))
        if vector_matches(value, vector_sha256, dimension):
            vectors.append(value)
        else:
            problems.append(Problem("vector", name, f"the vector of passage {own_id} is damaged; {_AGAIN}"))
    own = connection.execute("SELECT value FROM article_vector WHERE article = ?", (key,)).fetchone()
    if not own or (len(vectors) == len(rows) and not _alike(own[0], direction(vectors))):
        problems.append(Problem("vector", name, "the article's own vector is damaged; run: qa rebuild"))
    return len(rows), problems


def passage_text(article: Article, start: object, end: object) -> str | None:
    """Return the text of a stored passage; None where its offsets or its article are damaged."""
    if isinstance(start, int) and isinstance(end, int) and isinstance(article.text, str):
        return article.text[start:end]
    return None


def _alike(one: object, other: bytes) -> bool:
    """Whether two stored vectors are the same but for rounding, which may differ between machines."""
    if not isinstance(one, bytes) or len(one) != len(other):
        return False
    return bool(np.allclose(np.frombuffer(one, "<f4"), np.frombuffer(other, "<f4"), 0, 1e-5))


def _check_signature(connection: sqlite3.Connection, key: int, article_id: str) -> Iterator[Problem]:
    """Compare an article's signature with its bands; the rules for boilerplate that it was made by may have changed."""
    stored = connection.execute("SELECT value FROM signature WHERE article = ?", (key,)).fetchone()
    bands = {band for (band,) in connection.execute("SELECT value FROM band WHERE article = ?", (key,))}
    if not stored or not isinstance(stored[0], bytes) or bands != set(near_duplicates.bands(stored[0])):
        message = f"the signature of its text is damaged, so copies may not be found; {_SIGN_AGAIN}"
        yield Problem("signature", article_id, message)


def check_copies(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Yield problems: signatures of the wrong size, and recorded copies that resemble more or less than recorded."""
    sizes = f"(0, {near_duplicates.SIGNATURE_BYTES})"
    for table, column in (
        ("article LEFT JOIN signature s ON s.article = article.key", "s.value"),
        ("passage JOIN article ON article.key = passage.article", "passage.signature"),
    ):
        query = f"SELECT DISTINCT article.id FROM {table} WHERE coalesce(length({column}), -1) NOT IN {sizes}"
        for (article_id,) in connection.execute(query):
            message = f"a signature is damaged or missing; its copies may not be found; {_SIGN_AGAIN}"
            yield Problem("signature", str(article_id), message)
    query = (
        "SELECT a.id, x.value, y.value, c.resemblance FROM copy c JOIN article a ON a.key = c.article"
        " JOIN signature x ON x.article = c.article JOIN signature y ON y.article = c.other ORDER BY c.article"
    )
    for article_id, pairs in groupby(connection.execute(query), key=lambda row: row[0]):
        for _, one, other, resemblance in pairs:
            if not _resemble(one, other, resemblance):
                yield Problem("copies", str(article_id), f"a recorded copy of it is damaged; {_SIGN_AGAIN}")
                break


def _resemble(one: object, other: object, resemblance: object) -> bool:
    sized = all(isinstance(value, bytes) and len(value) == near_duplicates.SIGNATURE_BYTES for value in (one, other))
    if not sized or not isinstance(resemblance, float):
        return False
    assert isinstance(one, bytes)
    assert isinstance(other, bytes)
    return bool(np.isclose(near_duplicates.resemblances(one, [other])[0], resemblance, 0, 1e-9))


def check_versions(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Compare every earlier version of an article with its hashes."""
    names = ",".join(f"v.{name}" for name in database.ARTICLE_FIELDS[1:])
    query = f"SELECT a.id, v.digest, v.content, {names} FROM version v JOIN article a ON a.key = v.article"
    for article_id, digest, content, *fields in connection.execute(query):
        version = Article(str(article_id), *fields)
        if not article_matches(version, content) or text_digest(version.text) != digest:
            message = f"the earlier version {str(digest)[:12]} is damaged; restore it from a backup"
            yield Problem("version", version.id, message)


def check_references(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Yield a problem for each table with rows that refer to missing rows."""
    names: Mapping[str, str] = {"copy": "copies", "band": "copies", "signature": "copies"}
    tables = {row[0] for row in connection.execute("PRAGMA foreign_key_check")}
    for table in sorted(tables):
        yield Problem(
            names.get(table, "database"), table, "refers to a missing article or passage; restore it from a backup"
        )


@dataclass(frozen=True, slots=True)
class Status:
    """Sizes in bytes; ``deleted_share`` is the share of the BM25 index's passages that are deleted.

    ``copied`` is how many articles resemble another, ``versions`` how many earlier versions of articles are stored.
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
    """The result of verifying a whole archive."""

    articles: int
    passages: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged."""
        return not self.problems


def status(folder: Path) -> Status:
    """Return an archive's sizes and the settings that it was made with.

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
        signatures: whether the signatures of near duplicates are recomputed, which takes most of the time.

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
