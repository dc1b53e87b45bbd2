"""A served page and a real browser, for the tests that need both."""

import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect, sync_playwright

from qa.retrieval import Retriever

_log = logging.getLogger(__name__)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@contextmanager
def served(retriever: Retriever, **options: Any) -> Iterator[str]:
    """Serve the pages in a thread; give their address."""
    from ui.app import page_server

    ready, servers, urls = threading.Event(), [], []

    def run() -> None:
        def on_ready(address: str) -> None:
            urls.append(address)
            ready.set()

        servers.append(page_server(retriever, port=0, on_ready=on_ready, **options))
        servers[0].run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(60)
    try:
        yield urls[0]
    finally:
        servers[0].stop()
        thread.join(10)
    assert not thread.is_alive()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a headless browser; without one the test is skipped, or fails where it must be there."""
    if not CHROMIUM:
        message = "no chromium: install Debian's package to run the browser tests"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        expect.set_options(timeout=15_000)  # machines that test are slow and shared
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, url: str, width: int, height: int = 800, **options: Any) -> Iterator[Page]:
    """Give a fresh page; no script of an article may run in it and no request may leave this machine."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en-GB", has_touch=width < 500,
        **options,
    )  # fmt: skip
    page = context.new_page()
    bad: list[str] = []

    def on_request(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            bad.append(request.url)

    def on_dialog(dialog: Dialog) -> None:
        bad.append(dialog.message)
        dialog.dismiss()

    told: list[str] = []
    page.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
    page.on("request", lambda request: told.append(f"{request.method} {request.url}"))
    page.on("response", lambda response: told.append(f"{response.status} {response.url}"))
    page.on("requestfailed", lambda request: told.append(f"failed: {request.failure} {request.url}"))
    page.on("request", on_request)
    page.on("dialog", on_dialog)
    page.on("pageerror", lambda error: bad.append(str(error)))
    try:
        yield page
    finally:  # what the browser heard and said: pytest shows it of tests that failed, some of them once in hundreds
        _log.warning("%s\n%s", page.url, "\n".join(told))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert bad == []
    context.close()
