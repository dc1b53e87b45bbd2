"""Wrong passwords, many of them, and the same one many times at once."""

import asyncio
import base64
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.users import ANNA
from tests.ui.access.login.visits import hello, log_in
from tests.ui.access.test_throttle import Clock
from ui.access.login import Login
from ui.access.passwords import Users
from ui.server.server import FullError, Workers


def test_after_five_wrong_passwords_one_waits_and_is_told_how_long(
    gate: Callable[[str], TestClient], clock: Clock
) -> None:
    client = gate("10.0.0.1")
    statuses = [log_in(client, (f"name{n}", "wrong")).status_code for n in range(5)]
    assert statuses == [401] * 5
    form = log_in(client)  # even with the right one
    assert (form.status_code, form.headers["retry-after"]) == (429, "1")
    assert "Too many wrong passwords&#46; Please try again in 1 second&#46;" in form.text
    assert client.get("/", auth=ANNA).status_code == 429
    clock.now += 1
    assert log_in(client, ("anna", "wrong")).status_code == 401
    answer = client.get("/api/", auth=("anna", "wrong"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json() == {"error": "Too many wrong passwords. Please try again in 2 seconds."}
    assert log_in(gate("10.0.0.2")).status_code == 303


def test_a_hundred_wrong_passwords_are_nearly_all_refused_unseen_and_the_owner_goes_on(
    gate: Callable[[str], TestClient], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = gate("10.0.0.1")
    log_in(owner)
    statuses = []
    for n in range(100):
        clock.now += 0.1
        statuses.append(gate(f"10.0.1.{n}").get("/", auth=("anna", f"guess {n}")).status_code)
    assert (statuses.count(401), statuses.count(429)) == (8, 92)  # five, and after 1, 2 and 4 seconds
    assert owner.get("/").status_code == 200
    owner.cookies.clear()
    assert log_in(owner).status_code == 303


def test_the_same_password_sent_many_times_at_once_is_looked_at_once(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, check, checked, statuses = threading.Event(), Users.check, [], []

    def held(self: Users, name: str, password: str) -> Any:
        checked.append(name)
        assert free.wait(60)
        return check(self, name, password)

    async def note(message: Any) -> None:
        statuses.append(message.get("status", "body"))

    async def many() -> None:
        basic = b"Basic " + base64.b64encode(":".join(ANNA).encode())
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(b"authorization", basic)],
            "client": ("a", 1),
        }
        login = Login(hello, Users(file), clock)
        asked = [asyncio.create_task(login(dict(scope), None, note)) for _ in range(12)]  # type: ignore[arg-type]
        await asyncio.sleep(0)  # each goes as far as it can
        free.set()
        await asyncio.gather(*asked)

    monkeypatch.setattr(Users, "check", held)
    asyncio.run(many())
    assert (checked, statuses.count(200), statuses.count("body")) == (["anna"], 12, 12)


def test_a_password_that_could_not_be_looked_at_does_not_count_as_wrong(
    gate: Callable[[str], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = gate("10.0.0.1")
    with monkeypatch.context() as patch:
        patch.setattr(Workers, "run", full)
        assert [log_in(client).status_code for _ in range(10)] == [503] * 10
    assert log_in(client).status_code == 303


async def full(workers: Workers, work: object) -> None:
    raise FullError
