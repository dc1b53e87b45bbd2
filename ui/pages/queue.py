"""The page's queue: who waits in it, and who is told to come back instead.

It and ``ui.pages.queue`` are the only modules that look into Gradio's queue.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.runtime.load import Load
from qa.runtime.timing import tell
from qa.settings import LIMITS, Limits
from ui.data import to_json
from ui.pages.gradio_setup import gr
from ui.server import request_log
from ui.server.request_log import seen
from ui.server.visitors import Visitor, spoken, visitor_of, visitor_through

_RETRY_SECONDS = 5
_FULL = (
    f"So many questions wait already that no more are taken (requests_waiting). Please ask again in {_RETRY_SECONDS} "
    "seconds."
)
_OWN_WAIT = "{} of your questions wait already (waiting_per_visitor). Please ask again when they are answered."


class PageQueue:
    """What waits in the queue of a Gradio page.

    Args:
        blocks: the page.
    """

    def __init__(self, blocks: Any) -> None:
        self._blocks = blocks

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return len(self._blocks._queue)

    @property
    def busy(self) -> int:
        """How many are being answered."""
        return sum(len(job) for job in self._blocks._queue.active_jobs if job)

    def of(self, visitor: Visitor) -> int:
        """Return how many of the questions that wait or are being answered are a visitor's."""
        own = (visitor.name, "" if visitor.name else visitor.address)
        visitors = map(visitor_through, self._requests())
        return sum((one.name, "" if one.name else one.address) == own for one in visitors)

    def _requests(self) -> Iterator[Any]:
        queue = self._blocks._queue
        for one in queue.event_queue_per_concurrency_id.values():
            yield from (event.request for event in one.queue)
        for job in queue.active_jobs:
            yield from (event.request for event in job or ())


class Turnstile:
    """Stands before the questions that wait, so that nobody takes all places, and says when to come back.

    Args:
        app: the application behind.
        waiting: gives the queue.
        limits: ``requests_waiting`` and ``waiting_per_visitor``.
    """

    def __init__(self, app: ASGIApp, waiting: Callable[[], PageQueue | None], limits: Limits = LIMITS) -> None:
        self._app = app
        self._waiting = waiting
        self._limits = limits
        # Requests that are being answered, by whether they join the page's queue, and by the visitor's name.
        self._passing: Counter[tuple[bool, str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        route = request_log.route_of(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else ""
        if not (refusal := self._refusal(route, visitor_of(scope))):
            await self._pass_on(route, scope, receive, send)
            return
        status, reason, sentence = refusal
        seen(scope).refusal = reason
        told = to_json({"error": sentence, "detail": sentence})
        headers = {"Retry-After": str(_RETRY_SECONDS), "Cache-Control": "no-store"}
        await Response(f"{told}\n", status, headers, "application/json")(scope, receive, send)

    async def _pass_on(self, route: str, scope: Scope, receive: Receive, send: Send) -> None:
        if route not in request_log.QUESTIONS | request_log.JOINS:
            await self._app(scope, receive, send)
            return
        kept = route in request_log.JOINS, visitor_of(scope).name
        self._passing[kept] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._passing[kept] -= 1
            self._passing += Counter()  # forget those without any

    def _refusal(self, route: str, visitor: Visitor) -> tuple[int, str, str] | None:
        """Return the status, the word and the sentence with which a question is refused; None: it is not."""
        queue, own = self._waiting(), self._passing[False, visitor.name]
        if route in request_log.JOINS and queue:
            # Those that are just let in are counted too: many can come before Gradio has taken the first.
            joining = sum(count for (joins, _), count in self._passing.items() if joins)
            if queue.waiting + joining >= self._limits.requests_waiting:
                return 503, "full", _FULL
            own = queue.of(visitor) + self._passing[True, visitor.name]
        elif route not in request_log.QUESTIONS:
            return None
        if visitor.name and own >= self._limits.waiting_per_visitor:
            return 429, "own", _OWN_WAIT.format(own)
        return None


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
