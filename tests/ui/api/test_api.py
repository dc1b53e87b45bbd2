"""The HTTP interface for programs: the terminal's JSON, its limits, and what it says when something is wrong."""

import hashlib
import inspect
import json
import re
from html import unescape
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.conftest import DAM
from tests.support.plain import WordEmbedder, article
from tests.ui.api.conftest import QUESTION, Terminal
from tests.ui.test_app import call
from ui.api.requests import AskRequest, SearchRequest
from ui.api.routes import Answered, Found
from ui.cli import search


def test_a_search_gives_what_the_terminal_prints(client: TestClient, terminal: Terminal) -> None:
    options = {"k": 2, "sources": ["Courier"], "articles": ["dam", "vote"], "before": "2016", "per_article": 1}
    response = client.post("/api/search", json={"question": QUESTION, **options})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.text == terminal(
        "search", QUESTION, "-k", "2", "--source", "Courier", "--article", "dam", "--article", "vote",
        "--before", "2016", "--per-article", "1",
    )  # fmt: skip
    found = response.json()
    assert [hit["citation"]["article_id"] for hit in found["hits"]] == ["dam"]
    assert found["undated_left_out"] == 0
    as_of = client.post("/api/search", json={"question": "Verrin", "as_of": "2015-05-11", "after": "2014"})
    assert as_of.text == terminal("search", "Verrin", "--as-of", "2015-05-11", "--after", "2014")
    assert as_of.json()["undated_left_out"] == 1
    bound = client.post("/api/search", json={"question": "Verrin articles before May 2016"})
    assert bound.text == terminal("search", "Verrin articles before May 2016")
    assert bound.json()["undated_left_out"] == 1


def test_an_answer_is_what_the_terminal_prints(client: TestClient, terminal: Terminal) -> None:
    response = client.post("/api/ask", json={"question": "How many sensors had drifted?"})
    assert response.text == terminal("ask", "How many sensors had drifted?")
    assert set(response.json()) == {
        "question", "asked", "text", "exact", "sentences", "citations", "hits", "confidence", "reason", "level", "kind",
        "abstained",
    }  # fmt: skip


def test_a_follow_up_may_lean_on_earlier_turns(client: TestClient, retriever: Retriever) -> None:
    history = [{"role": "user", "text": QUESTION}, {"role": "agent", "text": "Sensors had drifted."}]
    found = client.post("/api/ask", json={"question": "And how many?", "history": history}).json()
    expected = retriever.ask("And how many?", history)
    assert (found["asked"], found["text"]) == (expected.asked, expected.text)
    assert found["asked"] != "And how many?"


@pytest.mark.parametrize("name", ["dam", "a/b c%2F#?é", "../x", "%2e%2e", "x\ny", "字 😀"])
def test_an_article_is_what_the_terminal_prints_whatever_its_id(
    client: TestClient, archive: Archive, terminal: Terminal, name: str
) -> None:
    with ArchiveWriter(archive.folder, WordEmbedder()) as writer:
        writer.upsert(article("It held.", id=name))
        writer.commit()
    response = client.get(f"/api/article/{quote(name, safe='')}")
    assert (response.status_code, response.json()["id"]) == (200, name)
    assert response.text == terminal("show", name)


def test_an_id_that_is_no_part_of_a_path_may_be_given_beside_it(client: TestClient, archive: Archive) -> None:
    with ArchiveWriter(archive.folder, WordEmbedder()) as writer:
        writer.upsert(article("It held.", id=".."))
        writer.commit()
    assert client.get("/api/article/", params={"id": ".."}).json()["text"] == "It held."


def test_an_unknown_article_is_said_to_be_unknown(client: TestClient) -> None:
    response = client.get("/api/article/gone%2F")
    assert response.status_code == 404
    assert response.json() == {"error": "article 'gone/': is not in the archive; qa list shows the ids"}


