"""What becomes of a process's archive and models in a fork of it.

After a fork only the thread that forked is left, but locks that others held stay held and the thread pools of OpenMP
wait for threads that are gone: searching would hang.  SQLite's connections must not be carried over either
(https://www.sqlite.org/howtocorrupt.html).  So an archive that was opened before a fork refuses to work after it, with
the way out; models may be used on, in one thread.  ``multiprocessing``'s way ``spawn`` has none of this.
"""

import os
import sys
import threading
import weakref

from qa.errors import ArchiveError

_held: "weakref.WeakSet[threading.Lock]" = weakref.WeakSet()


def held_by_none() -> threading.Lock:
    """Return a lock that no other thread holds in the fork of a process, for the fork waits until it is free."""
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
            'multiprocessing\'s way "spawn"'
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
