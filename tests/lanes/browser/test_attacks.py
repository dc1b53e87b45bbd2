"""Sixty hostile texts in every field, shown in every place where the pages show text: nothing runs, nothing is fetched.

Each test first asserts that the texts are there, as they are; at its end, that they did nothing.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from qa.records import Answer
from qa.settings import FEEDBACK_FILE
from tests.lanes.browser.attacked import (
    ARTICLES,
    AUTHORS,
    DEKS,
    HEADINGS,
    NOTES,
    OUTLETS,
    QUESTION,
    QUESTIONS,
    TEXTS,
    TITLES,
    UNSEEN,
    attacked,
    attributes,
    harmless,
    opened,
    texts,
    within,
)
from tests.lanes.browser.attacks import ATTACKS
from tests.lanes.browser.browsing import served
from tests.lanes.browser.chatting import answered, ask, box
from tests.lanes.browser.watching import Tab, counted
from ui.pages.conversations import Turn
from ui.render.links import address

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return attacked(tmp_path_factory.mktemp("attacks") / "archive")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    retriever = opened(folder)
    with served(retriever, examples=[attack.text("question") for attack in ATTACKS]) as served_at:
        yield served_at
    retriever.archive.close()


@pytest.fixture
def tab(browser: Browser, url: str) -> Iterator[Tab]:
    with counted(browser, url, permissions=["clipboard-read", "clipboard-write"]) as tab:
        yield tab
        harmless(tab)


def open_chat(tab: Tab, url: str) -> Page:
    tab.page.goto(url)
    expect(box(tab.page)).to_be_editable()
    expect(tab.page.locator("#masthead .holds")).to_have_text("60 articles · 60 outlets · 2014–2016")
    return tab.page


def test_answers_passages_and_copies_show_attacks_as_text(tab: Tab, url: str) -> None:
    page = open_chat(tab, url)
    assert [text for text in texts(page.locator("#chat button")) if "cls-1" not in text] == QUESTIONS
    page.locator("#chat button", has_text=QUESTIONS[8]).click()
    answer = answered(page, 1)
    expect(page.get_by_test_id("user")).to_have_text(QUESTIONS[8])
    expect(answer.locator(".hit")).to_have_count(60)
    within(TEXTS, texts(answer.locator(".said")))
    within(TEXTS, texts(answer.locator(".hit-text")))
    within(OUTLETS, texts(answer.locator(".said .by")))
    within(OUTLETS, texts(answer.locator(".hit-head .meta")))
    within(OUTLETS, [*texts(answer.locator(".hit .also"))[-1:], *texts(answer.locator(".hit .also"))[:-1]])
    assert texts(answer.locator(".sources .source-title")) == TITLES
    assert texts(answer.locator(".hit-head .source")) == TITLES
    within(TITLES, attributes(answer.locator("a.cite"), "title"))
    assert [text for text in texts(answer) if UNSEEN.search(text)] == []


def test_a_refusal_its_reason_and_the_question_searched_show_attacks_as_text(tab: Tab, url: str) -> None:
    question = f"Nothing? {' '.join(QUESTIONS)}"[:2000]
    answer = ask(open_chat(tab, url), question)
    expect(tab.page.get_by_test_id("user")).to_have_text(question)
    assert texts(answer.locator(".asked")) == [" ¶ ".join(QUESTIONS)]
    assert texts(answer.locator(".reason")) == [" ¶ ".join(NOTES)]
    answer.get_by_role("button", name="Edit").click()
    expect(box(tab.page)).to_have_value(" ¶ ".join(QUESTIONS))


def test_the_reading_pane_shows_attacks_as_text(tab: Tab, url: str) -> None:
    page = open_chat(tab, url)
    links = ask(page, QUESTION).locator(".hit-head a.source")
    for place, article in enumerate(ARTICLES):
        links.nth(place).evaluate("link => link.click()")
        expect(page.locator(".reading-title")).to_have_text(HEADINGS[place], use_inner_text=False)
        shown = page.evaluate(
            "() => Object.fromEntries(['meta', 'dek', 'by', 'text', 'link'].map(name => "
            "[name, document.querySelector(`.reading-${name}`)?.textContent]))"
        )
        assert (shown["dek"], shown["by"]) == (DEKS[place], f"By {AUTHORS[place]}")
        assert shown["meta"].startswith(f"{OUTLETS[place]} · ")
        assert shown["text"] == article.text  # as it is: offsets count in it
        link = urlsplit(article.url)
        assert shown["link"] == (f"Read at {link.hostname}" if link.scheme == "https" else None)
        assert tab.planted() == []


def test_what_is_copied_and_taken_away_is_text(tab: Tab, url: str, folder: Path) -> None:
    page = open_chat(tab, url)
    answer = ask(page, QUESTION)
    answer.get_by_role("button", name="Copy", exact=True).click()
    expect(answer.get_by_role("status")).to_have_text("Copied as Markdown, with its sources")
    copied = pasted(page)
    plain_markdown(tab, url, copied)
    answer.get_by_role("button", name="Not helpful").click()
    note = " ".join(NOTES)[:2000]
    answer.get_by_role("textbox").fill(note)
    answer.get_by_role("button", name="Send").click()
    expect(answer.get_by_role("status")).to_have_text("Thank you, your note was stored")
    with closing(sqlite3.connect(folder / FEEDBACK_FILE)) as kept:
        assert kept.execute("SELECT note FROM feedback").fetchall() == [(note,)]

    page.get_by_role("button", name="History", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Markdown “{QUESTION}”").click()
    assert download.value.suggested_filename == "What-was-told-in-Ostra-.md"
    assert download.value.path().read_text("utf-8") == f"# {QUESTION}\n\n{copied}"
    with page.expect_download() as download:
        page.get_by_role("button", name=f"JSON “{QUESTION}”").click()
    (turn,) = json.loads(download.value.path().read_text("utf-8"))["turns"]
    assert [one["title"] for one in turn["answer"]["citations"]] == [article.title for article in ARTICLES]
    page.keyboard.press("Escape")

    for place in (8, 42, 56, 59):  # an image, one in Markdown, signs of a terminal, the longest
        answer.locator("a.cite").nth(place).click()
        expect(page.locator(".reading-title")).to_have_text(HEADINGS[place], use_inner_text=False)
        page.get_by_role("button", name="Copy Markdown footnote").click()
        expect(page.locator(".reading-acts .told")).to_have_text("Footnote copied")
        assert TEXTS[place] in plain_markdown(tab, url, f"x[^1]\n\n{pasted(page)}")
        page.get_by_role("button", name="Copy quote").click()
        expect(page.locator(".reading-acts .told")).to_have_text("Quote copied")
        within([TEXTS[place]], [pasted(page)])
        assert not UNSEEN.search(pasted(page).replace("\n", " "))


def pasted(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def plain_markdown(tab: Tab, url: str, text: str) -> str:
    """Assert that Markdown holds nothing but text and permalinks, also on a page; return what it shows there."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.validateLink = lambda address: True  # type: ignore[method-assign]
    tokens = [one for token in markdown.parse(text) for one in (token, *(token.children or ()))]
    assert {one.type for one in tokens} <= {
        "paragraph_open", "paragraph_close", "inline", "text", "text_special", "strong_open", "strong_close", "em_open",
        "em_close", "blockquote_open", "blockquote_close", "link_open", "link_close", "softbreak", "heading_open",
        "heading_close",
    }  # fmt: skip
    assert [one for one in tokens if one.type == "link_open" and not str(one.attrs["href"]).startswith(url)] == []
    assert [found for found in re.findall(r"(?<!\\):(?=//)|(?<!\\)\bwww\.", text)] == [":"] * text.count(f"<{url}")
    other = tab.page.context.new_page()
    other.set_content(str(markdown.render(text)))
    shown = other.locator("body").text_content() or ""
    other.close()
    return shown


