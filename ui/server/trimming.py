"""Memory that was freed, given back to the system.

What is freed lies scattered between what is still held, and glibc gives back only what lies at the end of its heap.
"""

import ctypes
import sys


def trim() -> None:
    """Give back every whole page that is free (glibc's ``malloc_trim``); elsewhere nothing.

    It takes some 50 ms for a gigabyte, in which other threads wait when they allocate.
    """
    release = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if release:
        release(0)
