"""A password file as ``qa password`` makes it, of passwords that are cheap to check."""

from pathlib import Path

from argon2 import PasswordHasher

from ui.access.passwords import Argon2Hash, User

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ANNA, ROLF = ("anna", "correct horse"), ("rolf", "battery staple")


def cheap(name: str, role: str, password: str) -> User:
    return User(name, role, Argon2Hash.of(password, CHEAP))


def password_file(folder: Path) -> Path:
    """Make a file with an admin, Anna, and a reader, Rolf."""
    path = folder / "passwords"
    path.write_text(f"{cheap(ANNA[0], 'admin', ANNA[1])}\n{cheap(ROLF[0], 'reader', ROLF[1])}\n")
    path.chmod(0o600)
    return path
