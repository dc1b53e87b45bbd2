"""The card at a citation: with the pointer, with the keyboard, on a phone, and with a hostile title."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from qa.records import Answer, Hit, Passage, Sentence
from qa.retrieval import Retriever
from tests.lanes.browser.browsing import served, watched
from tests.lanes.browser.chatting import ARTICLES, MARKED, QUESTION, ask, box, cited, desktop_only, open_page

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(120)]

HOSTILE_TITLE = "<img src=x onerror=alert(1)> ${alert(2)} {{x}} ![x](http://beacon.example/t.png) " + "LongWord" * 60
COPIED = "The dam at Verrin will reopen on 1 June, the operator said."
NOWHERE = (0, 0)


class Pointed(Retriever):
    """The real retriever, with one answer made by hand: a hostile title, and a copy of its passage."""

    def ask(self, question: str, *others: Any, **options: Any) -> Answer:
        citation = replace(cited(ARTICLES[4], "The Ostra festival drew a record crowd of 9,000"), title=HOSTILE_TITLE)
        copy = cited(ARTICLES[1], COPIED)
        passage = Passage("p", citation.article_id, citation.start, citation.end, citation.quote)
        said = Sentence(citation.quote, (1,))
        hit = Hit(passage, citation, 1.0, (), (copy,))
        return Answer(question, question, citation.quote, "", (said,), (citation,), (hit,), 0.9, "", "answer")


@pytest.fixture(scope="module")
def hostile(retriever: Retriever) -> Iterator[str]:
    with served(Pointed(retriever.archive, retriever.embedder)) as address:
        yield address


def card(page: Page) -> Locator:
    return page.get_by_role("tooltip")


def stands_well(page: Page, link: Locator) -> None:
    """The card is wholly in the window and leaves its link free."""
    expect(card(page)).to_be_in_viewport(ratio=1)
    one, other = card(page).bounding_box(), link.bounding_box()
    assert one
    assert other
    assert one["y"] >= other["y"] + other["height"] or one["y"] + one["height"] <= other["y"]


def test_pointing_at_a_citation_shows_title_outlet_and_date(page: Page) -> None:
    cites = ask(page, MARKED).locator("a.cite")
    expect(card(page)).to_be_hidden()
    cites.first.hover()
    expect(card(page).locator("p")).to_have_text(["Sensors close dam", "Courier · 11 May 2015"])
    stands_well(page, cites.first)
    assert cites.first.get_attribute("title") is None  # the browser's own tip would cover the card
    card(page).hover()
    page.wait_for_timeout(300)  # longer than the card waits for the pointer
    expect(card(page)).to_be_visible()
    cites.last.hover()
    expect(card(page).locator("p")).to_have_text(["Mayor of Ostra resigns", "Harbour Wire · 3 June 2016"])
    stands_well(page, cites.last)
    page.mouse.move(*NOWHERE)
    expect(card(page)).to_be_hidden()
    expect(cites.first).to_have_attribute("title", "Courier, 11 May 2015: Sensors close dam")
    cites.first.hover()
    expect(card(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()


@desktop_only
def test_the_keyboard_shows_the_card_and_it_is_read_out(page: Page) -> None:
    cite = ask(page, MARKED).locator("a.cite").first
    expect(cite).to_have_accessible_description("Courier, 11 May 2015: Sensors close dam")
    page.get_by_role("button", name="New conversation").focus()
    page.keyboard.press("Tab")
    expect(cite).to_be_focused()
    expect(card(page)).to_be_visible()
    stands_well(page, cite)
    expect(cite).to_have_accessible_name("Source [1]")
    expect(cite).to_have_accessible_description("Sensors close dam Courier · 11 May 2015")
    page.keyboard.press("Tab")
    expect(card(page).locator(".title")).to_have_text("Mayor of Ostra resigns")
    page.keyboard.press("Tab")
    expect(card(page)).to_be_hidden()


@desktop_only
def test_escape_takes_the_card_away_before_the_article(page: Page) -> None:
    cite = ask(page, MARKED).locator("a.cite").first
    cite.press("Enter")
    expect(page.get_by_role("heading", name="Sensors close dam")).to_be_focused()
    expect(card(page)).to_be_hidden()
    cite.focus()
    expect(card(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(page)).to_be_hidden()
    expect(page.locator("#reading-column")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#reading-column")).to_be_hidden()


@desktop_only
def test_scrolling_takes_the_card_along_and_away(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 420})
    cite = ask(page, QUESTION).locator("a.cite").first
    cite.focus()
    stands_well(page, cite)
    scroller = page.locator("#chat [role=log]")
    scroller.evaluate("log => { log.scrollTop += 20; }")
    stands_well(page, cite)
    scroller.evaluate("log => { log.scrollTop += 900; }")
    expect(cite).not_to_be_in_viewport()
    expect(card(page)).to_be_hidden()


@pytest.mark.parametrize("page", [390], indirect=True, ids=["phone"])
def test_a_tap_opens_the_article_and_no_card(page: Page) -> None:
    ask(page, MARKED).locator("a.cite").first.tap()
    expect(page.locator(".reading-meta")).to_have_text("Courier · 11 May 2015")
    expect(page.locator("#citation-card")).to_have_count(0)  # not for a moment: it is put on the page when first shown


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
def test_a_hostile_title_is_text_in_the_card_and_keeps_to_three_lines(
    browser: Browser, hostile: str, width: int
) -> None:
    with watched(browser, hostile, width) as page:
        open_page(page, hostile)
        answer = ask(page, "How large was the crowd?")
        answer.locator("a.cite").hover()
        title = card(page).locator(".title")
        expect(title).to_have_text(HOSTILE_TITLE[:300])
        expect(card(page).locator(".meta")).to_have_text("<i>Gazette</i> · 10 July 2016")
        expect(card(page).locator("img, i, a")).to_have_count(0)
        stands_well(page, answer.locator("a.cite"))
        assert title.evaluate("node => node.offsetHeight") <= 66
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        copy = answer.locator(".sources .also a")
        copy.hover()
        expect(card(page).locator("p")).to_have_text(["Dam to reopen", "Harbour Wire · 28 May 2015"])
        stands_well(page, copy)
        box(page).hover()
        expect(card(page)).to_be_hidden()
