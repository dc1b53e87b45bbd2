import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa.archive.archive import Archive
from qa.errors import InputError
from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.support.places import PROJECT
from ui.app import build_app
from ui.pages.chat_layout import STATIC
from ui.server.server import address_of, listen

QUESTION = "Why was the dam at Verrin closed?"


@pytest.fixture
def client(retriever: Retriever) -> Iterator[TestClient]:
    with TestClient(build_app(retriever)) as client:
        yield client


def call(client: TestClient, *values: object, name: str = "ask") -> tuple[str, Any]:
    """Call a named endpoint; return the name of the last event and its data."""
    event = client.post(f"/gradio_api/call/{name}", json={"data": list(values)}).json()["event_id"]
    lines = client.get(f"/gradio_api/call/{name}/{event}").text.strip().splitlines()
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


def test_a_program_gets_the_whole_answer_as_json(client: TestClient, retriever: Retriever) -> None:
    event, (found,) = call(client, QUESTION, 2, ["Courier"], "2015-01-01", "2016", None, "", 3, None)
    assert event == "complete"
    assert found["question"] == QUESTION
    assert [hit["citation"]["article_id"] for hit in found["hits"]] == ["dam"]
    assert found["abstained"] is (not found["citations"])
    expected = retriever.ask(QUESTION, (), 2, sources=["Courier"], after="2015-01-01", before="2016")
    assert found["text"] == expected.text
    assert (found["exact"], found["reason"]) == (expected.exact, expected.reason)
    assert [one["marks"] for one in found["sentences"]] == [[list(m) for m in one.marks] for one in expected.sentences]


def test_a_program_is_told_what_is_wrong(client: TestClient) -> None:
    event, data = call(client, QUESTION, 5, None, "soon", "", None, "", 3, None)
    assert event == "error"
    assert data["error"] == "after='soon' is not a date: give YYYY-MM-DD or an ISO 8601 time"


def test_every_response_carries_the_headers_that_keep_the_page_to_itself(client: TestClient) -> None:
    headers = client.get("/").headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "img-src 'self' data:" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/file=https://example.org/", "/monitoring",
     "/gradio_api/proxy=https://example.org/", "/gradio_api/deep_link", "/gradio_api/runs", "/login", "/docs"],
)  # fmt: skip
def test_routes_that_the_page_does_not_use_are_closed(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in {404, 405}


def test_other_sites_may_not_read_the_answers(client: TestClient) -> None:
    headers = client.get("/config", headers={"Origin": "https://evil.example"}).headers
    assert "access-control-allow-origin" not in headers


def test_only_the_names_of_this_machine_are_answered_when_told_so(retriever: Retriever) -> None:
    with TestClient(build_app(retriever, hosts=["localhost", "127.0.0.1", "::1"])) as client:
        found = [client.get("/config", headers={"Host": name}).status_code for name in (
            "localhost:7860", "127.0.0.1", "[::1]:7860", "evil.example", "localhost.evil.example", "",
        )]  # fmt: skip
    assert found == [200, 200, 200, 400, 400, 400]


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port} on 127\.0\.0\.1 .*; choose another with --port"):
            listen("127.0.0.1", port)
    listen("127.0.0.1", port).close()


def test_a_host_or_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"port=70000 is out of range"):
        listen("127.0.0.1", 70_000)
    with pytest.raises(InputError, match=r"host='256\.1\.1\.1' cannot be used .* --host"):
        listen("256.1.1.1", 0)


def test_the_address_is_one_that_a_browser_can_open() -> None:
    with listen("0.0.0.0", 0) as everywhere:
        assert address_of(everywhere, "0.0.0.0") == f"http://127.0.0.1:{everywhere.getsockname()[1]}/"


SERVE = """
import sys
from pathlib import Path
from qa.archive.archive import Archive
from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.support.plain import WordEmbedder
from ui.app import serve
serve(Retriever(Archive(Path(sys.argv[1])), WordEmbedder()), port=0, on_ready=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_at_once_even_while_a_page_is_open(archive: Archive, sign: signal.Signals) -> None:
    root = PROJECT
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(archive.folder)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        assert urllib.request.urlopen(url, timeout=5).status == 200
        with urllib.request.urlopen(f"{url}gradio_api/heartbeat/abc", timeout=5) as open_page:
            assert open_page.readline() == b"data: ALIVE\n"
            began = time.monotonic()
            process.send_signal(sign)
            output, errors = process.communicate(timeout=10)
        assert time.monotonic() - began < 3
        assert (process.returncode, output, errors) == (0, "ended\n", "")
    finally:
        process.kill()
        process.communicate()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))) != 0


def test_too_large_a_request_of_the_page_is_refused_before_it_is_read(retriever: Retriever) -> None:
    too_large = {"Content-Length": str(LIMITS.page_request_bytes + 1), "Content-Type": "application/json"}
    with TestClient(build_app(retriever)) as client:
        for path in ("/gradio_api/queue/join", "/gradio_api/component_server", "/gradio_api/call/ask"):
            large = client.post(path, content=b"{}", headers=too_large)
            assert (large.status_code, large.text) == (
                413,
                "This request is larger than 20,000,000 bytes (page_request_bytes). Please begin a new conversation.",
            )
            unsaid = client.post(path, content=iter([b"{}"]), headers={"Content-Type": "application/json"})
            assert (unsaid.status_code, unsaid.text) == (
                411, "This request does not state its length. Send it with a Content-Length header."
            )  # fmt: skip
        assert client.post("/gradio_api/queue/join", json={"data": []}).status_code not in {411, 413}
        assert client.post("/api/ask", content=b"{}", headers=too_large).json() == {
            "error": "the body is larger than 2,000,000 bytes; ask for less at a time"
        }


def test_scripts_and_templates_know_the_limits_of_the_server() -> None:
    script = (STATIC / "history.js").read_text()
    template = (PROJECT / "ui" / "render" / "html" / "archive_page" / "page.html").read_text()
    assert f"const MOST_TURNS = {LIMITS.kept_turns};" in script
    assert f"field.maxLength = {LIMITS.note_characters};" in script
    assert f'name="words" maxlength="{LIMITS.question_characters}"' in template