def test_kept_conversations_show_attacks_as_text(tab: Tab, url: str) -> None:
    page = open_chat(tab, url)
    turns = [Turn(Answer(text, text, text, "", (), (), (), 0.2, text), (text,)).to_dict() for text in QUESTIONS]
    kept = [
        *({"id": f"{n:02d}", "title": turn["answer"]["question"], "updated": f"2020-01-01T00:{n:02d}:00Z",
           "turns": [turn]} for n, turn in enumerate(turns)),
        {"id": "all", "title": "Whole", "updated": "2021-01-01T00:00:00Z", "turns": turns},
    ]  # fmt: skip
    page.evaluate(
        """kept => new Promise((done, failed) => {
          const opening = indexedDB.open('dateline', 1);
          opening.onupgradeneeded = () => opening.result.createObjectStore('conversations', { keyPath: 'id' });
          opening.onsuccess = () => {
            const change = opening.result.transaction('conversations', 'readwrite');
            kept.forEach(one => change.objectStore('conversations').put(one));
            change.oncomplete = done;
            change.onerror = failed;
          };
        })""",
        kept,
    )
    page.get_by_role("button", name="History", exact=True).click()
    history = page.get_by_role("dialog", name="Conversations")
    expect(history.locator(".title")).to_have_count(61)
    assert texts(history.locator(".title")) == ["Whole", *reversed(QUESTIONS)]
    within(["Whole", *reversed(QUESTIONS)], attributes(history.get_by_role("button", name="Rename"), "aria-label"))
    history.get_by_role("button", name="Rename").nth(1).click()
    expect(history.get_by_role("textbox", name="Title")).to_have_value(QUESTIONS[59])
    page.get_by_role("button", name="Save").click()
    expect(history.locator(".title").nth(1)).to_have_text(QUESTIONS[59])
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown “Whole”").click()
    within(QUESTIONS, [plain_markdown(tab, url, download.value.path().read_text("utf-8"))] * 60)
    assert tab.planted() == []
    history.locator(".title", has_text="Whole").click()
    expect(page.get_by_test_id("user")).to_have_count(60)
    assert [text.strip() for text in texts(page.get_by_test_id("user"))] == QUESTIONS
    assert texts(page.locator("#chat .reason")) == QUESTIONS
    within(QUESTIONS, texts(page.locator("#chat .aside", has_text="Only")))


