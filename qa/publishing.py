"""Making the next generation of both indexes, within the transaction that names it current."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np

from qa import lexical
from qa.database import ARTICLE_FIELDS
from qa.dates import period
from qa.generations import FOLDER, Generation, VectorFile, gone_share, remove_unnamed, write_lexical, write_vectors
from qa.records import Article
from qa.snapshots import current_generation

# A new vector file is written when this share of the rows of the last one is new (below that the new ones are a
# small second index, searched as exactly) or gone; the BM25 index is written anew when this share is deleted,
# because deleted passages still weigh on its document frequencies.
_NEW_SHARE, _NEW_LEAST = 0.25, 4096
_GONE_SHARE = 0.2


class Publisher:
    """Writes generations for the one writer of an archive."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, dimension: int) -> None:
        self._folder = folder
        self._connection = connection
        self._dimension = dimension
        (folder / FOLDER).mkdir(exist_ok=True)

    def publish(self, entries: Sequence[lexical.Entry], deletions: Sequence[int], *, anew: bool = False) -> int:
        """Write the next generation and name it current in the open transaction; return how many passages it holds.

        ``entries`` and ``deletions`` are what the batch changes in the BM25 index; ``anew`` makes both indexes from all
        that is stored.
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
        if anew or old is None or gone_share(self._folder, old.lexical, len(deletions)) > _GONE_SHARE:
            folder = write_lexical(self._folder, number, None, self._all_entries(), ())
        else:
            folder = write_lexical(self._folder, number, old.lexical, entries, deletions)
        execute("INSERT INTO generation VALUES (?,?,?)", Generation(number, vectors, folder).to_row())
        execute("DELETE FROM generation WHERE number < ?", (number - 1,))
        return int(total)

    def _write_vectors(self, number: int, total: int) -> VectorFile:
        rows = np.zeros(total, np.int64)
        matrix = np.zeros((total, self._dimension), np.float32)
        for i, (row, value) in enumerate(self._connection.execute("SELECT row, value FROM vector ORDER BY row")):
            rows[i] = row
            matrix[i] = np.frombuffer(value, "<f4")
        return write_vectors(self._folder, number, rows, matrix)

    def _all_entries(self) -> Iterator[lexical.Entry]:
        for key, *values in self._connection.execute(
            f"SELECT key, {','.join(ARTICLE_FIELDS)} FROM article ORDER BY key"
        ):
            article = Article(*values)
            for row, start, end in self._connection.execute(
                'SELECT row, start, "end" FROM passage WHERE article = ? ORDER BY row', (key,)
            ):
                yield entry(row, article.text[start:end], article)

    def clean(self) -> None:
        """Remove index files that no generation names; the one before the current is kept for readers under way."""
        rows = self._connection.execute("SELECT number, vectors, lexical FROM generation").fetchall()
        remove_unnamed(self._folder, [Generation.from_row(*row) for row in rows])


def entry(row: int, text: str, article: Article) -> lexical.Entry:
    """Return a passage as the BM25 index holds it."""
    dates = period(article.published)
    return lexical.Entry(row, text, article.id, article.source, astuple(dates) if dates else None)
