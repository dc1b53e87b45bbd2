"""Errors for users, all derived from one class.

    QaError
    ├── InputError      a file, question or option that cannot be used
    ├── ModelError      an embedder or reranker that cannot be loaded
    └── ArchiveError    an archive that is missing, made by another version, or cannot be written
        ├── DamageError     stored data that does not match its hash
        └── BusyError       another process is writing

Every message names the file or setting, the cause and the way out, in one line.
"""


class QaError(Exception):
    """The base class of all errors for users."""


class InputError(QaError):
    """A file, question or option that cannot be used."""


class ModelError(QaError):
    """An embedder or reranker that cannot be loaded."""


class ArchiveError(QaError):
    """An archive that is missing, made by another version, or cannot be written."""


class DamageError(ArchiveError):
    """Stored data that does not match its hash."""


class BusyError(ArchiveError):
    """Another process is writing to the archive."""


def in_short(error: BaseException) -> str:
    """Return the message of another library's error in a line of at most 80 characters; its class if it has none."""
    return " ".join(str(error).split())[:80] or type(error).__name__


def check_text(value: object, name: str) -> str:
    """Return the value, once it is known to be text that can be searched for and stored.

    Raises:
        InputError: if it is not a string, or contains half a surrogate pair.
    """
    if not isinstance(value, str):
        raise InputError(f"{name}={value!r} is not a text; give a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name}: contains half a surrogate pair, which is not a character; remove it") from None
    return value
