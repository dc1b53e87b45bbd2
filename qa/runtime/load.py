"""Load control: how many questions run concurrently, and how many passages each of them may have read."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_FORGETTING = 0.1  # weight of the newest value in the moving mean


class Load:
    """Counts the questions that run or wait, and measures the cost of reading a passage on this machine.

    Many threads may use it at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()  # to read
        self._asked = 0
        self._waiting: list[Callable[[], int]] = []
        self._cost = 0.0
        self._length = 0.0

    @property
    def seconds_per_question(self) -> float:
        """Recent seconds of a question, by the clock; 0 before any was answered."""
        return self._length

    @property
    def seconds_per_passage(self) -> float:
        """Recent seconds of reading one passage, by the clock; 0 before any was read."""
        return self._cost

    def also(self, waiting: Callable[[], int]) -> None:
        """Also count questions that wait in another queue; ``waiting`` returns their number without blocking."""
        self._waiting.append(waiting)

    @contextmanager
    def question(self) -> Iterator[int]:
        """Count a question while it runs; gives the number of questions, this one and waiting ones included."""
        with self._lock:
            self._asked += 1
            asked = self._asked
        begin = time.monotonic()
        try:
            yield asked + sum(waiting() for waiting in tuple(self._waiting))
        finally:
            with self._lock:
                self._asked -= 1
                self._length = _mean(self._length, time.monotonic() - begin)

    @contextmanager
    def reading(self, passages: int) -> Iterator[None]:
        """Let one question at a time read its passages, and record the cost.

        Models run one question at a time anyway; waiting here keeps the time of others out of the cost.
        """
        with self._turn:
            begin = time.monotonic()
            yield
            self.read(passages, time.monotonic() - begin)

    def read(self, passages: int, seconds: float) -> None:
        """Record the seconds, by the clock, that reading some passages took."""
        with self._lock:
            self._cost = _mean(self._cost, seconds / passages)

    def passages(self, wanted: int, least: int, seconds: float, at_once: int) -> int:
        """Return how many passages a question may have read: all where it is alone, else its share of the time.

        Args:
            wanted: how many it would have read alone.
            least: how many it has read in any case.
            seconds: time for reading, which concurrent questions share.
            at_once: how many questions are concurrent, this one included.
        """
        if at_once <= 1 or not self._cost:
            return wanted
        return max(min(wanted, least), min(wanted, int(seconds / (at_once * self._cost))))


def _mean(before: float, newest: float) -> float:
    return (1 - _FORGETTING) * before + _FORGETTING * newest if before else newest
