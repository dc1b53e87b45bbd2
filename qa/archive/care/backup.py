"""Backup: a verified copy of the archive's database in one file, made while other processes read and write.

The file is a SQLite database that any SQLite opens.  After its last page follows a seal: the SHA-256 of all bytes
before it.  The indexes are left out, because they can be rebuilt without embedding; readers' feedback is in a table.
``qa.archive.care.restore`` makes an archive of it again.
"""

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from qa.archive.care import verification
from qa.archive.indexes.snapshots import read_stamp
from qa.archive.storage import database, files
from qa.errors import ArchiveError, DamageError, InputError
from qa.settings import ARCHIVE_FILE, KEPT_FILES

SEAL_VERSION = 1
SEAL_BYTES = 94
_SEAL = re.compile(rb"\nDateline backup (\d{4}) sha256:([0-9a-f]{64})\n")
_PAGES = 1024  # copied between two calls of ``progress``: 4 MB
_BLOCK = 1 << 20  # bytes

Progress = Callable[[str, int, int], None]
"""Called with the current step, how much of it is done, and the total; that is 0 where it is not known."""


def no_progress(doing: str, done: int, total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Backup:
    """Contents of a backup; ``kept`` names the files from beside the database, ``made`` is UTC in ISO 8601."""

    file: str
    bytes: int
    sha256: str
    articles: int
    passages: int
    kept: tuple[str, ...]
    made: str


def make_backup(folder: Path, file: Path, *, force: bool = False, progress: Progress = no_progress) -> Backup:
    """Copy an archive that may be in use into one file, which is complete and verified, or absent.

    Args:
        folder: the archive's.
        file: the backup's path.
        force: replace a file that is there, once the new one is whole.
        progress: called as the work advances.

    Raises:
        InputError: if ``file`` exists, or cannot be a backup of this archive.
        DamageError: if something stored is damaged; no backup is made then.
        ArchiveError: if there is no archive, or the file cannot be written.
    """
    made = datetime.now(UTC).isoformat(timespec="seconds")
    _check_target(folder, file, force)
    with closing(database.connect(folder)) as source, _unfinished(folder, file) as staging:
        copy = staging / ARCHIVE_FILE
        kept = _copy(source, folder, copy, made, progress)
        shutil.copymode(folder / ARCHIVE_FILE, copy)
        articles, passages = _check(folder, staging, progress)
        sha256 = _seal(copy, progress)
        size = copy.stat().st_size
        _check_target(folder, file, force)
        files.rename(copy, file)
        files.flush_folder(file.absolute().parent)
    return Backup(str(file), size, sha256, articles, passages, kept, made)


def read_seal(file: Path) -> tuple[int, str]:
    """Return how many bytes of a backup lie before its seal, and their SHA-256 according to the seal, in hex.

    Raises:
        InputError: if this is not a backup, is cut off, or was made by a newer Dateline.
    """
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - SEAL_BYTES))
            found = _SEAL.fullmatch(stream.read(SEAL_BYTES))
            stream.seek(0)
            is_database = stream.read(16) == b"SQLite format 3\0"
    except FileNotFoundError:
        raise InputError(f"{file}: no such file; give a backup made with: qa backup FILE") from None
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from error
    if not found or not is_database:
        why = "its end is missing: it was cut off" if is_database else "it holds something else"
        raise InputError(f"{file}: is not a whole backup ({why}); give a backup made with: qa backup FILE")
    if int(found[1]) > SEAL_VERSION:
        raise InputError(
            f"{file}: is a backup of version {int(found[1])}, this program reads up to {SEAL_VERSION}; "
            "restore it with the Dateline that made it"
        )
    return size - SEAL_BYTES, found[2].decode()


def copy_sealed(file: Path, target: Path, progress: Progress) -> None:
    """Copy the bytes before a backup's seal to a new file, and compare them with the seal.

    Raises:
        InputError: if this is not a backup that can be restored.
        DamageError: if its bytes do not match the seal.
        OSError: if the target cannot be written.
    """
    size, sha256 = read_seal(file)
    if files.write(target, _blocks(file, size, partial(progress, "copying bytes"))) != sha256:
        raise DamageError(f"{file}: is damaged: its bytes do not match its seal; use another backup")


def check_all(folder: Path, progress: Progress) -> verification.Verdict:
    """Compare everything in a copy of an archive with its hash.

    The signatures of near duplicates are copied unchecked: checking them takes most of the time, and they can be
    recomputed.
    """
    return verification.verify(folder, partial(progress, "checking articles"), signatures=False)


