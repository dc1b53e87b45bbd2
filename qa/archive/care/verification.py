"""Whether what is stored of each article is as it was written: text, dates, passages, vectors, copies, versions."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from qa.archive.indexes.lexical_files import PERIOD_FIELDS
from qa.archive.indexes.vectors import direction
from qa.archive.storage import database, near_duplicates
from qa.archive.storage.hashing import article_matches, text_digest, text_matches, vector_matches
from qa.dates.periods import period
from qa.records import Article
from qa.text.chunking import passage_id

_AGAIN = "add the article again"
_SIGN_AGAIN = "run: qa rebuild --signatures"
_FIELDS = ",".join(database.ARTICLE_FIELDS)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written; ``id`` names the article or file."""

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
        signatures: whether the signatures of passages are computed anew and compared, which takes most of the time.
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
            problems.append(Problem("article", article.id, f"the period that it is filtered by is damaged; {_AGAIN}"))
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
    """Return the text of a stored passage; None where a damaged place or article has none."""
    if isinstance(start, int) and isinstance(end, int) and isinstance(article.text, str):
        return article.text[start:end]
    return None


def _alike(one: object, other: bytes) -> bool:
    """Whether two stored vectors are the same but for rounding, which may differ between machines."""
    if not isinstance(one, bytes) or len(one) != len(other):
        return False
    return bool(np.allclose(np.frombuffer(one, "<f4"), np.frombuffer(other, "<f4"), 0, 1e-5))


def _check_signature(connection: sqlite3.Connection, key: int, article_id: str) -> Iterator[Problem]:
    """Compare an article's signature with its bands; of what text it was made depends on what was furniture then."""
    stored = connection.execute("SELECT value FROM signature WHERE article = ?", (key,)).fetchone()
    bands = {band for (band,) in connection.execute("SELECT value FROM band WHERE article = ?", (key,))}
    if not stored or not isinstance(stored[0], bytes) or bands != set(near_duplicates.bands(stored[0])):
        message = f"the signature of its text is damaged, so copies may not be found; {_SIGN_AGAIN}"
        yield Problem("signature", article_id, message)


def check_copies(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Look for signatures of the wrong size, and for recorded copies that do not resemble as much as is recorded."""
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
    """Look for rows that belong to nothing."""
    names: Mapping[str, str] = {"copy": "copies", "band": "copies", "signature": "copies"}
    tables = {row[0] for row in connection.execute("PRAGMA foreign_key_check")}
    for table in sorted(tables):
        yield Problem(
            names.get(table, "database"), table, "names an article or passage that is gone; restore it from a backup"
        )
