"""What is not read is refused by what it is, and every list of kinds is the same."""

import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import docx
import pytest

from qa.intake.files.kinds import COMPRESSED, SUFFIXES
from tests.qa.intake.test_reader import STORY, refused
from tests.support.documents import LONG, put, raw_pdf, shown, word
from tests.support.places import PROJECT

ARCHIVES = ("zip", "tar", "tgz", "7z", "rar", "tar.gz", "tar.xz", "ZIP")
UNPACK = "unpack it first, then add the folder"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, STORY)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as packed:
        entry = tarfile.TarInfo("../a.txt")
        entry.size = len(STORY.encode())
        packed.addfile(entry, io.BytesIO(STORY.encode()))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((f"a.{suffix}", f"an archive is not opened: {UNPACK}") for suffix in ARCHIVES),
        ("a.txt.bz2", "this compression is not read: unpack it, or compress with .gz or .xz"),
        ("a.doc", "an old Word document: save it as .docx"),
        ("a.rtf", "rich text: save it as .docx or .txt"),
        ("a.odt", "a text processor's document: save it as .docx"),
        ("a.epub", "an e-book: convert it to .html or .txt"),
        ("a.xlsx", "a spreadsheet: save the sheet as .csv, with named columns"),
        ("a.msg", "an Outlook message: save it as .eml"),
        ("a.mbox", "a mailbox: save its messages as .eml"),
        ("a.json", "JSON is read one article a line: save it as .jsonl"),
        ("a.JPEG", "a picture: have its text recognised (OCR) and add that as .txt"),
        ("a.mp3", "a recording: add its transcript as .txt"),
        ("a.pdf.gz", "a compressed .pdf: unpack it"),
        ("a.docx.xz", "a compressed .docx: unpack it"),
    ],
)  # fmt: skip
def test_a_kind_that_is_not_read_is_refused_with_what_to_do(tmp_path: Path, name: str, reason: str) -> None:
    assert refused(put(tmp_path / name, "x")).reason == reason


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "jsonl", "csv", "eml", "rss", "pdf", "docx"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped("../a.txt", "b.txt"), f"the content is a zip archive: {UNPACK}"),
        (tarred(), f"the content is a tar archive: {UNPACK}"),
        (b"7z\xbc\xaf\x27\x1c\0\4", f"the content is a 7z archive: {UNPACK}"),
        (b"Rar!\x1a\x07\x01\x00", f"the content is a rar archive: {UNPACK}"),
        (gzip.compress(tarred()), "the content is gzip data: let its name end in .gz, or unpack it"),
        (lzma.compress(tarred()), "the content is xz data: let its name end in .xz, or unpack it"),
        (b"\x89PNG\r\n\x1a\n\0\0", "the content is a picture: have its text recognised (OCR) and add that as .txt"),
        (b"{\\rtf1 Rain.}", "the content is rich text: save it as .docx or .txt"),
        (zipped("xl/workbook.xml"), "the content is a spreadsheet: save the sheet as .csv, with named columns"),
    ],
    ids=["zip", "tar", "7z", "rar", "gz", "xz", "png", "rtf", "xlsx"],
)
def test_what_a_renamed_file_is_shows_in_its_bytes(tmp_path: Path, suffix: str, content: bytes, reason: str) -> None:
    assert refused(put(tmp_path / f"a.{suffix}", content)).reason == reason


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "tsv", "csv.gz"])
def test_a_spreadsheet_with_a_line_end_in_its_first_bytes_is_still_known(tmp_path: Path, suffix: str) -> None:
    """A zip file states the time in two bytes: 01:18:38 holds the byte of a line end. Its names may stand last."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("a.xml", "xl/workbook.xml"):
            packed.writestr(zipfile.ZipInfo(name, (2026, 12, 1, 1, 18, 38)), "\n" * (1 << 20))
    content = out.getvalue()
    assert b"\n" in content[:30]
    file = put(tmp_path / f"a.{suffix}", gzip.compress(content) if suffix.endswith("gz") else content)
    assert refused(file).reason == "the content is a spreadsheet: save the sheet as .csv, with named columns"


def test_a_document_under_a_wrong_name_is_told_its_own(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph(LONG)
    for name in ("a.txt", "a.html", "a.eml", "a.csv", "a.docx"):
        reason = refused(put(tmp_path / name, raw_pdf([shown(LONG)]))).reason
        assert reason == "the content is a PDF: rename it to .pdf"
    for name in ("b.txt", "b.eml", "b.pdf"):
        reason = refused(put(tmp_path / name, word(document))).reason
        assert reason == "the content is a Word document: rename it to .docx"
    assert refused(put(tmp_path / "c.pdf", LONG)).reason == (
        "the content is not a PDF: rename the file to match its content"
    )


def test_an_archive_within_compression_is_not_opened(tmp_path: Path) -> None:
    assert refused(put(tmp_path / "a.txt.gz", gzip.compress(tarred()))).reason == (
        f"the content is a tar archive: {UNPACK}"
    )
    assert refused(put(tmp_path / "a.csv.xz", lzma.compress(zipped("a.csv")))).reason == (
        f"the content is a zip archive: {UNPACK}"
    )


def test_the_guide_the_help_and_the_archive_page_name_every_kind() -> None:
    from ui.cli import app
    from ui.pages.archive_layout import _template

    guide = (PROJECT / "docs" / "guide" / "your-own-files.md").read_text()
    for suffix in (*SUFFIXES, *COMPRESSED):
        assert f"`{suffix}`" in guide, suffix
        assert suffix in (app.add.__doc__ or ""), suffix
    assert f'accept="{",".join((*SUFFIXES, *COMPRESSED))}"' in _template()
