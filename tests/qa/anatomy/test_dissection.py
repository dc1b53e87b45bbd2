from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.anatomy.datelines import dateline
from qa.anatomy.dissection import boilerplate_spans, dissect
from qa.anatomy.header_lines import byline, date_line
from qa.anatomy.page_lines import split_units
from tests.support.anatomy_layouts import LAYOUTS, load, measure, predict, table
from tests.support.clock import cpu_seconds

PAGES = sorted(LAYOUTS.glob("*.txt"))
UNSEEN = sorted((LAYOUTS / "unseen").glob("*.txt"))


def test_the_lines_of_labelled_pages_are_told_apart() -> None:
    scores, errors = measure(PAGES)
    report = table(scores) + "\n" + "\n".join(errors)
    assert len(PAGES) >= 12
    assert scores["body"].precision >= 0.97, report
    assert scores["body"].recall >= 0.99, report
    assert scores["boilerplate"].precision >= 0.97, report


def test_no_body_line_is_lost_on_pages_that_the_rules_were_not_made_for() -> None:
    scores, errors = measure(UNSEEN)
    assert len(UNSEEN) == 3
    assert scores["body"].recall == 1.0, errors
    assert scores["boilerplate"].precision == 1.0, errors


@pytest.mark.parametrize("path", PAGES + UNSEEN, ids=lambda path: path.stem)
def test_a_body_line_keeps_its_characters(path: Path) -> None:
    text, labels = load(path)
    page = predict(text)[1]
    for number, label in labels.items():
        if label == "body":
            assert text.split("\n")[number - 1] in page.text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_body_that_was_read_holds_no_boilerplate(path: Path) -> None:
    assert boilerplate_spans(predict(load(path)[0])[1].text) == []


def test_a_page_gives_every_field_that_its_lines_state() -> None:
    page = predict(load(LAYOUTS / "12-offers.txt")[0])[1]
    assert page.title == "Pedal factory in Wexcombe to reopen with half its old crew"
    assert page.dek == "New owner promises 140 jobs and a canteen"
    assert page.authors == "Tomas Greve"
    assert page.source == "Ford Street Journal"
    assert page.published == "2022-09-25T11:02:00"
    assert page.updated == "2022-09-26T14:30:00"
    assert page.text.startswith("The pedal works of Wexcombe, shut since 2019,")
    assert page.text.endswith("it opens at six on Monday.")


def test_a_dateline_stays_in_the_body_and_is_kept_apart_too() -> None:
    page = predict(load(LAYOUTS / "01-wire.txt")[0])[1]
    assert page.dateline_text == "OTTER MILL (Kettle Bay Wire) -"
    assert page.text.startswith("OTTER MILL (Kettle Bay Wire) - The wooden footbridge")
    assert page.url == "https://kettlebaywire.example/2016/03/09/footbridge"


def test_a_page_without_a_title_line_has_no_title() -> None:
    page = predict(load(LAYOUTS / "03-no-title.txt")[0])[1]
    assert page.title == ""
    assert page.dropped == ()


def test_a_page_of_one_paragraph_is_all_body() -> None:
    page = dissect(split_units("Related: the one line there is"))
    assert (page.text, page.title, page.dropped) == ("Related: the one line there is", "", ())


def test_a_page_of_nothing_but_boilerplate_keeps_its_lines() -> None:
    text = "Share this article\n\nAdvertisement\n\nRead more: Goose returns ring"
    assert dissect(split_units(text)).text == text
    assert boilerplate_spans(text) == []


def test_the_only_date_being_an_update_is_noted() -> None:
    page = dissect(split_units("Goose returns ring\n\nBy Ada Lunt\nUpdated 3 May 2014\n\nIt was a long day. It ended."))
    assert (page.published, page.updated) == ("2014-05-03", "2014-05-03")
    assert page.notes == ("dated by its update: the page states no other date",)


def test_a_date_line_that_would_have_to_be_guessed_is_noted_and_not_kept() -> None:
    page = dissect(split_units("Goose returns ring\n\nBy Ada Lunt\nPublished 3 hours ago\n\nIt was long. It ended."))
    assert page.published == ""
    assert page.notes == ("date '3 hours ago' not understood",)


def test_spans_are_whole_lines_by_code_points() -> None:
    text = "Zażółć 🦢 the goose came back.\n\n  Related: Swan stays away\n\nIt had the ring.\r\nShare this article"
    assert boilerplate_spans(text) == [(31, 57, "related"), (77, 95, "social")]
    assert text[31:57] == "  Related: Swan stays away"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("READ MORE: Goose steals ring, returns it", "related"),
        ("Also read: Goose steals ring", "related"),
        ("READ MORE >> Goose steals ring", "related"),
        ("Click here to see the whole list.", "related"),
        ("Advertisement", "advertisement"),
        ("Sign up for our weekly newsletter", "newsletter"),
        ("Follow Ada Lunt on Twitter: @adalunt", "social"),
        ("Photo: Ada Lunt / Mere Gazette", "credit"),
        ("Ada Lunt contributed to this report.", "footer"),
        ("© 2015 Mere Gazette. All rights reserved.", "footer"),
    ],
)
def test_a_line_of_boilerplate_between_paragraphs_is_marked(line: str, reason: str) -> None:
    before = "The goose came back on Monday.\n\n"
    text = f"{before}{line}\n\nIt had the ring in its bill."
    assert boilerplate_spans(text) == [(len(before), len(before) + len(line), reason)]


