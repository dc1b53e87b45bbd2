"""Those who have shown who they are, known again for a while by a secret that only they have."""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from ui.access.passwords import User

_MOST = 10_000


class Remembered:
    """Users by secrets: the token in a cookie, or the password that a program sends with each request.

    Of the secret only a keyed hash is kept, in memory, so that nothing is left of it when the server ends.  Whoever
    gets another password, or is removed from the file, is forgotten.

    Args:
        seconds: for how long.
        clock: seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._kept: OrderedDict[bytes, tuple[User, float]] = OrderedDict()  # oldest first

    def add(self, secret: str, user: User) -> None:
        """Know a user by this secret from now on."""
        self.drop(secret)
        self._kept[self._hash(secret)] = user, self._clock() + self._seconds
        if len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def find(self, secret: str, users: Mapping[str, User]) -> User | None:
        """Return whose secret this is, as they stand among ``users`` now; None: nobody's, or not any more."""
        user, until = self._kept.get(self._hash(secret), (None, 0.0))
        now = users.get(user.name) if user else None
        if user and now and now.password == user.password and self._clock() < until:
            return now
        self.drop(secret)
        return None

    def drop(self, secret: str) -> None:
        """Know nobody by this secret any more."""
        self._kept.pop(self._hash(secret), None)

    def _hash(self, secret: str) -> bytes:
        return hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), hashlib.sha256)
