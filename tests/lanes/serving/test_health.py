import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.archive.archive import Archive
from qa.retrieval import Retriever
from tests.support.users import ANNA, ROLF, password_file
from tests.ui.access.test_throttle import Clock
from ui.access.passwords import Users
from ui.app import build_app
from ui.server.health import Health
from ui.server.request_log import Running


@pytest.fixture
def client(retriever: Retriever) -> Iterator[TestClient]:
    with TestClient(build_app(retriever)) as client:
        yield client


@pytest.fixture
def closed(retriever: Retriever, tmp_path: Path) -> Iterator[TestClient]:
    """The pages behind a login, opened from another machine."""
    app = build_app(retriever, users=Users(password_file(tmp_path)))
    with TestClient(app, client=("192.0.2.7", 50_000)) as client:
        yield client


def test_health_says_what_is_in_the_archive(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {"status": "ok", "articles": 3, "passages": 3, "generation": 2}


def test_who_is_not_logged_in_learns_whether_all_is_well_and_no_more(closed: TestClient) -> None:
    assert (closed.get("/healthz").status_code, closed.get("/healthz").json()) == (200, {"status": "ok"})
    assert closed.get("/healthz", auth=ROLF).json()["articles"] == 3
    assert closed.get("/healthz", auth=("rolf", "wrong")).status_code == 401


def test_an_archive_that_is_gone_is_unhealthy_and_the_reason_is_told(retriever: Retriever) -> None:
    archive: Archive = retriever.archive
    with TestClient(build_app(retriever)) as client:
        shutil.rmtree(archive.folder)
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert str(archive.folder) in answer.json()["reason"]


def test_a_server_that_is_about_to_end_is_unhealthy_and_takes_nothing_new(retriever: Retriever) -> None:
    app = build_app(retriever)
    with TestClient(app) as client:
        app.state.running.ending = True
        health, late = client.get("/healthz"), client.post("/api/ask", json={"question": "Why?"})
    assert (health.status_code, health.json()["reason"]) == (503, "the server is shutting down")
    assert (late.status_code, late.headers["retry-after"]) == (503, "10")
    assert late.json()["error"] == "This server is shutting down. Please try again in 10 seconds."


def test_the_host_is_checked_before_health(retriever: Retriever) -> None:
    with TestClient(build_app(retriever, hosts=["localhost"])) as client:
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_figures_are_for_admins_and_for_this_machine_itself(retriever: Retriever, tmp_path: Path) -> None:
    app = build_app(retriever, users=Users(password_file(tmp_path)))
    with TestClient(app, client=("192.0.2.7", 50_000)) as far, TestClient(app, client=("127.0.0.1", 50_000)) as near:
        passed_on = near.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code
        found = [far.get("/metrics").status_code, far.get("/metrics", auth=ROLF).status_code,
                 far.get("/metrics", auth=ANNA).status_code, near.get("/metrics").status_code, passed_on]  # fmt: skip
    assert found == [401, 403, 200, 200, 401]


def test_the_archive_is_looked_at_once_a_second_however_many_ask(
    retriever: Retriever, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, view, clock = [], Archive.view, Clock()
    monkeypatch.setattr(Archive, "view", lambda archive: looks.append(clock.now) or view(archive))
    health = Health(retriever.archive, Running(), clock)

    async def ask() -> None:
        states = await asyncio.gather(*(health.state() for _ in range(5)))
        assert {state.articles for state in states} == {3}

    begun = clock.now
    for seconds in (0.0, 0.9, 1.0):
        clock.now = begun + seconds
        asyncio.run(ask())
    assert looks == [begun, begun + 1.0]


def test_who_does_not_wait_for_the_look_does_not_end_it_for_others(retriever: Retriever) -> None:
    health = Health(retriever.archive, Running())

    async def ask() -> int:
        gone, other = asyncio.create_task(health.state()), asyncio.create_task(health.state())
        await asyncio.sleep(0)
        gone.cancel()
        return (await other).articles

    assert asyncio.run(ask()) == 3
