"""Conversion of a record (a JSON Lines object, a row of a table, an item of a feed) to an article."""

from collections.abc import Mapping
from typing import Any

from qa.anatomy.datelines import dateline
from qa.dates.iso import normalise
from qa.errors import InputError
from qa.intake.files import decoding
from qa.intake.results import Defaults
from qa.records import Article
from qa.settings import Limits


def article_of(record: Mapping[str, Any], defaults: Defaults, limits: Limits, notes: list[str]) -> Article:
    """Return a record's article; notes on lost characters and dates are added to ``notes``.

    Raises:
        InputError: Its text is missing, empty or over the limit, or a field is of the wrong type.
    """
    text = record.get("text")
    if text is None:
        raise InputError("text is missing")
    if not isinstance(text, str):
        raise InputError("text is not a string")
    text, lost = decoding.clean(text)
    notes += lost
    if decoding.is_blank(text):
        raise InputError("text is empty")
    if len(text) > limits.article_characters:
        raise InputError(
            f"text is over the limit of {limits.article_characters} characters (article_characters): split it"
        )
    published = _date(record, ("published", "date"), notes)
    stated_date = published or any(record.get(name) for name in ("published", "date"))
    return Article(
        id=_identifier(record),
        title=_string(record, "title"),
        dek=_string(record, "dek"),
        text=text,
        source=_string(record, "source") or defaults.source,
        authors=_authors(record),
        url=_string(record, "url") or defaults.url,
        published=published if stated_date else defaults.published,
        updated=_date(record, ("updated",), notes),
        dateline_text=dateline(text.lstrip()[:300])[0],
        language=_string(record, "language"),
    )


def _identifier(record: Mapping[str, Any]) -> str:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(record, "id")


def _string(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{name} is not a string")
    return " ".join(decoding.clean(value)[0].split())


def _authors(record: Mapping[str, Any]) -> str:
    for name in ("authors", "author"):
        value = record.get(name)
        if isinstance(value, list):
            if not all(isinstance(entry, str) for entry in value):
                raise InputError(f"{name} is not a string or a list of strings")
            value = ", ".join(entry.strip() for entry in value if entry.strip())
        elif value is not None and not isinstance(value, str):
            raise InputError(f"{name} is not a string or a list of strings")
        if value and value.strip():
            return " ".join(decoding.clean(value)[0].split())
    return ""


def _date(record: Mapping[str, Any], names: tuple[str, ...], notes: list[str]) -> str:
    for name in names:
        value = record.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 2999:
            value = str(value)  # a bare year
        elif value is not None and not isinstance(value, str):
            raise InputError(f"{name} is not a string")
        if value and value.strip():
            stamp = normalise(value)
            if not stamp:
                notes.append(f"date {value.strip()[:80]!r} not understood")
            return stamp
    return ""
