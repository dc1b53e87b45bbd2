"""Tables: columns by their names, rows by their lines, and what is no row."""

import gzip
from pathlib import Path

import pytest

from qa.intake import Reading, Rejection, count, read
from qa.settings import Limits
from tests.qa.intake.test_reader import one, refused
from tests.support.documents import put


def told(path: Path, limits: Limits = Limits()) -> list[tuple[int, str]]:  # noqa: B008
    """The line and text, or reason, of everything in a file."""
    return [
        (found.line, found.article.text if isinstance(found, Reading) else f"! {found.reason}")
        for found in read([path], limits=limits)
    ]


def test_a_row_is_an_article_under_the_names_of_json_lines(tmp_path: Path) -> None:
    path = put(
        tmp_path / "a.csv",
        "id,title,text,source,date,url,author,dek,updated,language\r\n"
        "7,Goose,LIMA (Wire) - Rain.,Mere Post,11 May 2015,https://mere.example/a,Ada Lunt,D,2016,en\r\n",
    )
    reading = one(path)
    article = reading.article
    assert (article.id, article.title, article.text, article.source) == (
        "7",
        "Goose",
        "LIMA (Wire) - Rain.",
        "Mere Post",
    )
    assert (article.published, article.updated, article.url) == ("2015-05-11", "2016", "https://mere.example/a")
    assert (article.authors, article.dek, article.language) == ("Ada Lunt", "D", "en")
    assert (article.dateline_text, reading.line, reading.dropped, reading.notes) == ("LIMA (Wire) -", 2, (), ())


@pytest.mark.parametrize(
    "header",
    [
        "Headline,Body,Outlet,Published At",
        "headline,Article_Text,publication,pub-date",
        "HEADLINE,content,publisher,date",
    ],
)
def test_columns_are_known_by_their_usual_names(tmp_path: Path, header: str) -> None:
    article = one(put(tmp_path / "a.csv", f"{header}\nGoose,Rain.,Mere,2015-05\n")).article
    assert (article.title, article.text, article.source, article.published) == ("Goose", "Rain.", "Mere", "2015-05")


def test_of_two_columns_for_one_field_the_plainer_name_counts(tmp_path: Path) -> None:
    article = one(put(tmp_path / "a.csv", "content,text,publishedAt,date\nTeaser,Whole,2014,2015\n")).article
    assert (article.text, article.published) == ("Whole", "2015")


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("b.csv", ";"), ("c.csv", "\t"), ("d.tsv", "\t")])
def test_the_delimiter_is_told_from_the_header(tmp_path: Path, name: str, mark: str) -> None:
    path = put(tmp_path / name, f"title{mark}text{mark}date\nGoose{mark}Rain, sun; wind.{mark}2015\n".replace(
        "Rain, sun; wind.", '"Rain, sun; wind."'))  # fmt: skip
    article = one(path).article
    assert (article.title, article.text, article.published) == ("Goose", "Rain, sun; wind.", "2015")


