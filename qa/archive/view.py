"""Read-only view of an archive as of one generation: every method of the archive seam.

Code above this module does not depend on SQLite, FAISS or tantivy.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from qa.archive.indexes.bm25 import Field
from qa.archive.indexes.snapshots import Snapshot
from qa.archive.indexes.vectors import Matrix, Rows, merge
from qa.archive.storage import database, versions
from qa.archive.storage.hashing import article_matches, text_digest, text_matches, vector_matches
from qa.archive.storage.near_duplicates import is_signature
from qa.errors import DamageError, check_text
from qa.filters import Condition, Where
from qa.records import Article, Passage
from qa.text import chunking

Scored = tuple[str, float]
_KEYS_A_QUERY = 500
_LISTED = (
    "id, title, source, published, url, (SELECT count(*) FROM passage WHERE passage.article = article.key) FROM article"
)

_WHOLE = f"SELECT {','.join(database.ARTICLE_FIELDS)}, content FROM article WHERE key = ?"

# The columns that place a passage found by its row; a flipped bit can change the type of each.
_PLACED = (
    "SELECT p.row, p.id, article.id, article.published, article.title, p.start, p.end"
    " FROM passage p JOIN article ON article.key = p.article WHERE p.row IN ({})"
)

_log = logging.getLogger("qa.view")


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a list, without its text; ``passages`` is how many passages it has."""

    id: str
    title: str
    source: str
    published: str
    url: str
    passages: int


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a passage: its article, its first character there, and that article's date and title."""

    article_id: str
    start: int
    published: str
    title: str


