"""What people need who zoom, use a keyboard or have the page read out: axe-core, 200 % zoom, and where the focus is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.models.embedding import load_embedder
from qa.retrieval import Retriever
from qa.settings import DEFAULT_EMBEDDER
from tests.lanes.browser.browsing import served, watched
from tests.lanes.browser.chatting import ANSWER, ARTICLES, MARKED, QUESTION, ask, box, cited, desktop_only, open_page
from ui.pages.uploads import Uploads
from ui.render.links import permalink

pytestmark = [pytest.mark.browser, pytest.mark.model, pytest.mark.timeout(180)]

LOOKS = {"desktop-light": (1280, "light"), "desktop-dark": (1280, "dark"),
         "phone-light": (390, "light"), "phone-dark": (390, "dark")}  # fmt: skip
BOTH = {"desktop-dark", "phone-light"}  # each width and each colour once; the others only by `make test-all`
every_look = pytest.mark.parametrize(
    "look",
    [pytest.param(look, id=name, marks=[] if name in BOTH else pytest.mark.long) for name, look in LOOKS.items()],
)
# Where the layout is one column anyway, each width and each colour once.
both_looks = pytest.mark.parametrize("look", [(1280, "dark"), (390, "light")], ids=["desktop-dark", "phone-light"])
# All of axe-core's rules that are on (WCAG 2.0 to 2.2 A and AA, best practice), and the size of targets.  None is left
# out, and no part of a page is, Gradio's neither.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# What has the focus, named as it is read out, and whether a line of two pixels or more around it shows that.
FOCUS = """() => {
  const one = document.activeElement;
  const lined = node => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(node);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\\)$/.test(outlineColor);
  };
  const frame = one.closest('.input-container, .container > .wrap, .drop');
  const label = [...one.labels?.[0]?.childNodes ?? []].map(node => node.textContent).find(text => text.trim());
  const name = one.ariaLabel || label || one.innerText;
  const shown = lined(one) || Boolean(frame && lined(frame));
  return [one.tagName === 'BODY' ? '' : name.replace(/[▼✕]/g, '').replace(/\\s+/g, ' ').trim(), shown];
}"""
# What stands beyond the sides of the window; what is hidden on purpose is one pixel wide.
BEYOND = """() => [...document.querySelectorAll('main *, dialog[open] *')].filter(node => {
  const { left, right, width, height } = node.getBoundingClientRect();
  return width > 1 && height > 1 && node.checkVisibility() && (left < -0.5 || right > innerWidth + 0.5);
}).map(node => `${node.tagName}.${node.className}`)"""


@pytest.fixture(scope="module")
def place(retriever: Retriever) -> Iterator[str]:
    """The pages of the package's archive, where articles can be added and removed; no test does."""
    uploads = Uploads()
    with served(retriever, uploads=uploads) as address:
        yield address
    uploads.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages of an archive that holds nothing."""
    folder: Path = tmp_path_factory.mktemp("access") / "archive"
    embedder = load_embedder(DEFAULT_EMBEDDER)
    with ArchiveWriter(folder, embedder) as writer:
        writer.commit()
    archive = Archive(folder)
    with served(Retriever(archive, embedder)) as address:
        yield address
    archive.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: the rule, how bad it is, where, and why."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']} ({one['impact']}) at {node['target']}: {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def stops(page: Page, most: int = 80) -> list[str]:
    """The names of what Tab reaches, from where the focus is until it comes back there; all must be seen to have it."""
    start, names = page.evaluate(FOCUS)[0], []
    for _ in range(most):
        page.keyboard.press("Tab")
        name, visible = page.evaluate(FOCUS)
        assert visible or not name, f"{name}: nothing shows that it has the focus"
        if name == start:
            return names
        names += [name] if name else []
    raise AssertionError(f"Tab never comes back to {start}: {names}")


@every_look
def test_axe_finds_nothing_on_the_chat_page(browser: Browser, url: str, look: tuple[int, str]) -> None:
    width, colours = look
    with watched(browser, url, width, color_scheme=colours) as page:
        open_page(page, url)
        page.get_by_role("button", name="Filters").click()
        expect(page.get_by_label("After")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name="Filters").click()
        answer = ask(page, QUESTION)
        answer.get_by_text("Whole passage and score").first.click()
        expect(answer.locator("table").first).to_be_visible()
        answer.locator("a.cite").first.hover()
        expect(page.get_by_role("tooltip")).to_be_visible()
        assert violations(page) == []
        answer.locator("a.cite").first.click()
        expect(page.locator("#reading-column mark.chosen")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.get_by_role("button", name="History").click()
        expect(page.locator("#history .conversation")).to_be_visible()
        assert violations(page) == []


@both_looks
def test_axe_finds_nothing_on_a_refusal(browser: Browser, url: str, look: tuple[int, str]) -> None:
    width, colours = look
    with watched(browser, url, width, color_scheme=colours) as page:
        open_page(page, url)
        expect(ask(page, "What is the boiling point of tungsten in kelvin?").locator(".abstained")).to_be_visible()
        assert violations(page) == []


@every_look
def test_axe_finds_nothing_on_the_archive_page(browser: Browser, place: str, look: tuple[int, str]) -> None:
    width, colours = look
    with watched(browser, place, width, color_scheme=colours) as page:
        page.goto(f"{place}archive")
        expect(page.locator(".archive .told")).to_have_text("5 articles, newest first")
        expect(page.get_by_text("Drop files here")).to_be_visible()
        assert violations(page) == []
        page.locator(".remove").first.click()
        expect(page.get_by_role("dialog", name="Remove this article?")).to_be_visible()
        assert violations(page) == []


@both_looks
def test_axe_finds_nothing_on_articles_and_the_page_for_programs(
    browser: Browser, url: str, look: tuple[int, str]
) -> None:
    width, colours = look
    with watched(browser, url, width, color_scheme=colours) as page:
        for address in (permalink(url, cited(ARTICLES[0], ANSWER)), f"{url}article/gone", f"{url}api"):
            page.goto(address)
            expect(page.get_by_role("heading").first).to_be_visible()
            assert violations(page) == []


@both_looks
def test_axe_finds_nothing_where_there_is_nothing_yet(browser: Browser, empty: str, look: tuple[int, str]) -> None:
    width, colours = look
    with watched(browser, empty, width, color_scheme=colours) as page:
        for address in (empty, f"{empty}archive"):
            page.goto(address)
            expect(page.get_by_text("This archive is still empty.")).to_be_visible()
            assert violations(page) == []


@pytest.mark.parametrize("size", [(640, 400), (720, 450)], ids=["1280x800", "1440x900"])
def test_at_200_per_cent_nothing_is_cut_off_and_all_can_be_reached(
    browser: Browser, place: str, size: tuple[int, int]
) -> None:
    width, height = size
    with watched(browser, place, width, height, device_scale_factor=2) as page:
        open_page(page, place)
        wholly_in_sight(page, box(page), page.get_by_role("button", name="Ask", exact=True))
        fold = page.get_by_role("button", name="Filters")
        fold.click()
        expect(page.locator("#times .bar").last).to_be_visible()
        page.get_by_label("Before").evaluate("field => field.scrollIntoView({ block: 'nearest' })")
        wholly_in_sight(page, box(page), page.get_by_label("Before"))
        fold.click()

        answer = ask(page, QUESTION)
        wholly_in_sight(page, box(page), answer.locator(".said").first, answer.locator("a.cite").first)
        answer.locator("a.cite").first.click()
        expect(page.locator("#reading-column mark.chosen")).to_be_in_viewport()
        close = page.get_by_role("button", name="Close article")
        wholly_in_sight(page, close)
        close.click()
        page.get_by_role("button", name="History").click()
        wholly_in_sight(page, page.get_by_role("button", name="Close conversations"), page.locator("#history .title"))

        page.goto(f"{place}archive")
        expect(page.locator(".archive .told")).to_have_text("5 articles, newest first")
        page.locator(".remove").last.click()
        wholly_in_sight(page, page.get_by_role("button", name="Keep it"), page.locator(".sure .yes"))
        for address in (permalink(place, cited(ARTICLES[0], ANSWER)), f"{place}api"):
            page.goto(address)
            wholly_in_sight(page, page.locator("h1, mark").last)


def wholly_in_sight(page: Page, *parts: Locator) -> None:
    """All of these parts can be seen whole, and nothing stands beyond the sides of the window."""
    for part in parts:
        expect(part).to_be_in_viewport(ratio=1)
    assert page.evaluate(BEYOND) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@desktop_only
def test_tab_goes_through_the_page_in_its_order_and_shows_where_it_is(page: Page) -> None:
    ask(page, MARKED)
    box(page).focus()
    expected = [
        "Ask", "Ask", "Archive", "History", "New conversation",
        "Source [1]", "Source [2]", "[1]Sensors close dam", "[2]Mayor of Ostra resigns",
        "Copy", "Helpful", "Not helpful", "Filters",
    ]  # fmt: skip
    assert stops(page) == expected

    page.get_by_role("button", name="Filters").press("Enter")
    expect(page.get_by_role("button", name="Filters")).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_label("After")).to_be_visible()
    bars = ["Feb 2014 1 article", "May 2015 2 articles", "Jun 2016 1 article", "Jul 2016 1 article"]
    assert stops(page) == ["Sources", "After", "Before", *bars, "Question", *expected[:-1]]


@desktop_only
def test_tab_goes_through_the_article_that_a_citation_opened(page: Page) -> None:
    ask(page, MARKED).locator("a.cite").first.press("Enter")
    expect(page.get_by_role("heading", name="Sensors close dam")).to_be_focused()
    page.keyboard.press("Tab")
    assert stops(page)[:3] == ["Copy link", "Copy quote", "Copy Markdown footnote"]
    assert stops(page)[-1] == "Close article"


def test_tab_goes_through_the_archive_page(browser: Browser, place: str) -> None:
    with watched(browser, place, 1280) as page:
        page.goto(f"{place}archive")
        expect(page.locator(".archive .told")).to_have_text("5 articles, newest first")
        page.get_by_role("link", name="Ask").focus()
        names = stops(page)
    assert names[:1] == ["Archive"]
    assert names[5:9] == ["Courier 2", "Harbour Wire 2", "<i>Gazette</i> 1", "Drop files here, or choose them"]
    assert names[9:14] == ["Words in title or text", "Find", "Outlet", "After", "Before"]
    assert names[14:18] == [ARTICLES[4].title, f"Remove “{ARTICLES[4].title}”", ARTICLES[2].title,
                            f"Remove “{ARTICLES[2].title}”"]  # fmt: skip


@pytest.mark.parametrize("page", [390], indirect=True, ids=["phone"])
def test_with_reduced_motion_nothing_moves_and_the_box_is_low_again(page: Page) -> None:
    low = box(page).evaluate("field => field.offsetHeight")
    ask(page, "Why was the Verrin dam closed, and how many of its sensors had drifted when the engineers looked?")
    assert box(page).evaluate("field => field.offsetHeight") == low
    moving = """() => [...document.querySelectorAll('*')].filter(node => {
      const { transitionDuration, animationName, animationDuration } = getComputedStyle(node);
      return /[1-9]/.test(transitionDuration) || animationName !== 'none' && parseFloat(animationDuration) > .001;
    }).map(node => `${node.tagName}.${node.className}`)"""
    assert page.evaluate(moving) == []
