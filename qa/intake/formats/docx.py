"""Parser for Word documents (.docx): paragraphs, rows of tables as lines, metadata of styles and properties."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from qa.anatomy.page import Extracted, Page
from qa.anatomy.page_lines import Unit
from qa.errors import InputError, in_short
from qa.intake.formats.properties import made_on, sensible_author, sensible_title
from qa.settings import Limits

_MOST_PARTS = 10_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "\u2011"}
_TEMPLATE = "2013-12-23T23:15:00+00:00"  # the empty document that comes with python-docx
_UNREAD = frozenset({"footnotes", "endnotes", "comments"})


def read_docx(content: bytes, limits: Limits) -> Extracted:
    """Return a Word document's units and metadata; headers and footers of its pages are left out.

    Text deleted with "track changes" is not read, inserted text is.  Text in pictures is not read.

    Raises:
        InputError: The document is damaged, encrypted, larger than ``inflated_bytes`` unpacked, or not by Word.
    """
    _check_size(content, limits)
    import docx

    try:
        document = docx.Document(io.BytesIO(content))
        if document.element.getroottree().docinfo.doctype:
            raise InputError("the Word document defines entities, as Word never does: save its text as .txt")
        body = document.element.body
        units, title, dek = _units(document, body)
        properties = document.core_properties
        stated = {
            name: str(getattr(properties, name) or "") for name in ("title", "author", "last_modified_by", "language")
        }
        dates = tuple(_iso(properties, name) for name in ("created", "modified"))
        notes = _unread(document)
    except (InputError, MemoryError):
        raise
    # For a damaged file python-docx raises whatever its XML and zip libraries or its own assumptions raise (KeyError,
    # AttributeError, XMLSyntaxError, BadZipFile, ...).  It documents none of these, so no list would be complete.
    except Exception as error:
        raise InputError(f"the Word document is damaged ({in_short(error)}): open it and save it again") from error
    author = sensible_author(stated["author"])
    return Extracted(
        units,
        Page(
            title=title or sensible_title(stated["title"]),
            dek=dek,
            language=stated["language"],
            notes=notes,
        ),
        Page(authors=author, published="" if dates[0] == _TEMPLATE else made_on(*dates)),
    )


def _check_size(content: bytes, limits: Limits) -> None:
    """Check a zip file's directory before anything is unpacked.

    Raises:
        InputError: It is damaged, it lists too many or too large parts, or one is encrypted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise InputError(f"the Word document is damaged ({error}): open it and save it again") from error
    if len(parts) > _MOST_PARTS:
        raise InputError(f"the Word document is made of more than {_MOST_PARTS} parts: save its text as .txt")
    if sum(part.file_size for part in parts) > limits.inflated_bytes:
        raise InputError(
            f"over the limit of {limits.inflated_bytes} bytes unpacked (inflated_bytes): save its text as .txt"
        )
    if any(part.flag_bits & 1 for part in parts):
        raise InputError("the Word document is encrypted: save it without a password")


def _units(document: Any, body: Any) -> tuple[list[Unit], str, str]:
    """Return the units, numbered by paragraph, and the text of the styles Title and Subtitle."""
    names = {style.style_id: (style.name or "").casefold() for style in document.styles if style.style_id}
    units: list[Unit] = []
    stated = {"title": "", "subtitle": ""}
    for block, (paragraph, text) in enumerate(_blocks(body), start=1):
        style = names.get(_style(paragraph), "") if paragraph is not None else ""
        for line in text.split("\n"):
            if line.strip():
                units.append(Unit(" ".join(line.split()), len(units) + 1, 0, 0, block))
        if style in stated and not stated[style]:
            stated[style] = " ".join(text.split())
    return units, stated["title"], stated["subtitle"]


def _style(paragraph: Any) -> str:
    found = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return found.get(f"{_WORD}val", "") if found is not None else ""


def _blocks(element: Any) -> Iterator[tuple[Any | None, str]]:
    """Yield paragraphs and rows of tables (None, its words), including those that python-docx leaves out."""
    for child in element:
        if child.tag == f"{_WORD}p":
            yield child, _text(child)
            for box in child.iter(f"{_WORD}txbxContent"):
                if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                    yield from _blocks(box)
        elif child.tag == f"{_WORD}tbl":
            for row in child.iter(f"{_WORD}tr"):
                if next(row.iterancestors(f"{_WORD}tbl")) is child:
                    yield from _row([cell for cell in row.iter(f"{_WORD}tc") if _parent(cell) is row])
        elif child.tag in (f"{_WORD}sdt", f"{_WORD}sdtContent", f"{_WORD}ins", f"{_WORD}customXml", f"{_WORD}smartTag"):
            yield from _blocks(child)


def _parent(cell: Any) -> Any:
    return next(cell.iterancestors(f"{_WORD}tr"))


def _row(cells: list[Any]) -> Iterator[tuple[Any | None, str]]:
    """Yield a row as one line; a row with one filled cell is layout, and its content is yielded."""
    filled = [(cell, text) for cell in cells if (text := " ".join(" ".join(text for _, text in _blocks(cell)).split()))]
    if len(filled) == 1:
        yield from _blocks(filled[0][0])
    elif filled:
        yield None, " | ".join(text for _, text in filled)


def _text(paragraph: Any) -> str:
    """Return a paragraph's words, without those of its text boxes and those that were moved away or deleted."""
    parts: list[str] = []
    waiting = [paragraph]
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_WORD}t":
            parts.append(element.text or "")
        elif element.tag in _BREAKS:
            parts.append(_BREAKS[element.tag])
        elif element.tag not in (f"{_WORD}txbxContent", f"{_WORD}moveFrom", f"{_WORD}del", f"{_WORD}pPr", _FALLBACK):
            waiting.extend(reversed(element))
    return "".join(parts)


def _unread(document: Any) -> tuple[str, ...]:
    """Return notes on the parts with text that are not read."""
    notes = []
    for part in document.part.package.iter_parts():
        name = re.sub(r"^.*/|\.xml$", "", str(part.partname))
        if name in _UNREAD and len(re.findall(rb"<w:t[ >]", part.blob)):
            notes.append(f"{name} are not read")
    return tuple(notes)


def _iso(properties: Any, name: str) -> str:
    moment = getattr(properties, name)
    return moment.isoformat() if moment else ""
