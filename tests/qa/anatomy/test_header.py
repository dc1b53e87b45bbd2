"""Decisions of the header reader: what a line is depends on the lines around it."""

from qa.anatomy.dissection import dissect
from qa.anatomy.page import NOTHING, Page
from qa.anatomy.page_lines import split_units

STORY = "\n\nThe goose came back on Monday.\n\nIt had the ring in its bill."
BODY = "The goose came back on Monday.\n\nIt had the ring in its bill."


def read(header: str, known: Page = NOTHING) -> tuple[Page, list[tuple[str, str]]]:
    """Return the page of a header above the story, and its dropped lines with their reasons."""
    page = dissect(split_units(header + STORY), known)
    return page, [(line.text, line.reason) for line in page.dropped]


def test_a_month_is_the_date_below_a_byline_only() -> None:
    page, dropped = read("Goose returns ring\n\nBy Ada Lunt\nJuly 2018")
    assert (page.published, page.text) == ("2018-07", BODY)
    assert dropped[-1] == ("July 2018", "date")
    page, dropped = read("Goose returns ring\n\nJuly 2018")
    assert page.published == ""


def test_a_name_without_by_is_the_byline_above_a_date() -> None:
    page, dropped = read("Goose returns ring to keeper\n\nAda Lunt\n11 May 2015")
    assert page.authors == "Ada Lunt"
    assert dropped[1] == ("Ada Lunt", "byline")
    page, dropped = read("Goose returns ring to keeper\n\n11 May 2015\n\nGull Island")
    assert (page.authors, page.text) == ("", f"Gull Island\n\n{BODY}")


def test_a_name_without_by_may_have_a_position_before_the_date() -> None:
    page, dropped = read("Goose returns ring to keeper\n\nAda Lunt\nHealth Correspondent\n11 May 2015")
    assert (page.authors, page.source) == ("Ada Lunt", "")
    assert dropped[1:3] == [("Ada Lunt", "byline"), ("Health Correspondent", "byline")]


def test_the_outlet_below_a_byline_is_the_source() -> None:
    page, dropped = read("Goose returns ring to keeper\n\nBy Ada Lunt\nfor the Mere Gazette")
    assert page.source == "Mere Gazette"
    assert dropped[-1] == ("for the Mere Gazette", "byline")


def test_the_name_of_a_known_outlet_above_the_title_is_a_section_line() -> None:
    page, dropped = read("The Mere | Ringside\n\nGoose returns ring to keeper\n\nBy Ada Lunt", Page(source="The Mere"))
    assert dropped[0] == ("The Mere | Ringside", "section")
    assert page.title == "Goose returns ring to keeper"
    page, dropped = read("The Mere | Ringside\n\nGoose returns ring to keeper\n\nBy Ada Lunt")
    assert page.title == "The Mere | Ringside"


def test_a_byline_may_stand_above_the_title() -> None:
    page, _ = read("By Ada Lunt\n\nGoose returns ring to keeper\n\n11 May 2015")
    assert (page.authors, page.title, page.published) == ("Ada Lunt", "Goose returns ring to keeper", "2015-05-11")


def test_dates_that_head_the_sections_of_a_timeline_stay_in_the_body() -> None:
    days = [f"{day} May 2015\n\nThe goose was seen near the weir on day {day}." for day in (1, 2, 3)]
    page = dissect(
        split_units("Goose diary\n\nBy Ada Lunt\n\nHow it went\n\nA week by the weir\n\n" + "\n\n".join(days))
    )
    assert page.published == ""
    assert page.text.count(" May 2015") == 3


def test_a_header_longer_than_thirty_lines_is_read_to_its_end() -> None:
    header = "Goose returns ring to keeper\nBy Ada Lunt\n11 May 2015\n" + "Share this article\n" * 40
    page, dropped = read(header.rstrip())
    assert page.text == BODY
    assert len(dropped) == 43


def test_a_line_with_an_outlets_word_is_no_byline_unless_it_follows_one() -> None:
    page, dropped = read("Goose returns ring to keeper\n\nNews of the goose travels\n11 May 2015")
    assert (page.dek, page.source) == ("News of the goose travels", "")
    assert dropped[1] == ("News of the goose travels", "dek")


def test_facts_that_are_known_are_not_replaced_by_a_line() -> None:
    known = Page(source="Mere Gazette", published="2015-05-11")
    page, dropped = read("Goose returns ring to keeper\n\nBy Ada Lunt, Harbour Wire\n12 May 2015", known)
    assert (page.source, page.published, page.authors) == ("Mere Gazette", "2015-05-11", "Ada Lunt")
    assert dropped[1:] == [("By Ada Lunt, Harbour Wire", "byline"), ("12 May 2015", "date")]
