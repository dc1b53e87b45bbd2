"""Origins of articles: the file that each was read from, and whether it still exists.

An origin is the absolute path of that file.  A file of many articles (``.jsonl``, a table, a feed) has one origin for
each record: its path, and below it, where no file can be, a name made of the record's id.
"""

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

PATH = "CAST(path AS TEXT)"  # an origin in SQL: a flipped bit can turn the stored text into bytes
_RECORD = re.compile(r"/#[0-9a-f]{16}$")
_ESCAPED = re.compile(r"\\udc([89a-f][0-9a-f])")


def origin_of(file: str | Path, record: str = "") -> str:
    r"""Return the origin of an article: that of its file, or of one ``record`` in a file of many.

    Names need not be UTF-8; bytes that are not are written as ``\udcNN``.
    """
    path = str(Path(file).absolute()).encode("utf-8", "backslashreplace").decode()
    digest = hashlib.sha256(record.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return f"{path}/#{digest}" if record else path


def file_of(origin: str) -> str:
    """Return the path of an origin's file."""
    return _RECORD.sub("", origin)


def is_gone(origin: str) -> bool:
    """Return whether an origin's file is certainly gone; a file that cannot be checked may still be there.

    A record counts as gone only when its whole file is: feeds and daily exports hold only the newest records.
    """
    # Literal first: a name may hold a backslash of its own.
    for path in (file_of(origin), _ESCAPED.sub(lambda found: chr(int("dc" + found[1], 16)), file_of(origin))):
        try:
            os.lstat(path)
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return False
        return False
    return True


def note(connection: sqlite3.Connection, origin: str, key: int) -> None:
    """Store the origin of an article; ``""`` means that it has none."""
    if origin:
        connection.execute(
            "INSERT INTO origin VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET article = excluded.article"
            " WHERE article <> excluded.article",
            (origin, key),
        )


def forget(connection: sqlite3.Connection, origins: Iterable[str]) -> None:
    """Remove origins."""
    connection.executemany("DELETE FROM origin WHERE path = ?", ((origin,) for origin in origins))


def held_elsewhere(connection: sqlite3.Connection, key: int, origin: str) -> bool:
    """Return whether the same article was also read from another file, which still exists."""
    query = f"SELECT {PATH} FROM origin WHERE article = ? AND path <> ?"
    return any(not is_gone(path) for (path,) in connection.execute(query, (key, origin)))
