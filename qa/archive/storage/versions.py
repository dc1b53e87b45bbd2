"""Earlier versions of updated articles, keyed by the digest of their text, so that citations of them can be checked.

Searches see only the newest version.  Removing an article removes its earlier versions too.
"""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from qa.archive.storage.database import ARTICLE_FIELDS
from qa.archive.storage.hashing import article_matches, text_digest
from qa.errors import DamageError
from qa.records import Article

_FIELDS = ",".join(ARTICLE_FIELDS)
# The id is the article's own: an update never changes it.
_OWN_FIELDS = ",".join(name for name in ARTICLE_FIELDS if name != "id")


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier version of an article.

    ``digest`` is the SHA-256 of its text, in hex; ``replaced`` is when the next version was stored (ISO 8601, UTC).
    """

    digest: str
    replaced: str


def keep(connection: sqlite3.Connection, key: int, newer: Article) -> None:
    """Store the current article as an earlier version if ``newer``, which replaces it, has another text.

    A damaged article is not stored: it would prove nothing.
    """
    *fields, content = connection.execute(f"SELECT {_FIELDS}, content FROM article WHERE key = ?", (key,)).fetchone()
    older = Article(*fields)
    if older.text == newer.text or not article_matches(older, content):
        return
    values = (key, text_digest(older.text), datetime.now(UTC).isoformat(timespec="seconds"), content, *fields[1:])
    connection.execute(
        f"INSERT OR REPLACE INTO version (article, digest, replaced, content, {_OWN_FIELDS})"
        f" VALUES ({','.join('?' * len(values))})",
        values,
    )


def listed(connection: sqlite3.Connection, article_id: str) -> list[Version]:
    """Return the earlier versions of an article, the newest first, in the order of replacement, not of the clock."""
    if not kept(connection):
        return []
    query = (
        "SELECT v.digest, v.replaced FROM version v JOIN article a ON a.key = v.article WHERE a.id = ?"
        " ORDER BY v.rowid DESC"
    )
    return [Version(*row) for row in connection.execute(query, (article_id,))]


def find(connection: sqlite3.Connection, article_id: str, digest: str) -> Article | None:
    """Return the newest earlier version of an article whose digest starts with ``digest``; None if there is none.

    Raises:
        DamageError: if it does not match its hash.
    """
    if not digest or not kept(connection):
        return None
    query = (
        f"SELECT a.id, v.content, {','.join(f'v.{name}' for name in ARTICLE_FIELDS[1:])}"
        " FROM version v JOIN article a ON a.key = v.article"
        " WHERE a.id = ? AND substr(v.digest, 1, ?) = ? ORDER BY v.rowid DESC LIMIT 1"
    )
    row = connection.execute(query, (article_id, len(digest), digest)).fetchone()
    if row is None:
        return None
    own_id, content, *fields = row
    version = Article(own_id, *fields)
    if not article_matches(version, content):
        raise DamageError(f"an earlier version of article {article_id} is damaged and not shown; run: qa verify")
    return version


def kept(connection: sqlite3.Connection) -> bool:
    """Return whether the archive's format stores versions."""
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'version'").fetchone())
