"""Health check of the archive: ``GET /healthz`` for monitoring, and gauges for ``/metrics``.

The check never waits behind questions and embeds nothing.  Concurrent requests, and those within a second, share one
look at the archive.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from qa.archive.archive import Archive
from qa.errors import QaError
from ui.data import to_json
from ui.server.request_log import Running
from ui.server.server import Workers
from ui.server.visitors import visitor_of

_KEPT_SECONDS = 1.0
_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class State:
    """State of the archive; ``problem`` says why it cannot be read, and the counts are then 0."""

    articles: int = 0
    passages: int = 0
    generation: int = 0
    problem: str = ""


class Health:
    """Health check of one archive.

    Args:
        archive: the opened archive.
        running: says whether the server is shutting down.
        clock: seconds.

    Attributes:
        last: the state at the last check.
    """

    def __init__(self, archive: Archive, running: Running, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive = archive
        self._running = running
        self._clock = clock
        self._workers = Workers(1, 1)
        self._looking: asyncio.Task[State] | None = None
        self._until = -math.inf
        self.last = State()

    async def state(self) -> State:
        """Return the state of the archive, at most a second old."""
        if self._clock() < self._until:
            return self.last
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), _WAIT_SECONDS)
        except TimeoutError:
            return State(problem=f"the archive does not answer within {_WAIT_SECONDS:.0f} seconds")

    async def answer(self, request: Request) -> Response:
        """Answer one request; if a login is required, a caller without one gets the status alone."""
        state = await self.state()
        visitor = visitor_of(request.scope)
        problem = "the server is shutting down" if self._running.ending else state.problem
        told: dict[str, object] = {"status": "unavailable" if problem else "ok"}
        if visitor.name or visitor.admin:
            found = {"articles": state.articles, "passages": state.passages, "generation": state.generation}
            told |= {"reason": problem} if problem else found
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": "10"} if problem else {})
        return Response(f"{to_json(told)}\n", 503 if problem else 200, headers, "application/json")

    async def _look(self) -> State:
        try:
            state = await self._workers.run(self._read)
        finally:
            self._looking = None
        self.last, self._until = state, self._clock() + _KEPT_SECONDS
        return state

    def _read(self) -> State:
        try:
            with self._archive.view() as view:
                return State(view.count(), view.count_passages(), view.generation)
        except QaError as error:
            return State(problem=str(error))
        except OSError as error:  # the folder is gone or no longer readable
            return State(problem=f"the archive's folder cannot be read ({error.strerror})")
