"""Index entries, read from the database; data that does not match its hash is left out and logged."""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import lru_cache

import numpy as np

from qa.anatomy.dissection import boilerplate_spans
from qa.archive.indexes import bm25
from qa.archive.indexes.bm25 import PERIOD_FIELDS
from qa.archive.indexes.vectors import Matrix, Rows
from qa.archive.storage.database import ARTICLE_FIELDS
from qa.archive.storage.hashing import article_matches, bytes_match, text_matches, vector_matches
from qa.dates.periods import period
from qa.records import Article
from qa.text.chunking import passage_id

_log = logging.getLogger("qa.stored")
_LAST = 2**63 - 1


def vectors(connection: sqlite3.Connection, dimension: int, after: int = 0, last: int = _LAST) -> tuple[Rows, Matrix]:
    """Return the passages' rows with ``after < row <= last``, ascending, and their unit vectors.

    The shapes are (n,) and (n, dimension).
    """
    bounds = (after, last)
    (total,) = connection.execute("SELECT count(*) FROM vector WHERE row > ? AND row <= ?", bounds).fetchone()
    rows, matrix = np.zeros(total, np.int64), np.zeros((total, dimension), np.float32)
    query = (
        "SELECT v.row, v.value, p.vector_sha256 FROM vector v JOIN passage p ON p.row = v.row"
        " WHERE v.row > ? AND v.row <= ? ORDER BY v.row"
    )
    filled = 0
    for row, value, sha256 in connection.execute(query, bounds):
        if vector_matches(value, sha256, dimension):
            rows[filled], matrix[filled] = row, np.frombuffer(value, "<f4")
            filled += 1
        else:
            _log.error("the vector of passage row %d is damaged and not searched; run: qa verify", row)
    return rows[:filled], matrix[:filled]


def passages(connection: sqlite3.Connection) -> Iterator[bm25.Entry]:
    """Yield every passage as the BM25 index of passages holds it, by row within its article."""
    for _, article, spans in sound_articles(connection):
        for row, start, end in spans:
            yield entry(row, article.text[start:end], article)


def articles(connection: sqlite3.Connection) -> Iterator[bm25.Entry]:
    """Yield every article as the BM25 index of articles holds it, by key."""
    for key, article, spans in sound_articles(connection):
        yield article_entry(key, article, [article.text[start:end] for _, start, end in spans])


def sound_articles(connection: sqlite3.Connection) -> Iterator[tuple[int, Article, list[tuple[int, int, int]]]]:
    """Yield the key of each article that matches its hash, the article, and its passages' rows, starts and ends."""
    query = f"SELECT key, content, {','.join(ARTICLE_FIELDS)} FROM article ORDER BY key"
    for key, content, *values in connection.execute(query):
        article = Article(*values)
        if not article_matches(article, content):
            _log.error("article %s is damaged and not indexed; run: qa verify", article.id)
            continue
        # A flipped bit can turn an offset into a text.
        found = connection.execute('SELECT row, start, "end" FROM passage WHERE article = ? ORDER BY row', (key,))
        spans = [(row, start, end) for row, start, end in found if isinstance(start, int) and isinstance(end, int)]
        yield key, article, spans


def intact(connection: sqlite3.Connection, key: int, article: Article) -> bool:
    """Return whether an article's stored fields, passages and vectors are undamaged."""
    dates = period(article.published)
    wanted = (*astuple(article), *(dates.ends if dates else (None,) * 4))
    names = ",".join((*ARTICLE_FIELDS, *PERIOD_FIELDS))
    if connection.execute(f"SELECT {names} FROM article WHERE key = ?", (key,)).fetchone() != wanted:
        return False
    query = (
        'SELECT p.id, p.start, p."end", p.text_sha256, v.value, p.vector_sha256'
        " FROM passage p LEFT JOIN vector v ON v.row = p.row WHERE p.article = ?"
    )
    rows = connection.execute(query, (key,)).fetchall()
    if not rows:  # only an article of nothing but boilerplate has no passage
        return not body(article.text).strip()
    return all(
        isinstance(start, int)
        and isinstance(end, int)
        and text_matches(article.text[start:end], text_sha256)
        and passage_id(article.id, start, end, article.text[start:end]) == own_id
        and bytes_match(value, vector_sha256)
        for own_id, start, end, text_sha256, value, vector_sha256 in rows
    )


def entry(row: int, text: str, article: Article, title: str = "") -> bm25.Entry:
    """Return a passage as the BM25 index of passages holds it."""
    return bm25.Entry(row, text, article.id, article.source, _ends(article.published), title)


@lru_cache(maxsize=1024)  # each passage of an article asks for the same
def _ends(published: str) -> tuple[int, int, int, int] | None:
    dates = period(published)
    return dates.ends if dates else None


def article_entry(key: int, article: Article, passages: Iterable[str]) -> bm25.Entry:
    """Return an article as the BM25 index of articles holds it: its passages, so without boilerplate."""
    return entry(key, "\n".join((article.dek, *passages)), article, article.title)


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text without the given spans, which are sorted and disjoint."""
    starts, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    return "".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def body(text: str) -> str:
    """Return a text without its boilerplate."""
    return without(text, [(start, end) for start, end, _ in boilerplate_spans(text)])
