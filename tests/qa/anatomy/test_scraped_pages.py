"""Boilerplate of pages that were scraped whole; all lines but those of the ``data`` test are our own."""

from time import process_time

import pytest

from qa.anatomy.boilerplate import boilerplate_reason, foot_reason
from qa.anatomy.dissection import boilerplate_spans

PROSE = "The ferry from Kersey to Aldmoor will not sail before Monday, the harbour master said on Friday evening."
MORE = "Some 300 islanders wait for bread and post, and the school has closed its doors until the storm is over."


def dropped(*lines: str) -> list[tuple[str, str]]:
    """Return the (line, reason) of what is never quoted of a text with these paragraphs."""
    text = "\n\n".join(lines)
    return [(text[start:end], reason) for start, end, reason in boilerplate_spans(text)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("JUST WATCHED Ferry turns back Replay More Videos ... MUST WATCH Ferry turns back 01:12", "navigation"),
        ("Video Ad Feedback Ferry turns back off Kersey 01:12 - Source: KBN", "navigation"),
        ("Harbour master explains why the ferry stays in port 02:41 - Source: KBN", "navigation"),
        ("Story continues after video player", "navigation"),
        ("Need a break? Play the Kersey Courier Daily Crossword.", "advertisement"),
        ("— Recommendations are independently chosen. Purchases you make may earn a commission.", "advertisement"),
        ("Prices were accurate at the time this article was published but may change over time.", "advertisement"),
        ("We've got the coast covered: Sign up for the Courier's Tides newsletter.", "newsletter"),
        ("The Daily Tide: Get our latest harbour news in your inbox", "newsletter"),
        ("For more odd stories, sign up to the weekly Flotsam newsletter.", "newsletter"),
        ("GET TEXT UPDATES:Sign up here for text updates on the storm.", "newsletter"),
        ("Thank you for supporting our journalism. You can subscribe to our print edition here.", "newsletter"),
        ("We will use the details you have shared to manage your registration.", "privacy"),
        ("By submitting your information you agree to the Terms & Conditions and are aged 16 or over.", "privacy"),
        ("This website uses cookies to improve your visit.", "privacy"),
        ("Ferry strike:What islanders should know before they travel", "related"),
        ("'Nobody asked us':Fishermen say the new quay is too short", "related"),
        ("►Rocket pictures: Explainer: how the harbour crane was raised in one night", "related"),
        ("Fact check: No, the lighthouse was not sold to a hotel", "related"),
        ("[Harbour board to decide on new crane in October]", "related"),
        ("What's the weather today? Check your local forecast here.", "related"),
        ("Editor's Note: This page is a summary of Sunday's storm news. See our live updates.", "footer"),
        ("A version of this story first appeared in the Courier's Tides newsletter. Sign up here.", "newsletter"),
        ("KBN —", "banner"),
        ("A crane lifts the fallen span out of the water. Ann Lowe/Kersey Wire/Getty Images", "credit"),
        ("Divers wait beside the wreck on March 3, 2022. Kersey Coast Guard", "credit"),
        ("The ferry left port for the last time in May (Image credit: Ann Lowe / Kersey Wire)", "credit"),
        ("Ann Lowe/Kersey Press Agency", "credit"),
        ("The bride arrives on October 12, 2018. (Ann Lowe/Pool via Kersey Wire)", "credit"),
        ("The span is lifted out of the water by two cranes. ann_lowe/Adobe Stock", "credit"),
        ("— The Courier's Ann Lowe and Piotr Wend contributed to this report", "footer"),
        ("(Editing by Ann Lowe; Additional reporting by Piotr Wend)", "footer"),
    ],
)  # fmt: skip
def test_boilerplate_of_scraped_pages_is_known_wherever_it_stands(line: str, reason: str) -> None:
    assert boilerplate_reason(line) == reason
    assert dropped(PROSE, line, MORE) == [(line, reason)]


