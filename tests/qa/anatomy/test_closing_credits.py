"""Closing credits, in pages and records; all lines are our own but for the one that the project began with."""

import json
import re
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.anatomy.dissection import boilerplate_spans, dissect
from qa.anatomy.page_lines import split_units
from qa.intake.reader import read
from qa.intake.results import Reading

PROSE = "The ferry from Kersey to Aldmoor will not sail before Monday, the harbour master said on Friday evening."
MORE = "Some 300 islanders wait for bread and post, and the school has closed its doors until the storm is over."

ALONE = [  # known wherever they stand by themselves
    "Salem Rizek contributed reporting from Jisr al-Shughour",
    "Salem Rizek contributed reporting from Jisr al-Shughour.",
    "Ann Lowe contributed reporting.",
    "Ann Lowe contributed additional reporting",
    "Ann Lowe contributed to this report.",
    "Ann Lowe contributed to this story from Oslo",
    "Ann Lowe also contributed to this article.",
    "Ann Lowe and Bo Rask contributed reporting from Port-au-Prince.",
    "Ann Lowe contributed reporting from Oslo, Bo Rask from L’Aquila and Cy Dee from Saint-Malo.",
    "Ann Lowe, Bo Rask and Cy Dee contributed reporting from Washington, D.C.",
    "Anne-Marie Lowe-Smith contributed reporting from the West Bank.",
    "Ludwig van der Meer and Ysabel de la Cruz contributed to this report.",
    "Łukasz Żółć, Øyvind Ånes and Çağla Şahin contributed reporting from İzmir.",
    "Абай Юсупов contributed reporting from Алматы.",
    "Muhammad bin Rashid al-Harbi contributed reporting from Ras al-Ayn and Deir ez-Zor.",
    "Conor O’Dowd and J.D. D’Arcy Jr. contributed to this report.",
    "Reuters correspondent Ann Lowe in Oslo contributed to this report",
    "Kersey Courier staff writers Ann Lowe and Bo Rask contributed to this story.",
    "Associated Press writers Ann Lowe in Oslo, Bo Rask in Kersey and Cy Dee in The Hague contributed.",
    "AP reporter Ann Lowe contributed from Washington, D.C.",
    "KBN’s Ann Lowe and journalist Bo Rask contributed to this report",
    "Staff reporter ann lowe contributed to this item.",
    "A freelance journalist in Minsk contributed to this report.",
    "Ann Lowe contributed to the reporting of this story.",
    "Ann Lowe contributed reporting to this article.",
    "Ann Lowe contributed reporting and Bo Rask contributed research to this story.",
    "Ann Lowe contributed reporting. Bo Rask contributed additional reporting from Oslo.",
    "Ann Lowe contributed to this report. Additional reporting by Bo Rask and Cy Dee",
    "Ann Lowe assisted with reporting for this story.",
    "Lowe reported from Oslo. AP writer Bo Rask contributed.",
    "Ann Lowe contributed to this report. Follow Bo Rask on Twitter @borask",
    "Bo Rask is a reporter with Kersey Wire. Kersey Wire producer Ann Lowe contributed to this report.",
    "AFP contributed",
    "AFP contributed to this report",
    "AP contributed to this report.",
    "The Associated Press contributed to this report.",
    "The Associated Press contributed.",
    "The Associated Press and Reuters contributed to this story",
    "— The Courier's Ann Lowe contributed to this report.",
    "-- Ann Lowe contributed reporting.",
    "*Ann Lowe contributed reporting from Oslo.*",
    "_Ann Lowe contributed reporting from Oslo._",
    "(Ann Lowe contributed reporting from Oslo.)",
    "[Ann Lowe contributed to this report]",
    "Additional reporting by Ann Lowe and Bo Rask",
    "Additional reporting by Ann Lowe in Oslo.",
    "Additional reporting: Ann Lowe",
    "With additional reporting by Ann Lowe, a freelance writer for Kersey Wire",
    "With reporting by Ann Lowe in Oslo",
    "With files from Ann Lowe",
    "With files from The Canadian Press",
    "— with files from Reuters",
    "With inputs from PTI",
    "(With inputs from agencies)",
    "(with AFP and Reuters)",
    "Includes reporting from The Associated Press",
    "This story includes reporting by The Associated Press.",
    "Reporting contributed by Ann Lowe, Kersey Wire.",
    "Reporting by Ann Lowe in Oslo; editing by Bo Rask",
    "Reporting by Ann Lowe and Bo Rask in Oslo, Cy Dee in Bonn; Writing by Dora Pell; Editing by Fay Orr.",
    "(Reporting by Ann Lowe in Oslo; Editing by Bo Rask)",
    "(Reporting by Ann Lowe; Additional reporting by Bo Rask; Editing by Cy Dee.)",
    "(Reporting by Lowe; Editing by Rask).",
    "Reported by Ann Lowe, edited by Bo Rask",
    "Writing by Ann Lowe; Editing by Bo Rask",
    "Editing by Ann Lowe and Bo Rask",
    "Edited by: Ann Lowe",
    "ADDITIONAL REPORTING BY ANN LOWE AND BO RASK",
    "Contributing: Ann Lowe, Kersey Wire; The Associated Press",
    "(Contributing: Ann Lowe)",
    "Contributing; Ann Lowe",
    "Contributed: Reuters",
    "This article was produced by Kersey Wire",
    "This article was produced by AFP.",
    "This story was produced in partnership with Kersey Public Radio.",
    "-- Reuters",
    "— AFP",
    "– with AFP",
    "—Reuters/AP",
    "– AFP and Reuters",
    "(PTI)",
    "[Reuters]",
    "(AP, AFP)",
    "(avec AFP)",
    "© 2015 AFP",
    "(c) 2015 AFP",
]  # fmt: skip

