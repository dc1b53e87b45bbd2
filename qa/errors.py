"""What users are told when something cannot be done.

    QaError
    ├── InputError      a file, question or option that cannot be used
    ├── ModelError      an embedder or reranker that cannot be loaded
    └── ArchiveError    an archive that is missing, made by another version, or cannot be written
        ├── DamageError     stored data that does not match its hash
        └── BusyError       another process is writing

Every message names the file or setting, the cause and the way out, in one line.
"""


class QaError(Exception):
    """The root of all errors that are meant for users."""


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
    """Return what another library's error says, in a line of at most 80 characters; its kind if it says nothing."""
    return " ".join(str(error).split())[:80] or type(error).__name__


def check_text(value: object, name: str) -> str:
    """Return a text that can be searched for and stored.

    Raises:
        InputError: if it is not a text, or holds half a surrogate pair.
    """
    if not isinstance(value, str):
        raise InputError(f"{name}={value!r} is not a text; give a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(f"{name}: holds half a surrogate pair, which is no character; remove it") from None
    return value