@pytest.mark.parametrize(
    "line",
    [
        "Watch the video of the rescue on the harbour's own page, he told the islanders.",
        "She needed a break. Play was called off at noon because of the storm.",
        "Readers of the newsletter signed up in thousands, the publisher said.",
        "The council asks islanders to sign up for the winter bread round.",
        "The islands' association says it will use the details that members shared to plan the winter.",
        "The board gave three reasons: Cost, noise and the depth of the harbour.",
        "Q: What did you see when the crane fell",
        "The mayor said:“Nobody will be left on the island without bread this winter”",
        "Correction:An earlier version of this story misstated when the ferry was built.",
        "The bridge cost 4 million crowns. The harbour board paid for the most of it",
        "It was Monday. President Orla Venn",
        "He has played for Kersey/Aldmoor since 1998",
        "The Ferry Sails Again. Kersey Rejoices",
        "Monday: Closed. Tuesday: 9 a.m. to 5 p.m.",
        "WINNER: Dora Pell “The Long Way Home”",
        "KERSEY HARBOUR: The ferry sails at nine and comes back at noon.",
        "Is the harbour deep enough?",
        "you can sign up for the harbour's Tides newsletter.",
        "Sign up for the newsletter of the harbour board, the mayor said on Monday.",
        "VOTE RESULT: Ferry sailing stopped",
        "ORLA VENN: I never said that the ferry would sail again",
        "___",
    ],
)  # fmt: skip
def test_prose_and_lists_that_look_like_it_stay(line: str) -> None:
    assert dropped(PROSE, line, MORE) == []


def test_capitals_before_a_headline_are_a_link_among_prose_only() -> None:
    link = "PLAY DAY: New football pitch opens beside the old quay"
    assert dropped(PROSE, link, MORE) == [(link, "related")]
    assert dropped("Fixtures", link, "CUP DAY: Aldmoor meet Kersey on the new pitch") == []


def test_a_speaker_in_capitals_is_no_link() -> None:
    said = "ORLA VENN: The ferry will sail when the wind drops"
    again = "ORLA VENN: The bread will come by boat on Tuesday"
    assert dropped(PROSE, said, MORE, again, PROSE) == []


def test_who_wrote_a_section_of_a_live_report_is_a_byline() -> None:
    assert dropped(PROSE, "— Ann Lowe, Kersey Wire", "School stays shut", MORE) == [
        ("— Ann Lowe, Kersey Wire", "byline")
    ]


def test_who_is_quoted_is_no_byline() -> None:
    assert dropped(PROSE, "“The sea always wins.”", "— Orla Venn", "What comes next", MORE) == []


def test_byline_and_time_above_a_body_are_dropped_and_a_date_stays() -> None:
    stamp = "May 19, 2026, 4:56 p.m. ET"
    assert dropped("Ann Lowe", "Special to the Courier", stamp, PROSE, MORE) == [
        ("Ann Lowe", "byline"),
        ("Special to the Courier", "byline"),
        (stamp, "date"),
    ]
    assert dropped("Friday, January 4, 2019", PROSE, MORE) == []
    assert dropped("Orla Venn", PROSE, MORE) == []  # a name alone may head a section


@pytest.mark.parametrize(
    "line",
    [
        "Ann Lowe covers the harbour for the Courier. Reach her at alowe@kersey.example or 555-0142.",
        "Ann Lowe is a Kersey-based journalist writing about the sea.",
        "Reach the reporter at alowe@kersey.example. Follow her on X @annlowe.",
        "Sources: Kersey Wire reporting; Harbour Board; Coast Guard",
        "More Kersey football: https://kersey.example/football",
        "___",
    ],
)
def test_below_the_story_weaker_signs_are_enough(line: str) -> None:
    assert foot_reason(line)
    assert [text for text, _ in dropped(PROSE, MORE, line)] == [line]


def test_an_article_is_read_the_same_whatever_was_read_before_it() -> None:
    page = (PROSE, "Ferry strike:What islanders should know before they travel", MORE)
    alone = dropped(*page)
    dropped(MORE, "Ferry strike:What islanders should know before they travel", PROSE)
    assert dropped(*page) == alone


def test_a_page_of_nothing_but_offers_is_left_whole() -> None:
    assert dropped("We will use the details you have shared to manage your registration.", "Share this article") == []


@pytest.mark.parametrize(
    "part", ["A. ", "Aa/Aa/", '— inbox AB: " ', "►Ab: sign up: ", "video (Aa 01:02 ", "see our Ab: "]
)
def test_a_hostile_line_costs_little(part: str) -> None:
    line = (part * 400)[:790].strip()
    start = process_time()
    boilerplate_spans("\n\n".join([line, line[:400], line[:300] + " x"] * 40))
    assert process_time() - start < 5
