"""The archive that the chat's tests ask, and how they ask it."""

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from qa.models.embedding import load_embedder
from qa.records import Answer, Article, Citation, Sentence
from qa.retrieval import Retriever
from qa.settings import DEFAULT_EMBEDDER
from tests.support.plain import article

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
        return Answer(question, question, "", "11 of its 40 sensors", sentences, citations, (), 0.93, "", "answer")


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


desktop_only = pytest.mark.parametrize("page", [1280], indirect=True, ids=["desktop"])
# For the pages' fixtures: most tests are repeated at a phone's width only by `make test-all` ...
WIDTHS = [pytest.param(1280, id="desktop"), pytest.param(390, id="phone", marks=pytest.mark.long)]
# ... and these always, one of each page.
both_widths = pytest.mark.parametrize("page", [1280, 390], indirect=True, ids=["desktop", "phone"])


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
    # A question takes a second where nothing else runs; machines that test are slow and shared.
    expect(page.locator("#chat .searching")).to_have_count(0, timeout=60_000)
    expect(box(page)).to_be_editable()
    return page.get_by_test_id("bot").last
