"""Many people at once, each in a browser session of their own: each gets the answer to their own question, or waits."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.records import Answer
from qa.retrieval import Retriever
from qa.settings import LIMITS, AskSettings
from tests.lanes.browser.browsing import served, watched
from tests.lanes.browser.chatting import answered, ask, box
from tests.support.plain import WordEmbedder, article

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TOWNS = [
    "Arlen", "Bresk", "Corva", "Dunmere", "Elbach", "Fenwold", "Garrow", "Hestel", "Imber", "Jarvik", "Kellin", "Lorne",
    "Mardale", "Nevik", "Orsay", "Pellworm",
]  # fmt: skip


class HeldRetriever(Retriever):
    """The real retriever, which answers nobody while it is held."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive, WordEmbedder(), AskSettings(reranker="none", reader="none"))
        self.free = threading.Event()
        self.counts = {"now": 0, "most": 0}  # one for all: the pages and programs each have an observed twin
        self._counting = threading.Lock()

    def ask(self, *given: Any, **options: Any) -> Answer:
        with self._counting:
            self.counts["now"] += 1
            self.counts["most"] = max(self.counts.values())
        assert self.free.wait(120)
        answer = super().ask(*given, **options)
        with self._counting:
            self.counts["now"] -= 1
        return answer


@pytest.fixture
def retriever(tmp_path: Path) -> Iterator[HeldRetriever]:
    with ArchiveWriter(tmp_path / "archive", WordEmbedder()) as writer:
        for number, town in enumerate(TOWNS, 1):
            text = f"The mayor of {town} opened the bridge on Monday. It cost {number},000,000 crowns and took a year."
            writer.upsert(article(text, title=f"{town} opens its bridge", source=f"{town} Courier"))
        writer.commit()
    archive = Archive(tmp_path / "archive")
    yield HeldRetriever(archive)
    archive.close()


def test_sixteen_people_ask_at_once_and_each_gets_their_own_answer(browser: Browser, retriever: HeldRetriever) -> None:
    with served(retriever) as url, ExitStack() as open_tabs:
        pages: list[Page] = []
        for _ in TOWNS:
            page = open_tabs.enter_context(watched(browser, url, 1280))
            page.goto(url)
            pages.append(page)
        for page, town in zip(pages, TOWNS, strict=True):
            expect(box(page)).to_be_editable()
            box(page).fill(f"Who opened the bridge in {town}?")
        for page in pages:
            with page.expect_response("**/gradio_api/queue/join*"):  # the question is there, and waits
                box(page).press("Enter")
        retriever.free.set()
        for page, town in zip(pages, TOWNS, strict=True):
            answer = answered(page, 1)
            expect(page.get_by_test_id("user")).to_have_text(f"Who opened the bridge in {town}?")
            expect(answer.locator(".hit").first).to_contain_text(f"The mayor of {town} opened the bridge on Monday.")
            expect(page.get_by_test_id("toast-body")).to_have_count(0)
        assert retriever.counts["most"] == LIMITS.requests_at_once == 4

        # What was said before is each one's own too.
        for page, town in zip(pages, TOWNS, strict=True):
            answer = ask(page, "And what did it cost?")
            expect(answer.locator(".asked")).to_contain_text(town)
            assert [other for other in TOWNS if other in answer.locator(".asked").inner_text()] == [town]
            expect(answer.locator(".hit").first).to_contain_text(f"{TOWNS.index(town) + 1},000,000 crowns")
            expect(page.get_by_test_id("user")).to_have_count(2)


class Turnstile(HeldRetriever):
    """The real retriever, which answers one question for each time that it is let."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.turns = threading.Semaphore(0)
        self.free.set()

    def ask(self, *given: Any, **options: Any) -> Answer:
        assert self.turns.acquire(timeout=120)
        return super().ask(*given, **options)


@contextmanager
def asked(browser: Browser, url: str, count: int) -> Iterator[list[Page]]:
    """Give so many pages, each with a question that the server has, in this order."""
    with ExitStack() as open_tabs:
        pages = [open_tabs.enter_context(watched(browser, url, (1440, 390)[n % 2], 900)) for n in range(count)]
        for page, town in zip(pages, TOWNS, strict=False):
            page.goto(url)
            expect(box(page)).to_be_editable()
            box(page).fill(f"Who opened the bridge in {town}?")
            with page.expect_response("**/gradio_api/queue/join*"):
                box(page).press("Enter")
        yield pages


def test_who_waits_is_told_how_many_are_before_them(browser: Browser, retriever: HeldRetriever) -> None:
    turnstile = Turnstile(retriever.archive)
    with served(turnstile) as url, asked(browser, url, 7) as pages:
        for page in pages[:4]:
            expect(page.locator("#chat .searching")).to_be_visible()
            expect(page.locator("#chat .place")).to_have_count(0)
        told = ["Your question is next.", "1 question is ahead of yours.", "2 questions are ahead of yours."]
        for page, text in zip(pages[4:], told, strict=True):
            expect(page.get_by_role("status").filter(has_text=text)).to_be_in_viewport()
            expect(page.locator("#chat .pending")).to_be_in_viewport()
        turnstile.turns.release()
        for page, text in zip(pages[5:], told, strict=False):
            expect(page.locator("#chat .place")).to_have_text(text)
        turnstile.turns.release(6)
        for page, town in zip(pages, TOWNS, strict=False):
            answer = answered(page, 1)
            expect(answer.locator(".hit").first).to_contain_text(f"The mayor of {town} opened the bridge on Monday.")
            expect(page.locator("#chat .place")).to_have_count(0)


def test_who_finds_the_queue_full_keeps_the_question_and_learns_when_to_ask(
    browser: Browser, retriever: HeldRetriever
) -> None:
    turnstile = Turnstile(retriever.archive)
    limits = replace(LIMITS, requests_at_once=1, requests_waiting=1)
    with served(turnstile, limits=limits) as url, asked(browser, url, 3) as pages:
        last, town = pages[2], TOWNS[2]
        refusal = last.get_by_role("alert").filter(has_text="The question was not asked")
        expect(refusal).to_have_text(
            "The question was not asked, because 1 other is waiting. Please ask again in 2 seconds."
        )
        expect(refusal).to_be_in_viewport()
        expect(box(last)).to_have_value(f"Who opened the bridge in {town}?")
        expect(box(last)).to_be_editable()
        expect(last.locator("#chat .pending")).to_have_count(0)
        box(last).press("Enter")  # still full, and said anew
        expect(refusal).to_be_visible()
        turnstile.turns.release(3)
        for page in pages[:2]:
            answered(page, 1)
        box(last).press("Enter")
        expect(answered(last, 1).locator(".hit").first).to_contain_text(f"The mayor of {town} opened")
        expect(refusal).not_to_be_visible()
