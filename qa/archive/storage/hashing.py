"""Content hashes of stored data, and their verification.

SQLite and FAISS do not notice a flipped bit.  All data is therefore compared with its SHA-256 before it is shown or
searched; damaged data is left out, and ``qa verify`` names it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from operator import attrgetter

from qa.errors import InputError
from qa.records import Article
from qa.settings import LIMITS

# ``dataclasses.astuple`` copies deeply, which costs more than the hash.
_VALUES = attrgetter(*(field.name for field in fields(Article)))


def content_hash(article: Article) -> str:
    """Return the SHA-256 over every field but the id, in hex.

    Raises:
        InputError: if a field holds NUL or half a surrogate pair, or the id or source is too long.
    """
    values = _VALUES(article)
    # The BM25 index cannot filter by longer terms.
    bounded = ("id", article.id, LIMITS.id_characters), ("source", article.source, LIMITS.source_characters)
    for name, value, most in bounded:
        if len(value) > most:
            raise InputError(f"article {article.id[:40]!r}: {name} has {len(value)} characters, more than {most}")
    if any("\0" in value for value in values):
        raise InputError(f"article {article.id or article.title!r}: holds a NUL character; remove it")
    try:
        return _content(article)
    except UnicodeEncodeError:
        raise InputError(f"article {article.id or article.title!r}: holds half a surrogate pair; remove it") from None


def text_digest(text: str) -> str:
    """Return the SHA-256 of an article's text, in hex, as citations hold it."""
    return hashlib.sha256(text.encode()).hexdigest()


def article_matches(article: Article, content: object) -> bool:
    """Return whether a stored article matches the content hash that was stored with it."""
    # A flipped bit can turn a text into a number or into bytes.
    if not all(isinstance(field, str) for field in _VALUES(article)):
        return False
    try:
        return _content(article) == content
    except UnicodeEncodeError:
        return False


def text_matches(text: object, sha256: object) -> bool:
    """Return whether a stored text matches the SHA-256 that was stored with it."""
    return isinstance(text, str) and hashlib.sha256(text.encode()).digest() == sha256


def bytes_match(value: object, sha256: object) -> bool:
    """Return whether a stored value matches the SHA-256 that was stored with it."""
    return isinstance(value, bytes) and hashlib.sha256(value).digest() == sha256


def vector_matches(value: object, sha256: object, dimension: int) -> bool:
    """Return whether a stored vector has ``dimension`` float32 numbers and matches the SHA-256 stored with it."""
    return isinstance(value, bytes) and len(value) == 4 * dimension and bytes_match(value, sha256)


def settings_hash(settings: Mapping[str, str]) -> str:
    """Return the SHA-256 over the settings that an archive was made with, in hex."""
    return hashlib.sha256(json.dumps(sorted(settings.items())).encode()).hexdigest()


def _content(article: Article) -> str:
    return hashlib.sha256(json.dumps(_VALUES(article)[1:], ensure_ascii=False).encode()).hexdigest()
