import re
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from qa.retrieval import Retriever
from tests.support.plain import BrokenEmbedder
from tests.support.users import ROLF, password_file
from ui.access.passwords import Users
from ui.app import build_app
from ui.server import request_log
from ui.server.health import Health
from ui.server.metrics import Metrics
from ui.server.request_log import Finished, Running

QUESTION = "Why was the dam at Verrin closed?"
HOSTILE = 'zebra"}\n# HELP zebra_total\nzebra_total{a="1'


def figures(client: TestClient) -> dict[str, float]:
    lines = re.findall(r"^([a-z_]+(?:\{.*\})?) (\S+)$", client.get("/metrics").text, re.M)
    return {name: float(value) for name, value in lines}


def test_requests_questions_and_the_archive_are_counted(retriever: Retriever) -> None:
    with TestClient(build_app(retriever), client=("127.0.0.1", 1)) as client:
        client.post("/api/ask", json={"question": QUESTION})
        client.post("/api/search", json={"question": QUESTION})
        client.post("/api/ask", json={"question": QUESTION, "after": "soon"})
        client.get("/api/article/dam")
        client.post("/api/ask", json={"question": QUESTION}, headers={"Origin": "https://evil.example"})
        found = figures(client)
    counted = {name: value for name, value in found.items() if name.startswith("dateline_requests_total")}
    assert counted == {
        'dateline_requests_total{method="POST",route="/api/ask",status="200"}': 1,
        'dateline_requests_total{method="POST",route="/api/ask",status="400"}': 1,
        'dateline_requests_total{method="POST",route="/api/ask",status="403"}': 1,
        'dateline_requests_total{method="POST",route="/api/search",status="200"}': 1,
        'dateline_requests_total{method="GET",route="/api/article/{id}",status="200"}': 1,
    }
    assert found['dateline_question_seconds_count{kind="search",outcome="answered",surface="api"}'] == 1
    assert found['dateline_question_seconds_count{kind="ask",outcome="refused",surface="api"}'] == 1
    assert found['dateline_refusals_total{reason="cross-site"}'] == 1
    assert (found["dateline_archive_articles"], found["dateline_archive_up"]) == (3, 1)
    assert found["dateline_page_waiting"] == found["dateline_api_waiting"] == 0
    assert found["process_open_fds"] > 0
    assert found["dateline_threads"] > 0


def test_a_question_that_fails_is_counted_as_failed(retriever: Retriever) -> None:
    broken = Retriever(retriever.archive, BrokenEmbedder())
    with TestClient(build_app(broken), client=("127.0.0.1", 1)) as client:
        assert client.post("/api/ask", json={"question": QUESTION}).status_code == 500
        found = figures(client)
    assert found['dateline_question_seconds_count{kind="ask",outcome="failed",surface="api"}'] == 1


def test_two_applications_count_apart(retriever: Retriever) -> None:
    with (
        TestClient(build_app(retriever), client=("127.0.0.1", 1)) as one,
        TestClient(build_app(retriever), client=("127.0.0.1", 1)) as other,
    ):
        one.get("/api/article/dam")
        assert not [name for name in figures(other) if "article" in name and "requests" in name]


def test_nothing_that_is_sent_stands_in_the_figures(retriever: Retriever, tmp_path: Path) -> None:
    app = build_app(retriever, users=Users(password_file(tmp_path)))
    with TestClient(app, client=("127.0.0.1", 1)) as client:
        for path in (f"/{quote(HOSTILE)}", f"/article/{quote(HOSTILE)}", f"/api/article/{quote(HOSTILE)}",
                     f"/gradio_api/heartbeat{quote(HOSTILE)}", f"/gradio_api/call/zebra/{quote(HOSTILE)}",
                     f"/assets/{quote(HOSTILE)}", f"/api/ask?{quote(HOSTILE)}"):  # fmt: skip
            client.get(path, auth=ROLF)
            client.request("ZEBRA", path, auth=ROLF)
        client.post("/api/ask", json={"question": HOSTILE, "zebra": HOSTILE, "sources": [HOSTILE]}, auth=ROLF)
        client.post("/api/ask", json={"question": HOSTILE}, auth=("zebra", HOSTILE))
        client.post("/signin", data={"name": "zebra", "password": HOSTILE})
        text = client.get("/metrics").text
    assert "zebra" not in text.lower()
    assert "rolf" not in text
    assert 'route="/article/{id}"' in text


@pytest.mark.parametrize(
    ("path", "route"),
    [("/", "/"), ("/article/", "/article/"), ("/article/x/y", "/article/{id}"), ("/assets/a.js", "/assets/{file}"),
     ("/gradio_api/queue/join", "/gradio_api/queue/join"), ("/gradio_api/call/ask", "/gradio_api/call/{name}"),
     ("/gradio_api/call/ask/1", "/gradio_api/call/{name}/{event}"), ("/gradio_api/x", "/gradio_api/{other}"),
     ("//healthz", "{other}"), ("/HEALTHZ", "{other}"), ("", "{other}")],
)  # fmt: skip
def test_a_path_is_counted_under_one_of_few_names(path: str, route: str) -> None:
    assert request_log.route_of(path) == route


def test_streams_are_counted_but_how_long_they_last_is_not(retriever: Retriever) -> None:
    metrics = Metrics(Health(retriever.archive, Running()))
    for route in (request_log.ENDLESS, request_log.STREAM, "/"):
        metrics.finished(Finished(route, "GET", 200, 3.0, "", "", ""))
    registry = metrics._registry
    for route, count in ((request_log.ENDLESS, None), (request_log.STREAM, None), ("/", 1.0)):
        assert registry.get_sample_value("dateline_request_seconds_count", {"route": route}) == count
        labels = {"route": route, "method": "GET", "status": "200"}
        assert registry.get_sample_value("dateline_requests_total", labels) == 1.0
