"""Observation of questions: what was asked, how it ended and how long it took, reported to a callback."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from qa.records import Answer


@dataclass(frozen=True, slots=True)
class Observation:
    """A question that has ended.

    ``kind`` is ``ask`` or ``search``, ``hits`` the number of passages found, ``answer`` the one of an ``ask``, and
    ``error`` the exception that ended it, if any.
    """

    kind: Literal["ask", "search"]
    question: str
    seconds: float = 0.0
    hits: int = 0
    answer: Answer | None = None
    error: Exception | None = None


Observe = Callable[[Observation], None]
Ended = Callable[[int, Answer | None], None]
"""Takes the number of hits, and the answer of an ``ask``."""


@contextmanager
def observing(observe: Observe | None, kind: Literal["ask", "search"], question: str) -> Iterator[Ended]:
    """Time the ``with`` block, and report it when it has ended, by an error or not; without ``observe`` do nothing."""
    seen = Observation(kind, question)
    begun = time.monotonic()

    def ended(hits: int, answer: Answer | None) -> None:
        nonlocal seen
        seen = replace(seen, hits=hits, answer=answer)

    try:
        yield ended
    except Exception as error:
        seen = replace(seen, error=error)
        raise
    finally:
        if observe:
            observe(replace(seen, seconds=time.monotonic() - begun))
