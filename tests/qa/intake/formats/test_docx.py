"""Word documents: paragraphs, tables, what was changed in them, what they state, and bombs."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest

from qa.intake import Defaults
from qa.settings import Limits
from tests.qa.intake.test_reader import one, refused
from tests.support.documents import LONG, SECOND, put, word, word_with

MADE = datetime(2014, 5, 3, 9, tzinfo=UTC)


def paragraph(inner: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{inner}</w:p>"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_title_style_header_lines_headings_and_paragraphs_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    for text, style in (
        ("Goose returns ring", "Title"), ("A town is glad", "Subtitle"), ("By Ada Lunt", None), ("3 May 2014", None),
        (LONG, None), ("The ring", "Heading 2"), (SECOND, None),
    ):  # fmt: skip
        document.add_paragraph(text, style=style)
    article = one(put(tmp_path / "a.docx", word(document))).article
    assert (article.title, article.dek) == ("Goose returns ring", "A town is glad")
    assert (article.authors, article.published) == ("Ada Lunt", "2014-05-03")
    assert article.text == f"{LONG}\n\nThe ring\n\n{SECOND}"


def test_the_title_is_known_by_its_style_wherever_it_stands(tmp_path: Path) -> None:
    document = docx.Document()
    for text, style in (("By Ada Lunt", None), (LONG, None), ("Goose returns ring", "Title"), (SECOND, None)):
        document.add_paragraph(text, style=style)
    assert one(put(tmp_path / "a.docx", word(document))).article.title == "Goose returns ring"


def test_rows_of_tables_are_lines_and_layout_tables_are_paragraphs(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(LONG)
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Party", "Votes", "Greens", "12"), strict=True):
        cell.text = text
    layout = document.add_table(1, 2)
    layout.cell(0, 1).text = SECOND
    layout.cell(0, 1).add_paragraph("The end came quickly.")
    article = one(put(tmp_path / "a.docx", word(document))).article
    assert article.text == f"{LONG}\n\nParty | Votes\n\nGreens | 12\n\n{SECOND}\n\nThe end came quickly."


def test_what_was_put_in_is_read_and_what_was_taken_out_is_not(tmp_path: Path) -> None:
    inner = (
        run("The goose ")
        + f'<w:ins w:id="1" w:author="A">{run("came ")}</w:ins>'
        + '<w:del w:id="2" w:author="A"><w:r><w:delText>went </w:delText></w:r></w:del>'
        + f'<w:moveFrom w:id="3" w:author="A">{run("slowly ")}</w:moveFrom>'
        + f"<w:sdt><w:sdtContent>{run('back ')}</w:sdtContent></w:sdt>"
        + f'<w:hyperlink w:anchor="x">{run("on Monday")}</w:hyperlink>'
        + "<w:r><w:noBreakHyphen/><w:t>ish.</w:t><w:instrText>PAGE</w:instrText></w:r>"
    )
    body = paragraph(inner) + f"<w:sdt><w:sdtContent>{paragraph(run('It had the ring.'))}</w:sdtContent></w:sdt>"
    assert one(put(tmp_path / "a.docx", word_with(body))).article.text == (
        "The goose came back on Monday\u2011ish.\n\nIt had the ring."
    )


def test_a_line_break_within_a_paragraph_parts_lines(tmp_path: Path) -> None:
    body = paragraph(run("Goose returns ring") + "<w:r><w:br/></w:r>" + run("By Ada Lunt")) + paragraph(run(LONG))
    article = one(put(tmp_path / "a.docx", word_with(body))).article
    assert (article.title, article.authors, article.text) == ("Goose returns ring", "Ada Lunt", LONG)


def test_properties_count_where_the_text_says_nothing(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(LONG)
    document.add_paragraph(SECOND)
    properties = document.core_properties
    properties.title, properties.author, properties.language = "Goose returns ring", "Ada Lunt", "en-GB"
    properties.created = properties.modified = MADE
    reading = one(put(tmp_path / "a.docx", word(document)))
    article = reading.article
    assert (article.title, article.authors, article.language) == ("Goose returns ring", "Ada Lunt", "en-GB")
    assert article.published == "2014-05-03"
    assert reading.notes == ("dated by the day on which the file was made: its text states no date",)
    assert one(tmp_path / "a.docx", Defaults(published="2015")).article.published == "2015"


def test_a_templates_properties_say_nothing(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(LONG)
    assert one(put(tmp_path / "a.docx", word(document))).article.published == ""
    properties = document.core_properties
    properties.title, properties.author = "Document1.docx", "Microsoft Office User"
    properties.created, properties.modified = MADE, datetime(2026, 1, 1, tzinfo=UTC)
    article = one(put(tmp_path / "b.docx", word(document))).article
    assert (article.title, article.authors, article.published) == ("", "", "")


def test_comments_are_not_read_and_that_is_noted(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_comment(document.add_paragraph(LONG).runs, text="Is that so?", author="Bo")
    reading = one(put(tmp_path / "a.docx", word(document)))
    assert (reading.article.text, reading.notes) == (LONG, ("comments are not read",))


def test_an_empty_document_is_refused(tmp_path: Path) -> None:
    assert refused(put(tmp_path / "a.docx", word(docx.Document()))).reason.startswith("no text recovered")


def test_a_document_that_would_fill_the_memory_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("word/document.xml", "w") as part:
        for _ in range(150):
            part.write(b" " * 1_000_000)
    assert path.stat().st_size < 200_000
    reason = "over the limit of 100000000 bytes unpacked (inflated_bytes): save its text as .txt"
    assert refused(path).reason == reason
    assert "(inflated_bytes)" in refused(put(path, word(docx.Document())), Limits(inflated_bytes=1000)).reason


def test_a_document_with_entities_is_refused(tmp_path: Path) -> None:
    packed, out = zipfile.ZipFile(io.BytesIO(word_with(paragraph(run("Rain &amp; sun."))))), io.BytesIO()
    with packed, zipfile.ZipFile(out, "w") as target:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "word/document.xml":
                bomb = b'<!DOCTYPE x [<!ENTITY a "%s"><!ENTITY f SYSTEM "file:///etc/hostname">]>' % (b"boom" * 99)
                content = content.replace(b"<w:document", bomb + b"<w:document", 1).replace(b"&amp;", b"&a;&f;&amp;")
            target.writestr(name, content)
    assert refused(put(tmp_path / "a.docx", out.getvalue())).reason == (
        "the Word document defines entities, as Word never does: save its text as .txt"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"just text", "the content is not a Word document: rename the file to match its content"),
        (b"%PDF-1.7", "the content is a PDF: rename it to .pdf"),
        (
            b"PK\x03\x04 word/document.xml",
            "the Word document is damaged (File is not a zip file): open it and save it again",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the content is an old Office file: save it as .docx, .csv or .eml"),
    ],
)
def test_what_is_no_word_document_is_refused_by_what_it_is(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refused(put(tmp_path / "a.docx", content)).reason == reason


def test_a_damaged_document_is_refused(tmp_path: Path) -> None:
    content = bytearray(word_with(paragraph(run(LONG))))
    place = content.index(b"word/document.xml") + 400
    content[place : place + 40] = b"\0" * 40
    reason = refused(put(tmp_path / "a.docx", bytes(content))).reason
    assert reason.startswith("the Word document is damaged (")
    assert reason.endswith("): open it and save it again")
