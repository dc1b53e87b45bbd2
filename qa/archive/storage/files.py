"""The one door to the file operations that durability rests on, and the lock of the one writer.

Who writes, renames, links, flushes or removes a file of the archive calls this module by its name,
``files.rename(...)``, so that a test can stand in the doorway: note every step with its bytes, or end the process
before or after any of them.
SQLite looks after its own files, and tantivy writes into a folder that nothing names before it was flushed here.
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
    """Write behind a file's last byte and flush the whole file to the disk."""
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def rename(source: Path, target: Path) -> None:
    """Give a file or folder another name; it survives a power loss once the folder of that name is flushed."""
    source.rename(target)


def exchange(one: Path, other: Path) -> None:
    """Let two folders beside each other change names.

    Where the system knows how, that is one step; elsewhere there is a moment without the second name.
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
    """Give a file a second name, which survives a power loss once its folder is flushed."""
    os.link(source, target)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, with the rights of ``mode`` at most; it survives a power loss once its parent is flushed."""
    folder.mkdir(mode)


def remove(path: Path) -> None:
    """Remove a file, if it is there."""
    path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that can be done."""
    if folder.is_symlink():  # what it leads to is not ours
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
    """Make a folder and those above it that are not there yet; all of them survive a power loss."""
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
    """Write a file's bytes to the disk; return their SHA-256, in hex."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error that says what to do.

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
    """Make the folder if need be and return the lock of its one writer, held.

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
