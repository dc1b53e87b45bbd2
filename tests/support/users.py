"""A password file as ``qa password`` makes it, of passwords that are cheap to check."""

from pathlib import Path

from ui.access.passwords import Hashed, User

ANNA, ROLF = ("anna", "correct horse"), ("rolf", "battery staple")


def cheap(name: str, role: str, password: str) -> User:
    return User(name, role, Hashed.of(password, 2, 1, 1))


def password_file(folder: Path) -> Path:
    """Make a file with an admin, Anna, and a reader, Rolf."""
    path = folder / "passwords"
    path.write_text(f"{cheap(ANNA[0], 'admin', ANNA[1])}\n{cheap(ROLF[0], 'reader', ROLF[1])}\n")
    path.chmod(0o600)
    return path
