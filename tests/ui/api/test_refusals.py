"""What the addresses for programs refuse, and how they tell it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa.archive.archive import Archive
from qa.retrieval import Retriever
from qa.settings import Limits
from tests.support.plain import BrokenEmbedder, WordEmbedder
from tests.ui.api.conftest import QUESTION, programs_app
from ui.app import build_app


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
        ({"question": "x", "source": ["Courier"]}, 422, "'source' is not a field of this request; leave it out"),
        ({"question": "x", "<é>": 1}, 422, "'<\\xe9>' is not a field of this request; leave it out"),
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

    assert post(b'{"question": "x"') == (422, "the body is not JSON: Expecting ',' delimiter at character 16")
    assert post(b"") == (422, "the body has to be a JSON object with a question")
    assert post(b'"\xff') == (400, "the body is not valid JSON")
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
        "error": "there is nothing at this address; GET /api/ lists the addresses"
    }
    response = client.get("/api/ask")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json() == {"error": "this address does not allow this method; GET /api/ lists the methods"}


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
            assert (retry, found["error"]) == ("2", "too many requests are waiting; try again in 2 seconds")
        else:
            assert (retry, found["question"], len(found["hits"])) == ("", f"Verrin {number}", 1)
    assert embedder.most == 4
