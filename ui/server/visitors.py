"""Who a request comes from, and how often they may ask."""

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

_MOST = 10_000  # that are kept in mind
_MINUTE = 60.0  # seconds in which all is given back


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who a request comes from.

    ``name`` is ``""`` where nobody has to log in; then whoever reaches the page may do what an ``admin`` may.
    """

    name: str
    admin: bool
    address: str


def visitor_of(scope: Mapping[str, Any]) -> Visitor:
    """Return who sent a request: whom ``ui.access.login`` put there, or, where nobody has to log in, anybody."""
    known = scope.get("user")
    return known if isinstance(known, Visitor) else Visitor("", True, address_of(scope))


def visitor_through(request: Any) -> Visitor:
    """Return who sent a request that Gradio gives a function: one of Starlette's, mostly in an envelope of its own.

    Never kept in a context variable: what waits in Gradio's queue runs in the context of whoever came first.
    """
    return visitor_of(getattr(request, "request", request).scope)


def address_of(scope: Mapping[str, Any]) -> str:
    """Return the address that a request comes from; of IPv6 the half that one customer gets whole."""
    host = (scope.get("client") or ("",))[0]
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class TooOftenError(QaError):
    """Somebody asks more often than is answered; ``seconds`` says when they may ask again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Rate:
    """How often visitors may ask: so many times at once, then as fast as these are given back over a minute.

    Kept as one time for each visitor, the generic cell rate algorithm (ITU-T I.371); those who asked last are kept.

    Args:
        limits: ``answers_per_minute`` of one who is logged in; ``answers_per_minute_unnamed`` of one address where
            nobody has to log in.
        clock: seconds.
    """

    def __init__(self, limits: Limits = LIMITS, clock: Callable[[], float] = time.monotonic) -> None:
        self._named, self._unnamed = limits.answers_per_minute, limits.answers_per_minute_unnamed
        self._clock = clock
        # When all is given back: at most a minute after the last question, when it need not be stored any more.
        self._spent: TTLCache[tuple[bool, str], float, float] = TTLCache(_MOST, _MINUTE, clock)
        self._lock = threading.Lock()

    def take(self, visitor: Visitor) -> None:
        """Count a question.

        Raises:
            TooOftenError: if it is one too many.
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
            f"more than {most:,} questions in a minute are not answered ({setting}); ask again in {spoken(seconds)}",
            seconds,
        )


def spoken(seconds: int) -> str:
    """Return a time as it is told, ``1 second`` or ``5 minutes``."""
    count, unit = (seconds, "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{count} {unit}" + "s" * (count != 1)
