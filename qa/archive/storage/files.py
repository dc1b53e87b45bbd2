"""Durable file operations, and the lock of the archive's one writer.

All code that writes, renames, links, flushes or removes a file of the archive calls this module by its name,
``files.rename(...)``.  A fault test can therefore intercept every operation: record it with its bytes, or kill the
process before or after it.
SQLite manages its own files.  tantivy writes into a folder that no generation names before this module has flushed it,
so we do not rely on tantivy's own fsync calls.
"""

import ctypes
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import ArchiveError, BusyError

LOCKS = ("writer.lock", "writer.pid")


def write(path: Path, blocks: Iterable[bytes | memoryview]) -> str:
    """Write a new file and flush it to the disk; return its SHA-256, in hex."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for block in blocks:
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def append(path: Path, data: bytes) -> None:
    """Append to a file and flush the whole file to the disk."""
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def rename(source: Path, target: Path) -> None:
    """Rename a file or folder; the new name survives a power loss once its parent folder is flushed."""
    source.rename(target)


def exchange(one: Path, other: Path) -> None:
    """Swap the names of two folders in the same parent.

    Where the system supports it, this is one atomic step; elsewhere the second name is missing for a moment.
    """
    if not _exchanged_at_once(one, other):
        aside = one.with_name(one.name + "-old")
        rename(other, aside)
        rename(one, other)
        rename(aside, one)


def _exchanged_at_once(one: Path, other: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    here, swap = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    try:
        renameat2 = ctypes.CDLL(None).renameat2
    except AttributeError:
        return False
    return int(renameat2(here, os.fsencode(one), here, os.fsencode(other), swap)) == 0


def link(source: Path, target: Path) -> None:
    """Make a hard link to a file; it survives a power loss once its folder is flushed."""
    os.link(source, target)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, with at most the permissions ``mode``; it survives a power loss once its parent is flushed."""
    folder.mkdir(mode)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder and its contents; errors are ignored."""
    if folder.is_symlink():  # its target is not ours
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def flush_folder(folder: Path) -> None:
    """Make new names, renames and removals in a folder survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(folder: Path) -> None:
    """Make a folder and its missing parents; all of them survive a power loss."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    with suppress(FileExistsError):  # another process was quicker
        make_folder(folder)
    flush_folder(folder.parent)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def flush_and_hash(path: Path) -> str:
    """Flush a file to the disk; return its SHA-256, in hex."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Turn errors of the operating system into an error that says what to do.

    Raises:
        ArchiveError: if something in the folder cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise ArchiveError(
            f"{folder}: cannot be written ({error.strerror or error}); give another folder with --archive"
        ) from error


def writer_lock(folder: Path) -> FileLock:
    """Make the folder if it is missing, acquire its writer lock and return it.

    Raises:
        BusyError: if another process holds it.
        ArchiveError: if the folder cannot be written.
    """
    with writable(folder):
        make_folders(folder)
        lock, owner = FileLock(folder / LOCKS[0]), folder / LOCKS[1]
        try:
            lock.acquire(timeout=0)
        except Timeout:
            pid = owner.read_text().strip() if owner.exists() else "unknown"
            raise BusyError(
                f"{folder}: another process is writing to this archive (pid {pid}); wait until it is done"
            ) from None
        owner.write_text(f"{os.getpid()}\n")
        return lock
