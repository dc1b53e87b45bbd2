"""The HTTP interface for programs: the terminal's JSON, its limits, and what it says when something is wrong."""

import inspect
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.archive import Archive
from qa.retrieval import Retriever
from qa.settings import LIMITS, Limits
from qa.writing import ArchiveWriter
from tests.plain import WordEmbedder, article
from tests.test_web import BrokenEmbedder, call
from ui import cli, searching
from ui.api import Answered, Found, serve_programs
from ui.guard import Guard
from ui.requests import AskRequest, SearchRequest
from ui.web import build_app

QUESTION = "Why was the dam at Verrin closed?"
Qa = Any


@pytest.fixture
def retriever(archive: Archive) -> Retriever:
    return Retriever(archive, WordEmbedder())


def programs_app(retriever: Retriever, limits: Limits = LIMITS) -> FastAPI:
    """What the page's application answers programs with, without the page, which takes a second to build."""
    app = FastAPI()
    app.add_middleware(Guard)
    serve_programs(app, retriever, limits)
    return app


@pytest.fixture
def client(retriever: Retriever) -> Iterator[TestClient]:
    with TestClient(programs_app(retriever)) as client:
        yield client


@pytest.fixture
def page(retriever: Retriever) -> Iterator[TestClient]:
    """The whole application."""
    with TestClient(build_app(retriever)) as client:
        yield client


