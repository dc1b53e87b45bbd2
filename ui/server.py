"""The socket, the shutdown and the guard in front of the page: what a web server needs whatever it serves."""

import asyncio
import http.client
import ipaddress
import logging
import re
import signal
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import TypeVar

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.errors import InputError
from qa.settings import LIMITS

_log = logging.getLogger(__name__)

LOOPBACK = ("127.0.0.1", "localhost", "::1")
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
    r"/gradio_api/(upload|file|proxy|deep_link|run-history|runs|process_recording|stream/|vibe|undo-vibe|mcp)"
    r"|/(monitoring|login|logout)"
)
_UPLOAD = "/gradio_api/upload"
_UNMEASURED = "The length of what is sent has to be given."
_TOO_LARGE = (
    f"This is more than the {LIMITS.page_request_bytes:,} bytes that are taken at a time (page_request_bytes). "
    "Begin a new conversation."
)
_GRACE_SECONDS = 2
_T = TypeVar("_T")
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
            names = ", ".join(sorted(self._hosts))
            await PlainTextResponse(f"This page answers only to: {names}\n", 400)(scope, receive, with_headers)
        elif scope["method"] == "POST" and (refusal := self._refused(scope)):
            status, sentence = refusal
            await PlainTextResponse(sentence, status)(scope, receive, with_headers)
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


class FullError(Exception):
    """So much work waits that no more is taken."""


class Workers:
    """Does the work of requests in threads: so many at a time, so many waiting for those, and no more.

    Args:
        at_once: how many pieces of work at a time.
        waiting: how many may wait.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="request")
        self._most = at_once + waiting
        self._taken = 0

    async def run(self, work: Callable[[], _T]) -> _T:
        """Return what the work returns; called in the event loop.

        Raises:
            FullError: if too much waits already.
        """
        if self._taken >= self._most:
            raise FullError
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._taken -= 1


def _host(scope: Scope) -> str:
    header = _header(scope, "host")
    try:
        return urllib.parse.urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on exactly this port (0: any free one).

    Raises:
        InputError: if it cannot be had.
    """
    if not 0 <= port <= 65_535:
        raise InputError(f"port={port} is out of range: give 0 to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InputError(f"host={host!r} cannot be used ({error.strerror}); choose another with --host") from None
    try:
        # A port that was in use a moment ago may be bound again; one that is in use now may not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port"
        ) from None
    return listener


def check_alone(listener: socket.socket, host: str) -> None:
    """Check that only this machine itself reaches a socket.

    Raises:
        InputError: if others do.
    """
    if not ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback:
        raise InputError(
            f"host={host!r} is reached from other machines: give --password-file FILE (qa password FILE NAME makes "
            "it), or leave --host out"
        )


def check_proxies(proxies: Sequence[str]) -> None:
    """Check that proxies are named by address or network.

    Raises:
        InputError: if one is not.
    """
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise InputError(
                f"proxy={proxy!r} is no address: give the proxy's own, such as 10.0.0.5 or 10.0.0.0/24"
            ) from None


def address_of(listener: socket.socket, host: str) -> str:
    """Return the address that a browser on this machine opens."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}/"


class PageServer(uvicorn.Server):
    """Serves an application on one socket until ``stop`` is called, or SIGINT or SIGTERM comes.

    Args:
        app: the application.
        listener: the socket, already listening.
        url: where the page is then found.
        on_ready: called with ``url``, from a thread of its own, once requests are answered.
        on_stop: called in the event loop when the end begins, so that responses without end can be ended.
        proxies: the addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
    """

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        url: str,
        on_ready: Callable[[str], None],
        on_stop: Callable[[], None],
        proxies: Sequence[str] = (),
    ) -> None:
        self.interrupted = False
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=_GRACE_SECONDS,
                # By itself it would believe what any program of this machine says about where a request comes from.
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
            )
        )
        self._listener = listener
        self.url = url
        self._on_ready = on_ready
        self._on_stop = on_stop

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop."""
        threading.Thread(target=self._announce, name="announce", daemon=True).start()
        super().run(sockets=sockets or [self._listener])

    def stop(self) -> None:
        """Ask the server to end; ``run`` then returns."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal, and end well: unlike uvicorn, do not raise it again afterwards."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self.interrupted = sig == signal.SIGINT

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End open responses, then everything else."""
        self._on_stop()
        await super().shutdown(sockets)

    def _announce(self) -> None:
        while not self.should_exit:
            if self.started and _answers(self.url):
                self._on_ready(self.url)
                return
            time.sleep(0.02)


def _answers(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status in {200, 401}  # 401: it asks for a login, so it answers
    except OSError:
        return False
    finally:
        connection.close()