FOOT = [  # only below the story's last sentence
    "With assistance from Ann Lowe and Bo Rask",
    "Ann Lowe provided additional reporting from Oslo.",
    "Wire reporters Ann Lowe and Bo Rask contributed to the report.",
    "Lowe contributed to this report.",
    "Rizek contributed reporting from Idlib.",
    "Lowe contributed from Paris.",
    "Ann Lowe contributed research.",
    "Ann Lowe contributed to the reporting.",
    "The Kersey Courier contributed.",
    "The Kersey Project contributed reporting.",
    "Staff and wire services contributed to this report.",
    "News agencies contributed to this report.",
    "Lowe reported from Oslo.",
    "Ann Lowe reported from Oslo and Bo Rask from L’Aquila.",
    "Lowe reported from Port-au-Prince; Rask reported from Oslo, Norway.",
    "Compiled from wire reports",
    "From staff and wire reports",
    "Agencies",
    "with AFP",
    "This story was produced by Kersey Wire, a news service of the island's college, with the help of its students.",
]  # fmt: skip

BODY = [
    # money, goals, ideas, causes
    "Ann Lowe contributed $500 to the campaign.",
    "Ann Lowe contributed 500 euros to this campaign.",
    "Ann Lowe and Bo Rask contributed two goals each.",
    "Ann Lowe contributed a goal and an assist.",
    "Ann Lowe contributed ideas.",
    "Ann Lowe contributed to the campaign.",
    "Ann Lowe contributed to the magazine.",
    "Ann Lowe contributed an article to the Courier.",
    "Ann Lowe contributed articles and stories to the Courier.",
    "Ann Lowe contributed to Kersey Hospital.",
    "Ann Lowe contributed to the Kersey Times for 20 years.",
    "Ann Lowe contributed generously.",
    "Ann Lowe contributed from her savings.",
    "Ann Lowe contributed from the bench.",
    "Rain contributed to the crash.",
    "Rain contributed to this.",
    "Rain and wind contributed.",
    "Rain contributed.",
    "Everyone contributed.",
    "Ann Lowe contributed.",
    "Nobody else contributed.",
    "Both countries contributed troops from Oslo.",
    "Norway contributed troops.",
    "Norway contributed reporting stations to the network.",
    "Ebbers contributed reporting errors to the scandal.",
    "Ebbers contributed reporting errors to the scandal that brought down the firm.",
    "Bloomberg contributed.",
    "Kersey Hospital provided reporting.",
    "With contributions from Ann Lowe and Bo Rask, the album sold 300 copies.",
    "Standard Oil contributed.",
    "Beacon Hill contributed.",
    "AP students contributed.",
    "Ann Lowe contributed to Reuters.",
    "Ann Lowe contributed to this series.",
    "Ann Lowe contributed to this report card.",
    "Merck contributed research.",
    "Police assisted with reporting.",
    "Ann Lowe helped report this crime.",
    "Three editors contributed to the report.",
    "Senior editors contributed to the report.",
    "Late reporting contributed to the outbreak.",
    "Poor reporting by Kersey Hospital contributed to the outbreak.",
    "The Associated Press contributed $2 million to the fund.",
    "AFP contributed two aircraft to the search.",
    "Reuters contributed to the rise of the telegraph.",
    "The report says that fog contributed to this story.",
    # reports that are no news report
    "More than 300 scientists contributed to the report.",
    "Scientists from Oslo University contributed to this report.",
    "The World Bank contributed to the report.",
    "Ann Lowe and Bo Rask contributed to the report.",
    "Oslo University's Ann Lowe contributed to the report.",
    "UN agencies contributed to the report.",
    "Norway contributed to the report.",
    "Ann Lowe, who led the inquiry, contributed to this report.",
    "Nine volunteers contributed to this report, and three were never paid.",
    "Ann Lowe contributed to this annual report.",
    "Ann Lowe contributed to this project.",
    "The FBI contributed to this investigation.",
    "This report was produced by the harbour board in 1998.",
    "This report was produced by an independent panel.",
    "This article was produced by artificial intelligence, the editor admitted.",
    "This article was produced by Kersey Wire and a robot, the editor admitted.",
    "This article of clothing was produced by hand.",
    "This story was produced by chance.",
    "This story was written by Ernest Lowe.",
    "This story was supported by two witnesses.",
    "This article was published by the Courier and led to his arrest.",
    "Written by Ann Lowe and produced by Bo Rask.",
    "The film was produced by Ann Lowe.",
    # reporting as somebody's trade
    "He contributed reporting from Oslo.",
    "She contributed to this report.",
    "They contributed reporting.",
    "Ann Lowe contributed reporting from Paris in 1944.",
    "Ann Lowe contributed reporting from Paris in May.",
    "Ann Lowe contributed reporting from Paris on Monday.",
    "Ann Lowe contributed reporting from Paris to the Daily Star.",
    "Ann Lowe contributed reporting from Paris for the Daily Star.",
    "Ann Lowe contributed reporting from pro-Western Paris.",
    "Ann Lowe contributed reporting by telephone.",
    "Ann Lowe contributed reporting that led to a trial.",
    "Ann Lowe contributed reporting from the front and was shot.",
    "Reporting by the Courier led to the trial.",
    "Reporting by The Courier and Kersey Wire won the Gannet Prize.",
    "Reporting by Reuters suggests that the ferry was unsafe.",
    "Additional reporting by the police is expected on Monday.",
    "Additional reporting requirements apply from Monday.",
    "With additional funds from Oslo, the quay was rebuilt.",
    "With files from Kersey under his arm, Lowe walked into the court.",
    "With help from Ann Lowe, Bo Rask scored twice.",
    "Reuters reported from Kyiv that the ferry had sailed.",
    "Reuters reported from Kyiv.",
    "Kersey Wire reported from within Aldmoor that the harbour was open.",
    "The Telegraph reported from interviews, there is resistance in Aldmoor.",
    "It reported from Oslo.",
    "Losses were reported from Oslo.",
    "Fighting reported from Aldmoor",
    "Two deaths reported from Oslo",
    "No deaths were reported from Aldmoor.",
    "Editing by hand takes a year.",
    "Edited by Ann Lowe, the book sold 300 copies.",
    "Edited by Harold Orr in November 1960.",
    "Compiled by monks, the list names 40 ferries.",
    "Produced by Kersey Live, the show opens on 10 October in Aldmoor.",
    "Contributing to the fund were Ann Lowe, the baker and nine children.",
    "Contributing to the chill is the fund that Bo Rask set up in Aldmoor.",
    "Contributors Ann Lowe and Bo Rask will speak at the school on Monday.",
    "Writing by candlelight, Ann Lowe finished the novel in May.",
    # agencies as part of the story
    "Lowe told Reuters.",
    "The mayor told AFP.",
    "He works for the Associated Press.",
    "The editor of AFP, Ann Lowe, said so.",
    "Agencies said that the ferry was late.",
    "With Reuters and AFP he covered three wars.",
    "Copyright law was changed in 1911.",
    "Two firms were named: Kersey Wire and AP.",
    "Is it true that AFP contributed to this report?",
    "“Ann Lowe contributed to this report.”",
]  # fmt: skip


