"""Password file: one line for each user, with name, role and password hash.

    anna:admin:$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>
    rolf:reader:scrypt$16384$8$5$<salt>$<hash>

Empty lines and lines that begin with # are left as they are.  New hashes are Argon2id (RFC 9106) with the cost that
argon2-cffi recommends: 64 MiB a check.  scrypt hashes (RFC 7914) of earlier versions are still accepted.
"""

import hashlib
import hmac
import logging
import os
import re
import tempfile
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import HashingError, VerificationError, VerifyMismatchError

from qa.archive.storage.files import flush_folder
from qa.errors import InputError

_log = logging.getLogger("ui.passwords")

READER, ADMIN = "reader", "admin"
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}", re.ASCII)
_SHORTEST, _LONGEST = 8, 1_000  # characters of a password
_MOST_BYTES = 1_000_000  # of a file
_HASHER = PasswordHasher()
_COUNT = r"([1-9]\d{0,9})"
_ARGON2 = re.compile(rf"\$argon2id\$v=19\$m={_COUNT},t={_COUNT},p={_COUNT}\$([^$]+)\$([^$]+)", re.ASCII)
# Limits of one check: bytes of memory; bytes filled in all passes; lanes, each of which is a thread in Argon2.
_MOST_MEMORY, _MOST_FILLED, _MOST_LANES = 2**28, 2**30, 16
_LANE = 2**18  # the cost of starting a lane's threads in each pass, as the bytes that could be filled in that time


@dataclass(frozen=True, slots=True)
class Argon2Hash:
    """An Argon2id password hash; ``encoded`` holds cost, salt and digest as argon2-cffi writes them."""

    encoded: str

    @classmethod
    def of(cls, password: str, hasher: PasswordHasher = _HASHER) -> "Argon2Hash":
        """Return the hash of a password, with a new salt.

        Raises:
            InputError: if memory or threads run out.
        """
        try:
            return cls(hasher.hash(_typed(password)))
        except HashingError as error:
            raise _without_room(error) from error

    @classmethod
    def parse(cls, text: str) -> "Argon2Hash":
        """Return the hash that a line of the file holds.

        Raises:
            ValueError: if it is malformed, or ``matches`` could not compute it.
        """
        if not (found := _ARGON2.fullmatch(text)):
            raise ValueError(text)
        memory, _, lanes = map(int, found.groups()[:3])
        salt, digest = map(_unpadded, found.groups()[3:])
        if memory < 8 * lanes or len(salt) < 8 or len(digest) != 32:
            raise ValueError(text)
        return cls(text)

    @property
    def allowed(self) -> bool:
        """Whether the cost of a check is within the limits."""
        cost = extract_parameters(self.encoded)
        memory = 1024 * cost.memory_cost
        each = max(memory, _LANE * cost.parallelism)
        return _allowed(memory, each * cost.time_cost, cost.parallelism)

    def matches(self, password: str) -> bool:
        """Return whether this is the hash of the password; the time it takes does not depend on the result.

        Raises:
            InputError: if memory or threads run out.
        """
        try:
            return _HASHER.verify(self.encoded, _typed(password))
        except VerifyMismatchError:
            return False
        except VerificationError as error:
            raise _without_room(error) from error

    def __str__(self) -> str:
        """Return the hash as the file writes it."""
        return self.encoded