def test_programs_have_every_option_of_the_terminal() -> None:
    renamed = {"source": "sources", "article": "articles"}
    own = {"context", "archive", "reranker", "reader", "every", "as_csv", "as_json"}
    for command, model in ((search.search, SearchRequest), (search.ask, AskRequest)):
        options = {renamed.get(name, name): one for name, one in inspect.signature(command).parameters.items()}
        wanted = {name: one for name, one in options.items() if name not in own}
        fields = {name: one for name, one in model.model_fields.items() if name != "history"}
        assert set(fields) == set(wanted)
        for name, option in wanted.items():
            default = fields[name].get_default() if name != "question" else inspect.Parameter.empty
            assert default == option.default, name


def test_the_description_names_what_there_is_and_answers_agree_with_it(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert described["servers"] == [{"url": "/api"}]
    assert {path: list(operations) for path, operations in described["paths"].items()} == {
        "/search": ["post"], "/ask": ["post"], "/article/{article_id}": ["get"],
    }  # fmt: skip
    body = described["components"]["schemas"]["AskRequest"]
    assert set(body["properties"]) == set(AskRequest.model_fields)
    assert body["properties"]["k"]["maximum"] == LIMITS.hits
    found = client.post("/api/search", json={"question": QUESTION}).text
    assert json.loads(Found.model_validate_json(found, extra="forbid").model_dump_json()) == json.loads(found)
    answer = client.post("/api/ask", json={"question": QUESTION}).text
    assert json.loads(Answered.model_validate_json(answer, extra="forbid").model_dump_json()) == json.loads(answer)


def test_the_description_in_words_asks_for_nothing_from_elsewhere(client: TestClient) -> None:
    response = client.get("/api")
    assert response.url.path == "/api/"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    for shown in ("POST /api/search", "POST /api/ask", "GET /api/article/{article_id}", "integer from 1 to 1,000"):
        assert shown in response.text
    assert "curl http://testserver/api/ask -H" in response.text
    assert "<script" not in response.text
    assert response.text.count("http") == response.text.count("http://testserver/")


def test_the_named_endpoints_of_the_page_give_the_same(page: TestClient) -> None:
    given = [QUESTION, 2, ["Courier"], "", "2016", ["dam"], "2015-06", 1]
    named = dict(
        zip(("question", "k", "sources", "after", "before", "articles", "as_of", "per_article"), given, strict=True)
    )
    assert call(page, *given, name="search") == ("complete", [page.post("/api/search", json=named).json()])
    history = [{"role": "user", "text": QUESTION}]
    event, (found,) = call(page, "And how many sensors?", 2, None, "", "", None, "", 3, history)
    assert (event, found) == (
        "complete",
        page.post("/api/ask", json={"question": "And how many sensors?", "k": 2, "history": history}).json(),
    )
    assert call(page, "dam", name="article") == ("complete", [page.get("/api/article/dam").json()])
    assert call(page, "gone", name="article")[1]["error"].startswith("article 'gone': is not in the archive")
    event, told = call(page, QUESTION, "5", None, "", "", None, "", 3, name="search")
    assert (event, told["error"]) == ("error", "k: input should be a valid integer")
    assert page.get("/article/dam").status_code == 200
    assert page.get("/api").status_code == 200


def test_an_earlier_version_of_an_article_is_given_by_its_digest(
    client: TestClient, archive: Archive, embedder: WordEmbedder
) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("The dam was opened again.", id="dam", title="Dam opened"))
        writer.commit()
    digest = hashlib.sha256(DAM.encode()).hexdigest()
    assert client.get("/api/article/dam").json()["title"] == "Dam opened"
    older = client.get("/api/article/dam", params={"digest": digest[:12].upper()})
    assert (older.status_code, older.json()["title"], older.json()["text"]) == (200, "Dam closed", DAM)
    unknown = client.get("/api/article/dam", params={"digest": "0" * 12})
    assert unknown.status_code == 404
    assert unknown.json() == {"error": "article 'dam': no version with digest '000000000000'; leave digest out"}
    assert client.get("/api/article/dam", params={"digest": "0" * 65}).status_code == 422


def test_a_parameter_that_may_be_left_out_is_shown_with_its_default(client: TestClient) -> None:
    page = unescape(re.sub(r"<[^>]+>", " ", client.get("/api/").text))
    given = " ".join(page.partition("GET /api/article")[2].split())
    assert "article_id string, at most 6,000 characters required" in given
    assert 'digest string, at most 64 characters "" The first digits' in given
