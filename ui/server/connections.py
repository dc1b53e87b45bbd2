"""Connections that end when nothing comes or goes over them, and no more of them than can be held.

uvicorn gives whoever connects as long as they like for a request's head and body, and to read the answer.  Here each
gets some seconds, and a second more for every so many bytes, as Apache's mod_reqtimeout does; whoever is slower holds a
place that others need.  A stream of answers may be silent for as long as it likes: nothing waits to be sent then.
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
_PARTING_SECONDS = 1.0  # for a refusal to arrive
_MOST_PARTING = 100
_TOO_SLOW = "The request did not come within the time that it gets (request_seconds)."
_ENDED = "The server ended before the request had come. Please try again in a moment."
_FULL = "More connections are open than are held ({}). Please try again in {} seconds."


class Places:
    """Counts open connections, in all and by address.

    Args:
        limits: ``connections`` and ``connections_per_address``.
        proxies: addresses that many come from, which only the first holds for.
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
        """How many are open."""
        return self._held.total()

    def take(self, address: str) -> str:
        """Count a connection; return the limit that it is beyond, ``""`` when there is a place."""
        if self._held.total() >= self.limits.connections:
            return "connections"
        if address not in self._proxies and self._held[address] >= self.limits.connections_per_address:
            return "connections_per_address"
        self._held[address] += 1
        return ""

    def leave(self, address: str) -> None:
        """Give back a place."""
        self._held[address] -= 1
        self._held += Counter()  # forget addresses without any


class Connection(H11Protocol):
    """A connection that can be told to end when it has been too slow.

    Args:
        places: where it counts.
        **given: what uvicorn makes connections with.
    """

    def __init__(self, places: Places, **given: Any) -> None:
        super().__init__(**given)
        self._places = places
        self._address = ""
        self._counted = False
        self._parting = False
        self._begun = 0.0  # when the first byte of the request came, or could have come
        self._looked = time.monotonic()
        self._bytes = 0  # of it
        self._stuck: tuple[float, int] | None = None  # since when how many bytes wait to be read by the other side

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, or refuse."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._begin()
        if beyond := self._places.take(self._address):
            self._places.refused += 1
            self._part(503, _FULL.format(beyond, _RETRY_SECONDS), (("Retry-After", str(_RETRY_SECONDS)),))
        self._counted = not beyond

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._counted:
            self._counted = False
            self._places.leave(self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        if self._parting or self.transport.is_closing():
            return
        if self._idle:
            self._begin()
        self._bytes += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        self._begin()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """Note that the other side reads."""
        self._stuck = None
        super().resume_writing()

    def look(self, now: float) -> None:
        """End if the other side is too slow; called about once a second."""
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
            if self.flow.read_paused:  # then it is this side that does not read
                self._begun += now - looked
            elif now - self._begun > limits.request_seconds + self._bytes / limits.slow_bytes:
                self._end_slow()

    def end(self) -> None:
        """Refuse a request that has not wholly come, because the server ends."""
        if self._receives and self._bytes and not self._parting:
            self._part(503, _ENDED)

    def _begin(self) -> None:
        self._begun, self._bytes = time.monotonic(), 0

    @property
    def _done(self) -> bool:
        """Whether nothing is being answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def _idle(self) -> bool:
        """Whether a next request is waited for, of which nothing has come; uvicorn ends that wait itself."""
        return self.timeout_keep_alive_task is not None

    @property
    def _receives(self) -> bool:
        """Whether more of a request has to come."""
        return self.conn.their_state is h11.SEND_BODY or (self._done and not self._idle)

    def _cut(self) -> None:
        """End at once, with what the kernel still holds for the other side."""
        own = self.transport.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _end_slow(self) -> None:
        self._places.too_slow += 1
        answered = self.conn.their_state is h11.SEND_BODY and self.cycle is not None and self.cycle.response_started
        if answered or not self._bytes:  # browsers open connections ahead of need; no answer to nothing
            self.transport.abort()
        else:
            self._part(408, _TOO_SLOW)

    def _part(self, status: int, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Say why, wait a moment for it to arrive, and end; what still comes is not read."""
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
