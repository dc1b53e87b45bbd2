"""The file operations that durability rests on, and the lock of the one writer."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import ArchiveError, BusyError


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        folder.mkdir(parents=True, exist_ok=True)
        owner = folder / "writer.pid"
        lock = FileLock(folder / "writer.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            pid = owner.read_text().strip() if owner.exists() else "unknown"
            raise BusyError(
                f"{folder}: another process is writing to this archive (pid {pid}); wait until it is done"
            ) from None
        owner.write_text(f"{os.getpid()}\n")
        return lock
