"""Log and metrics of HTTP requests, and the refusal of new ones during shutdown.

Plain ASGI, and the outermost middleware, so that refusals of the guard and the login are recorded too.  Those leave the
visitor and the reason in the request's ``Seen``.  Paths, questions and names are neither counted nor logged here.
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.data import to_json
from ui.server.logs import event
from ui.server.visitors import Visitor, address_of

_WHOLE = frozenset((
    "/", "/archive", "/article/", "/api/", "/api/search", "/api/ask", "/api/openapi.json", "/signin", "/signout",
    "/healthz", "/metrics", "/config", "/theme.css", "/gradio_api/queue/join", "/gradio_api/queue/data",
    "/gradio_api/component_server", "/gradio_api/upload", "/gradio_api/upload_progress", "/gradio_api/cancel",
    "/gradio_api/reset", "/gradio_api/info",
))  # fmt: skip
_BEGINNINGS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/article/.", "/article/{id}"),
        (r"/api/article/", "/api/article/{id}"),
        (r"/gradio_api/heartbeat/", "/gradio_api/heartbeat/{session}"),
        (r"/gradio_api/call/(v2/)?[^/]*/?$", "/gradio_api/call/{name}"),
        (r"/gradio_api/call/", "/gradio_api/call/{name}/{event}"),
        (r"/gradio_api/", "/gradio_api/{other}"),
        (r"/(assets|static)/", "/assets/{file}"),
    )
)
OTHER = "{other}"
METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))
# Streams that last as long as a page is open; their duration means nothing, and the shutdown need not wait for them.
ENDLESS = "/gradio_api/heartbeat/{session}"
STREAM = "/gradio_api/queue/data"
# Routes that put a question into the page's queue, and routes that answer it directly.
JOINS = frozenset(("/gradio_api/queue/join", "/gradio_api/call/{name}"))
QUESTIONS = frozenset(("/api/search", "/api/ask"))
# Routes that are logged only when a request fails.
QUIET = frozenset((ENDLESS, STREAM, "/assets/{file}", "/healthz", "/metrics", "/theme.css", "/config"))


def route_of(path: str) -> str:
    """Return the name of the route of a path."""
    if path in _WHOLE:
        return path
    return next((name for pattern, name in _BEGINNINGS if pattern.match(path)), OTHER)


_log = logging.getLogger("ui.watching")

_KEY = "dateline.seen"
_ENDING = "This server is shutting down. Please try again in {} seconds."
_RETRY_SECONDS = 10


@dataclass(slots=True)
class Seen:
    """Facts about a request that inner layers leave for the log: its visitor, and the short reason of a refusal."""

    visitor: Visitor | None = None
    refusal: str = ""


def seen(scope: Mapping[str, Any]) -> Seen:
    """Return the ``Seen`` of a request; without a ``Watch`` a new one, which nobody reads."""
    found = scope.get(_KEY)
    return found if isinstance(found, Seen) else Seen()


@dataclass(frozen=True, slots=True)
class Finished:
    """A request that has ended.

    ``status`` is 499 if the client closed the connection before the response, as in nginx.  ``visitor`` is a pseudonym
    that stays the same for one visitor until the server ends, and reveals nothing else.
    """

    route: str
    method: str
    status: int
    seconds: float
    refusal: str
    visitor: str
    role: str


class Watch:
    """ASGI middleware that reports how each request ended.

    Args:
        app: the application behind it.
        state: shared with the server; says whether it is shutting down.
        told: called with each request that has ended.
    """

    def __init__(self, app: ASGIApp, state: "Running", told: Callable[[Finished], None]) -> None:
        self._app = app
        self._state = state
        self._told = told
        self._key = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route, begun = route_of(scope["path"]), time.monotonic()
        noted, status = Seen(), 499

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        counted = route != ENDLESS
        self._state.requests += counted
        try:
            # The answer to an earlier question may still be fetched.
            if self._state.ending and route not in {STREAM, ENDLESS, "/healthz", "/metrics"}:
                noted.refusal = "ending"
                await ending()(scope, receive, noting)
            else:
                await self._app({**scope, _KEY: noted}, receive, noting)
        except ClientDisconnect:  # the client left before the whole request had arrived
            status = 499
        except Exception:  # only counted here; the server above answers and logs it
            status = 500 if status == 499 else status
            raise
        finally:
            self._state.requests -= counted
            self._told(self._finished(scope, route, status, time.monotonic() - begun, noted))

    def _finished(self, scope: Scope, route: str, status: int, seconds: float, noted: Seen) -> Finished:
        who = noted.visitor
        told = f"name {who.name}" if who and who.name else f"address {address_of(scope)}"
        word = hmac.digest(self._key, told.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:8]
        role = ("admin" if who.admin else "reader") if who and who.name else ""
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        return Finished(route, method, status, seconds, noted.refusal, word, role)


@dataclass(slots=True)
class Running:
    """State that a server and its application share: how many requests run, and whether the shutdown has begun."""

    requests: int = 0
    ending: bool = False


def ending() -> Response:
    """Return the response to a request that arrives during shutdown."""
    told = to_json({"error": _ENDING.format(_RETRY_SECONDS), "detail": _ENDING.format(_RETRY_SECONDS)})
    return Response(f"{told}\n", 503, {"Retry-After": str(_RETRY_SECONDS), "Connection": "close"}, "application/json")


def log_request(finished: Finished) -> None:
    """Log a request that has ended; static files, streams and health checks only when they failed."""
    quiet = finished.route in QUIET and finished.status < 400
    event(
        _log, "request", logging.DEBUG if quiet else logging.ERROR if finished.status >= 500 else logging.INFO,
        method=finished.method, route=finished.route, status=finished.status,
        milliseconds=round(finished.seconds * 1000), refused=finished.refusal, role=finished.role,
        visitor=finished.visitor,
    )  # fmt: skip
