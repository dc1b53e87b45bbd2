"""Archive writer: one process at a time, one transaction a batch, no acknowledgement before a batch is on disk.

    with ArchiveWriter(folder, embedder) as writer:
        writer.upsert(article, origin)      # as often as a batch holds
        writer.commit()                     # text, vectors and both indexes are on disk: acknowledged

A batch that is not committed leaves no trace.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import Literal, Self

from qa.archive.indexes.bm25 import PERIOD_FIELDS
from qa.archive.indexes.entries import intact
from qa.archive.indexes.publisher import Changes, Publisher
from qa.archive.indexes.snapshots import current_generation, read_stamp
from qa.archive.passages import PassageMaker, renew_directions, renew_signatures
from qa.archive.schema import create_archive, upgrade
from qa.archive.storage import database, origins, versions
from qa.archive.storage.files import writable, writer_lock
from qa.archive.storage.hashing import bytes_match, content_hash
from qa.dates.periods import period
from qa.errors import ArchiveError, DamageError
from qa.models.embedding import Embedder
from qa.records import Article
from qa.settings import ARCHIVE_FILE, IndexSettings

State = Literal["added", "updated", "unchanged"]


class ArchiveWriter:
    """The one process that may change an archive.

    Args:
        folder: the archive's folder; an archive is made in it if there is none.
        embedder: the one it was made with; None where nothing will be added.
        settings: those that a new archive is made with, for good.

    Raises:
        BusyError: if another process is writing.
        ArchiveError: if the archive was made with another embedder, or the folder cannot be written.
    """

    def __init__(self, folder: Path, embedder: Embedder | None = None, settings: IndexSettings | None = None) -> None:
        self.folder = folder
        self._embedder = embedder
        if not embedder and not (folder / ARCHIVE_FILE).is_file():
            database.connect(folder)  # raises if there is no archive, before a folder is made for the lock
        self._lock = writer_lock(folder)
        with database.readable(folder), ExitStack() as undo:
            undo.callback(self._lock.release)
            if embedder and not (folder / ARCHIVE_FILE).exists():
                create_archive(folder, embedder, settings or IndexSettings(embedder.name))
            self._connection = database.connect(folder, write=True)
            undo.callback(self._connection.close)
            upgrade(self._connection, folder)
            self.stamp = read_stamp(self._connection, folder)
            if embedder and self.stamp.fingerprint != embedder.fingerprint:
                raise ArchiveError(
                    f"{folder}: was indexed with embedder {self.stamp.settings.embedder} (fingerprint "
                    f"{self.stamp.fingerprint[:12]}), not with {embedder.name} ({embedder.fingerprint[:12]}); use the "
                    "same one, or add the articles to a new archive with --archive"
                )
            with writable(folder):
                self._publisher = Publisher(folder, self._connection, self.stamp.dimension)
            self._reset()
            self._ensure_generation()
            self._publisher.clean()
            undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Roll back what is not committed and release the writer lock."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._connection.close()
        self._lock.release()

    def upsert(self, article: Article, origin: str = "") -> tuple[str, State]:
        """Put an article into the current batch; return its id, and whether it is new, changed or unchanged.

        Args:
            article: with its own id, or ``""`` to be keyed by its origin, else by its content.
            origin: the file that it was read from (``origins.origin_of``), so that a changed file keeps its article's
                id and a removed file can be detected; ``""`` for an article that has no file.

        Raises:
            InputError: if a field holds characters that cannot be stored.
        """
        content = content_hash(article)
        # Archives from before language detection hold the same article without a language: it has not changed.
        unrecognised = content_hash(replace(article, language="")) if article.language else content
        with self._transaction():
            known = self._known(article, origin, (content, unrecognised))
            if known is None:
                key = None
                state: State = "added"
                article = replace(article, id=article.id or self._new_id(unrecognised))
            else:
                key, article_id, stored = known
                if stored == unrecognised:
                    article, content = replace(article, language=""), unrecognised
                article = replace(article, id=article_id)
                if stored == content and (key in self._pending or intact(self._connection, key, article)):
                    origins.note(self._connection, origin, key)
                    return article_id, "unchanged"
                state = "updated"
                versions.keep(self._connection, key, article)
                self._remove_passages(key)
            key = self._store(key, article, content)
            origins.note(self._connection, origin, key)
            self._pending[key] = article
        return article.id, state

    def delete(self, ids: Iterable[str]) -> int:
        """Remove articles in the current batch; return how many there were."""
        count = 0
        with self._transaction():
            for article_id in ids:
                row = self._connection.execute("SELECT key FROM article WHERE id = ?", (article_id,)).fetchone()
                if row:
                    self._remove_passages(row[0])
                    self._connection.execute("DELETE FROM article WHERE key = ?", row)
                    self._pending.pop(row[0], None)
                    count += 1
        return count

    def forget_origins(self, gone: Iterable[str]) -> None:
        """Remove, in the current batch, origins whose files are gone; their articles stay."""
        with self._transaction():
            origins.forget(self._connection, gone)

    def commit(self, progress: Callable[[int], None] | None = None) -> int:
        """Chunk, embed, index and commit the current batch; return how many passages were embedded.

        ``progress`` is called with the number of passages done since its last call.

        Raises:
            ArchiveError: if the disk is full or the folder cannot be written; the batch is rolled back.
        """
        if not self._connection.in_transaction:
            return 0
        with self._transaction():
            passages, articles, embedded = self._add_pending(progress)
            passages.deleted += self._deleted_rows
            articles.deleted += self._deleted_keys
            if passages or articles or current_generation(self._connection) is None:
                self._publisher.publish(passages, articles)
            self._connection.execute("COMMIT")
        self._reset()
        self._publisher.clean()
        return embedded

    def _add_pending(self, progress: Callable[[int], None] | None) -> tuple[Changes, Changes, int]:
        if not self._pending:
            return Changes(), Changes(), 0
        if self._embedder is None:
            raise ValueError("a writer without an embedder cannot add articles")
        maker = PassageMaker(self._connection, self._embedder, self.stamp.settings)
        return maker.add(self._pending, self._reusable, progress)

    def rebuild(self, *, signatures: bool = False) -> int:
        """Rebuild all indexes from the stored texts and vectors, without embedding; return how many passages they hold.

        With ``signatures`` the near-duplicate signatures are recomputed too, which takes longer.
        """
        with self._transaction():
            renew_directions(self._connection)
            if signatures:
                renew_signatures(self._connection)
        return self._publish(anew=True)

    def _ensure_generation(self) -> None:
        """Make the first generation, so that an empty archive can be read too, or replace a damaged one."""
        try:
            if current_generation(self._connection) is None:
                self._publish(anew=False)
        except DamageError:
            with self._transaction():
                self._connection.execute("DELETE FROM generation")
            self._publish(anew=True)

    def _publish(self, *, anew: bool) -> int:
        with self._transaction():
            count = self._publisher.publish(Changes(), Changes(), anew=anew)
            self._connection.execute("COMMIT")
        self._publisher.clean()
        return count

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Run in the batch's transaction; any error rolls back the whole batch."""
        try:
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            yield
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._reset()
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                raise DamageError(database.damaged(self.folder, error)) from error
            if isinstance(error, OSError | sqlite3.OperationalError):
                raise ArchiveError(
                    f"{self.folder}: cannot be written ({error}); articles acknowledged before are safe: make room or "
                    "give another folder with --archive, then run the same command again"
                ) from error
            raise

    def _reset(self) -> None:
        self._pending: dict[int, Article] = {}
        self._deleted_rows: list[int] = []
        self._deleted_keys: list[int] = []
        self._reusable: dict[bytes, bytes] = {}

    def _new_id(self, content: str) -> str:
        """Return an id made from the content; another one if an article that has changed since still has that id."""
        candidate = content
        while self._connection.execute("SELECT 1 FROM article WHERE id = ?", ("a" + candidate[:16],)).fetchone():
            candidate = hashlib.sha256(candidate.encode()).hexdigest()
        return "a" + candidate[:16]

    def _known(self, article: Article, origin: str, contents: tuple[str, str]) -> tuple[int, str, str] | None:
        """Return the key, id and content hash of the stored article that this one is a version of, if any.

        ``contents`` are the content hashes that it may be stored under.
        """
        find = "SELECT key, id, content FROM article WHERE "
        if article.id:
            row = self._connection.execute(find + "id = ?", (article.id,)).fetchone()
        else:
            mapped = "key = (SELECT article FROM origin WHERE path = ?)"
            row = self._connection.execute(find + mapped, (origin,)).fetchone()
            if row and row[2] not in contents and origins.held_elsewhere(self._connection, row[0], origin):
                row = None  # one of two copies has changed; the other has not
            row = row or self._connection.execute(find + "content IN (?, ?) LIMIT 1", contents).fetchone()
        return (int(row[0]), str(row[1]), str(row[2])) if row else None

    def _store(self, key: int | None, article: Article, content: str) -> int:
        dates = period(article.published)
        values = (*astuple(article), content, *(dates.ends if dates else (None,) * 4))
        names = (*database.ARTICLE_FIELDS, "content", *PERIOD_FIELDS)
        if key is None:
            query = f"INSERT INTO article ({','.join(names)}) VALUES ({','.join('?' * len(names))})"
            cursor = self._connection.execute(query, values)
            assert cursor.lastrowid is not None
            return cursor.lastrowid
        query = f"UPDATE article SET {','.join(f'{name} = ?' for name in names)} WHERE key = ?"
        self._connection.execute(query, (*values, key))
        return key

    def _remove_passages(self, key: int) -> None:
        """Remove an article's passages; the batch can reuse their vectors."""
        stored = self._connection.execute(
            "SELECT p.row, p.text_sha256, p.vector_sha256, v.value FROM passage p LEFT JOIN vector v ON v.row = p.row"
            " WHERE p.article = ?",
            (key,),
        ).fetchall()
        self._reusable.update((text, value) for _, text, sha256, value in stored if bytes_match(value, sha256))
        rows = [row for row, *_ in stored]
        self._deleted_rows += rows
        self._deleted_keys.append(key)
        self._connection.execute("DELETE FROM passage WHERE article = ?", (key,))
        in_file = [(row,) for row in rows if row <= self._last_row()]
        self._connection.executemany("INSERT INTO removed VALUES (?)", in_file)

    def _last_row(self) -> int:
        generation = current_generation(self._connection)
        return generation.vectors.last_row if generation else 0
