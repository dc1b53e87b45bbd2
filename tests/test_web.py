import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa.archive import Archive
from qa.errors import InputError
from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.plain import WordEmbedder
from ui.layout import STATIC
from ui.page import Page
from ui.reading import fragment
from ui.server import address_of, listen
from ui.web import build_app

QUESTION = "Why was the dam at Verrin closed?"


class BrokenEmbedder(WordEmbedder):
    """An embedder that fails in a way nobody foresaw."""

    def embed_queries(self, texts: Any) -> Any:
        raise RuntimeError("secret detail")


@pytest.fixture
def retriever(archive: Archive, embedder: WordEmbedder) -> Retriever:
    return Retriever(archive, embedder)


@pytest.fixture
def client(retriever: Retriever) -> Iterator[TestClient]:
    with TestClient(build_app(retriever)) as client:
        yield client


def call(client: TestClient, *values: object, name: str = "ask") -> tuple[str, Any]:
    """Call a named endpoint; return the name of the last event and its data."""
    event = client.post(f"/gradio_api/call/{name}", json={"data": list(values)}).json()["event_id"]
    lines = client.get(f"/gradio_api/call/{name}/{event}").text.strip().splitlines()
    return lines[-2].removeprefix("event: "), json.loads(lines[-1].removeprefix("data: "))


def said(update: tuple[Any, ...]) -> str:
    """The last message of what the page is told."""
    return str(update[1][-1]["content"])


def test_a_fresh_page_shows_what_the_archive_holds_and_offers_questions(retriever: Retriever) -> None:
    masthead, messages, sources, *_ = Page(retriever).greet()
    assert masthead == '<h1>Dateline</h1><p class="holds">3 articles · 2 outlets · 2015–2016</p>'
    assert [option["value"] for option in messages[0]["options"]] == [
        "What is reported about “Mayor resigns”?",
        "What is reported about “Dam closed”?",
        "What is reported about “Mill burns”?",
    ]
    assert sources["choices"] == [("Courier (2)", "Courier"), ("Harbour Wire (1)", "Harbour Wire")]


def test_filters_and_a_question_are_taken_from_the_address(retriever: Retriever) -> None:
    address = "?outlet=Courier&outlet=nowhere&after=2015&before=&q=Who+resigned%3F"
    _, _, sources, after, before, question, times, heading = Page(retriever).greet(address)
    assert (sources["value"], after, before, question) == (["Courier"], "2015", "", "Who resigned?")
    assert heading["label"] == "Filters: Courier; from 2015 on"
    assert '<span class="hidden-text"> 1 article</span>' in times


def test_the_caller_can_choose_the_questions_that_are_offered(retriever: Retriever) -> None:
    (message,) = Page(retriever, ["Who resigned?"]).opening()
    assert message["options"] == [{"value": "Who resigned?", "label": "Who resigned?"}]


def test_a_question_disables_the_box_and_an_answer_gives_it_back(retriever: Retriever) -> None:
    first, last = Page(retriever).answer(QUESTION, [], [], [], "", "")
    assert (first[0]["interactive"], first[0]["value"]) == (False, "")
    assert said(first) == '<div class="searching"><p>Searching the archive …</p></div>'
    assert last[0]["interactive"] is True
    assert last[1][0] == {"role": "user", "content": "Why was the dam at Verrin closed&#63;"}
    assert said(last).startswith('<div class="answer">')


def test_a_follow_up_is_asked_with_what_was_said_before(retriever: Retriever) -> None:
    page = Page(retriever)
    *_, first = page.answer(QUESTION, [], [], [], "", "")
    assert [role for role, _ in first[2]] == ["user", "assistant"]
    *_, second = page.answer("And how many sensors?", first[1], first[2], [], "", "")
    assert "And how many sensors&#63; &#40;" in said(second)
    assert [role for role, _ in second[2]] == ["user", "assistant", "user", "assistant"]


def test_a_new_conversation_forgets_what_was_said(retriever: Retriever) -> None:
    box, messages, turns = Page(retriever).start_over()
    assert (box["value"], box["interactive"], len(messages), turns) == ("", True, 1, [])


def test_filters_limit_what_is_found(retriever: Retriever) -> None:
    *_, all_found = Page(retriever).answer("Verrin", [], [], [], "", "")
    *_, found = Page(retriever).answer("Verrin", [], [], ["Harbour Wire"], "", "")
    assert ("Mayor resigns" in said(all_found), "Dam closed" in said(all_found)) == (True, True)
    assert ("Mayor resigns" in said(found), "Dam closed" in said(found)) == (True, False)
    assert '<p class="aside">Only Harbour Wire</p>' in said(found)


