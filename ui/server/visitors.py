"""Visitors, and the rate limit of their questions."""

import ipaddress
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from qa.errors import QaError
from qa.settings import LIMITS, Limits

_MOST = 10_000  # visitors that are remembered
_MINUTE = 60.0  # seconds in which a visitor's whole allowance comes back


@dataclass(frozen=True, slots=True)
class Visitor:
    """The sender of a request.

    ``name`` is ``""`` if no login is required; then anyone who can reach the page has the rights of an ``admin``.
    """

    name: str
    admin: bool
    address: str


def visitor_of(scope: Mapping[str, Any]) -> Visitor:
    """Return the visitor that ``ui.access.login`` put into a request; without login an unnamed one with all rights."""
    known = scope.get("user")
    return known if isinstance(known, Visitor) else Visitor("", True, address_of(scope))


def visitor_through(request: Any) -> Visitor:
    """Return the visitor of a request as Gradio passes it to a function: Starlette's request, mostly in a wrapper.

    Never stored in a context variable: Gradio's queue runs an event in the context of whichever request came first.
    """
    return visitor_of(getattr(request, "request", request).scope)


def address_of(scope: Mapping[str, Any]) -> str:
    """Return the IP address of a request; for IPv6 the /64 network, which belongs to one customer as a whole."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class TooOftenError(QaError):
    """A visitor has reached the rate limit; after ``seconds`` they may ask again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Rate:
    """Rate limit of questions: a visitor may use a minute's allowance at once, and it comes back evenly over a minute.

    The generic cell rate algorithm (ITU-T I.371): one time is stored for each visitor.  Beyond 10,000 visitors, those
    who asked last are remembered.

    Args:
        limits: ``answers_per_minute`` for one logged-in user; ``answers_per_minute_unnamed`` for one address if no
            login is required.
        clock: seconds.
    """

    def __init__(self, limits: Limits = LIMITS, clock: Callable[[], float] = time.monotonic) -> None:
        self._named, self._unnamed = limits.answers_per_minute, limits.answers_per_minute_unnamed
        self._clock = clock
        # When the whole allowance is back: at most a minute after the last question, so entries expire after a minute.
        self._spent: TTLCache[tuple[bool, str], float, float] = TTLCache(_MOST, _MINUTE, clock)
        self._lock = threading.Lock()

    def take(self, visitor: Visitor) -> None:
        """Count a question.

        Raises:
            TooOftenError: if the visitor has used up the allowance.
        """
        most, setting = (
            (self._named, "answers_per_minute") if visitor.name else (self._unnamed, "answers_per_minute_unnamed")
        )
        key, step = (bool(visitor.name), visitor.name or visitor.address), _MINUTE / most
        with self._lock:
            now = self._clock()
            spent = max(self._spent.get(key, now), now) + step
            wait = spent - now - _MINUTE
            if wait <= 1e-6:
                self._spent[key] = spent
                return
        seconds = math.ceil(wait)
        raise TooOftenError(
            f"too many questions: at most {most:,} a minute are answered ({setting}); ask again in {spoken(seconds)}",
            seconds,
        )


def spoken(seconds: int) -> str:
    """Return a duration in words, ``1 second`` or ``5 minutes``."""
    count, unit = (seconds, "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{count} {unit}" + "s" * (count != 1)
