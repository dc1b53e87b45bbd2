import gzip
import json
import lzma
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

import qa.intake
from qa.errors import InputError
from qa.intake import Defaults, Reading, Rejection, read
from qa.settings import Limits

STORY = "Goose returns ring\n\nBy Ada Lunt\n3 May 2014\n\nThe goose came back on Monday.\n\nIt had the ring."
UNKNOWN = (
    "unknown kind of file: give .txt, .md, .html, .htm, .jsonl, .csv, .tsv, .eml, .rss, .atom, .xml, .pdf, .docx, "
    "or a text with .gz or .xz"
)
BODY = "The goose came back on Monday.\n\nIt had the ring."


def one(path: Path, defaults: Defaults = Defaults(), limits: Limits = Limits()) -> Reading:  # noqa: B008
    (found,) = read([path], defaults, limits=limits)
    assert isinstance(found, Reading), found
    return found


def refused(path: Path, limits: Limits = Limits()) -> Rejection:  # noqa: B008
    (found,) = read([path], limits=limits)
    assert isinstance(found, Rejection), found
    return found


def lines(path: Path, records: Iterable[object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_public_names_are_these_six() -> None:
    assert qa.intake.__all__ == ["Defaults", "Dropped", "Reading", "Rejection", "count", "read"]


def test_importing_loads_no_heavy_library() -> None:
    heavy = "'trafilatura', 'lxml', 'dateparser', 'markdown_it', 'pypdf', 'docx', 'feedparser', 'cryptography'"
    code = f"import sys, qa.intake; print([name for name in ({heavy}) if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_text_file_becomes_an_article_and_its_dropped_lines(tmp_path: Path) -> None:
    reading = one(write(tmp_path / "a.txt", STORY))
    assert reading.article.title == "Goose returns ring"
    assert reading.article.authors == "Ada Lunt"
    assert reading.article.published == "2014-05-03"
    assert reading.article.text == BODY
    assert reading.article.id == ""
    assert (reading.file, reading.line) == (str(tmp_path / "a.txt"), 0)
    assert [(dropped.line, dropped.reason) for dropped in reading.dropped] == [(1, "title"), (3, "byline"), (4, "date")]


def test_defaults_fill_only_what_the_file_does_not_say(tmp_path: Path) -> None:
    defaults = Defaults(source="Mere Wire", published="11 May 2015", url="https://mere.example/a")
    article = one(write(tmp_path / "a.txt", STORY), defaults).article
    assert (article.source, article.published, article.url) == ("Mere Wire", "2014-05-03", "https://mere.example/a")
    record = one(lines(tmp_path / "b.jsonl", [{"text": "Rain."}]), defaults).article
    assert (record.source, record.published) == ("Mere Wire", "2015-05-11")


def test_a_stated_date_that_is_not_understood_is_not_replaced_by_the_default(tmp_path: Path) -> None:
    reading = one(lines(tmp_path / "b.jsonl", [{"text": "Rain.", "date": "03/04/2015"}]), Defaults(published="2015"))
    assert reading.article.published == ""
    assert reading.notes == ("date '03/04/2015' not understood",)


def test_a_default_date_must_be_a_date() -> None:
    with pytest.raises(InputError, match="date 'soon' is not understood: give it as 2015-05-11"):
        read([], Defaults(published="soon"))


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (STORY.replace("ring", "ríng").encode(), ()),
        (b"\xef\xbb\xbf" + STORY.replace("ring", "ríng").encode(), ()),
        (STORY.replace("ring", "ríng").encode("utf-16"), ()),
        (b"\xfe\xff" + STORY.replace("ring", "ríng").encode("utf-16-be"), ()),
        (STORY.replace("ring", "ríng").encode("utf-32"), ()),
        (STORY.replace("ring", "ríng").encode("cp1252"), ("decoded as cp1252/latin-1",)),
        (STORY.replace("ring", "ríng").replace("\n", "\r\n").encode(), ()),
        (STORY.replace("ring", "ríng").replace("\n", "\r").encode(), ()),
    ],
    ids=["utf-8", "utf-8-bom", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "crlf", "cr"],
)
def test_every_encoding_gives_the_same_text(tmp_path: Path, content: bytes, notes: tuple[str, ...]) -> None:
    reading = one(write(tmp_path / "a.txt", content))
    assert reading.article.text == "The goose came back on Monday.\n\nIt had the ríng."
    assert reading.notes == notes


