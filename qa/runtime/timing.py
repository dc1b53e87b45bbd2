"""Where the time of an answer goes, told to whoever listens; nothing is measured while nobody does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

# What an answer is made in, one after the other: the question's vector; both searches and their scores; the best
# sentences of the passages; the passages read with the question; the hits chosen and cited; the answer found in them.
# "wait" is what a request waited for before any of it.  Not seconds but a count: "together", the questions that were
# embedded in one batch, and "unread", the passages that were not read because others asked too.
Stage = Literal["wait", "embed", "search", "match", "read", "select", "answer", "together", "unread"]
Listener = Callable[[Stage, float], None]

_listeners: tuple[Listener, ...] = ()


def listen(listener: Listener) -> Callable[[], None]:
    """Call ``listener`` with each stage and its seconds (or its count), in the thread that it ran in.

    It has to be quick and must not raise.

    Returns:
        What ends it.
    """
    global _listeners
    _listeners = (*_listeners, listener)

    def end() -> None:
        global _listeners
        _listeners = tuple(one for one in _listeners if one is not listener)

    return end


def tell(stage: Stage, amount: float) -> None:
    """Tell whoever listens of seconds that were measured elsewhere, or of a count."""
    for listener in _listeners:
        listener(stage, amount)


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Measure what runs inside; of what fails nothing is told."""
    if not _listeners:
        yield
        return
    begin = time.perf_counter()
    yield
    tell(stage, time.perf_counter() - begin)
