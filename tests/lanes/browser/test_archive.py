"""The Archive page in a real browser: looking through an archive, adding to it, removing from it, asking meanwhile."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from tests.lanes.browser.browsing import served, watched
from tests.lanes.browser.chatting import WIDTHS, both_widths, desktop_only
from tests.support.plain import WordEmbedder, article
from ui.pages.uploads import Uploads

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

TITLE = "<b>Record</b> crowd ${alert(1)} ![x](http://beacon.example/t.png)"
OUTLET = "<i>Gazette</i> {{x}}"
STORM = "Storm hits Kell\n\nA storm hit the harbour of Kell on Sunday. Two boats sank at their moorings."


class HeldEmbedder(WordEmbedder):
    """Makes additions wait while it is held."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()

    def embed_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        assert threading.current_thread().name != "adding" or self.free.wait(60)
        return super().embed_passages(texts, progress)


@pytest.fixture
def embedder() -> HeldEmbedder:
    return HeldEmbedder()


@pytest.fixture
def retriever(tmp_path: Path, embedder: HeldEmbedder) -> Iterator[Retriever]:
    """Sixty articles of two outlets, one of them hostile."""
    folder = tmp_path / "archive"
    with ArchiveWriter(folder, embedder) as writer:
        for n in range(59):
            text = f"The council of Ostra met for the {n}th time. It spoke of the bridge."
            date = f"2015-{n % 6 + 1:02d}-11"
            writer.upsert(article(text, id=f"c 50%/{n}", title=f"Council meets {n}", source="Courier", published=date))
        writer.upsert(article("A crowd of 9,000 came.", id='"><b>', title=TITLE, source=OUTLET, published="2016-07-10"))
        writer.commit()
    archive = Archive(folder)
    yield Retriever(archive, embedder)
    archive.close()


@pytest.fixture
def url(retriever: Retriever) -> Iterator[str]:
    uploads = Uploads()
    with served(retriever, uploads=uploads) as address:
        yield address
    uploads.close()


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    with watched(browser, url, getattr(request, "param", 1280)) as page:
        page.goto(f"{url}archive")
        expect(told(page)).to_have_text("60 articles, newest first")
        yield page


def told(page: Page) -> Any:
    return page.locator(".archive .told")


def files(*given: tuple[str, str]) -> list[Any]:
    return [{"name": name, "mimeType": "text/plain", "buffer": text.encode()} for name, text in given]


@both_widths
def test_an_archive_is_looked_through_and_an_article_opened(page: Page) -> None:
    entries = page.locator(".entry")
    expect(entries).to_have_count(50)
    expect(entries.first.locator(".source")).to_have_text(TITLE)
    expect(entries.first.locator(".meta")).to_have_text(f"{OUTLET} · 10 July 2016 · 1 passage")
    page.get_by_role("button", name="Show 50 more").click()
    expect(entries).to_have_count(60)
    expect(entries.nth(50).locator(".source")).to_be_focused()

    page.get_by_role("searchbox").fill("council 17th")
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text("1 article with “council 17th”")
    assert page.url.endswith("/archive?q=council+17th")
    page.get_by_role("link", name="Council meets 17").click()
    expect(page.get_by_role("heading", name="Council meets 17")).to_be_visible()
    expect(page.locator(".text")).to_contain_text("met for the 17th time")
    page.go_back()
    expect(told(page)).to_have_text("1 article with “council 17th”")
    page.get_by_role("button", name="Clear").click()
    expect(told(page)).to_have_text("60 articles, newest first")


def test_the_page_is_filled_where_its_masthead_is_drawn_late(page: Page, url: str) -> None:
    page.add_init_script("""
        const find = Document.prototype.querySelector;
        Document.prototype.querySelector = function (selector) {
            const early = selector === '#holds h1' && !document.documentElement.dataset.drawn;
            return early ? null : find.call(this, selector);
        };
    """)
    page.goto(f"{url}archive")
    expect(page.locator(".told")).to_have_text("60 articles, newest first")
    expect(page.locator("#holds")).not_to_contain_text("60 articles")
    page.evaluate("document.documentElement.dataset.drawn = 'yes'; document.body.append(document.createElement('i'))")
    expect(page.locator("#holds")).to_contain_text("60 articles")


def test_a_bar_and_an_outlet_limit_the_list_and_stand_in_the_address(page: Page, url: str) -> None:
    bar = page.get_by_role("button", name="March 2015: 10 articles").or_(page.get_by_role("button", name="Mar 2015"))
    bar.press(" ")
    expect(told(page)).to_have_text("10 articles, newest first; only from March 2015 on, before April 2015")
    expect(bar).to_have_attribute("aria-pressed", "true")
    expect(bar).to_be_focused()
    page.get_by_role("button", name=f"{OUTLET} 1").click()
    expect(told(page)).to_contain_text("No article; only")
    page.get_by_label("Outlet").select_option(label="Courier (59)")
    expect(told(page)).to_contain_text("10 articles")
    assert page.url == f"{url}archive?after=2015-03&before=2015-04&outlet=Courier"
    page.reload()
    expect(told(page)).to_contain_text("10 articles, newest first; only Courier, from March 2015 on")
    page.get_by_label("After").fill("soon")
    page.get_by_label("After").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“soon” is not a date")


