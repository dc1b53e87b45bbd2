"""The questions that wait in the page's queue: how many, how long one has waited, and when to come if it is full."""

import math
import time
from collections.abc import Callable
from typing import Any

from qa.runtime.load import Load
from qa.runtime.timing import tell
from ui.pages.gradio_setup import gr
from ui.server.visitors import spoken

ANSWERS = "answer"  # the name of the queue's part for questions
_LEAST_SECONDS = 2


class Waiting:
    """What the queue of Gradio knows of questions; before there is one, none wait.

    Args:
        load: is told how many wait, and knows how long a question takes.
        at_once: how many are worked on at a time.
    """

    def __init__(self, load: Load, at_once: int) -> None:
        self._load = load
        self._at_once = at_once
        self._queue: Callable[[], Any] = lambda: None
        load.also(self.count)

    def watch(self, queue: Callable[[], Any]) -> None:
        """Look at this queue from now on; it is asked for anew each time, for Gradio makes another when it starts."""
        self._queue = queue

    def count(self) -> int:
        """Return how many questions wait."""
        parts = getattr(self._queue(), "event_queue_per_concurrency_id", {})
        return len(parts[ANSWERS].queue) if ANSWERS in parts else 0

    def begun(self, request: gr.Request | None) -> None:
        """Tell whoever listens how long a question waited whose turn it is now."""
        session = getattr(request, "session_hash", None)
        for events in getattr(self._queue(), "active_jobs", ()):
            for event in events or ():
                if session and event.session_hash == session:
                    tell("wait", time.monotonic() - event.enqueue_time)
                    return

    def refusal(self) -> str:
        """Return what somebody is told whose question was not taken."""
        waiting = self.count()
        if not waiting:
            return "The question was not asked: its way to the server was closed. Ask again."
        others = f"{waiting:,} other{' waits' if waiting == 1 else 's wait'}"
        seconds = self._load.seconds_per_question * waiting / self._at_once
        return (
            f"The question was not asked, because {others} already. Ask again in "
            f"{spoken(max(_LEAST_SECONDS, math.ceil(seconds)))}."
        )
