"""Parser for PDFs: the text of each page with its position, joined into paragraphs by ``pdf_lines``."""

import io
import logging
import re
from typing import Any

from qa.anatomy.page import Extracted, Page
from qa.anatomy.page_lines import Unit
from qa.errors import InputError, in_short
from qa.intake.formats import pdf_lines
from qa.intake.formats.pdf_lines import Line
from qa.intake.formats.properties import made_on, sensible_author, sensible_title
from qa.settings import Limits

_SCANNED = "have its text recognised (OCR) and add the result"
_STAMP = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_BROWSER = re.compile(r"(?i)\b(?:skia/pdf|mozilla|chrom(?:e|ium)|safari|firefox|quartz|wkhtmltopdf|webkit|qt \d)")
_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
        "\xa0": " ",
    }
)
_UNTELLABLE = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]|\(cid:\d+\)")


def read_pdf(content: bytes, limits: Limits) -> Extracted:
    """Return a PDF's units, without running headers and footers, and its metadata.

    Pages that cannot be read and those after ``pdf_pages`` are noted, the others are read.  The date is that of the
    file's creation.  If a browser printed the file, it says nothing about the article and is not used.

    Raises:
        InputError: It needs a password, is damaged, or has no text.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("the PDF is encrypted: save it without its password")
        count = len(reader.pages)
    except (InputError, MemoryError):
        raise
    # For a damaged file pypdf raises its own errors, and from deep within KeyError, AttributeError, TypeError,
    # RecursionError and others.  It documents none of these, so no list would be complete.
    except Exception as error:
        if b"%%EOF" not in content[-2048:]:
            raise InputError("the PDF is cut off: get the file again") from error
        raise InputError(f"the PDF is damaged ({in_short(error)}): open it and save or print it again") from error
    pages, notes = _pages(reader, count, limits)
    lines = [line for page in pages for line in page]
    text = "".join(line.text for line in lines)
    if not text.strip():
        raise InputError(f"no text in the PDF's {count} page{'s' if count != 1 else ''}{_why(notes)}: {_SCANNED}")
    if len(_UNTELLABLE.findall(text)) * 5 > len(text):
        raise InputError(f"the PDF does not say which letters its glyphs stand for: {_SCANNED}")
    stated = _stated(reader)
    browser = bool(_BROWSER.search(stated.get("/Creator", "") + " " + stated.get("/Producer", "")))
    body, dropped, address = pdf_lines.without_running(pages, browser)
    units = pdf_lines.paragraphs(body)
    title, source = _title(sensible_title(stated.get("/Title", "")), units)
    made = "" if browser else made_on(_day(stated.get("/CreationDate", "")), _day(stated.get("/ModDate", "")))
    return Extracted(
        units,
        Page(title=title, source=source, url=address, dropped=dropped, notes=notes),
        Page(authors=sensible_author(stated.get("/Author", "")), published=made),
    )


def _pages(reader: Any, count: int, limits: Limits) -> tuple[list[list[Line]], tuple[str, ...]]:
    pages: list[list[Line]] = []
    broken: list[str] = []
    empty: list[int] = []
    problem = ""
    number = characters = 0
    for number in range(min(count, limits.pdf_pages)):
        gathered = _Gathered(number, sum(map(len, pages)))
        try:
            reader.pages[number].extract_text(visitor_operand_before=gathered.look, visitor_text=gathered.take)
        except Exception as error:  # of any kind, as in read_pdf: only the rest of the page is lost
            problem = problem or ("parse_memory_bytes" if isinstance(error, MemoryError) else in_short(error))
            broken.append(str(number + 1))
        page = gathered.lines()
        pages.append(page)
        if not page and (not broken or broken[-1] != str(number + 1)):
            empty.append(number + 1)
        characters += sum(len(line.text) for line in page)
        if characters > limits.article_characters:
            break
    notes: list[str] = []
    if broken:
        notes.append(f"page{'s' if len(broken) > 1 else ''} {_listed(broken)} could not be read to the end ({problem})")
    if empty:
        notes.append(f"page{'s' if len(empty) > 1 else ''} {_listed([str(page) for page in empty])} without text")
    if count > limits.pdf_pages and number + 1 == limits.pdf_pages:
        notes.append(f"{count} pages, of which the first {limits.pdf_pages} were read (pdf_pages)")
    return pages, tuple(notes)


class _Gathered:
    """A page's lines, collected from pypdf's callbacks: pieces of text with their position, and line ends."""

    def __init__(self, page: int, before: int) -> None:
        self._page = page
        self._number = before
        self._lines: list[Line] = []
        self._parts: list[str] = []
        self._place: tuple[float, float, float] | None = None
        self._soft = False

    def look(self, operator: bytes, operands: Any, _matrix: Any, _text_matrix: Any) -> None:
        """Remove the glyphs of a soft hyphen within a line: Chromium draws a space of no width there."""
        if operator == b"BDC":
            stated = operands[1] if len(operands) > 1 else None
            self._soft = isinstance(stated, dict) and str(stated.get("/ActualText", "")) == "\u00ad"
        elif operator == b"EMC":
            self._soft = False
        elif self._soft and operator == b"Tj" and operands:
            operands[0] = type(operands[0])()

    def take(self, text: str, matrix: Any, text_matrix: Any, _font: Any, size: float) -> None:
        """Add a piece of text."""
        if text.strip() and self._place is None:
            a, b, c, d, e, f = (float(value) for value in matrix)
            x, y = float(text_matrix[4]), float(text_matrix[5])
            height = abs(float(size) * (float(text_matrix[3]) or 1.0) * (d or b or 1.0))
            self._place = x * a + y * c + e, x * b + y * d + f, height
        first, *rest = text.split("\n")
        self._parts.append(first)
        for part in rest:
            self._end()
            self._parts.append(part)
        if rest and rest[-1].strip() and self._place is None:
            self.take("", matrix, text_matrix, _font, size)

    def _end(self) -> None:
        text = " ".join("".join(self._parts).translate(_LIGATURES).split())
        self._parts = []
        if text:
            self._number += 1
            left, height, size = self._place or (0.0, 0.0, 0.0)
            self._lines.append(Line(text, self._page, self._number, left, height, size))
        self._place = None

    def lines(self) -> list[Line]:
        """Return the lines, numbered through the document."""
        self._end()
        return self._lines


def _stated(reader: Any) -> dict[str, str]:
    """Return the document's information; empty if it is broken."""
    try:
        return {str(name): str(value) for name, value in (reader.metadata or {}).items() if value is not None}
    except Exception:  # of any kind, as in read_pdf: metadata is not worth the loss of an article
        return {}


def _title(title: str, units: list[Unit]) -> tuple[str, str]:
    """Return title and outlet: "Goose returns ring - Mere Post" is split if its first part is among the first lines."""
    heads = {unit.text.casefold() for unit in units[:12]}
    if title.casefold() in heads:
        return title, ""
    for match in re.finditer(r"\s+[-–—|·]\s+", title):
        head, rest = title[: match.start()], title[match.end() :]
        if head.casefold() in heads:
            return head, rest if len(rest) <= 60 else ""
    return title, ""


def _day(stamp: str) -> str:
    match = _STAMP.match(stamp)
    return "-".join(match.groups()) if match else ""


def _why(notes: tuple[str, ...]) -> str:
    return f" ({notes[0]})" if notes and "could not" in notes[0] else ""


def _listed(numbers: list[str]) -> str:
    return ", ".join(numbers[:10]) + (", …" if len(numbers) > 10 else "")
