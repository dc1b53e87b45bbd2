"""Wrong passwords: after a few of them one has to wait, ever longer."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

FREE = 5  # wrong passwords before one has to wait
_NAME_SECONDS = 30  # the longest wait for one name: strangers must not be able to keep its owner out
_ADDRESS_SECONDS = 600  # the longest for one address
_FORGOTTEN_SECONDS = 3_600
_MOST = 10_000  # names, addresses, and pairs of them
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(slots=True)
class _Tries:
    count: int = 0
    last: float = 0.0
    until: float = 0.0


class Throttle:
    """Says how long to wait before a password is looked at.

    A try counts as wrong from its beginning, so that many at once are not all looked at.  The wait is 1 second after
    five wrong ones, then twice as long after each.  It holds for an address, whatever names it tries, and for a name,
    whatever addresses try it; but not for a name at an address where it has logged in before, so that strangers who
    guess at a name do not keep its owner waiting.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, name: str, address: str) -> int:
        """Return the seconds to wait; 0: the password is looked at now, and counts as wrong until it proves right."""
        now = self._clock()
        tried = [(self._of("address", address, now), _ADDRESS_SECONDS)]
        if (name, address) not in self._known:
            tried.append((self._of("name", name, now), _NAME_SECONDS))
        if (wait := max(tries.until for tries, _ in tried) - now) > 0:
            return math.ceil(wait)
        for tries, longest in tried:
            tries.count += 1
            tries.last = now
            if tries.count >= FREE:
                tries.until = now + min(2.0 ** min(tries.count - FREE, 20), longest)
        return 0

    def passed(self, name: str, address: str) -> None:
        """Note that the password was right."""
        self.undo(name, address)
        if (name, address) not in self._known:
            self._tries.pop(("name", name), None)
        _keep(self._known, (name, address), None)

    def undo(self, name: str, address: str) -> None:
        """Take back a try that did not count after all."""
        counted = [("address", address), ("name", name)]
        for key in counted[: 1 if (name, address) in self._known else 2]:
            if tries := self._tries.get(key):
                tries.count = max(0, tries.count - 1)
                tries.until = 0.0  # it was over when the try began

    def _of(self, kind: str, value: str, now: float) -> _Tries:
        tries = self._tries.get((kind, value))
        if tries is None or now - tries.last > _FORGOTTEN_SECONDS:
            tries = _Tries(last=now)
        _keep(self._tries, (kind, value), tries)
        return tries


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST:
        kept.popitem(last=False)
