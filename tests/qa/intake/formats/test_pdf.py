"""PDFs: paragraphs, what runs along the pages, what a file states, and what is broken."""

from pathlib import Path

import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from pypdf import PdfReader, PdfWriter

from qa.intake import Defaults, Dropped
from qa.settings import Limits
from tests.qa.intake.test_reader import one, refused
from tests.support.documents import LONG, SECOND, Newspaper, flate_bomb, pdf, put, raw_pdf, shown


def saved(path: Path, sheet: FPDF) -> Path:
    return put(path, bytes(sheet.output()))


def test_lines_become_paragraphs_again(tmp_path: Path) -> None:
    reading = one(saved(tmp_path / "a.pdf", pdf([LONG, SECOND, LONG])))
    assert reading.article.text == f"{LONG}\n\n{SECOND}\n\n{LONG}"
    assert reading.line == 0


def test_paragraphs_without_space_between_them_are_told_by_a_short_last_line(tmp_path: Path) -> None:
    reading = one(saved(tmp_path / "a.pdf", pdf([LONG, SECOND, LONG], gap=0)))
    assert reading.article.text == f"{LONG}\n\n{SECOND}\n\n{LONG}"


def test_a_sentence_goes_on_over_the_page_and_running_lines_are_dropped(tmp_path: Path) -> None:
    reading = one(saved(tmp_path / "a.pdf", pdf([" ".join([LONG, SECOND] * 20)], "Goose returns ring", Newspaper)))
    assert reading.article.title == "Goose returns ring"
    assert reading.article.text == " ".join([LONG, SECOND] * 20)
    boilerplate = [(dropped.text, dropped.reason) for dropped in reading.dropped if dropped.reason != "title"]
    assert boilerplate == [
        ("MERE POST Monday edition 1", "header"), ("Page 1 of 2", "footer"),
        ("MERE POST Monday edition 2", "header"), ("Page 2 of 2", "footer"),
    ]  # fmt: skip


def test_a_heading_of_several_lines_is_one_title(tmp_path: Path) -> None:
    sheet = pdf(["3 May 2014", LONG, SECOND], "Goose returns Ring\nOf Mayor After a Winter\nIn Hiding")
    article = one(saved(tmp_path / "a.pdf", sheet)).article
    assert article.title == "Goose returns Ring Of Mayor After a Winter In Hiding"
    assert article.text == f"{LONG}\n\n{SECOND}"


def test_what_repeats_in_the_middle_of_pages_or_on_one_page_stays(tmp_path: Path) -> None:
    story = [f"Line {number} of the story is here." for number in range(30)]
    pages = [shown("First page begins.", *story, "It ends."), shown("Second page begins.", *story, "It ends here.")]
    text = one(put(tmp_path / "a.pdf", raw_pdf(pages))).article.text
    assert text.count("Line 15 of the story is here.") == 2
    assert "First page begins." in text


def test_words_parted_at_line_ends_are_whole_again_and_compounds_keep_their_hyphen(tmp_path: Path) -> None:
    lines = (
        "The govern-", "ment said on Monday that the coun-", "cil had met. The government and the council are",
        "well-known for their meet-", "ings, and the govern-", "ment's well-",
        "known meetings are long. They said self-",
        "determination mattered.",
    )  # fmt: skip
    article = one(put(tmp_path / "a.pdf", raw_pdf([shown(*lines)]))).article
    assert article.text == (
        "The government said on Monday that the council had met. The government and the council are well-known for "
        "their meetings, and the government’s well-known meetings are long. They said selfdetermination mattered."
    )


def test_a_document_that_parts_no_words_keeps_its_hyphens(tmp_path: Path) -> None:
    lines = (
        "The council spoke of self-",
        "determination, and of nothing else that anybody could",
        "remember later on.",
    )
    assert one(put(tmp_path / "a.pdf", raw_pdf([shown(*lines)]))).article.text == (
        "The council spoke of self-determination, and of nothing else that anybody could remember later on."
    )


