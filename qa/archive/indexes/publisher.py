"""Publication of the next index generation, in the transaction that names it current."""

import logging
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from qa.archive.indexes import bm25, entries
from qa.archive.indexes.generations import (
    FOLDER,
    Generation,
    LexicalFolder,
    VectorFile,
    check_folder,
    damaged_files,
    file_key,
    gone_share,
    remove_unnamed,
    write_lexical,
    write_vectors,
)
from qa.archive.indexes.snapshots import current_generation
from qa.archive.storage import files
from qa.errors import DamageError

_log = logging.getLogger("qa.publishing")

# A new vector file is written when this share of the rows of the last one is new or gone.  Below that, new rows are a
# small second index, searched just as exactly.  A BM25 index is rebuilt when this share is deleted, because deleted
# entries still count in its document frequencies.
_NEW_SHARE, _NEW_LEAST = 0.25, 4096
_GONE_SHARE = 0.2


@dataclass(slots=True)
class Changes:
    """The changes of a batch to a BM25 index: first rows are deleted, then entries are added."""

    added: list[bm25.Entry] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.deleted)


class Publisher:
    """Writes generations for the one writer of an archive."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, dimension: int) -> None:
        self._folder = folder
        self._connection = connection
        self._dimension = dimension
        self._known: set[str] = set()  # index files that this writer verified or wrote
        check_folder(folder)
        files.make_folders(folder / FOLDER)

    def publish(self, passages: Changes, articles: Changes, *, anew: bool = False) -> int:
        """Write the next generation and name it current in the open transaction; return how many passages it holds.

        ``passages`` and ``articles`` are the batch's changes to the two BM25 indexes; ``anew`` rebuilds all indexes
        from the database.
        """
        execute = self._connection.execute
        old = current_generation(self._connection)
        number = old.number + 1 if old else self._unused_number()
        (total,) = execute("SELECT count(*) FROM passage").fetchone()
        vectors = old.vectors if old else VectorFile("", 0, self._dimension, 0, 0, "")
        (removed,) = execute("SELECT count(*) FROM removed").fetchone()
        tail = total - (vectors.rows - removed)
        grown = tail > max(_NEW_LEAST, _NEW_SHARE * vectors.rows) or removed > _GONE_SHARE * max(vectors.rows, 1)
        if anew or grown or not self._vectors_stand(vectors):
            rows, matrix = entries.vectors(self._connection, self._dimension)
            vectors = write_vectors(self._folder, number, rows, matrix)
            execute("DELETE FROM removed")
        before = (None, None) if anew or old is None else (old.passages, old.articles)
        generation = Generation(
            number,
            vectors,
            self._write_lexical(f"passages-{number:08d}", before[0], passages, entries.passages),
            self._write_lexical(f"articles-{number:08d}", before[1], articles, entries.articles),
        )
        execute("INSERT INTO generation VALUES (?,?,?,?)", generation.to_row())
        execute("DELETE FROM generation WHERE number < ?", (number - 1,))
        return int(total)

    def _unused_number(self) -> int:
        """Return a number that no index file has: readers may still use files of a removed generation."""
        names = (path.name for path in (self._folder / FOLDER).iterdir())
        return 1 + max((int(found[0]) for name in names if (found := re.findall(r"\d{8}", name))), default=0)

    def clean(self) -> None:
        """Remove index files that no generation names; the previous generation stays for current readers."""
        named = []
        for row in self._connection.execute("SELECT * FROM generation").fetchall():
            with suppress(DamageError):  # an unreadable older generation has no readers
                named.append(Generation.from_row(*row))
        remove_unnamed(self._folder, named)

    def _vectors_stand(self, vectors: VectorFile) -> bool:
        """Whether the vector file is there, with its size; readers verify its bytes."""
        path = self._folder / FOLDER / vectors.name
        return not vectors.name or (path.is_file() and path.stat().st_size == vectors.size)

    def _write_lexical(
        self,
        name: str,
        old: LexicalFolder | None,
        changes: Changes,
        everything: Callable[[sqlite3.Connection], Iterable[bm25.Entry]],
    ) -> LexicalFolder:
        if old is None or not self._stands(old) or gone_share(self._folder, old, len(changes.deleted)) > _GONE_SHARE:
            written = write_lexical(self._folder, name, None, everything(self._connection), ())
        else:
            written = write_lexical(self._folder, name, old, changes.added, changes.deleted)
        path = self._folder / FOLDER / name
        self._known.update(file_key(path / file, sha256) for file, (_, sha256) in written.files.items())
        return written

    def _stands(self, old: LexicalFolder) -> bool:
        """Whether an index is undamaged: damage that is merged into new files would match their new hashes."""
        try:
            damaged = list(damaged_files(self._folder / FOLDER / old.name, old, self._known))
        except OSError as error:
            damaged = [str(error.filename)]
        if damaged:
            _log.warning("the index file %s/%s is damaged or missing; the index is rebuilt", old.name, damaged[0])
        return not damaged
