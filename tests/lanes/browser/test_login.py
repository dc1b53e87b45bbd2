"""Logging in and out in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.retrieval import Retriever
from tests.lanes.browser.browsing import served, watched
from tests.lanes.browser.chatting import QUESTION, WIDTHS, ask, both_widths
from tests.support.users import ANNA, ROLF, password_file
from ui.pages.uploads import Uploads

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def url(retriever: Retriever, tmp_path: Path) -> Iterator[str]:
    uploads = Uploads()
    with served(retriever, password_file=password_file(tmp_path), uploads=uploads) as address:
        yield address
    uploads.close()


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    with watched(browser, url, request.param) as page:
        yield page


def log_in(page: Page, who: tuple[str, str]) -> None:
    page.get_by_label("Name").fill(who[0])
    page.get_by_label("Password").fill(who[1])
    page.keyboard.press("Enter")


@both_widths
def test_a_reader_logs_in_asks_sees_no_way_to_add_and_logs_out(page: Page, url: str) -> None:
    page.goto(f"{url}archive?q=dam")
    expect(page).to_have_title("Log in · Dateline")
    expect(page.get_by_label("Name")).to_be_focused()
    log_in(page, (ROLF[0], "wrong password"))
    expect(page.get_by_role("alert")).to_have_text("Wrong name or password.")
    expect(page.get_by_label("Name")).to_have_value("rolf")
    expect(page.get_by_label("Password")).to_be_focused()
    log_in(page, ROLF)
    expect(page.locator(".archive .told")).to_contain_text("with “dam”")
    assert page.url == f"{url}archive?q=dam"
    expect(page.locator(".closed")).to_contain_text("added in a terminal")
    expect(page.get_by_text("Drop files here")).to_be_hidden()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)

    page.get_by_role("link", name="Ask").click()
    expect(ask(page, QUESTION).locator(".said")).not_to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_title("Log in · Dateline")
    page.goto(url)
    expect(page).to_have_title("Log in · Dateline")


def test_a_page_whose_login_is_over_says_what_to_do(page: Page, url: str) -> None:
    page.goto(f"{url}archive")
    log_in(page, ROLF)
    expect(page.locator(".archive .told")).to_contain_text("newest first")
    page.context.clear_cookies()
    page.get_by_role("searchbox").fill("dam")
    page.keyboard.press("Enter")
    expect(page.locator(".archive .told")).to_have_text("The server does not answer. Please load the page again.")
    page.reload()
    expect(page).to_have_title("Log in · Dateline")
    log_in(page, ROLF)
    page.get_by_role("link", name="Ask").click()
    expect(page.locator("#masthead .holds")).to_contain_text("5 articles")
    page.context.clear_cookies()
    page.get_by_role("textbox", name="Question").fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".toast-body")).to_contain_text("Log in first: load the page again")
    expect(page.get_by_role("textbox", name="Question")).to_be_editable()


def test_an_admin_may_add_and_remove(page: Page, url: str) -> None:
    page.goto(f"{url}archive")
    log_in(page, ANNA)
    expect(page.get_by_text("Drop files here")).to_be_visible()
    expect(page.get_by_role("button", name="Remove").first).to_be_visible()