class ArchiveView:
    """An archive as of one generation; every method of the archive seam."""

    def __init__(self, connection: sqlite3.Connection, snapshot: Snapshot) -> None:
        self._connection = connection
        self._snapshot = snapshot

    @property
    def generation(self) -> int:
        """The number of this generation."""
        return self._snapshot.generation.number

    @property
    def digest(self) -> str:
        """The SHA-256 over the hashes of the index files; views with equal digests have equal contents."""
        return hashlib.sha256("".join(self._snapshot.generation.to_row()[1:]).encode()).hexdigest()

    def search_vectors(self, vector: Matrix, k: int, where: Where = ()) -> list[Scored]:
        """Return the passages nearest to a unit vector of shape (dimension,): (id, cosine), best first, ties by id.

        Always min(k, matching passages) come back.
        """
        allowed = self._rows(where) if where else None
        segments = [s for s in (self._snapshot.base_live, self._snapshot.tail) if s is not None]
        rows, scores = merge([segment.search(vector, k, allowed) for segment in segments], k)
        return self._named(rows, scores)

    def search_text(self, query: str, k: int, where: Where = ()) -> list[Scored]:
        """Return the passages that share a term with a query: (id, BM25 score), best first, ties by id."""
        return self._named(*self._snapshot.passages.search(query, k, where))

    def search_articles(self, query: str, article_ids: Sequence[str], field: Field = "text") -> dict[str, float]:
        """Return the BM25 scores of these articles' whole texts, or titles; those that share no term are left out."""
        condition = Condition("article_id", "in", tuple(article_ids))
        keys, scores = self._snapshot.articles.search(query, len(article_ids), (condition,), field)
        ids = dict(self._select("SELECT key, id FROM article WHERE key IN ({})", keys.tolist()))
        return {ids[key]: score for key, score in zip(keys.tolist(), scores.tolist(), strict=True)}

    def inverse_frequency(self, word: str) -> float:
        """Return how rare a word is in the passages: its BM25 weight."""
        return self._snapshot.passages.inverse_frequency(word)

    def places(self, ids: Sequence[str]) -> dict[str, Place]:
        """Return the positions of these passages, by id; unknown ones are left out."""
        query = (
            # Cast to the types of the schema: an archive from elsewhere, or a flipped bit, may hold others.
            "SELECT p.id, article.id, CAST(p.start AS INTEGER), CAST(article.published AS TEXT),"
            " CAST(article.title AS TEXT) FROM passage p JOIN article ON article.key = p.article WHERE p.id IN ({})"
        )
        return {passage_id: Place(*place) for passage_id, *place in self._select(query, ids)}

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return these passages by id; unknown ones, and those that no longer match their hash, are left out."""
        found: dict[str, Passage] = {}
        query = (
            "SELECT p.id, article.id, p.start, p.end, substr(article.text, p.start + 1, p.end - p.start), p.text_sha256"
            " FROM passage p JOIN article ON article.key = p.article WHERE p.id IN ({})"
        )
        for passage_id, article_id, start, end, text, sha256 in self._select(query, ids):
            # The id is a hash over article, offsets and text: with it every damage shows.
            if text_matches(text, sha256) and passage_id == chunking.passage_id(article_id, start, end, text):
                found[passage_id] = Passage(passage_id, article_id, start, end, text)
            else:
                _log.error("passage %s of %s is damaged and not shown; run: qa verify", passage_id, article_id)
        return found

    def vectors(self, ids: Sequence[str]) -> dict[str, Matrix]:
        """Return the unit vectors, of shape (dimension,), of these passages by id; unknown ones are left out.

        So are those that no longer match their hash.
        """
        query = "SELECT p.id, v.value, p.vector_sha256 FROM passage p JOIN vector v ON v.row = p.row WHERE p.id IN ({})"
        found = {
            passage_id: np.frombuffer(value, "<f4")
            for passage_id, value, sha256 in self._select(query, ids)
            if vector_matches(value, sha256, self._snapshot.generation.vectors.dimension)
        }
        return {passage_id: vector for passage_id, vector in found.items() if np.isfinite(vector).all()}

    def signatures(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the signatures (``near_duplicates.signature``) of these passages by id; bad ones are left out."""
        found = self._select("SELECT id, signature FROM passage WHERE id IN ({})", ids)
        return {passage_id: value for passage_id, value in found if is_signature(value)}

    def copies(self, article_ids: Sequence[str]) -> dict[str, tuple[Scored, ...]]:
        """Return the articles recorded as resembling each of these: (id, resemblance), nearest first, ties by id.

        Articles that resemble none are left out.
        """
        found: dict[str, list[Scored]] = {}
        for one, other in (("article", "other"), ("other", "article")):
            query = (
                f"SELECT a.id, b.id, c.resemblance FROM article a JOIN copy c ON c.{one} = a.key"
                f" JOIN article b ON b.key = c.{other} WHERE typeof(c.resemblance) = 'real' AND a.id IN ({{}})"
            )
            for article_id, copy_id, resemblance in self._select(query, article_ids):
                found.setdefault(article_id, []).append((copy_id, resemblance))
        return {key: tuple(sorted(near, key=lambda item: (-item[1], item[0]))) for key, near in found.items()}

    def article_vectors(self, article_ids: Sequence[str]) -> dict[str, Matrix]:
        """Return the unit vectors, of shape (dimension,), of these articles: the direction of their passages' sum.

        An article without passages is left out, and so is one whose vector is damaged.
        """
        query = (
            "SELECT a.id, v.value FROM article a JOIN article_vector v ON v.article = a.key"
            " WHERE typeof(v.value) = 'blob' AND length(v.value) = ? AND a.id IN ({})"
        )
        size = 4 * self._snapshot.dimension
        found = {key: np.frombuffer(value, "<f4") for key, value in self._select(query, article_ids, size)}
        return {article_id: vector for article_id, vector in found.items() if np.isfinite(vector).all()}

    def article(self, article_id: str, digest: str = "") -> Article | None:
        """Return an article, or None.

        Args:
            article_id: its id.
            digest: the first digits of the SHA-256 of its text; where the newest version does not match, an earlier
                version that does is returned, else None.

        Raises:
            DamageError: if it does not match its hash.
        """
        article = self.sound_article(check_text(article_id, "article"))
        if article and (not digest or text_digest(article.text).startswith(digest)):
            return article
        if digest:
            return versions.find(self._connection, article_id, digest)
        if self._connection.execute("SELECT 1 FROM article WHERE id = ?", (article_id,)).fetchone():
            raise DamageError(f"article {article_id} is damaged and not shown; run: qa verify, then add it again")
        return None

    def sound_article(self, article_id: str) -> Article | None:
        """Return an article; None where it is unknown or no longer matches its hash."""
        row = self._connection.execute("SELECT key FROM article WHERE id = ?", (article_id,)).fetchone()
        article = self._whole(row[0]) if row else None
        return article if article and article.id == article_id else None  # its hash does not cover its id

    def versions(self, article_id: str) -> list[versions.Version]:
        """Return the earlier versions of an article, the newest first."""
        return versions.listed(self._connection, article_id)

    def articles(
        self,
        where: Where = (),
        order: Literal["published", "title", "id"] = "published",
        offset: int = 0,
        limit: int = -1,
    ) -> list[Listed]:
        """Return articles in order (``published``: newest first, undated last), at most ``limit`` (-1: all)."""
        by = {"published": "published_from DESC NULLS LAST, id", "title": "title, id", "id": "id"}[order]
        condition, values = database.clause(where)
        # The keys first: they are quickly sorted, and the other columns are read of the listed articles only.
        keys = f"SELECT key FROM article WHERE {condition} ORDER BY {by} LIMIT ? OFFSET ?"
        rows = self._connection.execute(
            f"SELECT {_LISTED} WHERE key IN ({keys}) ORDER BY {by}", [*values, limit, offset]
        )
        return [Listed(*row) for row in rows]

    def find_articles(
        self, words: str, where: Where = (), offset: int = 0, limit: int = 50
    ) -> tuple[list[Listed], int]:
        """Return the articles that hold every one of some words in title or text, best first, and how many there are.

        The first ``offset`` are left out, and at most ``limit`` are returned.
        """
        keys, total = self._snapshot.articles.find(words, limit, offset, where)
        found = {
            row[0]: Listed(*row[1:])
            for row in self._select(f"SELECT key, {_LISTED} WHERE key IN ({{}})", keys.tolist())
        }
        return [found[key] for key in keys.tolist() if key in found], total

    def scan(self, where: Where = ()) -> Iterator[Article]:
        """Yield the articles that meet a filter, whole, newest first; one at a time is in memory."""
        condition, values = database.clause(where)
        order = f"SELECT key FROM article WHERE {condition} ORDER BY published_from DESC NULLS LAST, id"
        for (key,) in self._connection.execute(order, values).fetchall():
            if article := self._whole(key):
                yield article

    def words(self, *, titles_only: bool = False) -> Iterator[str]:
        """Yield the titles and deks of all articles, and their texts unless ``titles_only``, unchecked."""
        columns = "title, dek" if titles_only else "title, dek, text"
        for row in self._connection.execute(f"SELECT {columns} FROM article"):
            yield " ".join(value for value in row if isinstance(value, str))

    def facets(self, field: Literal["source", "month", "day"], where: Where = ()) -> list[tuple[str, int]]:
        """Return the values of a field and how many articles have each, by value; ``""`` is unknown."""
        value = {"source": "source", "month": "substr(published, 1, 7)", "day": "substr(published, 1, 10)"}[field]
        condition, values = database.clause(where)
        query = f"SELECT {value} AS facet, count(*) FROM article WHERE {condition} GROUP BY facet ORDER BY facet"
        return [(str(name), int(count)) for name, count in self._connection.execute(query, values)]

    def count(self, where: Where = ()) -> int:
        """Return how many articles meet a filter."""
        condition, values = database.clause(where)
        row = self._connection.execute(f"SELECT count(*) FROM article WHERE {condition}", values).fetchone()
        return int(row[0])

    def count_passages(self) -> int:
        """Return how many passages there are."""
        return int(self._connection.execute("SELECT count(*) FROM passage").fetchone()[0])

    def _whole(self, key: int) -> Article | None:
        """Return an article by its key; None where it is gone or damaged."""
        row = self._connection.execute(_WHOLE, (key,)).fetchone()
        if row is None:
            return None
        *fields, content = row
        article = Article(*fields)
        if article_matches(article, content):
            return article
        _log.error("article %s is damaged and not shown; run: qa verify", article.id)
        return None

    def _rows(self, where: Where) -> Rows:
        condition, values = database.clause(where)
        query = (
            "SELECT passage.row FROM article JOIN passage ON passage.article = article.key"
            f" WHERE {condition} ORDER BY passage.row"
        )
        return np.fromiter((row for (row,) in self._connection.execute(query, values)), np.int64)

    def _named(self, rows: Rows, scores: Matrix) -> list[Scored]:
        """Return the ids and scores of passages; one whose stored columns have wrong types is left out."""
        ids = {row: names[0] for row, *names in self._select(_PLACED, rows.tolist()) if _typed(names)}
        named = [(ids[row], score) for row, score in zip(rows.tolist(), scores.tolist(), strict=True) if row in ids]
        return sorted(named, key=lambda item: (-item[1], item[0]))

    def _select(self, query: str, keys: Sequence[str] | Sequence[int], *first: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query for all keys, which stand in it as ``{}`` after the parameters ``first``."""
        for begin in range(0, len(keys), _KEYS_A_QUERY):
            chosen = keys[begin : begin + _KEYS_A_QUERY]
            yield from self._connection.execute(query.format(",".join("?" * len(chosen))), [*first, *chosen])


def _typed(names: Sequence[object]) -> bool:
    """Whether a row of ``_PLACED``, but for its number, consists of four texts and two numbers."""
    return all(isinstance(value, str) for value in names[:4]) and all(isinstance(value, int) for value in names[4:])
