"""Connection limits: how many connections may be open, and how slow a client may be.

uvicorn sets no limit on the time in which a client sends a request's head and body, or reads the response.  Here a
client gets ``request_seconds``, and one second more for every ``slow_bytes``, as in Apache's mod_reqtimeout, because a
slower client takes up a connection that others need.  A stream of answers may be silent for any time: no bytes wait to
be sent then.
"""

import asyncio
import socket
import struct
import time
from collections import Counter
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from qa.settings import LIMITS, Limits

_RETRY_SECONDS = 5
_PARTING_SECONDS = 1.0  # in which a refusal should reach the client
_MOST_PARTING = 100
_TOO_SLOW = "The request took too long to arrive (request_seconds). Please send it again."
_ENDED = "The server shut down before the whole request had arrived. Please try again in a moment."
_FULL = "Too many connections are open ({}). Please try again in {} seconds."


class Places:
    """The number of open connections, in total and by address.

    Args:
        limits: ``connections`` and ``connections_per_address``.
        proxies: addresses of reverse proxies, to which only ``connections`` applies.
    """

    def __init__(self, limits: Limits = LIMITS, proxies: Collection[str] = ()) -> None:
        self.limits = limits
        self.refused = 0
        self.too_slow = 0
        self.parting = 0
        self._proxies = frozenset(proxies)
        self._held: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """The number of open connections."""
        return self._held.total()

    def take(self, address: str) -> str:
        """Count a connection; return the limit that it would exceed, ``""`` if there is none."""
        if self._held.total() >= self.limits.connections:
            return "connections"
        if address not in self._proxies and self._held[address] >= self.limits.connections_per_address:
            return "connections_per_address"
        self._held[address] += 1
        return ""

    def leave(self, address: str) -> None:
        """Stop counting a connection."""
        self._held[address] -= 1
        self._held += Counter()  # drop addresses without open connections


class Connection(H11Protocol):
    """An HTTP connection that is closed when its client is too slow.

    Args:
        places: counts the open connections.
        **given: the arguments that uvicorn passes to its protocol class.
    """

    def __init__(self, places: Places, **given: Any) -> None:
        super().__init__(**given)
        self._places = places
        self._address = ""
        self._counted = False
        self._parting = False
        self._begun = 0.0  # when the first byte of the request arrived, or could have arrived
        self._looked = time.monotonic()
        self._bytes = 0  # of the request, so far
        self._stuck: tuple[float, int] | None = None  # the last progress check: its time, and the bytes unsent then

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, or refuse it if there are too many."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._begin()
        if beyond := self._places.take(self._address):
            self._places.refused += 1
            self._part(503, _FULL.format(beyond, _RETRY_SECONDS), (("Retry-After", str(_RETRY_SECONDS)),))
        self._counted = not beyond

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop counting the connection."""
        if self._counted:
            self._counted = False
            self._places.leave(self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process bytes of a request."""
        if self._parting or self.transport.is_closing():
            return
        if self._idle:
            self._begin()
        self._bytes += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Start the clock for the next request."""
        self._begin()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """Note that the client reads again."""
        self._stuck = None
        super().resume_writing()

    def look(self, now: float) -> None:
        """Close the connection if the client is too slow; called about once a second."""
        limits, looked, self._looked = self._places.limits, self._looked, now
        if self._parting:
            return
        waiting = self.transport.get_write_buffer_size()
        if not waiting:
            self._stuck = None
        elif self._stuck is None:
            self._stuck = now, waiting
        elif now - self._stuck[0] > limits.request_seconds:
            if self._stuck[1] - waiting < limits.slow_bytes * (now - self._stuck[0]):
                self._places.too_slow += 1
                self._cut()
                return
            self._stuck = now, waiting
        if self._receives and not self.transport.is_closing():
            if self.flow.read_paused:  # the server has stopped reading, so the client is not to blame
                self._begun += now - looked
            elif now - self._begun > limits.request_seconds + self._bytes / limits.slow_bytes:
                self._end_slow()

    def end(self) -> None:
        """Refuse a request that has only partly arrived, because the server shuts down."""
        if self._receives and self._bytes and not self._parting:
            self._part(503, _ENDED)

    def _begin(self) -> None:
        self._begun, self._bytes = time.monotonic(), 0

    @property
    def _done(self) -> bool:
        """Whether no response is under way."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def _idle(self) -> bool:
        """Whether no byte of the next request has arrived yet; uvicorn ends that wait itself."""
        return self.timeout_keep_alive_task is not None

    @property
    def _receives(self) -> bool:
        """Whether a part of the request is still missing."""
        return self.conn.their_state is h11.SEND_BODY or (self._done and not self._idle)

    def _cut(self) -> None:
        """Close at once, and discard the bytes that the kernel still holds for the client."""
        own = self.transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _end_slow(self) -> None:
        self._places.too_slow += 1
        answered = self.conn.their_state is h11.SEND_BODY and self.cycle is not None and self.cycle.response_started
        if answered or not self._bytes:  # browsers open connections in advance; those get no response
            self.transport.abort()
        else:
            self._part(408, _TOO_SLOW)

    def _part(self, status: int, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Send the reason, give it a moment to arrive, and close; further bytes from the client are not read."""
        self._parting = True
        if self._places.parting >= _MOST_PARTING:
            self.transport.abort()
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        body = f"{sentence}\n".encode()
        told = (("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *headers)
        head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in told)]
        self.transport.write("\r\n".join([*head, "Connection: close", "", ""]).encode() + body)
        self.transport.write_eof()
        self._places.parting += 1
        self.loop.call_later(_PARTING_SECONDS, self._parted)

    def _parted(self) -> None:
        self._places.parting -= 1
        self.transport.abort()
