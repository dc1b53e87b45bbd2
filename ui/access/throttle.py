"""Login throttling: an exponential delay after repeated failures."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import LRUCache, TTLCache

FREE = 5  # wrong passwords before the first delay
_NAME_SECONDS = 30  # the longest delay for a name: strangers must not be able to lock out its owner
_ADDRESS_SECONDS = 600  # the longest delay for an address
_FORGOTTEN_SECONDS = 3_600
_MOST = 10_000  # names, addresses, and pairs of them


@dataclass(slots=True)
class _Tries:
    count: int = 0
    until: float = 0.0


class Throttle:
    """Delays of further login attempts, by address and by name.

    An attempt counts as wrong from its beginning, so that of many concurrent attempts only the first few are checked.
    The delay is 1 second after five wrong attempts, and doubles with each further one.  It applies to an address, for
    any names, and to a name, from any address.  It does not apply to a name at an address from which that user has
    logged in before, so that strangers who guess passwords do not delay the owner.

    An hour after the last attempt that counted, the count starts again.  Called in the event loop alone, so there is no
    lock.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: TTLCache[tuple[str, str], _Tries, float] = TTLCache(_MOST, _FORGOTTEN_SECONDS, clock)
        self._known: LRUCache[tuple[str, str], None] = LRUCache(_MOST)

    def begin(self, name: str, address: str) -> int:
        """Return the seconds to wait; 0: the password is checked now, and counts as wrong until it is proved right."""
        now = self._clock()
        longest = {("address", address): _ADDRESS_SECONDS}
        if (name, address) not in self._known:
            longest["name", name] = _NAME_SECONDS
        tried = {key: self._tries.get(key) or _Tries() for key in longest}
        if (wait := max(tries.until for tries in tried.values()) - now) > 0:
            return math.ceil(wait)
        for key, tries in tried.items():
            tries.count += 1
            if tries.count >= FREE:
                tries.until = now + min(2.0 ** min(tries.count - FREE, 20), longest[key])
            self._tries[key] = tries  # forgotten an hour from now
        return 0

    def passed(self, name: str, address: str) -> None:
        """Note that the password was right."""
        self.undo(name, address)
        if (name, address) not in self._known:
            self._tries.pop(("name", name), None)
        self._known[name, address] = None

    def undo(self, name: str, address: str) -> None:
        """Take back an attempt that does not count."""
        counted = [("address", address), ("name", name)]
        for key in counted[: 1 if (name, address) in self._known else 2]:
            if tries := self._tries.get(key):
                tries.count = max(0, tries.count - 1)
                tries.until = 0.0  # the delay was over when the attempt began