@pytest.fixture
def terminal(retriever: Retriever, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Qa:
    """The terminal over the same archive: what it prints for some arguments."""
    monkeypatch.setattr(cli, "open_retriever", lambda *_: retriever)

    def run(*arguments: str) -> str:
        cli.app([*arguments, "--archive", str(retriever.archive.folder), "--json"], standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_a_search_gives_what_the_terminal_prints(client: TestClient, terminal: Qa) -> None:
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


def test_an_answer_is_what_the_terminal_prints(client: TestClient, terminal: Qa) -> None:
    response = client.post("/api/ask", json={"question": "How many sensors had drifted?"})
    assert response.text == terminal("ask", "How many sensors had drifted?")
    assert set(response.json()) == {
        "question", "asked", "text", "exact", "sentences", "citations", "hits", "confidence", "reason", "abstained",
    }  # fmt: skip


def test_a_follow_up_may_lean_on_earlier_turns(client: TestClient, retriever: Retriever) -> None:
    history = [{"role": "user", "text": QUESTION}, {"role": "agent", "text": "Sensors had drifted."}]
    found = client.post("/api/ask", json={"question": "And how many?", "history": history}).json()
    expected = retriever.ask("And how many?", history)
    assert (found["asked"], found["text"]) == (expected.asked, expected.text)
    assert found["asked"] != "And how many?"


@pytest.mark.parametrize("name", ["dam", "a/b c%2F#?é", "../x", "%2e%2e", "x\ny", "字 😀"])
def test_an_article_is_what_the_terminal_prints_whatever_its_id(
    client: TestClient, archive: Archive, terminal: Qa, name: str
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


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({}, 422, "question: is missing; give it"),
        ([], 422, "the body has to be a JSON object with a question"),
        ({"question": 7}, 422, "question: input should be a valid string"),
        ({"question": "x" * 2001}, 422, "question: string should have at most 2000 characters"),
        ({"question": "x", "k": 0}, 422, "k: input should be greater than or equal to 1"),
        ({"question": "x", "k": 1001}, 422, "k: input should be less than or equal to 1000"),
        ({"question": "x", "k": "5"}, 422, "k: input should be a valid integer"),
        ({"question": "x", "k": True}, 422, "k: input should be a valid integer"),
        ({"question": "x", "per_article": -1}, 422, "per_article: input should be greater than or equal to 0"),
        ({"question": "x", "source": ["Courier"]}, 422, "'source' is no field of this request; leave it out"),
        ({"question": "x", "<é>": 1}, 422, "'<\\xe9>' is no field of this request; leave it out"),
        ({"question": "x", "sources": "Courier"}, 422, "sources: input should be a valid list"),
        ({"question": "x", "articles": ["a" * 501]}, 422, "articles[0]: string should have at most 500 characters"),
        ({"question": "x", "after": "1" * 101}, 422, "after: string should have at most 100 characters"),
        ({"question": "x", "history": [["user", "y"]]}, 422, "history[0]: has to be a JSON object"),
        (
            {"question": "x", "history": [{"role": "bob", "text": "y" * 20_001}]}, 422,
            "history[0].role: input should be 'user', 'assistant' or 'agent'; "
            "history[0].text: string should have at most 20000 characters",
        ),
        ({"question": " \n"}, 400, "question: is empty; ask something"),
        ({"question": "x", "after": "soon"}, 400, "after='soon' is not a date: give YYYY-MM-DD or an ISO 8601 time"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_in_a_sentence(client: TestClient, body: Any, status: int, told: str) -> None:
    response = client.post("/api/ask", json=body)
    assert (response.status_code, response.json()) == (status, {"error": told})


def test_a_body_that_is_no_json_is_explained(client: TestClient) -> None:
    def post(content: bytes) -> tuple[int, str]:
        response = client.post("/api/search", content=content, headers={"Content-Type": "application/json"})
        return response.status_code, response.json()["error"]

    assert post(b'{"question": "x"') == (422, "the body is no JSON: Expecting ',' delimiter at character 16")
    assert post(b"") == (422, "the body has to be a JSON object with a question")
    assert post(b'"\xff') == (400, "the body cannot be read as JSON")
    assert post(b'{"question": "\\ud800"}')[0] == 422
    assert post(b'{"question": "x", "\\ud800": 1}')[0] == 422
    assert post(b"[" * 100_000)[0] in {400, 422}
    assert post(b'{"question": "x", "k": 1' + b"0" * 5000 + b"}")[0] in {400, 422}


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(client: TestClient) -> None:
    told = {"error": "the body is larger than 2,000,000 bytes; ask for less at a time"}
    headers = {"Content-Type": "application/json"}
    large = client.post("/api/ask", content=b" " * 2_000_001, headers=headers)
    assert (large.status_code, large.json()) == (413, told)
    streamed = client.post("/api/ask", content=(b" " * 100_000 for _ in range(21)), headers=headers)
    assert (streamed.status_code, streamed.json()) == (413, told)


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_other_sites_cannot_post_as_a_form_can(client: TestClient, declared: str) -> None:
    foreign = {"Content-Type": declared, "Origin": "https://evil.example"}
    assert client.post("/api/ask", content=b'{"question": "x"}', headers=foreign).status_code == 403
    response = client.post("/api/ask", content=b'{"question": "x"}', headers={"Content-Type": declared})
    if declared.startswith("multipart/"):  # nothing here takes files
        assert response.status_code == 404
    else:
        assert response.status_code == 415
        assert "Content-Type: application/json" in response.json()["error"]


def test_other_sites_get_no_permission_to_ask(page: TestClient) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    for path in ("/api/ask", "/api/article/dam"):
        headers = page.options(path, headers=asked).headers
        assert "access-control-allow-origin" not in headers
        headers = page.get(path, headers={"Origin": "https://evil.example"}).headers
        assert "access-control-allow-origin" not in headers
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"


def test_the_host_check_holds_for_programs_too(retriever: Retriever) -> None:
    with TestClient(build_app(retriever, hosts=["localhost"])) as client:
        for path in ("/api/article/dam", "/article/dam", "/api/openapi.json"):
            assert client.get(path, headers={"Host": "localhost:7860"}).status_code == 200
            assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_what_is_not_there_is_said_in_json(client: TestClient) -> None:
    assert client.get("/api/nothing").json() == {
        "error": "there is nothing at this address; GET /api/ lists what there is"
    }
    response = client.get("/api/ask")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == {"error": "this address takes another method; GET /api/ says which"}


def test_an_unforeseen_failure_is_logged_and_told_without_its_details(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(programs_app(Retriever(archive, BrokenEmbedder()))) as client:
        response = client.post("/api/ask", json={"question": QUESTION})
    assert (response.status_code, response.json()) == (500, {"error": "something went wrong, and it has been logged"})
    assert "secret detail" in caplog.text


def test_an_archive_that_cannot_be_read_is_no_fault_of_the_request(client: TestClient, archive: Archive) -> None:
    (archive.folder / "archive.sqlite").write_bytes(b"no database")
    for response in (client.post("/api/search", json={"question": "x"}), client.get("/api/article/dam")):
        assert response.status_code == 503
        assert "archive.sqlite" in response.json()["error"]


class SlowEmbedder(WordEmbedder):
    """An embedder that waits until it is let go, and counts who waits at a time."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.inside = self.most = 0
        self.lock = threading.Lock()

    def embed_queries(self, texts: Any) -> Any:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.go.wait(60)
        with self.lock:
            self.inside -= 1
        return super().embed_queries(texts)


def test_of_forty_requests_at_once_each_is_answered_or_told_to_wait(archive: Archive) -> None:
    embedder = SlowEmbedder()
    app = programs_app(Retriever(archive, embedder), Limits(requests_at_once=4, requests_waiting=20))
    refused = threading.Semaphore(0)

    def ask(client: TestClient, number: int) -> tuple[int, str, Any]:
        response = client.post("/api/search", json={"question": f"Verrin {number}", "k": 1})
        if response.status_code == 503:
            refused.release()
        return response.status_code, response.headers.get("retry-after", ""), response.json()

    with TestClient(app) as client, ThreadPoolExecutor(40) as threads:
        answers = [threads.submit(ask, client, number) for number in range(40)]
        try:
            for _ in range(16):
                assert refused.acquire(timeout=30)
            # While so many questions wait, articles can still be read.
            assert client.get("/api/article/dam").status_code == 200
            assert client.get("/article/dam").status_code == 200
        finally:
            embedder.go.set()
        told = [answer.result() for answer in answers]
        assert ask(client, 41)[0] == 200
    assert sorted(status for status, _, _ in told) == [200] * 24 + [503] * 16
    for number, (status, retry, found) in enumerate(told):
        if status == 503:
            assert (retry, found["error"]) == ("2", "too many requests wait already; try again in 2 seconds")
        else:
            assert (retry, found["question"], len(found["hits"])) == ("", f"Verrin {number}", 1)
    assert embedder.most == 4


def test_programs_have_every_option_of_the_terminal() -> None:
    renamed = {"source": "sources", "article": "articles"}
    own = {"context", "archive", "reranker", "reader", "every", "as_csv", "as_json"}
    for command, model in ((searching.search, SearchRequest), (cli.ask, AskRequest)):
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
