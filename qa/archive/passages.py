"""Passage creation: new articles are chunked, embedded and given MinHash signatures, in the writer's transaction."""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from qa.anatomy.dissection import boilerplate_spans
from qa.archive.indexes import bm25
from qa.archive.indexes.entries import article_entry, body, entry, sound_articles, without
from qa.archive.indexes.publisher import Changes
from qa.archive.indexes.vectors import direction
from qa.archive.storage import database, near_duplicates
from qa.archive.storage.hashing import vector_matches
from qa.models.embedding import Embedder
from qa.records import Article, Passage
from qa.settings import IndexSettings
from qa.text.chunking import chunk


class PassageMaker:
    """Stores the passages of articles whose rows are stored already, for the archive's one writer."""

    def __init__(self, connection: sqlite3.Connection, embedder: Embedder, settings: IndexSettings) -> None:
        self._connection = connection
        self._embedder = embedder
        self._settings = settings

    def add(
        self,
        articles: Mapping[int, Article],
        reusable: Mapping[bytes, bytes],
        progress: Callable[[int], None] | None = None,
    ) -> tuple[Changes, Changes, int]:
        """Store the passages of articles, and record which other articles they resemble.

        Args:
            articles: by key.
            reusable: vectors of removed passages, by the SHA-256 of their texts.
            progress: called with the number of passages done since its last call.

        Returns:
            The additions to the BM25 indexes of passages and of articles, and the number of passages embedded.
        """
        passages: list[tuple[int, Passage]] = []
        for key, article in articles.items():
            boilerplate = [(start, end) for start, end, _ in boilerplate_spans(article.text)]
            passages += ((key, passage) for passage in self._chunk(article, boilerplate))
            near_duplicates.record(self._connection, key, without(article.text, boilerplate))
        hashes = [hashlib.sha256(passage.text.encode()).digest() for _, passage in passages]
        vectors, embedded = self._vectors([passage.text for _, passage in passages], hashes, reusable, progress)
        added: list[bm25.Entry] = []
        for (key, passage), sha256, value in zip(passages, hashes, vectors, strict=True):
            cursor = self._connection.execute(
                'INSERT INTO passage (id, article, start, "end", text_sha256, vector_sha256, signature)'
                " VALUES (?,?,?,?,?,?,?)",
                (
                    passage.id, key, passage.start, passage.end, sha256, hashlib.sha256(value).digest(),
                    near_duplicates.signature(passage.text),
                ),
            )  # fmt: skip
            assert cursor.lastrowid is not None
            self._connection.execute("INSERT INTO vector VALUES (?, ?)", (cursor.lastrowid, value))
            added.append(entry(cursor.lastrowid, passage.text, articles[key]))
        own: dict[int, list[int]] = {key: [] for key in articles}
        for place, (key, _) in enumerate(passages):
            own[key].append(place)
        whole: list[bm25.Entry] = []
        for key, places in own.items():
            whole.append(article_entry(key, articles[key], [passages[i][1].text for i in places]))
            value = direction([vectors[i] for i in places])
            self._connection.execute("INSERT OR REPLACE INTO article_vector VALUES (?, ?)", (key, value))
        return Changes(added), Changes(whole), embedded

    def _chunk(self, article: Article, boilerplate: Sequence[tuple[int, int]]) -> list[Passage]:
        return chunk(
            article,
            self._embedder,
            max_tokens=min(self._settings.max_tokens, self._embedder.max_tokens),
            overlap_sentences=self._settings.overlap_sentences,
            boilerplate=boilerplate,
        )

    def _vectors(
        self,
        texts: Sequence[str],
        hashes: Sequence[bytes],
        reusable: Mapping[bytes, bytes],
        progress: Callable[[int], None] | None,
    ) -> tuple[list[bytes], int]:
        """Return the vector of each text; vectors that the archive holds for the same text are reused."""
        known, size = dict(reusable), self._embedder.dimension
        for sha256 in dict.fromkeys(hashes):
            if sha256 not in known:
                rows = self._connection.execute(
                    "SELECT v.value, p.vector_sha256 FROM passage p JOIN vector v ON v.row = p.row"
                    " WHERE p.text_sha256 = ? LIMIT 2",
                    (sha256,),
                )
                known.update((sha256, value) for value, stored in rows if vector_matches(value, stored, size))
        new = {sha256: text for sha256, text in zip(hashes, texts, strict=True) if sha256 not in known}
        if progress:
            progress(len(texts) - len(new))
        matrix = self._embedder.embed_passages(list(new.values()), progress)
        known.update((sha256, vector.astype("<f4").tobytes()) for sha256, vector in zip(new, matrix, strict=True))
        return [known[sha256] for sha256 in hashes], len(new)


def renew_directions(connection: sqlite3.Connection) -> None:
    """Recompute the vectors of all articles from those of their passages, in the open transaction."""
    dimension = database.dimension(connection)
    for (key,) in connection.execute("SELECT key FROM article ORDER BY key").fetchall():
        query = (
            "SELECT v.value, p.vector_sha256 FROM passage p JOIN vector v ON v.row = p.row"
            " WHERE p.article = ? ORDER BY p.row"
        )
        found = connection.execute(query, (key,))
        value = direction([value for value, sha256 in found if vector_matches(value, sha256, dimension)])
        connection.execute("INSERT OR REPLACE INTO article_vector VALUES (?, ?)", (key, value))


def renew_signatures(connection: sqlite3.Connection) -> None:
    """Recompute the signatures of all texts and the recorded near duplicates, in the open transaction."""
    for key, article, spans in sound_articles(connection):
        signed = [(near_duplicates.signature(article.text[start:end]), row) for row, start, end in spans]
        connection.executemany("UPDATE passage SET signature = ? WHERE row = ?", signed)
        near_duplicates.record(connection, key, body(article.text))