def spans(*paragraphs: str) -> list[str]:
    """Return what is never quoted of a text with these paragraphs."""
    text = "\n\n".join(paragraphs)
    return [text[start:end] for start, end, _ in boilerplate_spans(text)]


@pytest.mark.parametrize("credit", ALONE)
def test_a_credit_by_itself_is_never_quoted_wherever_it_stands(credit: str) -> None:
    assert spans(PROSE, credit, MORE) == [credit]
    assert spans(PROSE, MORE, credit) == [credit]


@pytest.mark.parametrize("credit", FOOT)
def test_what_could_also_be_body_is_a_credit_below_the_story_only(credit: str) -> None:
    assert spans(PROSE, MORE, credit) == [credit]
    assert spans(PROSE, credit, MORE) == []


@pytest.mark.parametrize("credit", ALONE + FOOT)
def test_a_page_loses_its_closing_credit_to_the_footer(credit: str) -> None:
    page = dissect(split_units(f"Ferry stays in port\n\nBy Ann Lowe\n3 May 2014\n\n{PROSE}\n\n{MORE}\n\n{credit}\n"))
    assert page.text == f"{PROSE}\n\n{MORE}"
    assert [(dropped.text, dropped.reason) for dropped in page.dropped][3:] == [(credit, "footer")]