def test_a_soft_hyphen_within_a_line_leaves_no_gap(tmp_path: Path) -> None:
    soft = b"/Span <</ActualText <FEFF00AD> >> BDC ( ) Tj EMC"
    page = b"BT /F1 12 Tf 60 780 Td (The gove) Tj %s (rnment ) Tj /Span <<>> BDC (met.) Tj EMC ET" % soft
    assert one(put(tmp_path / "a.pdf", raw_pdf([page]))).article.text == "The government met."


def test_title_and_author_are_taken_where_somebody_meant_them(tmp_path: Path) -> None:
    meant = one(saved(tmp_path / "a.pdf", pdf([LONG, SECOND], title="Goose returns ring", author="Ada Lunt"))).article
    assert (meant.title, meant.authors) == ("Goose returns ring", "Ada Lunt")
    made = one(
        saved(tmp_path / "b.pdf", pdf([LONG, SECOND], title="Microsoft Word - goose3.doc", author="admin"))
    ).article
    assert (made.title, made.authors) == ("", "")


def test_the_byline_goes_before_the_files_author(tmp_path: Path) -> None:
    sheet = pdf(["Goose returns ring", "By Ada Lunt", "3 May 2014", LONG, SECOND], author="Bo Desk")
    article = one(saved(tmp_path / "a.pdf", sheet)).article
    assert (article.title, article.authors, article.published) == ("Goose returns ring", "Ada Lunt", "2014-05-03")
    assert article.text == f"{LONG}\n\n{SECOND}"


@pytest.mark.parametrize(
    ("information", "published"),
    [
        (b"/CreationDate (D:20140503120000+02'00') /ModDate (D:20140503130000)", "2014-05-03"),
        (b"/CreationDate (D:20140503120000)", "2014-05-03"),
        (b"/CreationDate (D:20140503) /ModDate (D:20260101)", ""),
        (b"/CreationDate (D:20140503) /Producer (Skia/PDF m156)", ""),
        (b"/CreationDate (D:20140503) /Producer (macOS Version 14 Quartz PDFContext) /Creator (Safari)", ""),
        (b"/CreationDate (yesterday)", ""),
    ],
)
def test_the_day_of_making_counts_unless_the_file_was_changed_or_printed_by_a_browser(
    tmp_path: Path, information: bytes, published: str
) -> None:
    path = put(tmp_path / "a.pdf", raw_pdf([shown(LONG)], information=information))
    reading = one(path)
    assert reading.article.published == published
    noted = ("dated by the day on which the file was made: its text states no date",)
    assert reading.notes == (noted if published else ())
    given = one(path, Defaults(published="2015"))
    assert (given.article.published, given.notes) == ("2015", ())


def test_what_a_browser_prints_around_a_page_is_dropped_and_its_address_kept(tmp_path: Path) -> None:
    page = shown("11/23/26, 10:27 AM Goose returns ring - Mere Post", height=820)
    page += b"\n" + shown("Goose returns ring", "", LONG, "", SECOND, height=780)
    page += b"\n" + shown("https://mere.example/goose 1/1", height=20)
    stated = b"/Title (Goose returns ring - Mere Post) /Producer (Skia/PDF m156)"
    reading = one(put(tmp_path / "a.pdf", raw_pdf([page], information=stated)))
    article = reading.article
    assert (article.title, article.source, article.url, article.published) == (
        "Goose returns ring", "Mere Post", "https://mere.example/goose", "",
    )  # fmt: skip
    assert article.text == f"{LONG}\n\n{SECOND}"
    assert Dropped(5, "https://mere.example/goose 1/1", "footer") in reading.dropped


def test_an_address_at_the_foot_of_a_page_that_no_browser_printed_stays(tmp_path: Path) -> None:
    page = shown(LONG, "", SECOND, "") + b"\n" + shown("https://mere.example/source", height=20)
    article = one(put(tmp_path / "a.pdf", raw_pdf([page]))).article
    assert article.text == f"{LONG}\n\n{SECOND}\n\nhttps://mere.example/source"
    assert article.url == ""


