"""Sixty hostile texts on the Archive page and in the names of files given to it: nothing runs, nothing is fetched."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.lanes.browser.attacked import (
    ARTICLES,
    FILES,
    NOTES,
    OUTLETS,
    QUESTIONS,
    TITLES,
    UNSEEN,
    attacked,
    harmless,
    opened,
    texts,
    within,
)
from tests.lanes.browser.attacks import ATTACKS
from tests.lanes.browser.browsing import served
from tests.lanes.browser.watching import counted
from ui.pages.uploads import Uploads

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    retriever, uploads = opened(attacked(tmp_path / "archive")), Uploads()
    with served(retriever, uploads=uploads) as served_at:
        yield served_at
    uploads.close()
    retriever.archive.close()


def test_the_archive_page_shows_attacks_as_text(browser: Browser, url: str) -> None:
    with counted(browser, url) as tab:
        page = tab.page
        page.goto(f"{url}archive")
        told, entries = page.locator(".archive .told"), page.locator(".entry")
        expect(told).to_have_text("60 articles, newest first")
        page.get_by_role("button", name="Show 50 more").click()
        expect(entries).to_have_count(60)
        assert sorted(texts(entries.locator(".source"))) == sorted(TITLES)
        within(sorted(OUTLETS), sorted(texts(entries.locator(".meta"))))
        within(sorted(OUTLETS), sorted(texts(page.locator(".outlet"))))
        within(sorted(OUTLETS), sorted(texts(page.locator("select[name=outlet] option"))[1:]))
        asked = page.evaluate(
            """() => [...document.querySelectorAll('.remove')].map(button => {
              button.click();
              const shown = document.querySelector('.which').textContent;
              document.querySelector('.keep').click();
              return shown;
            })"""
        )
        within(sorted(TITLES), sorted(asked))
        assert [text for text in [*asked, *texts(entries)] if UNSEEN.search(text)] == []
        for question in QUESTIONS[:60:4]:
            page.get_by_role("searchbox").fill(question)
            page.get_by_role("button", name="Find").click()
            expect(told).to_contain_text(f"with “{question[:80]}")
        page.get_by_label("After").fill(QUESTIONS[8])
        page.get_by_label("After").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(f"After: “{QUESTIONS[8][:40]}” is not a date.")
        harmless(tab)
        page.goto(f"{url}archive?q={quote(QUESTIONS[8])}&outlet={quote(ARTICLES[42].source)}")
        expect(told).to_contain_text(f"with “{QUESTIONS[8]}”; only {OUTLETS[42]}")
        harmless(tab)


def test_files_with_hostile_names_and_texts_are_rejected_added_and_removed_as_text(browser: Browser, url: str) -> None:
    with counted(browser, url) as tab:
        page = tab.page
        page.goto(f"{url}archive")
        told = page.locator(".archive .told")
        expect(told).to_have_text("60 articles, newest first")
        empty = [{"name": f"{attack.text('file')}.txt", "mimeType": "text/plain", "buffer": b""} for attack in ATTACKS]
        record = {"id": "new", "title": ATTACKS[8].text("note"), "text": " ".join(NOTES), "date": "2026-01-01"}
        line = json.dumps(record).encode()
        page.locator(".drop input").set_input_files(
            [*empty, {"name": "<s>n</s>.jsonl", "mimeType": "text/plain", "buffer": line + b"\n{<i>bad</i>"}]
        )
        report = page.locator(".report")
        expect(report).to_contain_text("62 given = 1 added + 0 updated + 0 unchanged + 61 rejected", timeout=60_000)
        rejected = texts(report.locator("li"))
        within([f"{name}.txt" for name in FILES], rejected[:60])
        within(["<s>n</s>.jsonl, line 2"], rejected[60:])
        assert tab.planted() == []
        page.get_by_role("button", name=f"Remove “{NOTES[8]}”").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(told).to_have_text(f"“{NOTES[8]}” was removed. 60 articles, newest first")
        harmless(tab)