@pytest.mark.parametrize("sentence", BODY)
def test_a_body_sentence_survives_in_the_middle_at_the_foot_and_at_a_paragraphs_end(sentence: str) -> None:
    assert spans(PROSE, sentence, MORE) == []
    assert spans(PROSE, MORE, sentence) == []
    assert spans(PROSE, f"{MORE} {sentence}") == []
    assert spans(f"{PROSE} {sentence}") == []
    page = dissect(split_units(f"Ferry stays in port\n\nBy Ann Lowe\n3 May 2014\n\n{PROSE}\n\n{MORE}\n\n{sentence}"))
    assert page.text == f"{PROSE}\n\n{MORE}\n\n{sentence}"


@pytest.mark.parametrize(
    "credit",
    [
        "Salem Rizek contributed reporting from Jisr al-Shughour.",
        "Ann Lowe contributed to this report.",
        "CNN en Español's Ann Lowe contributed to this story.",
        "Ann Lowe contributed reporting. Bo Rask contributed to this report.",
        "Ann Lowe contributed to this report. Follow Bo Rask on Twitter @borask",
        "The Associated Press contributed to this report.",
        "(Reporting by Ann Lowe in Oslo; Editing by Bo Rask)",
        "Reporting by Ann Lowe in Oslo; editing by Bo Rask",
        "Additional reporting by Ann Lowe and Bo Rask.",
        "With files from The Canadian Press",
        "-- Reuters",
        "— AFP",
        "(PTI)",
        "– with AFP",
        "© 2015 AFP",
        "Copyright 2015 The Associated Press. All rights reserved.",
    ],
)
def test_a_credit_behind_the_last_sentence_is_parted_from_it(credit: str) -> None:
    assert spans(PROSE, f"{MORE} {credit}") == [credit]
    assert spans(f"{PROSE} {MORE} {credit}") == [credit]  # a record of one paragraph
    page = dissect(split_units(f"Ferry stays in port\n\nBy Ann Lowe\n3 May 2014\n\n{PROSE}\n\n{MORE} {credit}"))
    assert page.text == f"{PROSE}\n\n{MORE}"
    assert [(dropped.line, dropped.text, dropped.reason) for dropped in page.dropped][3:] == [(8, credit, "footer")]