def test_two_files_are_added_and_the_bad_one_is_named(page: Page) -> None:
    page.locator(".drop input").set_input_files(files(("storm.txt", STORM), ("<b>bad</b>.txt", "")))
    report = page.locator(".report")
    expect(report).to_contain_text("2 given = 1 added + 0 updated + 0 unchanged + 1 rejected")
    expect(report.locator("li")).to_have_text("<b>bad</b>.txt empty: there is nothing to read")
    expect(told(page)).to_have_text("61 articles, newest first")
    expect(page.locator("#holds .holds")).to_contain_text("61 articles")
    page.get_by_role("searchbox").fill("storm moorings")
    page.get_by_role("button", name="Find").click()
    expect(told(page)).to_have_text("1 article with “storm moorings”")
    expect(page.locator(".entry .source")).to_have_text("Storm hits Kell")
    page.locator(".drop input").set_input_files(files(("storm.txt", STORM)))
    expect(report).to_contain_text("1 given = 0 added + 0 updated + 1 unchanged + 0 rejected")


@desktop_only
def test_files_are_dropped(page: Page) -> None:
    given = page.evaluate_handle(
        "text => { const t = new DataTransfer(); t.items.add(new File([text], 'storm.txt')); return t; }", STORM
    )
    page.dispatch_event("body", "drop", {"dataTransfer": given})
    expect(page.locator(".report")).to_contain_text("1 given = 1 added")


@desktop_only
def test_people_ask_while_articles_are_added_and_others_wait(page: Page, browser: Browser, url: str,
                                                            embedder: HeldEmbedder) -> None:  # fmt: skip
    embedder.free.clear()
    page.locator(".drop input").set_input_files(files(("storm.txt", STORM)))
    expect(page.locator(".going .said")).to_have_text("1 of 1 article read")
    with watched(browser, url, 1280) as other:
        other.goto(url)
        box = other.get_by_role("textbox", name="Question")
        expect(box).to_be_editable()
        box.fill("What did the council of Ostra speak of?")
        box.press("Enter")
        expect(other.locator("#chat .hit").first).to_be_visible(timeout=15_000)
        other.get_by_role("link", name="Archive").click()
        expect(other.locator(".going .said")).to_have_text("1 of 1 article read")
        embedder.free.set()
        expect(other.locator(".report")).to_contain_text("1 given = 1 added")
        other.get_by_role("link", name="Ask").click()
        expect(other.locator("#masthead .holds")).to_contain_text("61 articles")
    expect(page.locator(".report")).to_contain_text("1 given = 1 added")


def test_an_addition_is_cancelled(page: Page, embedder: HeldEmbedder) -> None:
    embedder.free.clear()
    page.locator(".drop input").set_input_files(files(("storm.txt", STORM)))
    expect(page.locator(".going .said")).to_have_text("1 of 1 article read")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    with page.expect_response(lambda response: "cancel_adding" in (response.request.post_data or "")):
        page.keyboard.press("Enter")
    embedder.free.set()
    expect(page.locator(".report")).to_contain_text(
        "Cancelled. Articles that were already added stay; the others were not added."
    )
    expect(page.locator(".report")).to_contain_text("0 given = 0 added")
    expect(told(page)).to_have_text("60 articles, newest first")
    page.locator(".drop input").set_input_files(files(("storm.txt", STORM)))
    expect(page.locator(".report")).to_contain_text("1 given = 1 added")


def test_an_article_is_removed_after_a_confirmation_that_names_it(page: Page, retriever: Retriever) -> None:
    remove = page.get_by_role("button", name=f"Remove “{TITLE}”")
    sure = page.get_by_role("dialog", name="Remove this article?")
    remove.click()
    expect(sure.locator(".which")).to_have_text(TITLE)
    expect(sure.locator(".meta")).to_have_text(f"{OUTLET} · 10 July 2016 · 1 passage")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sure).to_be_hidden()
    expect(remove).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(told(page)).to_have_text(f"“{TITLE}” was removed. 59 articles, newest first")
    expect(told(page)).to_be_focused()
    assert retriever.archive.article('"><b>') is None


@desktop_only
def test_too_many_files_are_refused_before_they_are_sent(page: Page) -> None:
    page.locator(".drop input").set_input_files(files(*((f"{n}.txt", "x") for n in range(501))))
    expect(page.locator(".report")).to_have_text("These are 501 files; at most 500 can be sent at once (upload_files).")
    expect(page.locator(".drop input")).to_be_enabled()


def test_a_page_without_the_option_only_shows(browser: Browser, retriever: Retriever) -> None:
    with served(retriever) as url, watched(browser, url, 1280) as page:
        page.goto(f"{url}archive")
        expect(page.locator(".closed")).to_contain_text("qa add FOLDER --archive")
        expect(page.get_by_role("heading", name="Add articles")).to_be_hidden()
        expect(page.get_by_role("button", name="Remove")).to_have_count(0)


def test_the_first_article_of_an_empty_archive_is_added(
    browser: Browser, tmp_path: Path, embedder: HeldEmbedder
) -> None:
    ArchiveWriter(tmp_path / "empty", embedder).close()
    archive, uploads = Archive(tmp_path / "empty"), Uploads()
    with served(Retriever(archive, embedder), uploads=uploads) as url, watched(browser, url, 1280) as page:
        page.goto(url)
        expect(page.locator("#chat")).to_contain_text("This archive is still empty.")
        page.get_by_role("link", name="Archive").click()
        expect(page.locator(".nothing")).to_contain_text("This archive is still empty.")
        page.locator(".drop input").set_input_files(files(("storm.txt", STORM)))
        expect(told(page)).to_have_text("1 article")
        expect(page.locator(".nothing")).to_be_hidden()
    uploads.close()
    archive.close()