@pytest.mark.parametrize(
    "line",
    [
        "Related: prices rose in March, and the goose ate more than before.",
        "Follow-up strikes hit the bakery on Tuesday.",
        "Follow the river on foot, or on Instagram if you must, and you will reach the weir.",
        "Photographs published by the gazette show the ring.",
        "Sign up for the fun run at the town hall by 3 June.",
        "More: the council met again on Friday.",
        "Copyright law was changed in 1911.",
        "Advertisement hoardings were blown down in the gale.",
        "Contact the library at help@meretown.example for tickets.",
        "Watch out: the ice is thin.",
        "Share prices fell.",
        "Save on vacuums and air purifiers",
        "Contributing to the fund were Ada Lunt, the baker and nine children.",
        "The show is on at 8 p.m. ET/PT.",
        "The newsletter of the parish said that your goose is our goose.",
    ],
)
def test_a_body_sentence_that_looks_like_boilerplate_survives(line: str) -> None:
    assert boilerplate_spans(f"The goose came back on Monday.\n\n{line}\n\nIt had the ring in its bill.") == []
    page = dissect(
        split_units(f"Goose returns\n\nBy Ada Lunt\n3 May 2014\n\nThe goose came back.\n\n{line}\n\nAll is well.")
    )
    assert page.text == f"The goose came back.\n\n{line}\n\nAll is well."


def test_a_line_inside_a_wrapped_paragraph_is_no_boilerplate() -> None:
    text = (
        "The goose has its own page now, and people who live near the park\n"
        "Follow Admiral on Twitter\nbut nobody has told the goose, which is content to be a goose and no\n"
        "more than that, as far as the keeper of the park has been able to say."
    )
    assert boilerplate_spans(f"It came back.\n\n{text}\n\nIt left.") == []


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab.:|/@ \n\r-©RelatedFollowPhoto()é🦢"), max_size=400))
def test_spans_are_sorted_disjoint_and_end_at_line_ends(text: str) -> None:
    end = -1
    for start, stop, reason in boilerplate_spans(text):
        assert reason
        assert end < start < stop <= len(text)
        assert start == 0 or text[start - 1] == "\n"
        assert stop == len(text) or text[stop] in "\r\n" or text[stop - 1] == "\r"
        end = stop


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Share this", "By Ada Lunt", "3 May 2014", "Related: A b c", "Goose back", "It ran. It hid."])
    )
)
def test_every_unit_of_a_page_is_body_or_dropped(lines: list[str]) -> None:
    units = split_units("\n\n".join(lines))
    page = dissect(units)
    body = page.text.split("\n\n") if page.text else []
    assert sorted([*body, *(dropped.text for dropped in page.dropped)]) == sorted(lines)


@pytest.mark.parametrize(
    "piece",
    ["Related: A b c d\n", "Share " * 60 + "\n", "a" * 400 + "@" + "\n", "Photo: " + "A/" * 190 + "\n", "Read more\n",
     "A, " * 130 + "\n", "Follow " + "x @" * 130 + "\n", "\n \n", "x" * 1000, "By A B and " * 20 + "\n",
     "<" * 300 + "\n"],
)  # fmt: skip
def test_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(characters: int) -> float:
        text = piece * (characters // len(piece))
        return cpu_seconds(lambda: (boilerplate_spans(text), dissect(split_units(text))))

    small = seconds(25_000)
    assert seconds(200_000) < 8 * small * 3 + 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEIRUT (Reuters) - Rain fell.", ("BEIRUT (Reuters) -", "Reuters")),
        ("(CNN) -- Rain fell.", ("(CNN) --", "CNN")),
        ("LONDON, England (CNN)  -- Rain fell.", ("LONDON, England (CNN)  --", "CNN")),
        ("London (CNN) -- Rain fell.", ("London (CNN) --", "CNN")),
        ("COPIAPÓ, Chile — Rain fell.", ("COPIAPÓ, Chile —", "")),
        ("MEREFORD, May 11 (Mere Wire) - Rain fell.", ("MEREFORD, May 11 (Mere Wire) -", "Mere Wire")),
        ("BREAKING — Rain fell.", ("", "")),
        ("NASA — the agency — said so.", ("", "")),
        ("Rain fell - and fell.", ("", "")),
        ("X-RAY machines failed.", ("", "")),
    ],
)
def test_a_dateline_is_a_place_or_an_outlet_before_a_dash(text: str, expected: tuple[str, str]) -> None:
    assert dateline(text) == expected


@pytest.mark.parametrize(
    ("text", "authors", "source"),
    [
        ("By Ada Lunt", "Ada Lunt", ""),
        ("By Ada Lunt, Harbour Wire", "Ada Lunt", "Harbour Wire"),
        ("By Ada Lunt and Bo Rask for Harbour Wire", "Ada Lunt and Bo Rask", "Harbour Wire"),
        ("By Ada Lunt, Bo Rask and Cy Dee", "Ada Lunt, Bo Rask and Cy Dee", ""),
        ("By Ada Lunt, Health Correspondent", "Ada Lunt", ""),
        ("by Ada Lunt in Port Ellery", "Ada Lunt", ""),
    ],
)
def test_a_byline_names_people_and_outlet(text: str, authors: str, source: str) -> None:
    found = byline(text)
    assert found is not None
    assert (found.authors, found.source) == (authors, source)


@pytest.mark.parametrize("text", ["By rights it belongs on the rock.", "By the river", "By noon the fog was thicker"])
def test_a_sentence_that_begins_with_by_is_no_byline(text: str) -> None:
    assert byline(text) is None


def test_a_date_line_holds_nothing_but_dates() -> None:
    found = date_line("Published 11:02 25 Sept 2022 | Updated 14:30 26 Sept 2022")
    assert found is not None
    assert (found.published, found.updated) == ("2022-09-25T11:02:00", "2022-09-26T14:30:00")
    assert date_line("May 11, 2015 was a Monday in Mereford") is None
    assert date_line("2015") is None