@pytest.mark.parametrize(
    "credit",
    [
        "Ann Lowe contributed.",
        "Lowe reported from Oslo.",
        "Lowe contributed to this report.",
        "Ann Lowe contributed research.",
        "Edited by Ann Lowe.",
        "This story was produced by Kersey Wire.",
        "Ann Lowe contributed from Oslo.",
        "Ann Lowe assisted with this report.",
        "Contributors: Exxon and Shell.",
    ],
)
def test_weaker_forms_stay_where_they_end_a_paragraph_of_the_story(credit: str) -> None:
    assert spans(PROSE, f"{MORE} {credit}") == []


def test_only_the_last_paragraph_is_looked_at_for_a_credit_behind_its_last_sentence() -> None:
    assert spans(f"{PROSE} Ann Lowe contributed to this report.", MORE) == []
    assert spans(f"{PROSE} -- Reuters", MORE) == ["-- Reuters"]  # live reports sign each entry


def test_a_paragraph_is_kept_when_a_credit_ends_it() -> None:
    short = "The ferry sails again. Ann Lowe contributed to this report."
    assert spans(PROSE, short) == ["Ann Lowe contributed to this report."]
    assert spans(short, PROSE) == []


def test_a_short_sentence_before_a_credit_is_body() -> None:
    assert spans(PROSE, "Bo Rask resigned. Ann Lowe contributed to this report.") == [
        "Ann Lowe contributed to this report."
    ]
    assert spans(PROSE, "The ferry sails again. © 2015 AFP") == ["© 2015 AFP"]
    assert spans(PROSE, "The ferry sails again. (PTI)", MORE) == ["(PTI)"]


def test_an_owners_name_before_the_notice_is_no_sentence() -> None:
    assert spans(PROSE, "Kersey Courier. © 2015 AFP") == ["Kersey Courier. © 2015 AFP"]


def test_what_is_cut_off_a_paragraph_begins_with_a_credit() -> None:
    text = f"{MORE} Bo Rask is a reporter with Kersey Wire. Ann Lowe contributed to this report."
    assert spans(PROSE, text) == ["Ann Lowe contributed to this report."]


def test_a_credit_cut_off_a_wrapped_paragraph_has_its_own_line_and_offsets() -> None:
    story = "The ferry from Kersey to Aldmoor will not sail\nbefore Monday, the harbour master said,\nand all wait."
    page = dissect(split_units(f"Ferry stays in port\n\nBy Ann Lowe\n\n{PROSE}\n\n{story} -- Reuters"))
    assert page.text == f"{PROSE}\n\n{story}"
    assert [(dropped.line, dropped.text) for dropped in page.dropped][-1] == (9, "-- Reuters")
    text = f"{PROSE}\n\n   {MORE} -- Reuters  \n"
    ((start, end, reason),) = boilerplate_spans(text)
    assert (text[start:end].strip(), reason) == ("-- Reuters", "footer")


def test_who_is_quoted_is_no_agency_tail() -> None:
    assert spans(PROSE, "“The sea always wins.” — Reuters") == []
    assert spans(PROSE, "The sea always wins, wrote Reuters", MORE) == []


