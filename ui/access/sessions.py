"""Login sessions, keyed by the hash of a session token or of a program's password."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping

from cachetools import TTLCache

from ui.access.passwords import User

_MOST = 10_000


class Remembered:
    """Sessions by secret: the token in a cookie, or the password that a program sends with each request.

    Only a keyed hash of the secret is stored, in memory, so nothing is left of it when the server ends.  A session ends
    when its user gets another password or is removed from the file.  Beyond 10,000 sessions, those that were used last
    stay.  Called in the event loop alone, so there is no lock.

    Args:
        seconds: how long a session lasts.
        clock: seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = secrets.token_bytes(32)
        self._kept: TTLCache[bytes, User, float] = TTLCache(_MOST, seconds, clock)

    def add(self, secret: str, user: User) -> None:
        """Begin a session of a user under a secret."""
        self._kept[self._hash(secret)] = user

    def find(self, secret: str, users: Mapping[str, User]) -> User | None:
        """Return the user of a session as ``users`` holds them now; None if there is no session, or no longer one."""
        user = self._kept.get(self._hash(secret))
        now = users.get(user.name) if user else None
        if user and now and now.password == user.password:
            return now
        self.drop(secret)
        return None

    def drop(self, secret: str) -> None:
        """End the session of a secret."""
        self._kept.pop(self._hash(secret), None)

    def _hash(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