@dataclass(frozen=True, slots=True)
class ScryptHash:
    """A scrypt password hash of an earlier version: its cost, the salt and the digest."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> "ScryptHash":
        """Return the hash that a line of the file holds.

        Raises:
            ValueError: if it is malformed, or ``matches`` could not compute it.
        """
        kind, *cost, salt, digest = text.split("$")
        n, r, p = map(int, cost)
        hashed = cls(n, r, p, b64decode(salt, validate=True), b64decode(digest, validate=True))
        usable = n > 1 and n & (n - 1) == 0 and r > 0 and p > 0 and n.bit_length() <= 16 * r
        if not (kind == "scrypt" and usable and hashed.salt and len(hashed.digest) == 32):
            raise ValueError(text)
        return hashed

    @property
    def allowed(self) -> bool:
        """Whether the cost of a check is within the limits."""
        block = 128 * self.r
        return _allowed(block * (self.n + self.p + 2), block * self.n * self.p, self.p)

    def matches(self, password: str) -> bool:
        """Return whether this is the hash of the password; the time it takes does not depend on the result."""
        digest = hashlib.scrypt(
            _typed(password), salt=self.salt, n=self.n, r=self.r, p=self.p, maxmem=_MOST_MEMORY, dklen=32
        )
        return hmac.compare_digest(digest, self.digest)

    def __str__(self) -> str:
        """Return the hash as the file writes it."""
        salt, digest = (b64encode(part).decode() for part in (self.salt, self.digest))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${digest}"


def _typed(password: str) -> bytes:
    # Depending on the keyboard, one password can be typed as different characters (é, or e and an accent).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _unpadded(text: str) -> bytes:
    """Return the bytes of Argon2's Base64, which is unpadded and has one spelling for each value."""
    decoded = b64decode(text + "=" * (-len(text) % 4), validate=True)
    if b64encode(decoded).decode().rstrip("=") != text:
        raise ValueError(text)
    return decoded


def _allowed(memory: int, filled: int, lanes: int) -> bool:
    return memory <= _MOST_MEMORY and filled <= _MOST_FILLED and lanes <= _MOST_LANES


def _without_room(error: Exception) -> InputError:
    return InputError(f"a password cannot be checked or hashed now ({error}); free memory, or allow more threads")


PasswordHash: TypeAlias = Argon2Hash | ScryptHash


@dataclass(frozen=True, slots=True)
class User:
    """A user who may log in; ``role`` is ``reader`` or ``admin``."""

    name: str
    role: str
    password: PasswordHash

    @property
    def admin(self) -> bool:
        """Whether the user may add and remove articles, if the page allows that at all."""
        return self.role == ADMIN

    def __str__(self) -> str:
        """Return the user's line of the file."""
        return f"{self.name}:{self.role}:{self.password}"


