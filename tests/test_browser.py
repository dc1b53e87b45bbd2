"""The page in a real browser: what a reader sees and does, from the question to the quoted words."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from qa.archive import Archive
from qa.embedding import load_embedder
from qa.records import Answer, Article, Citation, Sentence
from qa.retrieval import Retriever
from qa.settings import DEFAULT_EMBEDDER
from qa.writing import ArchiveWriter
from tests.browsing import chromium, served, watched
from tests.plain import article
from ui.feedback import Feedback
from ui.permalinks import address, permalink

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.timeout(120),
]

QUESTION = "Why was the Verrin dam closed?"
ANSWER = "The Verrin dam was closed because 11 of its 40 sensors had drifted, engineers said on Monday."

DAM = (
    "🌊🌊 VERRIN — The valley woke to sirens on Monday. Nobody was hurt, and the road stayed open.\n\n"
    f"{ANSWER} Technicians need three weeks to replace them.\n\n"
    + "\n\n".join(f"Paragraph {n}: the reservoir holds water for the towns of the lower valley." for n in range(40))
)
HOSTILE = (
    "The Ostra festival drew a record crowd of 9,000 on Saturday, its organisers said.\n\n"
    "<script>document.title = 'owned'; alert(1)</script> <img src=x onerror=alert(2)> "
    "![beacon](http://beacon.example/pixel.png) [click](javascript:alert(3)) $$\\href{javascript:alert(4)}{x}$$ "
    "<form action='http://evil.example/'><input name=password></form> ```mermaid\ngraph TD\n``` "
    "${alert(5)} {{constructor}} \\u{zzz} The festival was closed by a concert [1] in the park."
)
ARTICLES = [
    article(DAM, id="dam 50%/ü:1", title="Sensors close dam", source="Courier", published="2015-05-11",
            authors="Ana Brook", url="https://courier.example/dam", dek="Eleven of forty had drifted."),
    article("The dam at Verrin will reopen on 1 June, the operator said. All its sensors have been replaced.",
            id="reopen", title="Dam to reopen", source="Harbour Wire", published="2015-05-28"),
    article("The mayor of Ostra, Lena Fisk, resigned on Friday after eleven years in office.",
            id="mayor", title="Mayor of Ostra resigns", source="Harbour Wire", published="2016-06-03"),
    article("A fire destroyed the old paper mill in Kell. The brigade said that nobody had been inside.",
            id="mill", title="Paper mill burns in Kell", source="Courier", published="2014-02-01"),
    article(HOSTILE, id="festival", title="<b>Record</b> crowd ![x](http://beacon.example/t.png) at festival",
            source="<i>Gazette</i>", published="2016-07-10", url="javascript:alert(6)"),
]  # fmt: skip


MARKED = "How long did it last, by hand?"
REASON = "The name “<b>Zubair” never occurs in the archive."


def cited(story: Article, quote: str) -> Citation:
    digest, start = hashlib.sha256(story.text.encode()).hexdigest(), story.text.index(quote)
    values = (story.id, story.title, story.source, story.url, story.published, start, start + len(quote), quote, digest)
    return Citation(*values)


class HandMade(Retriever):
    """The real retriever, with answers made by hand to two questions."""

    def ask(self, question: str, *others: Any, **options: Any) -> Answer:
        if question == "Where is Zubair?":
            return Answer(question, question, "No answer.", "", (), (), (), 0.004, REASON)
        if question != MARKED:
            return super().ask(question, *others, **options)
        mayor = ARTICLES[2].text
        sentences = Sentence(ANSWER, (1,), ((34, 54), (86, 92))), Sentence(mayor, (2,), ((56, 68),))
        citations = cited(ARTICLES[0], ANSWER), cited(ARTICLES[2], mayor)
        return Answer(question, question, "", "11 of its 40 sensors", sentences, citations, (), 0.93)


class FragileEmbedder:
    """The real embedder, except that it fails at one word in a way nobody foresaw."""

    def __init__(self) -> None:
        self._embedder = load_embedder(DEFAULT_EMBEDDER)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_queries(self, texts: Sequence[str]) -> Any:
        if "kaboom" in texts[0]:
            raise RuntimeError("secret detail")
        return self._embedder.embed_queries(texts)


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder: Path = tmp_path_factory.mktemp("browser") / "archive"
    embedder: Any = FragileEmbedder()
    with ArchiveWriter(folder, embedder) as writer:
        for item in ARTICLES:
            writer.upsert(item)
        writer.commit()
    archive = Archive(folder)
    yield HandMade(archive, embedder)
    archive.close()


@pytest.fixture(scope="module")
def url(retriever: Retriever) -> Iterator[str]:
    with served(retriever) as address:
        yield address


@pytest.fixture(scope="module")
def browser(url: str) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=[1280, 390], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """A fresh page; no script of an article may run in it and no request may leave this machine."""
    with watched(browser, url, getattr(request, "param", 1280)) as page:
        open_page(page, url)
        yield page
        assert page.title() == "Dateline"


desktop_only = pytest.mark.parametrize("page", [1280], indirect=True, ids=["desktop"])


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(box(page)).to_be_editable()
    expect(page.locator("#masthead .holds")).to_have_text("5 articles · 3 outlets · 2014–2016")


def box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Question")


def ask(page: Page, question: str) -> Locator:
    """Ask, wait until the box is usable again, and return the newest message."""
    before = page.get_by_test_id("user").count()
    box(page).fill(question)
    box(page).press("Enter")
    return answered(page, before + 1)


def answered(page: Page, questions: int) -> Locator:
    expect(page.get_by_test_id("user")).to_have_count(questions)
    expect(page.locator("#chat .searching")).to_have_count(0, timeout=15_000)
    expect(box(page)).to_be_editable()
    return page.get_by_test_id("bot").last


def test_a_citation_opens_the_article_with_exactly_the_quoted_words_marked(page: Page, retriever: Retriever) -> None:
    citation = retriever.ask(QUESTION).citations[0]
    assert citation.quote == ANSWER
    answer = ask(page, QUESTION)
    expect(answer.locator(".said").first).to_have_text(f"{ANSWER} Source [1]")
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
    expect(answer.locator(".aside")).to_have_text("Very likely that the archive holds an answer (93 %)")
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


@desktop_only
def test_an_offered_question_is_asked_by_a_click(page: Page) -> None:
    page.get_by_role("button", name="Mayor of Ostra resigns").click()
    answer = answered(page, 1)
    expect(page.get_by_test_id("user")).to_contain_text("Mayor of Ostra resigns")
    expect(answer.locator(".hit").first).to_contain_text("Lena Fisk")


def test_a_source_filter_limits_the_passages(page: Page) -> None:
    expect(ask(page, QUESTION).locator(".hit", has_text="Courier")).not_to_have_count(0)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Sources").click()
    page.get_by_role("option", name="Harbour Wire (2)").click()
    expect(page.get_by_role("button", name="Filters: Harbour Wire")).to_be_visible()
    answer = ask(page, "When will the dam reopen?")
    expect(answer).to_contain_text("Only Harbour Wire")
    expect(answer.locator(".hit")).to_have_count(2)
    expect(answer.locator(".hit .meta")).to_have_text(["Harbour Wire · 28 May 2015", "Harbour Wire · 3 June 2016"])


def test_passages_are_sorted_by_date_and_limited_to_a_month(page: Page) -> None:
    ask(page, QUESTION)
    titles = page.locator("#chat .hit .hit-head .source")
    by_relevance = titles.all_inner_texts()
    page.get_by_role("button", name="date", exact=True).click()
    assert titles.all_inner_texts() == [
        "<b>Record</b> crowd ![x](http://beacon.example/t.png) at festival", "Mayor of Ostra resigns",
        "Dam to reopen", "Sensors close dam", "Sensors close dam", "Sensors close dam", "Paper mill burns in Kell",
    ]  # fmt: skip
    page.get_by_role("button", name="relevance", exact=True).press(" ")
    assert titles.all_inner_texts() == by_relevance

    may = page.get_by_role("button", name="May 2015 4 passages")
    may.press("Enter")
    expect(may).to_have_attribute("aria-pressed", "true")
    visible = page.locator("#chat .hit:visible .hit-head .source")
    assert sorted(set(visible.all_inner_texts())) == ["Dam to reopen", "Sensors close dam"]
    may.click()
    assert visible.all_inner_texts() == by_relevance


def test_filters_stand_in_the_address_and_are_there_again_after_a_reload(page: Page, url: str) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("button", name="Jun 2016 1 article").click()
    expect(page.get_by_label("After")).to_have_value("2016-06")
    expect(page.get_by_label("Before")).to_have_value("2016-07")
    expect(page.get_by_role("button", name="Filters: from June 2016 on; before July 2016")).to_be_visible()
    assert page.url == f"{url}?after=2016-06&before=2016-07"
    page.goto(f"{url}?outlet=Courier&outlet=nowhere&after=2015-05&q=Why%3F")
    expect(page.get_by_role("button", name="Filters: Courier; from May 2015 on")).to_be_visible()
    expect(page.get_by_label("Question")).to_have_value("Why?")
    answer = ask(page, QUESTION)
    assert set(answer.locator(".hit .hit-head .source").all_inner_texts()) == {"Sensors close dam"}


def test_a_bad_date_is_explained_and_the_box_stays_usable(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("textbox", name="After").fill("2015-13-40")
    box(page).fill(QUESTION)
    box(page).press("Enter")
    # Leaving the date's box shows the same alert, and the page gives no other sign that the question was refused too;
    # asked again before that, the box would be put back to the first question.
    page.wait_for_timeout(2000)
    expect(page.get_by_role("alert")).to_have_text(
        "After: “2015-13-40” is not a date. Write it as year-month-day, such as 2015-05-11."
    )
    expect(box(page)).to_be_editable()
    expect(box(page)).to_have_value(QUESTION)
    page.get_by_role("textbox", name="After").fill("2016-01-01")
    answer = ask(page, "Who resigned?")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(answer.locator(".hit .meta").first).to_have_text("Harbour Wire · 3 June 2016")
    expect(answer).not_to_contain_text("2015")


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
def test_a_conversation_is_there_after_a_reload_and_can_be_renamed_reopened_and_deleted(page: Page) -> None:
    ask(page, QUESTION)
    shown = page.get_by_test_id("bot").last.inner_text()
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
    assert titles.all_inner_texts() == ["Who resigned?", QUESTION]
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
    expect(answer.get_by_role("status")).to_have_text("Thank you, your note is kept")
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
