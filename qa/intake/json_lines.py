"""JSON Lines: one article a line, in a stream; a bad line is rejected by its number, the rest is read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.errors import InputError
from qa.intake import decoding
from qa.intake.datelines import dateline
from qa.intake.dates import normalise
from qa.intake.values import Defaults, Reading, Rejection
from qa.records import Article
from qa.settings import Limits

QUESTIONS = "this is a question file: use qa eval"


def read_json_lines(path: Path, defaults: Defaults, limits: Limits, walked: bool) -> Iterator[Reading | Rejection]:
    """Yield each line's article or rejection.

    A question file that was ``walked`` to, not named, is passed over; the first record decides.
    """
    file, empty, first = str(path), True, True
    try:
        encoding = _encoding(path)
        lines = decoding.split_lines(path, limits.line_bytes) if not encoding else _decoded(path, encoding, limits)
        for number, raw in lines:
            if raw is None:
                empty = False
                reason = f"the line is over the limit of {limits.line_bytes} bytes (line_bytes): split it"
                yield Rejection(file, number, reason)
                continue
            if number == 1:
                decoding.refuse_binary(raw)
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if not raw.strip():
                continue
            empty = False
            try:
                record, notes = _record(raw)
                if "question" in record and "text" not in record:
                    if walked and first:
                        return
                    raise InputError(QUESTIONS)
                yield Reading(_article(record, defaults, limits, notes), file, number, (), tuple(notes))
            except InputError as error:
                yield Rejection(file, number, str(error))
            first = False
    except InputError as error:
        yield Rejection(file, 0, str(error))
        return
    except OSError as error:
        yield Rejection(file, 0, f"cannot be read ({error.strerror or error})")
        return
    if empty:
        yield Rejection(file, 0, "empty: there is nothing to read")


def _encoding(path: Path) -> str:
    """Return the encoding that a byte-order mark names, "" for UTF-8 and its kin."""
    try:
        with decoding.open_bytes(path) as stream:
            return decoding.wide_encoding(stream.read(4))
    except decoding.BROKEN:
        return ""  # the reader of lines says what is wrong


def _decoded(path: Path, encoding: str, limits: Limits) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines of a UTF-16 or UTF-32 file as UTF-8."""
    content = decoding.read_bytes(path, limits.file_bytes)
    text = content.decode(encoding, errors="replace")
    for number, line in enumerate(text.split("\n"), start=1):
        encoded = line.encode("utf-8", errors="surrogatepass")
        yield number, encoded if len(encoded) <= limits.line_bytes else None


def _record(raw: bytes) -> tuple[dict[str, Any], list[str]]:
    text, notes = decoding.decode(raw)
    try:
        record = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise InputError("not valid JSON: nested too deep") from error
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON ({error.msg} at character {error.pos + 1})") from error
    except ValueError as error:  # NaN, or a number of thousands of digits
        raise InputError(f"not valid JSON ({str(error)[:80]})") from error
    if not isinstance(record, dict):
        raise InputError("not a JSON object: give one article a line")
    return record, list(notes)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _article(record: dict[str, Any], defaults: Defaults, limits: Limits, notes: list[str]) -> Article:
    text = record.get("text")
    if text is None:
        raise InputError("text is missing")
    if not isinstance(text, str):
        raise InputError("text is not a string")
    text, lost = decoding.clean(text)
    notes += lost
    if not text.strip():
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


def _identifier(record: dict[str, Any]) -> str:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(record, "id")


def _string(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{name} is not a string")
    return " ".join(decoding.clean(value)[0].split())


def _authors(record: dict[str, Any]) -> str:
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


def _date(record: dict[str, Any], names: tuple[str, ...], notes: list[str]) -> str:
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
