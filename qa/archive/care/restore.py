"""Restoring a backup: its seal is verified, the indexes are rebuilt without embedding, then the archive is verified.

Until the new archive is complete it has a temporary name.  In a new or empty folder its database is moved into place
last: without one the folder is not an archive.  An archive that is replaced is swapped with the new one in one step.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from qa.archive.care import verification
from qa.archive.care.backup import Progress, check_all, copy_sealed, no_progress, read_seal
from qa.archive.indexes.generations import FOLDER
from qa.archive.schema import LEFT_OVER
from qa.archive.storage import files
from qa.archive.storage.files import LOCKS, writer_lock
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError, BusyError, DamageError, InputError
from qa.settings import ARCHIVE_FILE, KEPT_FILES

_STAGING = ".restoring"
_OWN = {ARCHIVE_FILE, f"{ARCHIVE_FILE}-wal", f"{ARCHIVE_FILE}-shm", FOLDER, *LEFT_OVER, *KEPT_FILES, _STAGING}


@dataclass(frozen=True, slots=True)
class Restored:
    """A restored archive; ``kept`` names the files beside the database, ``made`` is when it was backed up, in UTC."""

    archive: str
    articles: int
    passages: int
    kept: tuple[str, ...]
    made: str
    replaced: bool


def restore_backup(file: Path, folder: Path, *, force: bool = False, progress: Progress = no_progress) -> Restored:
    """Restore the archive of a backup, complete and verified, or leave the folder unchanged.

    Args:
        file: the backup.
        folder: a new or empty one.
        force: replace an archive that is there, once the new one is whole.
        progress: called as the work advances.

    Raises:
        InputError: if ``file`` is not a backup that can be restored, or the folder is not free.
        DamageError: if the backup is damaged.
        BusyError: if another process is writing in the folder.
        ArchiveError: if the folder cannot be written, or another version made the archive.
    """
    read_seal(file)
    replaces = _check_folder(file, folder, force)
    with _writable(folder), _held(folder), _staging(folder, replaces) as staging:
        made, kept = _unpack(file, staging, progress)
        verdict = _make_whole(file, staging, progress)
        if replaces:
            shutil.copymode(folder, staging)
            files.exchange(staging, Path(os.path.realpath(folder)))
            files.flush_folder(staging.parent)
        else:
            for name in (*kept, FOLDER, ARCHIVE_FILE):  # the database last: with it the folder is an archive
                files.rename(staging / name, folder / name)
                files.flush_folder(folder)
    return Restored(str(folder), verdict.articles, verdict.passages, kept, made, replaces)


def _check_folder(file: Path, folder: Path, force: bool) -> bool:
    """Return whether there is an archive that will be replaced.

    Raises:
        InputError: if the folder is not free.
    """
    try:
        names = {path.name for path in folder.iterdir()}
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror or error}); give a new folder") from error
    replaces = ARCHIVE_FILE in names
    if replaces and not force:
        raise InputError(
            f"{folder}: already holds an archive; give a new folder with --archive, or --force to replace it"
        )
    if Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder)):
        raise InputError(f"{file}: lies in the folder that it is to be restored into; move it elsewhere")
    # A staging folder marks what a killed restore left: before that restore, the folder was empty.
    ours = _OWN if replaces or _STAGING in names else LEFT_OVER
    if others := sorted(names - ours):
        raise InputError(f"{folder}: holds other files ({others[0]}); give a new or empty folder with --archive")
    return replaces


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ArchiveError(
            f"{folder}: cannot be written ({reason}); it is unchanged: make room or give another folder with --archive"
        ) from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder's writer lock; a folder that was made for it is removed if it stays empty."""
    new = not folder.exists()
    try:
        lock = writer_lock(folder)
        try:
            yield
        finally:
            lock.release()
    except BusyError:
        raise
    except BaseException:
        if not (folder / ARCHIVE_FILE).exists():
            for name in LOCKS:
                files.remove(folder / name)
            if new:
                with suppress(OSError):
                    folder.rmdir()
        raise


@contextmanager
def _staging(folder: Path, beside: bool) -> Iterator[Path]:
    """Make a staging folder for the new archive: in its folder, or beside the archive that it will replace.

    The writer lock is held, so a staging folder that is there is left over from a kill.
    """
    real = Path(os.path.realpath(folder))
    staging = real.with_name(f".{real.name}{_STAGING}") if beside else folder / _STAGING
    if staging.exists():
        files.remove_folder(staging)
        if not beside:
            _clear(folder)
    files.make_folder(staging)
    files.flush_folder(staging.parent)
    try:
        yield staging
    except BaseException:
        if not beside and not (folder / ARCHIVE_FILE).exists():
            _clear(folder)
        raise
    finally:
        files.remove_folder(staging)
        files.flush_folder(staging.parent)


def _clear(folder: Path) -> None:
    """Remove the files that a restore moved into a folder that did not become an archive."""
    files.remove_folder(folder / FOLDER)
    for name in KEPT_FILES:
        files.remove(folder / name)


def _unpack(file: Path, staging: Path, progress: Progress) -> tuple[str, tuple[str, ...]]:
    """Write a backup's database and files; return when it was made and the files' names."""
    database = staging / ARCHIVE_FILE
    copy_sealed(file, database, progress)
    try:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("BEGIN IMMEDIATE")
            (made,) = connection.execute("SELECT made FROM backup").fetchone()
            stored = dict(connection.execute("SELECT name, content FROM backup_file"))
            kept = tuple(name for name in KEPT_FILES if name in stored)
            for name in kept:
                files.write(staging / name, [stored[name]])
            connection.execute("DROP TABLE backup")
            connection.execute("DROP TABLE backup_file")
            connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        raise InputError(f"{file}: is not a backup of an archive; give one made with: qa backup FILE") from error
    except sqlite3.DatabaseError as error:
        raise DamageError(f"{file}: cannot be read ({error}); use another backup") from error
    return str(made), kept


def _make_whole(file: Path, staging: Path, progress: Progress) -> verification.Verdict:
    """Rebuild the indexes and compare everything with its hash."""
    try:
        progress("making the indexes", 0, 0)
        ArchiveWriter(staging).close()  # a writer makes missing indexes
        verdict = check_all(staging, progress)
        with closing(sqlite3.connect(staging / ARCHIVE_FILE)) as connection:
            # The one file that is moved then holds everything, without a write-ahead log beside it.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DamageError as error:
        told = str(error).replace(str(staging), "the archive in it")
        raise DamageError(f"{file}: is damaged ({told}); use another backup") from error
    except ArchiveError as error:
        # Its message names the unfinished copy, which is gone when it is read.
        raise ArchiveError(str(error).replace(str(staging), str(file))) from error
    if not verdict.ok:
        problem = verdict.problems[0]
        raise DamageError(f"{file}: is damaged ({problem.kind} {problem.id}: {problem.message}); use another backup")
    for name in LOCKS:
        files.remove(staging / name)
    return verdict
