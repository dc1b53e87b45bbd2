"""Work in a fork of the process that tests."""

import os
import time
from collections.abc import Callable

_SECONDS = 60  # a hang is longer, a busy machine is not


def in_a_fork(work: Callable[[], str]) -> str:
    """What some work returns, or how it fails, in a fork of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            told = work()
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    until = time.monotonic() + _SECONDS
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > until:
            os.kill(child, 9)
            os.waitpid(child, 0)
            os.close(reading)
            return "it hung"
        time.sleep(0.02)
    with os.fdopen(reading) as told_file:
        return told_file.read()
