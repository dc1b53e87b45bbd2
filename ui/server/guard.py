"""The guard before the pages: closed routes, the Host header, where a request comes from, headers, and quoted paths."""

import re
import urllib.parse
from collections.abc import Callable, Collection

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.settings import LIMITS
from ui.server.request_log import seen

_HEADERS = {
    # Gradio needs inline scripts and eval, so this is the second line of defence; escaping is the first.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; media-src 'none'; frame-src 'none'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Other sites learn nothing; without it browsers would not say that a form of ours was sent by a page of ours.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What needs no script gets none: articles, the API and the login page.
_SCRIPTLESS = re.compile(r"/(?:article|api|signin)(?:/|$)")
_NO_SCRIPT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# Routes that Gradio opens by default and the page does not use: files in, files of other hosts out, stored runs.
_CLOSED = re.compile(
    r"/gradio_api/(upload|file|proxy|deep_link|run-history|runs|process_recording|stream/|vibe|undo-vibe|mcp|dev/"
    r"|custom_component)"
    r"|/(monitoring|login|logout)"
)
_UPLOAD = "/gradio_api/upload"
_TWO_LENGTHS = "This says in two ways how long it is."
_UNMEASURED = "The length of what is sent has to be given."
_TOO_LARGE = (
    f"This is more than the {LIMITS.page_request_bytes:,} bytes that are taken at a time (page_request_bytes). "
    "Begin a new conversation."
)
_REASONS = {
    400: "two lengths",
    403: "cross-site",
    404: "closed",
    411: "no length",
    413: "too large",
}  # in a word, for figures and logs
# Given the length of a request with a file, or None: why it is refused.
Refusal = Callable[[int | None], tuple[int, str] | None]


class Guard:
    """Stands before an application: closes routes, checks the Host header, adds the headers.

    Plain ASGI, because Starlette's BaseHTTPMiddleware sits badly on responses that never end.

    Args:
        app: the application behind.
        hosts: the host names that requests may be addressed to; none: any.  On a loopback address this keeps a web
            page from reading the archive through a name that its owner points at this machine (DNS rebinding).
        uploads: says of a file's length why it is not taken, if it is not; None: the way for files is closed.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = (), uploads: Refusal | None = None) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if _SCRIPTLESS.match(scope["path"]):
                    headers["Content-Security-Policy"] = _NO_SCRIPT
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._hosts and _host(scope) not in self._hosts:
            seen(scope).refusal = "host"
            names = ", ".join(sorted(self._hosts))
            await PlainTextResponse(f"This page answers only to: {names}\n", 400)(scope, receive, with_headers)
        elif scope["method"] not in {"GET", "HEAD", "OPTIONS"} and (refusal := self._refused(scope)):
            status, sentence = refusal
            seen(scope).refusal = _REASONS.get(status, "upload")
            # What follows a length that is in doubt may be part of this request, or another.
            then = {"Connection": "close"} if status == 400 else None
            await PlainTextResponse(sentence, status, then)(scope, receive, with_headers)
        elif _CLOSED.match(scope["path"]) and not (self._uploads and scope["path"] == _UPLOAD):
            await PlainTextResponse("not found\n", 404)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the sentence with which something that changes things is refused; None: it is not."""
        site, origin = _header(scope, "sec-fetch-site"), _header(scope, "origin")
        # Browsers say where a request comes from; programs do not, and no page can make them send one.
        foreign = site not in {"same-origin", "none"} if site else origin.partition("://")[2] != _header(scope, "host")
        if (site or origin) and foreign:
            return 403, "Only this page itself may send this."
        declared = _header(scope, "content-length")
        if declared and _header(scope, "transfer-encoding"):
            return 400, _TWO_LENGTHS  # a proxy in front may believe the other one (RFC 9112, 6.3)
        length = int(declared) if declared.isdigit() and len(declared) < 16 else None
        if scope["path"] == _UPLOAD and self._uploads:
            return self._uploads(length)
        if _header(scope, "content-type").startswith("multipart/"):  # Gradio takes files at other addresses too
            return 404, "not found\n"
        if not _SCRIPTLESS.match(scope["path"]):  # the API has limits and sentences of its own
            if length is None and (declared or _header(scope, "transfer-encoding")):
                return 411, _UNMEASURED
            if (length or 0) > LIMITS.page_request_bytes:
                return 413, _TOO_LARGE
        return None


def _header(scope: Scope, name: str) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()), "")


class QuotedPaths:
    """Leaves the paths below some prefixes quoted as they were sent.

    What stands there may hold any character, also a slash or a line end, and may have been unquoted more than once
    before it comes here; whoever answers unquotes it once.

    Args:
        app: the application behind.
        prefixes: such as ``/article/``.
    """

    def __init__(self, app: ASGIApp, prefixes: tuple[str, ...]) -> None:
        self._app = app
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        sent = scope.get("raw_path", b"").decode("latin-1")
        if sent.startswith(self._prefixes):
            scope = {**scope, "path": sent}
        await self._app(scope, receive, send)


def _host(scope: Scope) -> str:
    header = _header(scope, "host")
    try:
        return urllib.parse.urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""
