"""Queue of the page's questions: its length, its limits, and refusals that say when to ask again.

No other module reads Gradio's queue.
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
_FULL = f"Too many questions are waiting (requests_waiting). Please ask again in {_RETRY_SECONDS} seconds."
_OWN_WAIT = "{} of your questions are waiting (waiting_per_visitor). Please ask again when they are answered."


class PageQueue:
    """The queue of a Gradio page.

    Args:
        blocks: the page.
    """

    def __init__(self, blocks: Any) -> None:
        self._blocks = blocks

    @property
    def waiting(self) -> int:
        """The number of waiting questions."""
        return len(self._blocks._queue)

    @property
    def busy(self) -> int:
        """The number of questions that are being answered."""
        return sum(len(job) for job in self._blocks._queue.active_jobs if job)

    def of(self, visitor: Visitor) -> int:
        """Return the number of a visitor's questions that wait or are being answered."""
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
    """ASGI middleware that refuses questions beyond the limits, so that one visitor cannot fill the queue.

    Args:
        app: the application behind it.
        waiting: returns the queue.
        limits: ``requests_waiting`` and ``waiting_per_visitor``.
    """

    def __init__(self, app: ASGIApp, waiting: Callable[[], PageQueue | None], limits: Limits = LIMITS) -> None:
        self._app = app
        self._waiting = waiting
        self._limits = limits
        # Running requests, by whether they join the page's queue, and by the visitor's name.
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
            self._passing += Counter()  # drop visitors without running requests

    def _refusal(self, route: str, visitor: Visitor) -> tuple[int, str, str] | None:
        """Return the status, the short reason and the message that refuse a question; None: it is accepted."""
        queue, own = self._waiting(), self._passing[False, visitor.name]
        if route in request_log.JOINS and queue:
            # Requests that were just let in count too: many can arrive before Gradio has queued the first.
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
    """Waiting questions in Gradio's queue; before there is a queue, none wait.

    Args:
        load: gets the number of waiting questions, and measures how long a question takes.
        at_once: how many questions are answered at a time.
    """

    def __init__(self, load: Load, at_once: int) -> None:
        self._load = load
        self._at_once = at_once
        self._queue: Callable[[], Any] = lambda: None
        load.also(self.count)

    def watch(self, queue: Callable[[], Any]) -> None:
        """Read this queue from now on; the function is called each time, because Gradio replaces the queue at start."""
        self._queue = queue

    def count(self) -> int:
        """Return the number of waiting questions."""
        parts = getattr(self._queue(), "event_queue_per_concurrency_id", {})
        return len(parts[ANSWERS].queue) if ANSWERS in parts else 0

    def begun(self, request: gr.Request | None) -> None:
        """Report how long a question waited until its turn, which is now."""
        session = getattr(request, "session_hash", None)
        for events in getattr(self._queue(), "active_jobs", ()):
            for event in events or ():
                if session and event.session_hash == session:
                    tell("wait", time.monotonic() - event.enqueue_time)
                    return

    def refusal(self) -> str:
        """Return the message for a visitor whose question was refused."""
        waiting = self.count()
        if not waiting:
            return "The question was not asked, because the connection to the server was lost. Please ask again."
        others = f"{waiting:,} other{' is' if waiting == 1 else 's are'} waiting"
        seconds = self._load.seconds_per_question * waiting / self._at_once
        return (
            f"The question was not asked, because {others}. Please ask again in "
            f"{spoken(max(_LEAST_SECONDS, math.ceil(seconds)))}."
        )
