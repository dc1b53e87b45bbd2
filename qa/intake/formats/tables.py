"""Parser for tables (.csv, .tsv): a header that names the columns, then a stream of one article per row.

Rows follow RFC 4180.  A row that breaks its rules (an unclosed quotation mark, too many fields) is rejected by the line
where it begins, and reading goes on at the line after that: a stray mark costs its row, never the rest.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import InputError
from qa.intake.files import decoding
from qa.intake.formats.json_lines import QUESTIONS
from qa.intake.formats.record_fields import article_of
from qa.intake.results import Defaults, Gate, Reading, Rejection, open_gate
from qa.settings import Limits

# The names of each field's column; the first one in the table counts.  Case and "_", "-" do not matter in the header.
COLUMNS = {
    "text": (
        "text", "body", "content", "article", "full text", "fulltext", "article text", "article body", "articlebody",
        "story", "maintext",
    ),
    "title": ("title", "headline", "article title"),
    "dek": ("dek", "description", "summary", "standfirst", "subtitle"),
    "source": ("source", "outlet", "publication", "publisher", "newspaper", "source name"),
    "authors": ("authors", "author", "byline"),
    "url": ("url", "link", "article url"),
    "published": (
        "published", "date", "published at", "publishedat", "publication date", "publish date", "date published",
        "published date", "pubdate", "pub date",
    ),
    "updated": ("updated", "updated at", "modified", "date modified", "lastmod"),
    "language": ("language", "lang"),
    "id": ("id", "article id"),
}  # fmt: skip
_MOST_LINES = 100_000  # of one row; the bytes of a row are bounded by ``line_bytes``
_DELIMITERS = {".csv": (",", ";", "\t"), ".tsv": ("\t",)}


@dataclass(frozen=True, slots=True)
class _Row:
    """The fields of a row, or the problem that kept them from being parsed; ``line`` is where the row begins."""

    line: int
    fields: list[str]
    notes: tuple[str, ...] = ()
    problem: str = ""


def read_table(
    path: Path, kind: str, defaults: Defaults, limits: Limits, walked: bool, gate: Gate = open_gate
) -> Iterator[Reading | Rejection]:
    """Yield each row's article or rejection.

    Args:
        path: of the table, compressed by its suffix.
        kind: ``.csv`` (delimited by comma, semicolon or tab, whichever gives the header its names) or ``.tsv``.
        defaults: values for fields that a row leaves empty.
        limits: ``line_bytes`` limits a row, ``file_bytes`` a table that has to be decoded as a whole.
        walked: whether it was found by walking a folder; a table of questions is then skipped.
        gate: decides which rows are parsed.

    Raises:
        InputError: It is empty, has no column for the text, or is damaged; the rows before were yielded.
        OSError: It cannot be opened or read.
    """
    file = str(path)
    lines = _Lines(decoding.numbered_lines(path, limits.line_bytes, limits.file_bytes), limits.line_bytes)
    header, delimiter = _header(lines, kind)
    places = _places(header)
    if "text" not in places:
        if "question" in map(_plain, header):
            if walked:
                return
            raise InputError(QUESTIONS)
        raise InputError(_no_text(header))
    lines.drop()
    empty = True
    for row in _rows(lines, delimiter):
        empty = False
        if not gate(row.line):
            continue
        notes = list(row.notes)
        try:
            record = _record(row, places, len(header))
            yield Reading(article_of(record, defaults, limits, notes), file, row.line, (), tuple(notes))
        except InputError as error:
            yield Rejection(file, row.line, str(error))
    if empty:
        raise InputError("empty: there is a header and nothing below it")


class _TooLongError(Exception):
    """A line or row is over its limit; others can be read."""


class _Lines:
    """The lines of a table as text; reading can go back to the first line that was not dropped."""

    def __init__(self, lines: Iterator[tuple[int, bytes | None]], limit: int) -> None:
        self._lines = lines
        self._limit = limit
        self._kept: list[tuple[int, str, int, tuple[str, ...]]] = []
        self._taken = 0
        self._bytes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._taken == len(self._kept):
            number, raw = next(self._lines)
            if raw is None:
                self._kept.append((number, "", 0, ()))
                self._taken += 1
                raise _TooLongError(self._too_long("line"))
            text, notes = decoding.decode(raw)
            self._kept.append((number, text.replace("\r", "\n"), len(raw), notes))
        _, text, size, _ = self._kept[self._taken]
        self._taken += 1
        self._bytes += size
        if self._bytes > self._limit or self._taken > _MOST_LINES:
            raise _TooLongError(self._too_long("row"))
        return text + "\n"

    def _too_long(self, what: str) -> str:
        return (
            f"the {what} is over the limit of {self._limit} bytes (line_bytes): close its quotation marks or split it"
        )

    @property
    def line(self) -> int:
        """The number of the first line that was not dropped."""
        return self._kept[0][0]

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes from decoding the taken lines, each once."""
        return tuple(dict.fromkeys(note for *_, notes in self._kept[: max(1, self._taken)] for note in notes))

    def first(self) -> str:
        """Return the first line that was not dropped, reading it if need be.

        Raises:
            _TooLongError: It is over the limit.
            StopIteration: The table has ended.
        """
        self.back()
        text = next(self)
        self.back()
        return text

    def back(self) -> None:
        """Go back to the first line that was not dropped."""
        self._taken = self._bytes = 0

    def drop(self) -> None:
        """Drop the lines that were taken."""
        del self._kept[: self._taken]
        self.back()

    def drop_first(self) -> None:
        """Drop the first line alone, and read on at the next."""
        del self._kept[:1]
        self.back()


