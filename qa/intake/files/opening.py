"""Safe opening of input files: only regular files, inside their folder, at their current length."""

import io
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

_BUFFER = 1 << 17
_root = ""


def confine(root: str) -> None:
    """Confine this process to files below ``root``, a real path; "" lifts that.

    The sandbox sets it for each file that was found by walking a folder: between the check of a file and its opening an
    attacker may replace it, or a folder above it, by a link.
    """
    global _root
    _root = root


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading, at its current length: bytes that are added later are not read.

    Raises:
        OSError: It cannot be opened, is not a regular file, or lies outside the folder of ``confine``.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # checked first, because opening a device can have effects
        raise OSError("no longer a file")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("no longer a file")
        if _root and not _opened_path(descriptor, path).startswith(_root.rstrip("/") + "/"):
            raise OSError("a link that leads out of the folder: add its target by name")
        return io.BufferedReader(_Bounded(descriptor, status.st_size), _BUFFER)
    except BaseException:
        os.close(descriptor)
        raise


def _opened_path(descriptor: int, path: Path) -> str:
    """Return the real path of the opened file; if the system cannot say, the real path of its name now."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115  # half the time
    except OSError:
        return os.path.realpath(path)


class _Bounded(io.RawIOBase):
    """The first ``size`` bytes of a file, which is closed with it."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = os.readv(self._descriptor, [memoryview(buffer)[: self._left]])  # a slice of a bytearray is a copy
        self._left -= count
        return count

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()
