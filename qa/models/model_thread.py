"""The thread in which a model computes, whichever thread asks it to.

Each thread that computes gets memory of its own from malloc, oneDNN, MKL and OpenMP, which all of them keep, some even
after the thread has ended.  A server's threads come and go, so its memory would grow with the questions asked.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from qa.runtime.forking import held_by_none

T = TypeVar("T")


class ModelThread:
    """Computes for one caller at a time, always in the same thread; in the fork of a process in a new one."""

    def __init__(self) -> None:
        self._lock = held_by_none()
        self._process = 0

    def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, or raise what it raises; it must not call ``run`` itself."""
        with self._lock:
            if self._process != os.getpid():
                self._thread, self._process = ThreadPoolExecutor(1, "model"), os.getpid()
            return self._thread.submit(work).result()