class Users:
    """The users of a password file, read again when it changes: a removed user is logged out at once.

    Args:
        path: the file.

    Raises:
        InputError: if the file cannot be used, or holds no user.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state: tuple[int, ...] = ()
        self._users: Mapping[str, User] = {}
        self._problem = ""
        if not read_users(path):
            raise InputError(f"{path}: holds no user, so nobody could log in; run: qa password {path} NAME")

    def current(self) -> Mapping[str, User]:
        """Return the users who may log in now, by name.

        Raises:
            InputError: if the file can no longer be used; then nobody may log in.
        """
        try:
            found = self._path.stat()
            state: tuple[int, ...] = found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
        except OSError:
            state = ()
        if not state or state != self._state:
            self._state, before = state, self._problem
            try:
                self._users, self._problem = read_users(self._path), ""
            except InputError as error:
                self._users, self._problem = {}, str(error)
                if self._problem != before:
                    _log.error("%s", error)
        if self._problem:
            raise InputError(self._problem)
        return self._users

    def check(self, name: str, password: str) -> User | None:
        """Return the user with this name and password; None if either is wrong, which takes the same time.

        Raises:
            InputError: if the file can no longer be used, or there is no memory for the check.
        """
        users = self.current()
        # For an unknown name another user's hash is computed, always the same one for that name, and the result is not
        # used.  A file can hold hashes of several costs: with one fixed hash the time would reveal which names exist.
        typed = name.encode("utf-8", "surrogatepass")
        other = min(
            users.values(), key=lambda user: hmac.digest(str(user.password).encode(), typed, "sha256"), default=None
        )
        if not (user := users.get(name, other)):
            return None
        try:
            right = user.password.matches(password)
        except InputError as error:
            _log.error("%s", error)
            raise
        return user if right and user.name == name else None


def read_users(path: Path) -> dict[str, User]:
    """Return the users of a file, by name.

    Raises:
        InputError: if the file cannot be read, other users of the machine may read it, or a line is malformed.
    """
    lines = _lines(path)
    if (mode := path.stat().st_mode & 0o777) & 0o077:
        raise InputError(f"{path}: other users may read or change it (mode {mode:o}); run: chmod 600 {path}")
    users: dict[str, User] = {}
    for number, line in enumerate(lines, 1):
        if user := _user(path, number, line):
            if user.name in users:
                raise InputError(f"{path}, line {number}: {user.name!r} is listed twice; remove one of the lines")
            users[user.name] = user
    return users


def set_password(path: Path, name: str, password: str, role: str = "") -> User:
    """Add a user to a file, which is made if there is none, or change a user's password; return the user.

    Args:
        path: the file; only its owner may read it afterwards.
        name: the user's name.
        password: at least 8 characters.
        role: ``reader`` or ``admin``; ``""``: the role that the user has, else ``reader``.

    Raises:
        InputError: if name, password or file cannot be used, or there is no memory to hash with.
    """
    check_name(name)
    if not _SHORTEST <= len(password) <= _LONGEST:
        told = "is empty" if not password else f"has {len(password)} characters"
        raise InputError(f"password: {told}; give {_SHORTEST} to {_LONGEST:,} characters")
    lines = _lines(path) if path.exists() else []
    place = _place(path, lines, name)
    old = _user(path, place + 1, lines[place]) if place < len(lines) else None
    user = User(name, role or (old.role if old else READER), Argon2Hash.of(password))
    lines[place : place + 1] = [str(user)]
    _write(path, lines)
    return user


def remove_user(path: Path, name: str) -> None:
    """Remove a user from a file.

    Raises:
        InputError: if the file has no such user, or cannot be read or written.
    """
    lines = _lines(path)
    place = _place(path, lines, name)
    if place == len(lines):
        raise InputError(f"{path}: has no user {name!r}; the file lists the names")
    del lines[place]
    _write(path, lines)


def check_name(name: str) -> None:
    """Check that a user name is valid.

    Raises:
        InputError: if it is not.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"name={name!r} cannot be used: give 1 to 64 characters, small letters a to z, digits and . _ @ -, with a "
            "letter or digit first"
        )


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path}: is not a password file (more than {_MOST_BYTES:,} bytes); name another file")
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; make it with: qa password {path} NAME") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not a password file (not UTF-8 text); name another file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); give access or another file") from None


def _place(path: Path, lines: list[str], name: str) -> int:
    """Return the index of a user's line, or the number of lines if there is none; every line is checked."""
    users = [_user(path, number, line) for number, line in enumerate(lines, 1)]
    return next((place for place, user in enumerate(users) if user and user.name == name), len(lines))


def _user(path: Path, number: int, line: str) -> User | None:
    if not line.strip() or line.startswith("#"):
        return None
    try:
        name, role, kept = line.strip().split(":")
        if not (_NAME.fullmatch(name) and role in {READER, ADMIN}):
            raise ValueError
        hashed: PasswordHash = Argon2Hash.parse(kept) if kept.startswith("$") else ScryptHash.parse(kept)
    except ValueError:
        raise InputError(
            f"{path}, line {number}: is not name:role:hash; remove the line and run: qa password {path} NAME"
        ) from None
    if not hashed.allowed:
        raise InputError(
            f"{path}, line {number}: its hash exceeds the limits of one check (256 MiB of memory, 1 GiB filled in all "
            f"passes, {_MOST_LANES} lanes); remove the line and run: qa password {path} NAME"
        )
    return User(name, role, hashed)


def _write(path: Path, lines: list[str]) -> None:
    """Write a new file beside the old one, and replace the old one by it; only its owner may read it."""
    target, temporary = Path(os.path.realpath(path)), ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
        flush_folder(target.parent)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(
            f"{path}: cannot be written ({error.strerror or error}); free disk space or allow writing"
        ) from error