def test_a_pdf_without_text_is_refused_with_the_way_out(tmp_path: Path) -> None:
    assert refused(put(tmp_path / "a.pdf", raw_pdf([b"0 0 10 10 re f"] * 3))).reason == (
        "no text in the PDF's 3 pages: have its text recognised (OCR) and add the result"
    )


def test_a_page_without_text_among_others_is_noted(tmp_path: Path) -> None:
    reading = one(put(tmp_path / "a.pdf", raw_pdf([shown(LONG), b"0 0 10 10 re f", shown(SECOND)])))
    assert reading.article.text == f"{LONG}\n\n{SECOND}"
    assert reading.notes == ("page 2 without text",)


def test_a_broken_page_is_noted_and_the_others_are_read(tmp_path: Path) -> None:
    content = flate_bomb(100)
    writer = PdfWriter()
    for part in (raw_pdf([shown(LONG)]), content, raw_pdf([shown(SECOND)])):
        writer.append(PdfReader(put(tmp_path / "part.pdf", part)))
    writer.write(tmp_path / "a.pdf")
    reading = one(tmp_path / "a.pdf")
    assert reading.article.text == f"{LONG}\n\n{SECOND}"
    (note,) = reading.notes
    assert note.startswith("page 2 could not be read to the end (Limit reached")


def test_a_bomb_alone_is_refused(tmp_path: Path) -> None:
    assert refused(put(tmp_path / "a.pdf", flate_bomb(100))).reason.startswith(
        "no text in the PDF's 1 page (page 1 could not be read to the end (Limit reached"
    )


def test_pages_over_the_limit_are_noted(tmp_path: Path) -> None:
    path = put(tmp_path / "a.pdf", raw_pdf([shown(LONG), shown(SECOND), shown("Third.")]))
    reading = one(path, limits=Limits(pdf_pages=2))
    assert reading.article.text == f"{LONG}\n\n{SECOND}"
    assert reading.notes == ("3 pages, of which the first 2 were read (pdf_pages)",)
    assert "(article_characters)" in refused(path, Limits(article_characters=200)).reason


@pytest.mark.parametrize("method", [EncryptionMethod.RC4, EncryptionMethod.AES_128, EncryptionMethod.AES_256])
def test_an_encrypted_pdf_opens_without_a_password_or_is_refused(tmp_path: Path, method: EncryptionMethod) -> None:
    opened, closed = pdf([LONG]), pdf([LONG])
    opened.set_encryption(owner_password="owner", encryption_method=method)
    closed.set_encryption(owner_password="owner", user_password="user", encryption_method=method)
    assert one(saved(tmp_path / "a.pdf", opened)).article.text == LONG
    assert refused(saved(tmp_path / "b.pdf", closed)).reason == ("the PDF is encrypted: save it without its password")


def test_signs_without_letters_are_refused_not_stored(tmp_path: Path) -> None:
    page = b"BT /F1 12 Tf 60 780 Td (" + bytes(range(1, 9)) * 20 + b") Tj ET"
    assert refused(put(tmp_path / "a.pdf", raw_pdf([page]))).reason.startswith("the PDF does not say which letters")


def test_a_cut_off_or_damaged_pdf_is_refused(tmp_path: Path) -> None:
    whole = raw_pdf([shown(LONG), shown(SECOND)])
    assert refused(put(tmp_path / "a.pdf", whole[:-200])).reason == "the PDF is cut off: get the file again"
    broken = whole.replace(b"/Type /Catalog /Pages 2 0 R", b"/Type /Nothing /Pages 99 0 R")
    reason = refused(put(tmp_path / "b.pdf", broken)).reason
    assert reason.startswith("the PDF is damaged (")
    assert reason.endswith("): open it and save or print it again")


def test_a_pdf_may_begin_after_other_bytes(tmp_path: Path) -> None:
    assert one(put(tmp_path / "a.pdf", b"\n\n" + raw_pdf([shown(LONG)]))).article.text == LONG


def test_ligatures_are_letters() -> None:
    from qa.intake.formats.pdf import _LIGATURES

    assert "ofﬁce ﬂows".translate(_LIGATURES) == "office flows"