def test_filters_show_attacks_as_text(tab: Tab, url: str) -> None:
    page = open_chat(tab, url)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Sources").click()
    within(sorted(OUTLETS), sorted(texts(page.get_by_role("option"))))
    for place in (8, 46, 56):
        page.get_by_role("option", name=OUTLETS[place]).click()
        expect(page.locator("#filters .label-wrap")).to_contain_text(OUTLETS[place])
    page.keyboard.press("Escape")
    after = page.get_by_role("textbox", name="After")
    for question in QUESTIONS[:60:7]:
        after.fill(question)
        after.blur()
        expect(page.get_by_role("alert")).to_contain_text(f"After: “{question[:40]}” is not a date.")
    assert tab.planted() == []
    page.reload()
    page.get_by_role("button", name="Filters").click()
    expect(after).to_have_value(QUESTIONS[56])


def test_pages_of_articles_and_answers_to_programs_show_attacks_as_text(tab: Tab, url: str) -> None:
    page = tab.page
    for place, article in enumerate(ARTICLES):
        page.goto(address(url, article.id))
        assert texts(page.locator("h1, .dek")) == [HEADINGS[place], DEKS[place]]
        within([OUTLETS[place], AUTHORS[place]], texts(page.locator("p.soft:not(:has(a))")))
        assert page.locator(".text").text_content() == re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", article.text)
        assert tab.planted() == []
        where = f"{url}api/article/{quote(article.id, safe='')}"
        answer = page.request.get(where) if place % 6 else page.goto(where)
        assert answer
        assert answer.json()["title"] == article.title
        assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == (
            "application/json",
            "nosniff",
        )
