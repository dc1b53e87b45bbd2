"""What admins may, and how often one may ask."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.support.users import ANNA, ROLF
from tests.ui.access.login.visits import QUESTION, log_in
from tests.ui.access.test_throttle import Clock
from tests.ui.pages.test_archive import server_call
from tests.ui.test_app import call
from ui import app
from ui.access.passwords import Users
from ui.app import build_app
from ui.pages.uploads import Uploads
from ui.server import visitors


def test_only_admins_add_and_remove_and_see_the_parts_for_it(client: TestClient, inbox: Uploads) -> None:
    log_in(client, ROLF)
    held = server_call(client, "holdings")
    assert (held["limits"], "qa add" in held["closed"]) == ("", True)
    assert "Remove" not in server_call(client, "find_articles", ["", None, "", "", 0, 50])["entries"]
    for name, given in (
        ("may_add", [1, 1, 1]), ("add_files", [["/x", "x"]]), ("step", None), ("cancel_adding", None),
        ("remove_article", "dam"),
    ):  # fmt: skip
        problem = server_call(client, name, given)["problem"]
        assert problem == "Only the admins of this page can add and remove articles&#46;"
    upload = client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")})
    assert (upload.status_code, upload.text) == (403, "Only an admin may add articles.\n")
    assert list(inbox.inbox.iterdir()) == []

    log_in(client, ANNA)
    assert "up to 500 at once" in server_call(client, "holdings")["limits"]
    assert server_call(client, "may_add", [1, 1, 1])["problem"] == ""
    assert client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")}).status_code == 200
    assert "Dam closed" in server_call(client, "remove_article", "dam")["said"]


def test_each_request_is_its_own_users_whoever_came_first(client: TestClient) -> None:
    log_in(client)
    assert server_call(client, "may_add", [1, 1, 1])["problem"] == ""
    client.cookies.clear()
    assert client.get("/config", auth=ROLF).status_code == 200
    body = {"data": "dam", "component_id": -1, "fn_name": "remove_article", "session_hash": "abc"}
    config = client.get("/config", params={"page": "archive"}, auth=ROLF).json()
    body["component_id"] = next(
        one["id"] for one in config["components"] if "remove_article" in one["props"].get("server_fns", [])
    )
    answer = client.post("/gradio_api/component_server", json=body, auth=ROLF).json()
    assert answer["problem"].startswith("Only the admins of this page can add and remove")


@pytest.fixture
def hurried(retriever: Retriever, file: Path, inbox: Uploads, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A page that answers two questions a minute."""
    few = replace(LIMITS, answers_per_minute=2)
    monkeypatch.setattr(app, "CountedRate", lambda *_: visitors.Rate(few, Clock()))
    with TestClient(build_app(retriever, users=Users(file), uploads=inbox), follow_redirects=False) as client:
        yield client


OFTEN = "too many questions: at most 2 a minute are answered (answers_per_minute); ask again in 30 seconds"


def test_page_and_programs_share_what_one_user_may_ask_in_a_minute(hurried: TestClient) -> None:
    log_in(hurried, ROLF)
    assert hurried.post("/api/ask", json=QUESTION).status_code == 200
    assert call(hurried, "dam", 5, None, "", "", None, "", 3, name="search")[0] == "complete"
    assert hurried.post("/api/search", json=QUESTION, auth=ROLF).status_code == 429
    answer = hurried.post("/api/ask", json=QUESTION)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert answer.json() == {"error": OFTEN}
    event, data = call(hurried, "dam", 5, None, "", "", None, "", 3, None)
    assert (event, data["error"]) == ("error", OFTEN)
    assert call(hurried, "dam", name="article")[0] == "complete"
    hurried.cookies.clear()
    assert hurried.post("/api/ask", json=QUESTION, auth=ANNA).status_code == 200


def test_a_question_too_many_on_the_page_gets_a_notice_in_its_place(hurried: TestClient) -> None:
    log_in(hurried, ROLF)
    config = hurried.get("/config").json()
    asking = next(one["id"] for one in config["dependencies"] if any(t[1] == "submit" for t in one["targets"]))
    said = []
    for n in range(3):
        body = {"data": ["Why?", [], None, [], "", ""], "fn_index": asking, "session_hash": f"session{n}"}
        assert hurried.post("/gradio_api/queue/join", json=body).status_code == 200
        said.append(hurried.get("/gradio_api/queue/data", params={"session_hash": f"session{n}"}).text)
    assert ["at most 2 a minute are answered" in text for text in said] == [False, False, True]
    assert '\\"problem\\"' in said[2]
