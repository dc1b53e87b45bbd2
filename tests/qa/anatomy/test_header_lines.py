"""Classification of single lines: each fact with lines that have it and lines that look like it and do not."""

import dataclasses

import pytest

from qa.anatomy.header_lines import Facts, LineFacts, classify


def test_a_plain_sentence_has_no_facts() -> None:
    assert classify("The goose came back on Monday and had the ring in its bill.") == LineFacts(
        is_banner=False,
        is_breadcrumb=False,
        byline=None,
        date=None,
        section=None,
        masthead="",
        role=None,
        name=None,
    )


def test_one_line_can_have_several_facts() -> None:
    assert classify("Harbour Wire") == LineFacts(
        is_banner=False,
        is_breadcrumb=False,
        byline=None,
        date=None,
        section=None,
        masthead="Harbour Wire",
        role=Facts(source="Harbour Wire"),
        name=Facts(source="Harbour Wire"),
    )


def test_facts_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        classify("By Ada Lunt").byline = None  # type: ignore[misc]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("This story is over 5 years old.", True),
        ("EXCLUSIVE", True),
        ("Live updates", True),
        ("You are viewing a page from our archives", True),
        ("Exclusive pictures of the goose", False),
        ("This story is about a goose.", False),
        ("Live music returns to the pier", False),
    ],
)
def test_a_banner_is_a_notice_and_nothing_else(line: str, expected: bool) -> None:
    assert classify(line).is_banner is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Home > News > Local", True),
        ("HOME | Sport", True),
        ("Home prices fell", False),
        ("Local > Home", False),
        ("Home > " + "x" * 120, False),
    ],
)
def test_a_breadcrumb_begins_at_home(line: str, expected: bool) -> None:
    assert classify(line).is_breadcrumb is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Ada Lunt", Facts(authors="Ada Lunt")),
        ("By Ada Lunt, Harbour Wire", Facts(authors="Ada Lunt", source="Harbour Wire")),
        ("By Ada Lunt | Harbour Wire | 5 min read", Facts(authors="Ada Lunt", source="Harbour Wire")),
        ("By Ada Lunt | 11 May 2015", Facts(authors="Ada Lunt", published="2015-05-11")),
        ("By Ada Lunt | Updated 12 May 2015", Facts(authors="Ada Lunt", updated="2015-05-12")),
        ("By Ada Lunt | Published 3 hours ago", Facts(authors="Ada Lunt", misread="3 hours ago")),
        ("Words by Cy Dee. Pictures by Bo Rask", Facts(authors="Cy Dee")),
        ("By Ada Lunt Jr.", Facts(authors="Ada Lunt Jr.")),
        ("Ada Lunt", None),
        ("By the river", None),
        ("By noon the fog was thicker", None),
        ("By Ada Lunt and then it rained", None),
        ("By Friday.", None),
        ("By |", None),
        ("By , Pictures by Bo Rask", None),
        ("By " + "Ada " * 60, None),
    ],
)
def test_a_byline_has_by_and_names(line: str, expected: Facts | None) -> None:
    assert classify(line).byline == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("11 May 2015", Facts(published="2015-05-11")),
        ("Monday 11 May 2015 | 4 min read", Facts(published="2015-05-11")),
        (
            "Published 11:02 25 Sept 2022 | Updated 14:30 26 Sept 2022",
            Facts(published="2022-09-25T11:02:00", updated="2022-09-26T14:30:00"),
        ),
        ("Published May 2015", Facts(published="2015-05")),
        ("Posted yesterday", Facts(misread="yesterday")),
        ("Published: 03/04/2015", Facts(misread="03/04/2015")),
        ("yesterday", None),
        ("2015", None),
        ("May 2015", None),
        ("5 min read", None),
        ("May 11, 2015 was a Monday in Mereford", None),
        ("Published by the gazette on 11 May 2015", None),
    ],
)
def test_a_date_line_has_nothing_but_dates(line: str, expected: Facts | None) -> None:
    assert classify(line).date == expected


def test_a_month_alone_is_a_date_only_below_a_byline() -> None:
    assert classify("July 2018", below_byline=True).date == Facts(published="2018-07")
    assert classify("July 2018", below_byline=False).date is None
    assert classify("2018", below_byline=True).date is None
    assert classify("July and August 2018", below_byline=True).date is None


@pytest.mark.parametrize(
    ("line", "section", "masthead"),
    [
        ("News", Facts(), ""),
        ("Sport / Football", Facts(), "Football"),
        ("Opinion > Letters > Editorial", Facts(), ""),
        ("Local | Harbour Wire", Facts(source="Harbour Wire"), "Harbour Wire"),
        ("Harbour Wire - News", Facts(source="Harbour Wire"), "Harbour Wire"),
        ("The Mere", None, "The Mere"),
        ("The Mere | Ringside", None, "The Mere"),
        ("The Mere | All about the ring", None, ""),
        ("News | goose stories", None, "goose stories"),
        ("News | The Goose That Came Back", None, "The Goose That Came Back"),
        ("Geese | Swans | Ducks", None, ""),
        ("News.", None, ""),
        ("News / " + "x" * 80, None, ""),
    ],
)
def test_a_section_line_names_sections_and_at_most_one_outlet(line: str, section: Facts | None, masthead: str) -> None:
    facts = classify(line)
    assert (facts.section, facts.masthead) == (section, masthead)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Health Correspondent", Facts()),
        ("Chief reporter, Harbour Wire", Facts()),
        ("Special to the Gazette", Facts()),
        ("for the Harbour Wire", Facts(source="Harbour Wire")),
        ("AFP", Facts(source="AFP")),
        ("Ada Lunt", None),
        ("The editor said so.", None),
        ("An editor of a paper in town resigned", None),
    ],
)
def test_a_role_is_a_short_line_with_a_position_or_an_outlet(line: str, expected: Facts | None) -> None:
    assert classify(line).role == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ada Lunt", Facts(authors="Ada Lunt")),
        ("Ada Lunt and Bo van Rask", Facts(authors="Ada Lunt and Bo van Rask")),
        ("Ada Lunt, Harbour Wire", Facts(authors="Ada Lunt", source="Harbour Wire")),
        ("Kettle Bay Press", Facts(source="Kettle Bay Press")),
        ("Ada", None),
        ("By Ada Lunt", None),
        ("The Goose", None),
        ("Goose returns ring", None),
        ("Ada Lunt:", None),
        ("Ada Lunt Bo Rask Cy Dee Eva", None),
    ],
)
def test_a_name_is_two_to_six_capitalised_words(line: str, expected: Facts | None) -> None:
    assert classify(line).name == expected