def test_a_text_of_nothing_but_a_credit_is_left_whole() -> None:
    assert spans("Ann Lowe contributed to this report.") == []
    assert spans("Ann Lowe contributed to this report.", "(Editing by Bo Rask)") == []


def test_a_credit_over_two_lines_of_a_wrapped_text_is_dropped_whole() -> None:
    credit = (
        "Press writers Ann Lowe in Oslo, Bo Rask in Port-au-Prince and\nCy Dee in L’Aquila contributed to this report."
    )
    assert spans(PROSE, MORE, credit) == [credit]


def test_a_list_of_a_hundred_reporters_is_a_credit() -> None:
    names = ", ".join(f"Ann Lowe{chr(97 + place % 26)}" for place in range(100))
    credit = f"{names} and Bo Rask contributed to this report."
    assert spans(PROSE, MORE, credit) == [credit]


PAGE = "<html><head><title>Ferry stays in port</title></head><body><article>{}</article></body></html>"


@pytest.mark.parametrize("dot", ["", "."])
def test_the_credit_that_the_project_began_with_is_dropped_from_every_kind_of_file(tmp_path: Path, dot: str) -> None:
    credit = f"Salem Rizek contributed reporting from Jisr al-Shughour{dot}"
    files = {
        "a.txt": f"Ferry stays in port\n\nBy Ann Lowe\n3 May 2014\n\n{PROSE}\n\n{MORE}\n\n{credit}\n",
        "b.md": f"# Ferry stays in port\n\n{PROSE}\n\n{MORE}\n\n*{credit}*\n",
        "c.html": PAGE.format(f"<h1>Ferry stays in port</h1><p>{PROSE}</p><p>{MORE}</p><p><em>{credit}</em></p>"),
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content, "utf-8")
    readings = [one for one in read([tmp_path]) if isinstance(one, Reading)]
    assert [reading.article.text for reading in readings] == [f"{PROSE}\n\n{MORE}"] * 3
    assert [reading.dropped[-1].reason for reading in readings] == ["footer"] * 3


@pytest.mark.parametrize("ending", ["\n\n", "\n", " "])
def test_a_records_text_stays_and_its_credit_is_not_quoted(tmp_path: Path, ending: str) -> None:
    credit = "Salem Rizek contributed reporting from Jisr al-Shughour"
    text = f"{PROSE}\n\n{MORE}{ending}{credit}"
    file = tmp_path / "records.jsonl"
    file.write_text(json.dumps({"title": "Ferry stays in port", "text": text}) + "\n", "utf-8")
    (reading,) = read([file])
    assert isinstance(reading, Reading)
    assert reading.article.text == text
    assert [text[start:end] for start, end, _ in boilerplate_spans(reading.article.text)] == [credit]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([PROSE, MORE, *ALONE[:8], *FOOT[:4], *BODY[:8]]), st.sampled_from([" ", "\n", "\n\n"])
        ),
        max_size=8,
    )
)
def test_spans_are_sorted_disjoint_and_never_cut_into_a_body_sentence(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + parted for piece, parted in pieces)
    body = [(at.start(), at.end()) for one in (PROSE, MORE) for at in re.finditer(re.escape(one), text)]
    end = -1
    for start, stop, reason in boilerplate_spans(text):
        assert reason == "footer"
        assert end < start < stop <= len(text)
        assert start == 0 or text[start - 1] == "\n" or re.search(r"[.!?]\s*$", text[:start])
        assert stop == len(text) or text[stop] == "\n"
        assert not any(start < after and before < stop for before, after in body)
        end = stop


@pytest.mark.parametrize(
    "part",
    ["Ann Lowe contributed ", "Reporting by A; ", "A contributed reporting from ", "and ", "(" * 20, "with AFP, "],
)
def test_a_hostile_credit_costs_little(part: str) -> None:
    line = (part * 1000)[:1990].strip()
    start = process_time()
    boilerplate_spans("\n\n".join([line, line + " contributed", line + "."] * 40))
    assert process_time() - start < 5
