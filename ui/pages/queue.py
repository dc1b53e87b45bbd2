"""The page's queue: who waits in it, and who is told to come back instead.

It and ``ui.pages.waiting`` are the only modules that look into Gradio's queue.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.settings import LIMITS, Limits
from ui.data import to_json
from ui.server import routes
from ui.server.request_log import seen
from ui.server.visitors import Visitor, visitor_of, visitor_through

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
        route = routes.route_of(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else ""
        if not (refusal := self._refusal(route, visitor_of(scope))):
            await self._pass_on(route, scope, receive, send)
            return
        status, reason, sentence = refusal
        seen(scope).refusal = reason
        told = to_json({"error": sentence, "detail": sentence})
        headers = {"Retry-After": str(_RETRY_SECONDS), "Cache-Control": "no-store"}
        await Response(f"{told}\n", status, headers, "application/json")(scope, receive, send)

    async def _pass_on(self, route: str, scope: Scope, receive: Receive, send: Send) -> None:
        if route not in routes.QUESTIONS | routes.JOINS:
            await self._app(scope, receive, send)
            return
        kept = route in routes.JOINS, visitor_of(scope).name
        self._passing[kept] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._passing[kept] -= 1
            self._passing += Counter()  # forget those without any

    def _refusal(self, route: str, visitor: Visitor) -> tuple[int, str, str] | None:
        """Return the status, the word and the sentence with which a question is refused; None: it is not."""
        queue, own = self._waiting(), self._passing[False, visitor.name]
        if route in routes.JOINS and queue:
            # Those that are just let in are counted too: many can come before Gradio has taken the first.
            joining = sum(count for (joins, _), count in self._passing.items() if joins)
            if queue.waiting + joining >= self._limits.requests_waiting:
                return 503, "full", _FULL
            own = queue.of(visitor) + self._passing[True, visitor.name]
        elif route not in routes.QUESTIONS:
            return None
        if visitor.name and own >= self._limits.waiting_per_visitor:
            return 429, "own", _OWN_WAIT.format(own)
        return None
