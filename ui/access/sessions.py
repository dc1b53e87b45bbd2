"""Those who have shown who they are, known again for a while by a secret that only they have."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping

from cachetools import TTLCache

from ui.access.passwords import User

_MOST = 10_000


class Remembered:
    """Users by secrets: the token in a cookie, or the password that a program sends with each request.

    Of the secret only a keyed hash is kept, in memory, so that nothing is left of it when the server ends.  Whoever
    gets another password, or is removed from the file, is forgotten.  Of too many those that were used last stay.
    Called in the event loop alone, so there is no lock.

    Args:
        seconds: for how long.
        clock: seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = secrets.token_bytes(32)
        self._kept: TTLCache[bytes, User, float] = TTLCache(_MOST, seconds, clock)

    def add(self, secret: str, user: User) -> None:
        """Know a user by this secret from now on."""
        self._kept[self._hash(secret)] = user

    def find(self, secret: str, users: Mapping[str, User]) -> User | None:
        """Return whose secret this is, as they stand among ``users`` now; None: nobody's, or not any more."""
        user = self._kept.get(self._hash(secret))
        now = users.get(user.name) if user else None
        if user and now and now.password == user.password:
            return now
        self.drop(secret)
        return None

    def drop(self, secret: str) -> None:
        """Know nobody by this secret any more."""
        self._kept.pop(self._hash(secret), None)

    def _hash(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
