"""Timing of the stages of an answer, reported to listeners; without listeners nothing is measured."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

# The stages of an answer, in order: the question's vector; both searches and their scores; the best sentences of the
# passages; the passages read with the question; the hits chosen and cited; the answer found in them.  "wait" is the
# time that a request waited before all of these.  Two are counts, not seconds: "together", the questions embedded in
# one batch, and "unread", the passages left unread because of concurrent questions.
Stage = Literal["wait", "embed", "search", "match", "read", "select", "answer", "together", "unread"]
Listener = Callable[[Stage, float], None]

_listeners: tuple[Listener, ...] = ()


def listen(listener: Listener) -> Callable[[], None]:
    """Call ``listener`` with each stage and its seconds (or its count), in the thread that it ran in.

    It has to be quick and must not raise.

    Returns:
        A function that stops the calls.
    """
    global _listeners
    _listeners = (*_listeners, listener)

    def end() -> None:
        global _listeners
        _listeners = tuple(one for one in _listeners if one is not listener)

    return end


def tell(stage: Stage, amount: float) -> None:
    """Report seconds that were measured elsewhere, or a count, to all listeners."""
    for listener in _listeners:
        listener(stage, amount)


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """Measure the ``with`` block; a block that fails is not reported."""
    if not _listeners:
        yield
        return
    begin = time.perf_counter()
    yield
    tell(stage, time.perf_counter() - begin)
