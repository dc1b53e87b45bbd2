"""Speed of the chat page in a real browser, over the realtime pages and without a reranker.

    python -m lab.benchmarks.speed.page_speed [--set realtime] [--repeats 15] [--read]

*cold*: a browser that has never seen the page, until its question box can be typed in and the archive's contents are
shown; *reload*: the same again with the browser's cache.  From pressing Enter: until the *question* stands on the
page, until the first *passages* do, and until the *answer* can be read and another question asked, which is the same
moment where nothing is read.  All as painted: measured in the page, in the frame after the change.
"""

import argparse
import sys
import threading
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from lab import data
from lab.measure import spread, where
from qa.retrieval import Retriever
from ui.app import page_server

_QUESTIONS = 20
# Watches what appears after Enter; each time is noted once, in milliseconds since Enter.
_WATCH = """() => {
  const seen = window.seen = {}, log = document.querySelector('#chat');
  const count = of => log.querySelectorAll(of).length;
  const before = { questions: count('.user-row'), hits: count('.hit') };
  let begun;
  const note = name => seen[name] ??= requestAnimationFrame(() => { seen[name] = performance.now() - begun; });
  document.querySelector('#question textarea').addEventListener('keydown', () => { begun = performance.now(); },
    { once: true, capture: true });
  new MutationObserver(() => {
    if (begun === undefined) return;
    if (count('.pending') || count('.user-row') > before.questions) note('question');
    if (count('.hit') > before.hits) note('passages');
  }).observe(log, { childList: true, subtree: true });
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", default="realtime")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--read", action="store_true", help="let the packaged model read passages, as by default")
    arguments = parser.parse_args()
    print(where())
    retriever = data.retriever(arguments.set, reads=arguments.read)
    questions = [one.text for one in data.questions(arguments.set)[:_QUESTIONS]]
    address, stop = _serve(retriever)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        opened = [_open(browser, address) for _ in range(arguments.repeats)]
        asked = _ask(browser, address, questions)
        browser.close()
    stop()
    for name, times in (("cold", [one[0] for one in opened]), ("reload", [one[1] for one in opened]), *asked.items()):
        print(f"{name:<10} {spread(times, 's')}", flush=True)


def _serve(retriever: Retriever) -> tuple[str, Any]:
    ready, address = threading.Event(), ""

    def on_ready(url: str) -> None:
        nonlocal address
        address = url
        ready.set()

    server = page_server(retriever, port=0, on_ready=on_ready)
    threading.Thread(target=server.run, daemon=True).start()
    if not ready.wait(60):
        sys.exit("the page did not start")
    return address, server.stop


def _usable(page: Page) -> float:
    """Wait until the page can be used; return when that was, in seconds since it was navigated to."""
    expect(page.get_by_role("textbox", name="Question")).to_be_editable(timeout=60_000)
    expect(page.locator("#masthead .holds")).to_contain_text("articles", timeout=60_000)
    return float(page.evaluate("performance.now()")) / 1000


def _open(browser: Browser, address: str) -> tuple[float, float]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(address, wait_until="commit")
    cold = _usable(page)
    page.reload(wait_until="commit")
    warm = _usable(page)
    context.close()
    return cold, warm


def _ask(browser: Browser, address: str, questions: list[str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"question": [], "passages": []}
    page = browser.new_page()
    page.goto(address)
    _usable(page)
    for number, question in enumerate(questions):
        box = page.get_by_role("textbox", name="Question")
        box.fill(question)
        page.evaluate(_WATCH)
        box.press("Enter")
        expect(page.get_by_test_id("user")).to_have_count(number + 1, timeout=60_000)
        expect(page.locator("#chat .searching")).to_have_count(0, timeout=60_000)
        expect(box).to_be_editable(timeout=60_000)
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for name, time in page.evaluate("window.seen").items():
            times[name].append(time / 1000)
    page.close()
    return times


if __name__ == "__main__":
    main()