def test_quoted_fields_hold_line_ends_and_rows_are_counted_by_their_first_line(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", 'title,text\nA,"One\n\n""Two"", three"\n\nB,Four\n')
    assert told(path) == [(2, 'One\n\n"Two", three'), (6, "Four")]
    assert count([path]) == 2


def test_a_bad_row_is_rejected_by_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    path = put(
        tmp_path / "a.csv",
        'title,text,date\nA,One,2015\nB,"never closed,2015\nC,Three,2015\nD,four,too,many\nE,few\nF, ,2015\n'
        'G,"x"y,1\nH,End,03/04/2015\n',
    )
    quoting = "not a row of a table (',' expected after '\"'): check its quotation marks"
    fields = "where the header names 3: quote those that hold the delimiter or a line end"
    assert told(path) == [
        (2, "One"), (3, f"! {quoting}"), (4, "Three"), (5, f"! 4 fields {fields}"), (6, f"! 2 fields {fields}"),
        (7, "! text is empty"), (8, f"! {quoting}"), (9, "End"),
    ]  # fmt: skip


def test_a_mark_that_is_closed_nowhere_costs_its_row_alone(tmp_path: Path) -> None:
    rows = "".join(f"T{number},Text {number}\n" for number in range(500))
    path = put(tmp_path / "a.csv", f'title,text\nA,"open\n{rows}')
    found = told(path)
    assert found[0] == (2, "! not a row of a table (unexpected end of data): check its quotation marks")
    assert found[1:] == [(number + 3, f"Text {number}") for number in range(500)]


def test_marks_escaped_by_backslashes_and_marks_in_tab_separated_text_are_read_and_noted(tmp_path: Path) -> None:
    slashes = one(put(tmp_path / "a.csv", 'title,text\nA,"He said \\"rain\\", twice."\n'))
    assert slashes.article.text == 'He said "rain", twice.'
    assert slashes.notes == ("quotation marks escaped by backslashes",)
    plain = one(put(tmp_path / "b.tsv", 'title\ttext\nA\t"Rain" fell.\n'))
    assert plain.article.text == '"Rain" fell.'
    assert plain.notes == ("quotation marks taken as they are",)


def test_a_table_without_a_text_column_is_refused_with_both_lists(tmp_path: Path) -> None:
    assert refused(put(tmp_path / "a.csv", "year,Population\n2015,7\n2016,8\n")).reason == (
        "no column holds the text: found 'year', 'Population'; name one of them text, body or content, in the first "
        "line"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty: there is nothing to read"),
        (b"\n\n", "empty: there is nothing to read"),
        (b"title,text\n\n", "empty: there is a header and nothing below it"),
        (b'"title,text\nA,B\n', "the header is not a row of column names: check its quotation marks"),
        (b"PK\x03\x04x", "the content is a zip archive: unpack it first, then add the folder"),
        (b"question,answer\nWho?,Ada\n", "this is a question file: use qa eval"),
    ],
)
def test_what_is_no_table_of_articles_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refused(put(tmp_path / "a.csv", content)).reason == reason


def test_a_table_of_questions_is_passed_over_in_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "a.csv", "question,answer\nWho?,Ada\n")
    assert list(read([tmp_path])) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_every_encoding_gives_the_same_rows(tmp_path: Path, encoding: str) -> None:
    path = put(tmp_path / "a.csv", 'title,text\r\nA,"Rén\r\nfell."\r\nB,Sun.\r\n'.encode(encoding))
    assert told(path) == [(2, "Rén\nfell."), (4, "Sun.")]


def test_compressed_tables_are_read_and_a_break_is_said(tmp_path: Path) -> None:
    rows = "title,text\n" + "".join(f"T,{hash(str(n))} words\n" for n in range(3000))
    packed = gzip.compress(rows.encode())
    assert len(told(put(tmp_path / "a.csv.gz", packed))) == 3000
    *before, last = read([put(tmp_path / "b.csv.gz", packed[:-9000])])
    assert len(before) > 20
    assert last == Rejection(str(tmp_path / "b.csv.gz"), 0, "the compressed data is cut off: get the file again")


def test_limits_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    long = "the {} is over the limit of 100 bytes (line_bytes): close its quotation marks or split it"
    lines = put(tmp_path / "a.csv", f"title,text\nA,{'x' * 200}\nB,Sun.\n")
    assert told(lines, Limits(line_bytes=100)) == [(2, f"! {long.format('line')}"), (3, "Sun.")]
    rows = put(tmp_path / "b.csv", 'title,text\nA,"' + "rain\n" * 30 + '"\nB,Sun.\n')
    found = told(rows, Limits(line_bytes=100))
    assert found[0] == (2, f"! {long.format('row')}")
    assert found[-1] == (33, "Sun.")
    assert refused(put(tmp_path / "c.csv", "title,text\nA,too long\n"), Limits(article_characters=5)).reason == (
        "text is over the limit of 5 characters (article_characters): split it"
    )


def test_a_field_may_be_as_long_as_a_row(tmp_path: Path) -> None:
    assert len(one(put(tmp_path / "a.csv", f'title,text\nA,"{"rain " * 60_000}"\n')).article.text) == 300_000
