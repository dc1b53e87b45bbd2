"""One browser for all, and the chat page of one archive, opened afresh for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from tests.lanes.browser.browsing import chromium, served, watched
from tests.lanes.browser.chatting import ARTICLES, WIDTHS, FragileEmbedder, HandMade, open_page


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def url(retriever: Retriever) -> Iterator[str]:
    with served(retriever) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """A fresh page; no script of an article may run in it and no request may leave this machine."""
    with watched(browser, url, getattr(request, "param", 1280)) as page:
        open_page(page, url)
        yield page
        assert page.title() == "Dateline"