def test_a_damaged_byte_does_not_spoil_the_rest_of_a_utf_8_file(tmp_path: Path) -> None:
    text = "Příliš žluťoučký kůň úpěl ďábelské ódy."
    reading = one(write(tmp_path / "a.txt", text.encode() + b"\xff"))
    assert reading.article.text == text + "\ufffd"
    assert reading.notes == ("1 damaged bytes replaced by U+FFFD",)


def test_control_characters_are_removed_and_counted(tmp_path: Path) -> None:
    reading = one(write(tmp_path / "a.txt", "Rain\x00 fell\x07\x1b all day."))
    assert reading.article.text == "Rain fell all day."
    assert reading.notes == ("3 control characters removed",)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty: there is nothing to read"),
        ("a.md", b" \n\t ", "empty: there is nothing to read"),
        ("a.html", b"", "empty: there is nothing to read"),
        ("a.jsonl", b"\n \n", "empty: there is nothing to read"),
        ("a.txt", b"%PDF-1.7 x", "the content is a PDF: rename it to .pdf"),
        ("a.txt", b"PK\x03\x04xx", "the content is a zip archive: unpack it first, then add the folder"),
        ("a.md", b"\x1f\x8bxx", "the content is gzip data: let its name end in .gz, or unpack it"),
        ("a.jsonl", b"\x1f\x8bxx", "the content is gzip data: let its name end in .gz, or unpack it"),
        ("a.txt", bytes(range(256)) * 8, "the content is binary, not text: convert it to text first"),
        ("a.html", b"<script>x()</script>", "no text recovered: save the page's text as .txt and add that"),
        ("a.xyz", b"x", UNKNOWN),
        ("a.gz", b"x", UNKNOWN),
        ("a.txt.gz", b"no gzip", "the compressed data is damaged: get the file again"),
        ("a.txt.xz", b"no xz", "the compressed data is damaged: get the file again"),
        ("a.txt.gz", gzip.compress(b"rain " * 999, mtime=0)[:-9], "the compressed data is cut off: get the file again"),
    ],
)  # fmt: skip
def test_a_file_without_an_article_is_rejected_with_the_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    assert refused(write(tmp_path / name, content)) == Rejection(str(tmp_path / name), 0, reason)


def test_a_missing_file_is_a_rejection(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.txt").reason == "no such file"


def test_compressed_files_are_read_like_plain_ones(tmp_path: Path) -> None:
    assert one(write(tmp_path / "a.txt.gz", gzip.compress(STORY.encode()))).article.text == BODY
    assert one(write(tmp_path / "a.md.xz", lzma.compress(STORY.encode()))).article.text == BODY


def test_limits_are_named_when_they_are_passed(tmp_path: Path) -> None:
    small = Limits(file_bytes=50, line_bytes=30, article_characters=20)
    over = "over the limit of 50 bytes (file_bytes): split it"
    assert refused(write(tmp_path / "a.txt", "x" * 51), small).reason == over
    assert refused(write(tmp_path / "a.txt.gz", gzip.compress(b"x" * 99_999)), small).reason == over
    assert refused(write(tmp_path / "b.txt", "x" * 21), small).reason == (
        "over the limit of 20 characters (article_characters): split it"
    )


def test_a_line_over_the_limit_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "' + "x" * 3_000_000 + '"}\n{"text": "Rain."}\n')
    first, second = read([path], limits=Limits(line_bytes=1000))
    assert first == Rejection(str(path), 1, "the line is over the limit of 1000 bytes (line_bytes): split it")
    assert isinstance(second, Reading)
    assert (second.line, second.article.text) == (2, "Rain.")


def test_a_line_of_just_the_limit_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "Rain"}\r\n')
    assert one(path, limits=Limits(line_bytes=16)).article.text == "Rain"
    assert "line_bytes" in refused(path, Limits(line_bytes=15)).reason