def _check_target(folder: Path, file: Path, force: bool) -> None:
    parent = file.absolute().parent
    if not parent.is_dir():
        raise InputError(f"{file}: there is no folder {parent}; make it first")
    if Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder)):
        raise InputError(f"{file}: lies in the archive itself and would be lost with it; give a file elsewhere")
    if not os.path.lexists(file):
        return
    if not file.is_file():
        raise InputError(f"{file}: is not a file; give the name of one")
    if not force:
        raise InputError(f"{file}: already exists; give another name, or --force to replace it")


@contextmanager
def _unfinished(archive: Path, file: Path) -> Iterator[Path]:
    """Make a staging folder beside a file; it is removed at the end, and so are those that killed processes left.

    Its name holds the process id, so that two processes do not collide and left-overs of a kill are recognised.
    """
    folder = file.absolute().parent
    prefix, suffix = f".{file.name}.", ".partial"
    staging = folder / f"{prefix}{os.getpid()}{suffix}"
    try:
        for left_over in folder.glob(f"{_literal(prefix)}*{suffix}"):
            number = left_over.name.removeprefix(prefix).removesuffix(suffix)
            if left_over == staging or (number.isdecimal() and not _runs(int(number))):
                files.remove_folder(left_over)
        files.make_folder(staging, 0o700)
        try:
            yield staging
        finally:
            files.remove_folder(staging)
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArchiveError(
            f"{file}: cannot be written ({reason}); no part of it was left: make room or give a file elsewhere"
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamageError(database.damaged(archive, error)) from error


def _literal(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _copy(source: sqlite3.Connection, folder: Path, target: Path, made: str, progress: Progress) -> tuple[str, ...]:
    """Copy the database as it is now, whatever a writer does meanwhile, and store the other files in the copy."""
    read_stamp(source, folder)
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot of the read transaction starts here
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # An open read transaction fixes the copied state; without one, each commit would restart the copy.
        source.backup(
            copy,
            pages=_PAGES,
            progress=lambda _, remaining, total: progress("copying pages", total - remaining, total),
        )
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA synchronous=FULL")
        copy.execute("BEGIN")
        copy.execute("DELETE FROM generation")  # index files that are not in the backup
        copy.execute("DELETE FROM removed")
        for table in ("backup", "backup_file"):  # of a backup that was put in place by hand
            copy.execute(f"DROP TABLE IF EXISTS {table}")
        copy.execute("CREATE TABLE backup (made TEXT NOT NULL)")
        copy.execute("INSERT INTO backup VALUES (?)", (made,))
        copy.execute("CREATE TABLE backup_file (name TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID")
        kept = tuple(name for name in KEPT_FILES if (folder / name).is_file())
        for name in kept:
            copy.execute("INSERT INTO backup_file VALUES (?, ?)", (name, _database_bytes(folder / name)))
        copy.execute("COMMIT")
    return kept


def _check(folder: Path, staging: Path, progress: Progress) -> tuple[int, int]:
    """Compare all texts and vectors of a copy with their hashes; return how many articles and passages there are.

    Raises:
        DamageError: if something is damaged.
    """
    try:
        verdict = check_all(staging, progress)
    except DamageError as error:
        raise DamageError(str(error).replace(str(staging), str(folder))) from error
    problems = [problem for problem in verdict.problems if problem.kind != "index"]
    if problems:
        first, more = problems[0], f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise DamageError(
            f"{folder}: is damaged, so no backup was made ({first.kind} {first.id}: {first.message}{more}); "
            f"qa verify --archive {folder} lists all problems; add or remove those articles, then run this again"
        )
    return verdict.articles, verdict.passages


def _database_bytes(path: Path) -> bytes:
    """Return a small database that may be in use as the bytes of one file.

    Raises:
        DamageError: if it cannot be read.
    """
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(":memory:")) as copy,
        ):
            source.backup(copy)
            for (message,) in copy.execute("PRAGMA integrity_check(1)"):
                if message != "ok":
                    raise sqlite3.DatabaseError(message)
            return copy.serialize()
    except sqlite3.DatabaseError as error:
        raise DamageError(f"{path}: cannot be read ({error}); move it away, then run this again") from error


def _seal(file: Path, progress: Progress) -> str:
    """Append the seal to a file and flush it to the disk; return the SHA-256, in hex."""
    digest = hashlib.sha256()
    for block in _blocks(file, file.stat().st_size, partial(progress, "sealing bytes")):
        digest.update(block)
    files.append(file, f"\nDateline backup {SEAL_VERSION:04d} sha256:{digest.hexdigest()}\n".encode())
    return digest.hexdigest()


def _blocks(file: Path, size: int, progress: Callable[[int, int], None]) -> Iterator[bytes]:
    """Yield the first ``size`` bytes of a file, fewer if it has no more."""
    done = 0
    with file.open("rb") as stream:
        while done < size and (block := stream.read(min(_BLOCK, size - done))):
            done += len(block)
            progress(done, size)
            yield block
