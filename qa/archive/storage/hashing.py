"""What stored data is known by: the hashes that are kept beside it, and whether it still matches them.

SQLite and FAISS do not notice a flipped bit.  Whatever is shown or searched is therefore compared with its SHA-256
first; what does not match is left out and named by ``qa verify``.
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
    # Longer ones are no terms that BM25's index can filter by.
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
    """Return the SHA-256 of an article's text, in hex, by which citations know it."""
    return hashlib.sha256(text.encode()).hexdigest()


def article_matches(article: Article, content: object) -> bool:
    """Return whether a stored article is the one whose content hash was stored with it."""
    # A flipped bit can turn a text into a number or into bytes.
    if not all(isinstance(field, str) for field in _VALUES(article)):
        return False
    try:
        return _content(article) == content
    except UnicodeEncodeError:
        return False


def text_matches(text: object, sha256: object) -> bool:
    """Return whether a stored text is the one whose SHA-256 was stored with it."""
    return isinstance(text, str) and hashlib.sha256(text.encode()).digest() == sha256


def bytes_match(value: object, sha256: object) -> bool:
    """Return whether a stored value is the one whose SHA-256 was stored with it."""
    return isinstance(value, bytes) and hashlib.sha256(value).digest() == sha256


def vector_matches(value: object, sha256: object, dimension: int) -> bool:
    """Return whether a stored vector is the one whose SHA-256 was stored with it, and has so many float32."""
    return isinstance(value, bytes) and len(value) == 4 * dimension and bytes_match(value, sha256)


def settings_hash(settings: Mapping[str, str]) -> str:
    """Return the SHA-256 over what is baked into an archive, in hex."""
    return hashlib.sha256(json.dumps(sorted(settings.items())).encode()).hexdigest()


def _content(article: Article) -> str:
    return hashlib.sha256(json.dumps(_VALUES(article)[1:], ensure_ascii=False).encode()).hexdigest()
