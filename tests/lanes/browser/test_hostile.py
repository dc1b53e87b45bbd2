"""Hostile articles and questions in a real browser: nothing in them runs, nothing is fetched."""

import pytest
from playwright.sync_api import Page, expect

from tests.lanes.browser.chatting import HOSTILE, ask, desktop_only

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(120)]


def test_a_hostile_article_is_shown_as_text(page: Page) -> None:
    offered = page.get_by_role("button", name="<b>Record</b> crowd ![x](http://beacon.example/t.png)")
    expect(offered).to_be_visible()
    answer = ask(page, "How large was the crowd at the Ostra festival?")
    expect(answer).to_contain_text("<script>document.title = 'owned'; alert(1)</script>")
    expect(answer).to_contain_text("![beacon](http://beacon.example/pixel.png) [click](javascript:alert(3))")
    expect(answer.locator("img, form, input, script, iframe, svg, .katex, b, i")).to_have_count(0)
    answer.locator(".hit", has_text="9,000").locator("a.source").click()
    expect(page.locator(".reading-text")).to_have_text(HOSTILE, use_inner_text=False)
    expect(page.locator(".reading-title")).to_contain_text("<b>Record</b> crowd")
    expect(page.locator("#reading-column img, #reading-column form, #reading-column .reading-link")).to_have_count(0)


@desktop_only
def test_a_hostile_question_is_shown_as_text(page: Page) -> None:
    question = "<img src=x onerror=alert(8)> **bold** [x](javascript:alert(9)) dam?"
    ask(page, question)
    expect(page.get_by_test_id("user").last).to_have_text(question)