def test_a_json_record_keeps_its_text_character_for_character(tmp_path: Path) -> None:
    text = "  Rain.\r\n\r\nRelated: Goose returns ring\n\ttab\u2028 é "
    reading = one(lines(tmp_path / "a.jsonl", [{"text": text}]))
    assert reading.article.text == text
    assert reading.dropped == ()


def test_a_json_record_gives_its_fields_under_either_name(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        [
            {"id": 7, "title": "T", "text": "LIMA (Wire) - Rain.", "date": "11 May 2015", "author": ["A B", "C D"],
             "x": {}},
            {"id": "b", "text": "Rain.", "published": "2015", "authors": "A B", "dek": "D", "updated": "2016",
             "language": "en", "url": "u", "source": "S", "title": None},
        ],
    )  # fmt: skip
    first, second = (found.article for found in read([path]) if isinstance(found, Reading))
    assert (first.id, first.published, first.authors, first.dateline_text) == (
        "7",
        "2015-05-11",
        "A B, C D",
        "LIMA (Wire) -",
    )
    assert (second.id, second.published, second.authors, second.dek) == ("b", "2015", "A B", "D")
    assert (second.updated, second.language, second.url, second.source, second.title) == ("2016", "en", "u", "S", "")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not valid JSON (Expecting property name enclosed in double quotes at character 2)"),
        ("[1]", "not a JSON object: give one article a line"),
        ("{}", "text is missing"),
        ('{"text": null}', "text is missing"),
        ('{"text": 5}', "text is not a string"),
        ('{"text": " \\n"}', "text is empty"),
        ('{"text": "\\u0000"}', "text is empty"),
        ('{"text": "a", "title": []}', "title is not a string"),
        ('{"text": "a", "id": true}', "id is not a string"),
        ('{"text": "a", "date": {}}', "date is not a string"),
        ('{"text": "a", "author": [1]}', "author is not a string or a list of strings"),
        ('{"text": NaN}', "not valid JSON (NaN is not a JSON value)"),
        ("[" * 200_000, "not valid JSON: nested too deep"),
        ('{"question": "Who?"}', "this is a question file: use qa eval"),
    ],
)
def test_a_bad_line_is_rejected_by_number_and_the_others_are_read(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path / "a.jsonl", f'{{"text": "Rain."}}\n\n{line}\n{{"text": "Sun."}}')
    first, bad, last = read([path])
    assert bad == Rejection(str(path), 3, reason)
    assert isinstance(first, Reading)
    assert isinstance(last, Reading)
    assert (first.line, last.line, last.article.text) == (1, 4, "Sun.")


def test_lone_surrogates_are_replaced_and_counted(tmp_path: Path) -> None:
    reading = one(write(tmp_path / "a.jsonl", '{"text": "a\\ud800b"}'))
    assert reading.article.text == "a\ufffdb"
    assert reading.notes == ("1 lone surrogate replaced by U+FFFD",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "Rén."}\n{"text": "Sun."}\n'.encode(encoding))
    assert [found.article.text for found in read([path]) if isinstance(found, Reading)] == ["Rén.", "Sun."]


def test_equal_records_on_two_lines_are_both_read(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [{"id": "a", "text": "Rain."}] * 2)
    assert [found.line for found in read([path])] == [1, 2]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_the_records_before_the_break_of_a_cut_off_file_are_read(tmp_path: Path, compress: object) -> None:
    records = b"".join(json.dumps({"id": str(n), "text": os.urandom(600).hex()}).encode() + b"\n" for n in range(200))
    assert callable(compress)
    suffix = ".gz" if compress is gzip.compress else ".xz"
    path = write(tmp_path / f"a.jsonl{suffix}", compress(records)[:-40_000])
    *before, last = read([path])
    assert len(before) > 20
    assert all(isinstance(found, Reading) for found in before)
    assert last == Rejection(str(path), 0, "the compressed data is cut off: get the file again")


def test_records_come_one_by_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "Rain."}\n' * 3)
    readings = read([path])
    next(readings)
    path.unlink()
    assert len(list(readings)) == 2
