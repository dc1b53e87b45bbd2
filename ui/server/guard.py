"""Request guard of the pages: closed routes, Host header, origin, security headers, and percent-encoded paths."""

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
    # Other sites get no referrer.  "no-referrer" would also hide that one of our pages sent one of our forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Pages without scripts: articles, the API and the login page.
_SCRIPTLESS = re.compile(r"/(?:article|api|signin)(?:/|$)")
_NO_SCRIPT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# Routes that Gradio opens by default and the page does not use: uploads, files of other hosts, stored runs.
_CLOSED = re.compile(
    r"/gradio_api/(upload|file|proxy|deep_link|run-history|runs|process_recording|stream/|vibe|undo-vibe|mcp|dev/"
    r"|custom_component)"
    r"|/(monitoring|login|logout)"
)
_UPLOAD = "/gradio_api/upload"
_TWO_LENGTHS = "This request states its length twice (Content-Length and Transfer-Encoding). Send only one of them."
_UNMEASURED = "This request does not state its length. Send it with a Content-Length header."
_TOO_LARGE = (
    f"This request is larger than {LIMITS.page_request_bytes:,} bytes (page_request_bytes). "
    "Please begin a new conversation."
)
_REASONS = {
    400: "two lengths",
    403: "cross-site",
    404: "closed",
    411: "no length",
    413: "too large",
}  # short names, for metrics and logs
# Takes the length of a request with a file, None if unknown; returns the status and the reason of a refusal, or None.
Refusal = Callable[[int | None], tuple[int, str] | None]


class Guard:
    """ASGI middleware that closes routes, checks the Host header and the origin, and adds security headers.

    Plain ASGI, because Starlette's BaseHTTPMiddleware does not suit responses that never end.

    Args:
        app: the application behind it.
        hosts: the host names that requests may be addressed to; none: any.  On a loopback address this keeps a web
            page from reading the archive through a name that its owner points at this machine (DNS rebinding).
        uploads: returns why a file of a given length is refused, if it is; None: the upload route is closed.
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
            # With two lengths it is unknown where this request ends and the next one begins.
            then = {"Connection": "close"} if status == 400 else None
            await PlainTextResponse(sentence, status, then)(scope, receive, with_headers)
        elif _CLOSED.match(scope["path"]) and not (self._uploads and scope["path"] == _UPLOAD):
            await PlainTextResponse("not found\n", 404)(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the message that refuse a request other than GET, HEAD and OPTIONS; None: accepted."""
        site, origin = _header(scope, "sec-fetch-site"), _header(scope, "origin")
        # Browsers state where a request comes from.  Programs do not, and no web page can make a program send one.
        foreign = site not in {"same-origin", "none"} if site else origin.partition("://")[2] != _header(scope, "host")
        if (site or origin) and foreign:
            return 403, (
                "This request did not come from this page itself, so it was refused. A proxy in front has to pass on "
                "the Host header."
            )
        declared = _header(scope, "content-length")
        if declared and _header(scope, "transfer-encoding"):
            return 400, _TWO_LENGTHS  # a proxy in front may use the other one (RFC 9112, 6.3)
        length = int(declared) if declared.isdigit() and len(declared) < 16 else None
        if scope["path"] == _UPLOAD and self._uploads:
            return self._uploads(length)
        if _header(scope, "content-type").startswith("multipart/"):  # Gradio accepts files at other addresses too
            return 404, "not found\n"
        if not _SCRIPTLESS.match(scope["path"]):  # the API has its own limits and messages
            if length is None and (declared or _header(scope, "transfer-encoding")):
                return 411, _UNMEASURED
            if (length or 0) > LIMITS.page_request_bytes:
                return 413, _TOO_LARGE
        return None


def _header(scope: Scope, name: str) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name.encode()), "")


class QuotedPaths:
    """ASGI middleware that leaves paths below some prefixes percent-encoded, as the client sent them.

    An id in such a path may hold any character, even a slash or a line end, and servers may decode a path more than
    once.  With the encoded path the endpoint decodes the id exactly once.

    Args:
        app: the application behind it.
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
