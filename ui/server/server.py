"""Web server: its socket, worker threads and shutdown."""

import asyncio
import ctypes
import http.client
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import FrameType
from typing import NoReturn, TypeVar

import uvicorn
from starlette.types import ASGIApp

from qa.errors import InputError
from qa.settings import LIMITS, Limits
from ui.server.connections import Connection, Places
from ui.server.logs import event


def trim() -> None:
    """Return freed heap pages to the operating system (glibc's ``malloc_trim``); without glibc do nothing.

    It takes some 50 ms for a gigabyte.  During that time other threads that allocate memory wait.
    """
    release = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if release:
        release(0)


_log = logging.getLogger("ui.server")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_GRACE_SECONDS = 2  # for writing the last responses
_LAST_SECONDS = 9.0  # for the whole shutdown after a signal
_TICKS = 10  # calls of uvicorn's on_tick in a second
_TRIM_SECONDS = 20  # between two calls of trim
_T = TypeVar("_T")


class Ending:
    """Steps of a server's shutdown; by default nothing is done."""

    unanswered = 0

    def begin(self) -> None:
        """Refuse new requests, and cancel work that can be cancelled."""

    def busy(self) -> bool:
        """Return whether work is running that the shutdown should wait for."""
        return False

    def finish(self) -> None:
        """End the endless streams."""

    def clean(self) -> None:
        """Remove temporary files before the process ends at once; may be called from any thread."""


class FullError(Exception):
    """Too much work is waiting already."""


class Workers:
    """A thread pool for the work of requests, with a limit on running and on waiting calls.

    Args:
        at_once: how many calls run at a time.
        waiting: how many calls may wait.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self.refused = 0
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="request")
        self._at_once = at_once
        self._most = at_once + waiting
        self._taken = 0

    @property
    def waiting(self) -> int:
        """The number of waiting calls."""
        return max(0, self._taken - self._at_once)

    async def run(self, work: Callable[[], _T]) -> _T:
        """Run a function in a thread and return its result; called in the event loop.

        Raises:
            FullError: if too many calls are waiting already.
        """
        if self._taken >= self._most:
            self.refused += 1
            raise FullError
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._taken -= 1

    @property
    def busy(self) -> int:
        """The number of running calls."""
        return min(self._taken, self._at_once)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on exactly this port (0: any free one).

    Raises:
        InputError: if the host or port cannot be used.
    """
    if not 0 <= port <= 65_535:
        raise InputError(f"port={port} is out of range: give 0 to 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InputError(f"host={host!r} cannot be used ({error.strerror}); choose another with --host") from None
    try:
        # A port that was in use a moment ago may be bound again, but not one that is in use now.
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
    """Check that a socket can be reached from this machine only.

    Raises:
        InputError: if other machines can reach it.
    """
    if not ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback:
        raise InputError(
            f"host={host!r} can be reached from other machines: give --password-file FILE (qa password FILE NAME "
            "makes it), or leave --host out"
        )


def check_proxies(proxies: Sequence[str]) -> None:
    """Check that each proxy is an IP address or network.

    Raises:
        InputError: if one is not.
    """
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise InputError(
                f"proxy={proxy!r} is not an IP address: give the proxy's address or network, such as 10.0.0.5 or "
                "10.0.0.0/24"
            ) from None


def address_of(listener: socket.socket, host: str) -> str:
    """Return the address at which a browser on this machine finds the page."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}/"


class PageServer(uvicorn.Server):
    """A server of one application on one socket, which runs until ``stop`` is called or SIGINT or SIGTERM arrives.

    During shutdown new connections are refused, running requests get ``ending_seconds``, and then the remaining ones
    are ended.  A second signal ends the process at once.  So does the first, after nine seconds, if a request does not
    end at all.

    Args:
        app: the application.
        listener: the socket, already listening.
        url: the address of the page.
        on_ready: called with ``url``, from a separate thread, once requests are answered.
        ending: the steps of the shutdown.
        proxies: the addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are trusted.
        limits: of connections and times.
    """

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        url: str,
        on_ready: Callable[[str], None],
        ending: "Ending",
        proxies: Sequence[str] = (),
        limits: Limits = LIMITS,
    ) -> None:
        self.interrupted = False
        self.places = Places(limits, proxies)
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(Connection, self.places),  # type: ignore[arg-type]
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=_GRACE_SECONDS,
                # By default uvicorn trusts these headers from every program on this machine.
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
            )
        )
        self._listener = listener
        self.url = url
        self._on_ready = on_ready
        self._ending = ending
        self._limits = limits
        self._watchdog = threading.Timer(_LAST_SECONDS, self._abandon, (0,))
        self._watchdog.daemon = True

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until ``stop`` or a signal."""
        threading.Thread(target=self._announce, name="announce", daemon=True).start()
        try:
            super().run(sockets=sockets or [self._listener])
        finally:
            self._watchdog.cancel()

    def stop(self) -> None:
        """Ask the server to end; ``run`` then returns."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Shut down on a signal; unlike uvicorn, do not raise the signal again afterwards."""
        if self.should_exit:
            self._abandon(128 + sig)
        self.should_exit = True
        self.interrupted = sig == signal.SIGINT
        self._watchdog.start()

    async def on_tick(self, counter: int) -> bool:
        """Check the connections once a second, and trim the heap every 20 seconds."""
        if counter % _TICKS == 0:
            now = time.monotonic()
            for connection in self._connections():
                connection.look(now)
        if counter % (_TRIM_SECONDS * _TICKS) == 0:
            self._trimming = asyncio.create_task(asyncio.to_thread(trim))
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Refuse new connections, wait for running requests, end the streams, then close every connection."""
        begun = time.monotonic()
        for server in self.servers:
            server.close()
        self._ending.begin()
        while self._ending.busy() and time.monotonic() < begun + self._limits.ending_seconds:
            await asyncio.sleep(0.02)
        self._ending.finish()
        for connection in self._connections():
            connection.end()
        await super().shutdown(sockets)
        event(_log, "ended", milliseconds=round(1000 * (time.monotonic() - begun)), unanswered=self._ending.unanswered)

    def _connections(self) -> list[Connection]:
        return [one for one in self.server_state.connections if isinstance(one, Connection)]

    def _abandon(self, code: int) -> None:
        """End the process, even if requests are still running."""
        self._ending.clean()
        leave(code)

    def _announce(self) -> None:
        while not self.should_exit:
            if self.started and _answers(self.url):
                self._on_ready(self.url)
                return
            time.sleep(0.02)


def leave(code: int) -> NoReturn:
    """End the process at once; a normal exit would wait for running threads and tear down every loaded library."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


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
