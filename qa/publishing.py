"""Making the next generation of the indexes, within the transaction that names it current."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, field
from pathlib import Path

import numpy as np

from qa import lexical
from qa.database import ARTICLE_FIELDS
from qa.dates import period
from qa.generations import (
    FOLDER,
    Generation,
    LexicalFolder,
    VectorFile,
    gone_share,
    remove_unnamed,
    write_lexical,
    write_vectors,
)
from qa.records import Article
from qa.snapshots import current_generation

# A new vector file is written when this share of the rows of the last one is new (below that the new ones are a
# small second index, searched as exactly) or gone; a BM25 index is written anew when this share is deleted,
# because what is deleted still weighs on its document frequencies.
_NEW_SHARE, _NEW_LEAST = 0.25, 4096
_GONE_SHARE = 0.2


@dataclass(slots=True)
class Changes:
    """What a batch changes in a BM25 index: what is deleted by its row, then what is added."""

    added: list[lexical.Entry] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.deleted)


class Publisher:
    """Writes generations for the one writer of an archive."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, dimension: int) -> None:
        self._folder = folder
        self._connection = connection
        self._dimension = dimension
        (folder / FOLDER).mkdir(exist_ok=True)

    def publish(self, passages: Changes, articles: Changes, *, anew: bool = False) -> int:
        """Write the next generation and name it current in the open transaction; return how many passages it holds.

        ``passages`` and ``articles`` are what the batch changes in the two BM25 indexes; ``anew`` makes all indexes
        from what is stored.
        """
        execute = self._connection.execute
        old = current_generation(self._connection)
        number = old.number + 1 if old else 1
        (total,) = execute("SELECT count(*) FROM passage").fetchone()
        vectors = old.vectors if old else VectorFile("", 0, self._dimension, 0, 0, "")
        (removed,) = execute("SELECT count(*) FROM removed").fetchone()
        tail = total - (vectors.rows - removed)
        if anew or tail > max(_NEW_LEAST, _NEW_SHARE * vectors.rows) or removed > _GONE_SHARE * max(vectors.rows, 1):
            vectors = self._write_vectors(number, total)
            execute("DELETE FROM removed")
        before = (None, None) if anew or old is None else (old.passages, old.articles)
        generation = Generation(
            number,
            vectors,
            self._write_lexical(f"passages-{number:08d}", before[0], passages, self._all_passages),
            self._write_lexical(f"articles-{number:08d}", before[1], articles, self._all_articles),
        )
        execute("INSERT INTO generation VALUES (?,?,?,?)", generation.to_row())
        execute("DELETE FROM generation WHERE number < ?", (number - 1,))
        return int(total)

    def clean(self) -> None:
        """Remove index files that no generation names; the one before the current is kept for readers under way."""
        rows = self._connection.execute("SELECT * FROM generation").fetchall()
        remove_unnamed(self._folder, [Generation.from_row(*row) for row in rows])

    def _write_vectors(self, number: int, total: int) -> VectorFile:
        rows = np.zeros(total, np.int64)
        matrix = np.zeros((total, self._dimension), np.float32)
        for i, (row, value) in enumerate(self._connection.execute("SELECT row, value FROM vector ORDER BY row")):
            rows[i] = row
            matrix[i] = np.frombuffer(value, "<f4")
        return write_vectors(self._folder, number, rows, matrix)

    def _write_lexical(
        self, name: str, old: LexicalFolder | None, changes: Changes, everything: Callable[[], Iterable[lexical.Entry]]
    ) -> LexicalFolder:
        if old is None or gone_share(self._folder, old, len(changes.deleted)) > _GONE_SHARE:
            return write_lexical(self._folder, name, None, everything(), ())
        return write_lexical(self._folder, name, old, changes.added, changes.deleted)

    def _all_passages(self) -> Iterator[lexical.Entry]:
        for _, article, spans in self._stored():
            for row, start, end in spans:
                yield entry(row, article.text[start:end], article)

    def _all_articles(self) -> Iterator[lexical.Entry]:
        for key, article, spans in self._stored():
            yield article_entry(key, article, [article.text[start:end] for _, start, end in spans])

    def _stored(self) -> Iterator[tuple[int, Article, list[tuple[int, int, int]]]]:
        """Yield each article's key, the article, and its passages' rows, starts and ends."""
        query = f"SELECT key, {','.join(ARTICLE_FIELDS)} FROM article ORDER BY key"
        for key, *values in self._connection.execute(query):
            spans = self._connection.execute(
                'SELECT row, start, "end" FROM passage WHERE article = ? ORDER BY row', (key,)
            ).fetchall()
            yield key, Article(*values), spans


def entry(row: int, text: str, article: Article, title: str = "") -> lexical.Entry:
    """Return a passage as the BM25 index of passages holds it."""
    dates = period(article.published)
    return lexical.Entry(row, text, article.id, article.source, astuple(dates) if dates else None, title)


def article_entry(key: int, article: Article, passages: Iterable[str]) -> lexical.Entry:
    """Return an article as the BM25 index of articles holds it: its passages, so without its furniture."""
    return entry(key, "\n".join((article.dek, *passages)), article, article.title)
