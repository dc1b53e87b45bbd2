"""The chat in a real browser: what a reader sees and does, from the question to the quoted words."""

import pytest
from playwright.sync_api import Page, Route, expect

from qa.retrieval import Retriever
from tests.lanes.browser.chatting import (
    ANSWER,
    ARTICLES,
    DAM,
    MARKED,
    QUESTION,
    REASON,
    answered,
    ask,
    both_widths,
    box,
    desktop_only,
)

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(120)]


@both_widths
def test_a_citation_opens_the_article_with_exactly_the_quoted_words_marked(page: Page, retriever: Retriever) -> None:
    citation = retriever.ask(QUESTION).citations[0]
    assert citation.quote == ANSWER
    answer = ask(page, QUESTION)
    expect(answer.locator(".said").first).to_have_text(f"{ANSWER} (Monday: 11 May 2015) Source [1]")
    answer.locator("a.cite").first.click()
    mark = page.locator("#reading-column mark.chosen")
    expect(mark).to_be_in_viewport()
    assert mark.text_content() == ANSWER
    expect(page.locator(".reading-text")).to_have_text(DAM, use_inner_text=False)
    expect(page.locator(".reading-meta")).to_have_text("Courier · 11 May 2015")
    expect(page.get_by_role("heading", name="Sensors close dam")).to_be_focused()
    link = page.get_by_role("link", name="Read at courier.example")
    expect(link).to_have_attribute("href", "https://courier.example/dam")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_the_words_that_answer_are_marked_in_the_answer_and_in_its_article(page: Page) -> None:
    answer = ask(page, MARKED)
    expect(answer.locator(".said mark")).to_have_text(["11 of its 40 sensors", "Monday", "eleven years"])
    expect(answer.locator(".said")).to_have_text(
        [f"{ANSWER} Source [1]Courier · 11 May 2015", f"{ARTICLES[2].text} Source [2]Harbour Wire · 3 June 2016"]
    )
    expect(answer.locator(".aside")).to_have_text("Very likely to be right (93 %)")
    answer.locator("a.cite").first.click()
    mark = page.locator("#reading-column mark.chosen")
    expect(mark).to_have_count(1)
    expect(mark).to_have_text(ANSWER)
    expect(page.locator(".reading-text strong")).to_have_text(["11 of its 40 sensors", "Monday"])
    expect(page.locator(".reading-text")).to_have_text(DAM, use_inner_text=False)
    page.reload()
    expect(page.locator(".reading-text strong")).to_have_text(["11 of its 40 sensors", "Monday"])


@desktop_only
def test_a_refusal_says_why(page: Page) -> None:
    answer = ask(page, "Where is Zubair?")
    expect(answer.locator(".reason")).to_have_text(REASON)
    expect(answer.locator("b, .aside")).to_have_count(0)


def test_the_keyboard_opens_a_citation_and_escape_returns_to_it(page: Page) -> None:
    cite = ask(page, QUESTION).locator("a.cite").first
    cite.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#reading-column mark.chosen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#reading-column")).to_be_hidden()
    expect(cite).to_be_focused()
    assert "#" not in page.url


def test_a_passage_opens_its_article_and_the_cross_closes_it(page: Page) -> None:
    passage = ask(page, QUESTION).locator(".hit").first
    expect(passage.locator(".hit-text mark").first).to_be_visible()
    text = passage.locator(".hit-text").text_content() or ""
    passage.locator("a.source").click()
    mark = page.locator("#reading-column mark.chosen")
    expect(mark).to_be_visible()
    assert " ".join((mark.text_content() or "").split()) == text
    page.get_by_role("button", name="Close article").click()
    expect(page.locator("#reading-column")).to_be_hidden()


@desktop_only
def test_the_score_of_a_passage_can_be_unfolded(page: Page) -> None:
    passage = ask(page, QUESTION).locator(".hit").first
    expect(passage.locator("table")).to_be_hidden()
    passage.get_by_text("Whole passage and score").click()
    expect(passage.locator("table")).to_contain_text("Same words (BM25)")


@desktop_only
def test_an_offered_question_is_asked_by_a_click(page: Page) -> None:
    page.get_by_role("button", name="Mayor of Ostra resigns").click()
    answer = answered(page, 1)
    expect(page.get_by_test_id("user")).to_contain_text("Mayor of Ostra resigns")
    expect(answer.locator(".hit").first).to_contain_text("Lena Fisk")


@desktop_only
def test_errors_are_shown_and_leave_the_box_usable(page: Page) -> None:
    expect(ask(page, "kaboom")).to_have_text(
        "Something went wrong while answering, and it has been logged. Please ask again."
    )
    expect(ask(page, "x" * 2001)).to_contain_text("has 2001 characters, more than the 2000 allowed")
    # What the server answers when too many questions wait.
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, json={"detail": "queue full"}))
    box(page).fill(QUESTION)
    box(page).press("Enter")
    expect(page.get_by_test_id("toast-body")).to_contain_text("This application is currently busy.")
    expect(box(page)).to_be_editable()
    page.unroute("**/queue/join*")
    expect(ask(page, QUESTION).locator("a.cite").first).to_be_visible()


def test_a_question_that_the_archive_cannot_answer_is_said_to_be_so(page: Page, retriever: Retriever) -> None:
    question = "What is the boiling point of tungsten in kelvin?"
    expected = retriever.ask(question)
    assert expected.abstained
    answer = ask(page, question)
    expect(answer.locator(".abstained")).to_have_text(expected.text)
    expect(answer.locator("summary").first).to_have_text("The nearest passages")
    expect(answer.locator("a.cite")).to_have_count(0)


@desktop_only
def test_a_question_is_drawn_before_the_server_knows_of_it(page: Page) -> None:
    held: list[Route] = []
    page.route("**/queue/join*", lambda route: held.append(route), times=1)
    box(page).fill(f"{QUESTION} <b>")
    box(page).press("Enter")
    expect(page.locator("#chat .pending")).to_have_text(f"{QUESTION} <b>")
    expect(page.locator("#chat .pending")).to_be_in_viewport()
    expect(page.get_by_test_id("user")).to_have_count(0)
    held[0].continue_()
    answered(page, 1)
    expect(page.locator("#chat .pending")).to_have_count(0)


@desktop_only
def test_a_drawn_question_goes_when_it_is_refused(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="After").fill("2015-13-40")
    box(page).fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_contain_text("“2015-13-40” is not a date")
    expect(page.locator("#chat .pending")).to_have_count(0)
    expect(box(page)).to_have_value(QUESTION)


@desktop_only
def test_a_question_asked_before_the_greeting_is_there_waits_for_it(page: Page) -> None:
    held: list[Route] = []
    order: list[str] = []
    page.route("**/gradio_api/run/predict*", lambda route: held.append(route), times=1)
    page.on("response", lambda response: order.append("greeted") if "/run/predict" in response.url else None)
    page.on("request", lambda request: order.append("asked") if "/queue/join" in request.url else None)
    page.reload()
    box(page).fill(QUESTION)
    box(page).press("Enter")
    expect(page.locator("#chat .pending")).to_have_text(QUESTION)
    assert page.locator("html").get_attribute("data-greeted") is None
    held[0].continue_()
    answer = answered(page, 1)
    assert order.index("greeted") < order.index("asked")
    expect(page.locator("#masthead .holds")).to_have_text("5 articles · 3 outlets · 2014–2016")
    expect(answer.locator("a.cite").first).to_be_visible()