def _header(lines: _Lines, kind: str) -> tuple[list[str], str]:
    """Return the names of the columns, and the delimiter that gives the most known names.

    Raises:
        InputError: There is no header, or it cannot be parsed.
    """
    try:
        while not lines.first().strip(" \t\n,;"):
            lines.drop_first()
    except StopIteration:
        raise InputError(decoding.EMPTY) from None
    except _TooLongError as error:
        raise InputError(str(error)) from None
    best: tuple[list[str], str] | None = None
    for delimiter in _DELIMITERS[kind]:
        lines.back()
        try:
            header = next(_reader(lines, delimiter))
        except (csv.Error, _TooLongError):
            continue
        if best is None or len(_places(header)) > len(_places(best[0])):
            best = header, delimiter
    lines.back()
    if best is None:
        raise InputError("the header is not a row of column names: check its quotation marks")
    next(_reader(lines, best[1]))
    return best


def _reader(
    lines: Iterator[str], delimiter: str, *, quoted: bool = True, escape: str | None = None
) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=delimiter,
        strict=True,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        escapechar=escape,
        doublequote=escape is None,
    )


def _plain(name: str) -> str:
    return " ".join(decoding.clean(name)[0].casefold().replace("_", " ").replace("-", " ").split())


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return the column that each field is taken from."""
    names = [_plain(name) for name in header]
    found: dict[str, int] = {}
    for field, columns in COLUMNS.items():
        name = next((name for name in columns if name in names), None)
        if name is not None:
            found[field] = names.index(name)
    return found


def _no_text(header: Sequence[str]) -> str:
    names = ", ".join(repr(name.strip()[:40]) for name in header[:20]) + (", …" if len(header) > 20 else "")
    return f"no column holds the text: found {names}; name one of them text, body or content, in the first line"


def _rows(lines: _Lines, delimiter: str) -> Iterator[_Row]:
    """Yield the rows below the header; blank lines are skipped."""
    # A field may be as long as a row.  The limit is global to the process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))
    while True:
        try:
            if not lines.first().strip():
                lines.drop_first()
                continue
            fields = next(_reader(lines, delimiter))
        except StopIteration:
            return
        except csv.Error as error:
            broken = _Row(lines.line, [], problem=f"not a row of a table ({error}): check its quotation marks")
            yield _mended(lines, delimiter) or broken
            lines.drop_first()
            continue
        except _TooLongError as error:
            yield _Row(lines.line, [], problem=str(error))
            lines.drop_first()
            continue
        yield _Row(lines.line, fields, lines.notes)
        lines.drop()


def _mended(lines: _Lines, delimiter: str) -> _Row | None:
    """Parse a line again by other rules: quotation marks escaped by backslashes, or (with tabs) without a meaning.

    Only a single line: over several, a forgotten mark would make one row of many.
    """
    line = lines.first()
    ways: list[tuple[dict[str, Any], str]] = []
    if '\\"' in line:
        ways.append(({"escape": "\\"}, "quotation marks escaped by backslashes"))
    if delimiter == "\t":
        ways.append(({"quoted": False}, "quotation marks taken as they are"))
    for options, note in ways:
        try:
            fields = next(_reader(iter([line]), delimiter, **options))
        except (csv.Error, StopIteration):
            continue
        return _Row(lines.line, fields, (*lines.notes, note))
    return None


def _record(row: _Row, places: dict[str, int], columns: int) -> dict[str, str | None]:
    if row.problem:
        raise InputError(row.problem)
    fields = row.fields
    while len(fields) > columns and not fields[-1].strip():
        fields = fields[:-1]
    if len(fields) != columns:
        raise InputError(
            f"{len(fields)} field{'s' if len(fields) != 1 else ''} where the header names {columns}: quote those that "
            "hold the delimiter or a line end"
        )
    record: dict[str, str | None] = {name: fields[place] for name, place in places.items()}
    if not (record["text"] or "").strip():
        raise InputError("text is empty")
    return record
