"""What stays: links, conversations and feedback, in a real browser."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from tests.lanes.browser.chatting import ANSWER, ARTICLES, HOSTILE, QUESTION, ask, box, cited, desktop_only
from ui.pages.feedback import Feedback
from ui.render.citation_view import fragment
from ui.render.links import address, permalink

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(120)]


@desktop_only
def test_a_link_to_a_citation_opens_it_after_a_reload_and_for_every_answer_of_the_chat(page: Page) -> None:
    first = ask(page, QUESTION)
    ask(page, "Who resigned as mayor of Ostra?").locator("a.cite").first.click()
    expect(page.locator(".reading-title")).to_have_text("Mayor of Ostra resigns")
    page.get_by_test_id("bot").nth(1).locator("a.cite").first.click()
    expect(page.locator(".reading-title")).to_have_text("Sensors close dam")
    assert first.page.url.rpartition("#")[2].startswith("cite-dam%2050%25%2F%C3%BC%3A1:")
    page.reload()
    expect(page.locator("#reading-column mark.chosen")).to_have_text(ANSWER)
    page.go_back()
    expect(page.locator(".reading-title")).to_have_text("Mayor of Ostra resigns")


@desktop_only
def test_a_link_that_leads_nowhere_is_explained(page: Page, url: str) -> None:
    for link in ("#cite-gone:0-5:d0f4d0f4d0f4", "#cite-<img src=x onerror=alert(7)>"):
        page.goto(url + link)
        expect(page.locator(".reading-notice")).to_have_text("This article is not in the archive.")
    page.goto(url + "#cite-mayor:0-5:d0f4d0f4d0f4")
    expect(page.locator(".reading-notice")).to_contain_text("has changed since it was quoted")
    expect(page.locator("#reading-column mark")).to_have_count(0)


@desktop_only
def test_a_conversation_is_there_after_a_reload_and_can_be_renamed_reopened_and_deleted(page: Page) -> None:
    ask(page, QUESTION)
    shown = page.get_by_test_id("bot").last.inner_text()
    expect(page.locator("#history")).to_have_attribute("data-kept", "1")
    page.reload()
    expect(page.get_by_test_id("user")).to_have_count(1)
    expect(page.get_by_test_id("bot").last).to_have_text(shown, use_inner_text=True)
    ask(page, "And how many sensors?")  # leans on what was said before the reload
    expect(page.get_by_test_id("bot").last).to_contain_text("Searched for")

    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_test_id("user")).to_have_count(0)
    ask(page, "Who resigned?")
    history = page.get_by_role("dialog", name="Conversations")
    page.get_by_role("button", name="History").click()
    titles = history.locator(".title")
    expect(titles).to_have_text(["Who resigned?", QUESTION])
    page.get_by_role("button", name=f"Rename “{QUESTION}”").click()
    page.get_by_role("textbox", name="Title").fill("<b>The</b> dam")
    page.keyboard.press("Enter")
    expect(titles.nth(1)).to_have_text("<b>The</b> dam")
    titles.nth(1).click()
    expect(history).to_be_hidden()
    expect(page.get_by_test_id("user")).to_have_count(2)

    page.get_by_role("button", name="History").click()
    page.get_by_role("button", name="Delete “<b>The</b> dam”").click()
    history.get_by_role("button", name="Delete", exact=True).click()
    expect(titles).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("user")).to_have_count(0)


def test_feedback_is_kept_with_its_note(page: Page, retriever: Retriever) -> None:
    answer = ask(page, QUESTION)
    answer.get_by_role("button", name="Not helpful").click()
    expect(answer.get_by_role("status")).to_have_text("Thank you")
    answer.get_by_role("textbox").fill("it was the valve")
    answer.get_by_role("button", name="Send").click()
    expect(answer.get_by_role("status")).to_have_text("Thank you, your note was stored")
    kept = list(Feedback(retriever.archive.folder).questions())[-1]
    assert (kept["question"], kept["vote"], kept["note"]) == (QUESTION, "unhelpful", "it was the valve")


def test_a_new_conversation_starts_empty(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_test_id("user")).to_have_count(0)
    expect(page.get_by_text("Ask the archive a question.")).to_be_visible()
    expect(ask(page, "Who resigned?")).not_to_contain_text("Searched for")


def test_a_permalink_opens_the_article_at_the_quoted_words_without_a_script(page: Page, url: str) -> None:
    tall = cited(ARTICLES[0], "Paragraph 30: the reservoir holds water for the towns of the lower valley.")
    for citation in (tall, cited(ARTICLES[0], ANSWER)):
        page.goto(permalink(url, citation))
        mark = page.locator("mark#quote")
        expect(mark).to_be_in_viewport()
        assert mark.text_content() == citation.quote
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("heading", name="Sensors close dam")).to_be_in_viewport()
    page.goto(address(url, "festival"))
    expect(page.locator(".text")).to_have_text(HOSTILE, use_inner_text=False)
    expect(page.locator("img, form, input, script, iframe, svg, b, i")).to_have_count(0)
    page.get_by_role("link", name="Dateline").click()
    expect(box(page)).to_be_editable()


def test_a_citation_of_an_updated_article_shows_the_article_as_it_was(
    page: Page, url: str, retriever: Retriever
) -> None:
    older = next(item for item in ARTICLES if item.id == "mayor")
    quoted = cited(older, older.text)
    with ArchiveWriter(retriever.archive.folder, retriever.embedder) as writer:
        writer.upsert(replace(older, title="Mayor stays after all", text="CORRECTION: she stays."))
        writer.commit()
    try:
        page.goto(f"{url}#{fragment(quoted)}")
        expect(page.locator("#reading-column mark.chosen")).to_have_text(quoted.quote)
        expect(page.locator(".reading-title")).to_have_text(older.title)
        expect(page.locator(".reading-notice")).to_contain_text(
            "the version that was quoted. The article has been updated"
        )
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Read the newest version").click()
        expect(opened.value.get_by_role("heading", name="Mayor stays after all")).to_be_visible()
        opened.value.close()
    finally:
        with ArchiveWriter(retriever.archive.folder, retriever.embedder) as writer:
            writer.upsert(older)
            writer.commit()
