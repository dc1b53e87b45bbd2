"""How much is asked at the same moment, and how closely each question's passages can be read then."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_FORGETTING = 0.1  # what the newest reading counts in the mean


class Load:
    """Counts the questions that are worked on or wait, and knows what reading a passage costs on this machine.

    It may be used by many threads at once.
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
        """What a question took lately, by the clock; 0 before any was answered."""
        return self._length

    @property
    def seconds_per_passage(self) -> float:
        """What reading one passage cost lately; 0 before any was read."""
        return self._cost

    def also(self, waiting: Callable[[], int]) -> None:
        """Count those too that wait elsewhere before they are worked on; ``waiting`` says how many, at once."""
        self._waiting.append(waiting)

    @contextmanager
    def question(self) -> Iterator[int]:
        """Count a question while it is worked on; gives how many there are with it, waiting ones included."""
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
        """Let one question after the other read so many passages, and note what it cost.

        Models let only one in at a time anyway; here the time that others take does not count as a cost.
        """
        with self._turn:
            begin = time.monotonic()
            yield
            self.read(passages, time.monotonic() - begin)

    def read(self, passages: int, seconds: float) -> None:
        """Note what reading passages cost, in seconds by the clock."""
        with self._lock:
            self._cost = _mean(self._cost, seconds / passages)

    def passages(self, wanted: int, least: int, seconds: float, at_once: int) -> int:
        """Return how many passages a question may have read: all where it is alone, else its share of the time.

        Args:
            wanted: how many it would have read.
            least: how many it has read in any case.
            seconds: what reading may take a question that is alone; those who ask at the same moment share it.
            at_once: how many those are.
        """
        if at_once <= 1 or not self._cost:
            return wanted
        return max(min(wanted, least), min(wanted, int(seconds / (at_once * self._cost))))


def _mean(before: float, newest: float) -> float:
    return (1 - _FORGETTING) * before + _FORGETTING * newest if before else newest
