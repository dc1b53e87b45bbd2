"""Fork safety of archives and models.

After a fork only the forking thread is left, but locks that other threads held stay locked, and the thread pools of
OpenMP wait for threads that are gone: a search would hang.  SQLite connections must not be used across a fork either
(https://www.sqlite.org/howtocorrupt.html).  So an archive that was opened before a fork raises an error after it, which
says what to do; models can still be used, in one thread.  The start method ``spawn`` of ``multiprocessing`` has none of
these problems.
"""

import os
import sys
import threading
import weakref

from qa.errors import ArchiveError

_held: "weakref.WeakSet[threading.Lock]" = weakref.WeakSet()


def held_by_none() -> threading.Lock:
    """Return a lock that is free in a forked process: the fork waits until no other thread holds it."""
    lock = threading.Lock()
    _held.add(lock)
    return lock


def check_process(process: int, folder: object) -> None:
    """Check that this is the process in which an archive was opened.

    Raises:
        ArchiveError: if it is a fork of it.
    """
    if process != os.getpid():
        raise ArchiveError(
            f"{folder}: was opened before this process was forked; open it in the new process, or start that with "
            'multiprocessing\'s start method "spawn"'
        )


_taken: list[threading.Lock] = []


def _before() -> None:
    for lock in list(_held):
        lock.acquire()
        _taken.append(lock)


def _after() -> None:
    while _taken:
        _taken.pop().release()


def _after_in_child() -> None:
    _after()
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)
    if faiss := sys.modules.get("faiss"):
        faiss.omp_set_num_threads(1)


os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
