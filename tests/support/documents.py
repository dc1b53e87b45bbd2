"""Documents made for tests: PDFs, Word documents and mails, whole and broken."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import docx
from docx.document import Document
from fpdf import FPDF

LONG = (
    "The goose came back on Monday after a long absence, the council of the town said in a statement that was read to "
    "reporters outside the town hall in the rain."
)
SECOND = (
    "It had the ring. Nobody knew where it had been, and the mayor, who had offered a reward of twelve pounds, said he "
    "would pay it to whoever had fed the goose during the winter months."
)


class Newspaper(FPDF):
    """A PDF with a running header and page numbers."""

    def header(self) -> None:
        self.set_font("helvetica", size=8)
        self.cell(0, 8, f"MERE POST   Monday edition {self.page_no()}", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("helvetica", size=8)
        self.cell(0, 8, f"Page {self.page_no()} of {{nb}}", align="C")


def pdf(paragraphs: Sequence[str], heading: str = "", paper: type[FPDF] = FPDF, gap: float = 4, **stated: str) -> FPDF:
    """Return a PDF that is still open; ``stated`` are title, author and creator."""
    sheet = paper()
    sheet.set_creation_date(datetime(2014, 5, 3, tzinfo=UTC))
    for name, value in stated.items():
        getattr(sheet, f"set_{name}")(value)
    sheet.add_page()
    if heading:
        sheet.set_font("helvetica", size=20)
        sheet.multi_cell(0, 10, heading, new_x="LMARGIN", new_y="NEXT")
    sheet.set_font("helvetica", size=11)
    for paragraph in paragraphs:
        sheet.multi_cell(0, 6, paragraph, new_x="LMARGIN", new_y="NEXT")
        sheet.ln(gap)
    return sheet


def raw_pdf(pages: Iterable[bytes], *, filters: bytes = b"", information: bytes = b"") -> bytes:
    """Return a PDF whose pages have these content streams, in 12 point Helvetica, without a library."""
    streams = list(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(streams)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [ %s ] /Count %d >>" % (kids, len(streams)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), filters, stream))
    objects.append(b"<< %s >>" % information)
    content, places = b"%PDF-1.5\n", []
    for number, entry in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, entry)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(objects), len(content))
    )


def shown(*lines: str, height: int = 780, leading: int = 14) -> bytes:
    """Return the content stream of a page with these lines."""
    parts = [b"BT /F1 12 Tf 60 %d Td %d TL" % (height, leading)]
    parts += [b"(%s) Tj T*" % line.replace("(", r"\(").replace(")", r"\)").encode("cp1252") for line in lines]
    return b"\n".join([*parts, b"ET"])


def flate_bomb(megabytes: int) -> bytes:
    """Return a PDF of one page whose content inflates to so many megabytes of spaces."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes)) + packer.flush()
    return raw_pdf([packed], filters=b"/Filter /FlateDecode")


def word(document: Document) -> bytes:
    """Return a Word document as it is saved."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def word_with(xml: str) -> bytes:
    """Return a Word document whose body holds this XML."""
    packed, out = zipfile.ZipFile(io.BytesIO(word(docx.Document()))), io.BytesIO()
    with packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "word/document.xml":
                start, end = content.index(b"<w:body>") + len(b"<w:body>"), content.index(b"<w:sectPr")
                content = content[:start] + xml.encode() + content[end:]
            target.writestr(name, content)
    return out.getvalue()


def mail(html: str = "", plain: str = "", **head: str) -> EmailMessage:
    """Return a mail; the names in ``head`` are those of its lines, "_" for "-"."""
    message = EmailMessage()
    for name, value in head.items():
        message[name.replace("_", "-")] = value
    if plain:
        message.set_content(plain)
    if html and plain:
        message.add_alternative(html, subtype="html")
    elif html:
        message.set_content(html, subtype="html")
    return message


def put(path: Path, content: bytes | str) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
