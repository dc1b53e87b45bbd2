"""Sixteen people at once, each in a browser session of their own: each gets the answer to their own question."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.archive import Archive
from qa.records import Answer
from qa.retrieval import Retriever
from qa.settings import LIMITS, AskSettings
from qa.writing import ArchiveWriter
from tests.browser.browsing import served, watched
from tests.browser.chatting import answered, ask, box
from tests.plain import WordEmbedder, article

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
        self.most = self.now = 0
        self._counting = threading.Lock()

    def ask(self, *given: Any, **options: Any) -> Answer:
        with self._counting:
            self.now += 1
            self.most = max(self.most, self.now)
        assert self.free.wait(120)
        answer = super().ask(*given, **options)
        with self._counting:
            self.now -= 1
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
        assert retriever.most == LIMITS.requests_at_once == 4

        # What was said before is each one's own too.
        for page, town in zip(pages, TOWNS, strict=True):
            answer = ask(page, "And what did it cost?")
            expect(answer.locator(".asked")).to_contain_text(town)
            assert [other for other in TOWNS if other in answer.locator(".asked").inner_text()] == [town]
            expect(answer.locator(".hit").first).to_contain_text(f"{TOWNS.index(town) + 1},000,000 crowns")
            expect(page.get_by_test_id("user")).to_have_count(2)
