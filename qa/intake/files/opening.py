"""One way to open a file that is given: only a regular file, never out of its folder, never longer than it was."""

import io
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

_BUFFER = 1 << 17
_root = ""


def confine(root: str) -> None:
    """Let this process open, from now on, only what lies below ``root``, a real path; "" lifts that.

    The process that reads for others sets it for each file that was found by walking: between the look at a file and
    its opening somebody may have put a link in its place, or in the place of a folder above it.
    """
    global _root
    _root = root


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading, as long as it is at this moment: what is written to it later is not read.

    Raises:
        OSError: It cannot be opened, is no regular file, or lies outside of what the process is confined to.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # looked at first, for opening a device can have effects
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
    """Return where the opened file really lies; where the system cannot say, where its name leads now."""
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