def test_a_bad_date_is_explained_and_nothing_is_asked(retriever: Retriever) -> None:
    ((box, messages, turns, error, fold, kept),) = Page(retriever).answer(QUESTION, [], [], [], "2015-13-40", "")
    assert "“2015-13-40”" not in error
    assert "The question was not asked&#46; After&#58; &#8220;2015&#45;13&#45;40&#8221; is not a date" in error
    assert fold["open"] is True
    assert [set(update) for update in (box, messages, turns, kept)] == [{"__type__"}] * 4


def test_the_heading_of_the_filters_says_what_is_set(retriever: Retriever) -> None:
    error, fold = Page(retriever).note_filters(["Courier"], "2015-05", "")
    assert (error, fold["label"]) == ("", "Filters: Courier; from May 2015 on")
    error, fold = Page(retriever).note_filters([], "", "")
    assert (error, fold["label"]) == ("", "Filters")


def test_what_the_browser_keeps_of_an_answer_brings_the_conversation_back(retriever: Retriever) -> None:
    page = Page(retriever)
    _, last = page.answer(QUESTION, [], [], ["Courier"], "", "")
    kept = json.loads(str(last[5]))
    messages, turns = page.restore(json.dumps([kept["turn"]]))
    assert (messages[-2], messages[-1]) == tuple(last[1][-2:])
    assert turns == last[2]
    assert "<" not in str(last[5])
    assert page.vote([kept["name"], "helpful", "", [kept["turn"]]]) == ""
    assert page.vote("nonsense") == "This cannot be kept at the moment."
    assert "cannot show" in page.restore("[{}]")[0][0]["content"]
    assert "cannot show" in page.restore("nonsense")[0][0]["content"]


def test_an_empty_question_changes_nothing(retriever: Retriever) -> None:
    assert list(Page(retriever).answer("  \n", [], [], [], "", "")) == [({"__type__": "update"},) * 6]


def test_a_question_that_is_too_long_is_explained(retriever: Retriever) -> None:
    *_, last = Page(retriever).answer("x" * 2001, [], [], [], "", "")
    assert said(last) == (
        '<div class="problem"><p>question&#58; has 2001 characters&#44; more than the 2000 allowed&#59; '
        "shorten it</p></div>"
    )
    assert last[0]["interactive"] is True


def test_an_unforeseen_failure_is_logged_and_shown_without_its_details(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    page = Page(Retriever(archive, BrokenEmbedder()))
    *_, last = page.answer(QUESTION, [], [], [], "", "")
    assert "Something went wrong while answering" in said(last)
    assert "secret detail" not in said(last)
    assert "secret detail" in caplog.text
    assert (last[0]["interactive"], last[2]) == (True, [])


def test_an_article_is_read_by_its_link_and_nonsense_is_refused(retriever: Retriever) -> None:
    page = Page(retriever)
    hit = retriever.retrieve(QUESTION, 1)[0]
    shown = page.read_article(["#" + fragment(hit.citation)])
    assert (shown["title"], shown["source"], shown["published"]) == ("Dam closed", "Courier", "11 May 2015")
    assert [piece["text"] for piece in shown["pieces"] if piece["kind"] == "chosen"] == [hit.citation.quote]
    for nonsense in (None, "x", [], [None], ["#cite-dam"], {"a": 1}, [["#cite-dam:0-5:d0f4d0f4d0f4"]]):
        assert page.read_article(nonsense)["error"] == "This article is not in the archive."


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
from qa.archive import Archive
from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.plain import WordEmbedder
from ui.web import serve
serve(Retriever(Archive(Path(sys.argv[1])), WordEmbedder()), port=0, on_ready=lambda url: print(url, flush=True))
print("ended", flush=True)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_at_once_even_while_a_page_is_open(archive: Archive, sign: signal.Signals) -> None:
    root = Path(__file__).parent.parent
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
                413, "This is more than the 20,000,000 bytes that are taken at a time (page_request_bytes). "
                "Begin a new conversation.",
            )  # fmt: skip
            unsaid = client.post(path, content=iter([b"{}"]), headers={"Content-Type": "application/json"})
            assert (unsaid.status_code, unsaid.text) == (411, "The length of what is sent has to be given.")
        assert client.post("/gradio_api/queue/join", json={"data": []}).status_code not in {411, 413}
        assert client.post("/api/ask", content=b"{}", headers=too_large).json() == {
            "error": "the body is larger than 2,000,000 bytes; ask for less at a time"
        }


def test_scripts_and_templates_know_the_limits_of_the_server() -> None:
    script, template = ((STATIC / name).read_text() for name in ("history.js", "archive.html"))
    assert f"const MOST_TURNS = {LIMITS.kept_turns};" in script
    assert f"field.maxLength = {LIMITS.note_characters};" in script
    assert f'name="words" maxlength="{LIMITS.question_characters}"' in template
