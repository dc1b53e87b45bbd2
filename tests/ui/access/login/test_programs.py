"""Programs log in with each request; the queue cannot be passed by."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio_client import Client
from starlette.websockets import WebSocketDisconnect

from qa.retrieval import Retriever
from tests.lanes.browser.browsing import served
from tests.support.users import ROLF
from tests.ui.access.login.visits import NEEDED, QUESTION, WRONG, log_in
from tests.ui.access.test_throttle import Clock
from ui.access.passwords import Users


def test_programs_give_name_and_password_with_each_request(client: TestClient) -> None:
    answer = client.post("/api/ask", json=QUESTION, auth=ROLF)
    assert (answer.status_code, answer.json()["question"]) == (200, QUESTION["question"])
    assert "set-cookie" not in answer.headers
    wrong = client.post("/api/ask", json=QUESTION, auth=("rolf", "x"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": WRONG})
    assert wrong.headers["www-authenticate"] == 'Basic realm="Dateline", charset="UTF-8"'
    assert client.post("/api/ask", json=QUESTION).json() == {"error": NEEDED}


@pytest.mark.parametrize(
    ("header", "status"),
    [("Basic !!!", 400), ("Basic /w==", 400), ("Basic " + base64.b64encode(b"anna").decode(), 401), ("Basic", 401),
     ("Bearer abc", 401), ("basic " + base64.b64encode(b"anna:correct horse").decode(), 200)],
)  # fmt: skip
def test_a_strange_authorization_header_is_refused(client: TestClient, header: str, status: int) -> None:
    assert client.get("/config", headers={"Authorization": header}).status_code == status


def test_a_programs_password_is_not_hashed_again_for_five_minutes(
    gate: Callable[[str], TestClient], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, check = [], Users.check

    def noted(self: Users, name: str, password: str) -> Any:
        checked.append(name)
        return check(self, name, password)

    monkeypatch.setattr(Users, "check", noted)
    client = gate("10.0.0.1")
    for seconds in (0, 100, 199, 1):
        clock.now += seconds
        assert client.get("/", auth=ROLF).text == "rolf False 10.0.0.1"
    assert checked == ["rolf", "rolf"]


def test_web_sockets_are_refused(app: FastAPI) -> None:
    with TestClient(app) as client, pytest.raises(WebSocketDisconnect), client.websocket_connect("/queue/join"):
        pass


def test_the_queue_cannot_be_passed_by(client: TestClient) -> None:
    log_in(client)
    answer = client.post("/gradio_api/run/ask", json={"data": ["dam", 5, None, "", "", None, "", 3, None]})
    assert answer.status_code == 404
    assert "queue" in answer.text


def test_gradios_own_client_logs_in_by_its_headers(retriever: Retriever, file: Path) -> None:
    basic = "Basic " + base64.b64encode(":".join(ROLF).encode()).decode()
    with served(retriever, password_file=file) as url:
        client = Client(url, headers={"Authorization": basic}, verbose=False)
        answer = client.predict("Why was the dam closed?", api_name="/ask")
        assert answer["citations"][0]["article_id"] == "dam"
        with pytest.raises(Exception, match="credentials were not provided"):
            Client(url, verbose=False)
