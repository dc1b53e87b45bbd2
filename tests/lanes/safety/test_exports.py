"""Sixty hostile texts in what programs, spreadsheets, Markdown and terminals get: all of it stays text."""

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from markdown_it import MarkdownIt
from rich.console import Console

from qa.records import Answer
from qa.retrieval import Retriever
from tests.lanes.browser.attacked import ARTICLES, QUESTION, attacked, opened
from tests.lanes.browser.attacks import ATTACKS
from ui.api.routes import build_api
from ui.pages.conversations import Turn, to_markdown
from ui.render import terminal_text
from ui.render.export import MATCH_COLUMNS, csv_line, match_cells

BASE = "http://127.0.0.1:7860/"


@pytest.fixture(scope="module")
def attacked_retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    retriever = opened(attacked(tmp_path_factory.mktemp("exports") / "archive"))
    yield retriever
    retriever.archive.close()


@pytest.fixture(scope="module")
def answer(attacked_retriever: Retriever) -> Answer:
    found = attacked_retriever.ask(QUESTION)
    assert len(found.citations) == len(ATTACKS) == 60
    return found


def printed(shown: object) -> str:
    console = Console(highlight=False, markup=False, emoji=False, width=100)
    with console.capture() as capture:
        console.print(shown)
    return capture.get()


def test_the_api_answers_with_json_that_no_browser_takes_for_a_page(attacked_retriever: Retriever) -> None:
    client = TestClient(build_api(attacked_retriever))
    answered = client.post("/ask", json={"question": QUESTION})
    assert (answered.status_code, answered.headers["content-type"]) == (200, "application/json")
    assert [one["title"] for one in answered.json()["citations"]] == [article.title for article in ARTICLES]
    for attack in ATTACKS:
        refused = client.post("/ask", json={attack.text("note")[:300]: attack.text("question")[:300]})
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/json")
        assert set(refused.json()) == {"error"}


def test_markdown_holds_no_link_but_permalinks_and_no_markup(answer: Answer) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    tokens = [
        one
        for token in reader.parse(to_markdown("x", [Turn(answer)], BASE))
        for one in (token, *(token.children or ()))
    ]
    assert not {"image", "html_block", "html_inline", "code_inline", "fence"} & {one.type for one in tokens}
    links = [str(one.attrs["href"]) for one in tokens if one.type == "link_open"]
    assert len(links) == 60
    assert all(link.startswith(f"{BASE}article/") for link in links)


def test_no_cell_of_a_table_is_a_formula_or_holds_a_control_character(attacked_retriever: Retriever) -> None:
    text = "".join(
        csv_line(match_cells(article, match))
        for article in attacked_retriever.find_all("Ostra")
        for match in article.matches
    )
    csv.field_size_limit(10_000_000)  # one attack is that long
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) >= 60
    assert {len(row) for row in rows} == {len(MATCH_COLUMNS)}
    assert [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r＝＋－＠")] == []
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)


def test_a_terminal_gets_no_sign_that_moves_hides_or_turns_what_it_shows(answer: Answer) -> None:
    shown = printed(terminal_text.answer_text(answer)) + "".join(
        printed(terminal_text.article_text(one)) for one in ARTICLES
    )
    shown += "".join(printed(terminal_text.hit_text(n, hit, QUESTION)) for n, hit in enumerate(answer.hits, 1))
    assert shown.count("owned(") >= 120
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", shown)


def test_json_of_the_terminal_is_read_back_as_it_was(answer: Answer) -> None:
    from ui.data import answer_data, to_json

    read = json.loads(to_json(answer_data(answer)))
    assert [one["title"] for one in read["citations"]] == [article.title for article in ARTICLES]
