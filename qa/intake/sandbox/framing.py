"""Wire format between the parent and the sandbox process: JSON lists with a length prefix.

A frame is a length of four bytes, little-endian, and then a JSON list of that many bytes.  Half surrogate pairs, which
occur in file names that are not UTF-8, pass unchanged.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from qa.anatomy.page import Dropped
from qa.intake.results import Reading
from qa.records import Article

_LENGTH = struct.Struct("<I")
_ARTICLE_FIELDS = [field.name for field in fields(Article)]
_article_values = attrgetter(*_ARTICLE_FIELDS)  # takes a tenth of astuple's time


def encode(value: object) -> bytes:
    """Return a value as JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def frame(content: bytes) -> bytes:
    """Return a content with its length prefix."""
    return _LENGTH.pack(len(content)) + content


class Frames:
    """Splits arriving bytes into frames; a frame of more than ``limit`` bytes is a ValueError."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = bytearray()

    def feed(self, content: bytes) -> None:
        """Add bytes that have arrived."""
        self._bytes += content

    def take(self) -> list[Any] | None:
        """Return the next frame's list; None while it is incomplete.

        Raises:
            ValueError: It is too long, or not a JSON list.
        """
        if len(self._bytes) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._bytes)
        if length > self._limit:
            raise ValueError(f"a frame of {length} bytes")
        end = _LENGTH.size + length
        if len(self._bytes) < end:
            return None
        content = self._bytes[_LENGTH.size : end].decode("utf-8", "surrogatepass")
        del self._bytes[:end]
        try:
            values = json.loads(content)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if not isinstance(values, list):
            raise ValueError("not a list")
        return values


def reading_values(reading: Reading) -> list[Any]:
    """Return a reading as values for JSON, without its file."""
    dropped = [(one.line, one.text, one.reason) for one in reading.dropped]
    return [reading.line, _article_values(reading.article), dropped, reading.notes]


def made_reading(values: Sequence[Any], file: str) -> Reading:
    """Return the reading that ``reading_values`` turned into ``values``.

    Raises:
        ValueError: They are not what ``reading_values`` returns.
    """
    try:
        line, article, dropped, notes = values
        texts = [*article, *notes, *(text for one in dropped for text in one[1:])]
        if (
            not all(type(text) is str for text in texts)
            or type(line) is not int
            or len(article) != len(_ARTICLE_FIELDS)
        ):
            raise ValueError("not a reading")
        return Reading(Article(*article), file, line, tuple(Dropped(*one) for one in dropped), tuple(notes))
    except TypeError as error:
        raise ValueError("not a reading") from error
