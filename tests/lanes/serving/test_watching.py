import asyncio
import logging
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from ui.server.request_log import Finished, Running, Watch, log_request

SCOPE = {"type": "http", "path": "/api/ask", "method": "POST", "headers": [], "client": ("127.0.0.1", 5)}


def end_of(error: Exception | None, status: int = 0) -> tuple[int, str]:
    """How a request is told to have ended whose answer began with ``status``, if that, and then went wrong."""
    told: list[Finished] = []
    running = Running()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert running.requests == 1
        if status:
            await send({"type": "http.response.start", "status": status})
        if error:
            raise error

    async def nothing(*given: Any) -> None:
        pass

    raised = ""
    try:
        asyncio.run(Watch(app, running, told.append)(SCOPE, nothing, nothing))  # type: ignore[arg-type]
    except ValueError as found:
        raised = str(found)
    assert running.requests == 0
    (finished,) = told
    return finished.status, raised


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (None, 200, (200, "")),
        (None, 0, (499, "")),
        (ClientDisconnect(), 0, (499, "")),
        (ValueError("wrong"), 0, (500, "wrong")),
        (ValueError("wrong"), 200, (200, "wrong")),
    ],
)
def test_a_request_is_told_by_how_it_ended(error: Exception | None, status: int, expected: tuple[int, str]) -> None:
    assert end_of(error, status) == expected


def test_what_went_wrong_here_is_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "ui.watching"):
        for route, status in (("/api/ask", 500), ("/api/ask", 404), ("/healthz", 200)):
            log_request(Finished(route, "GET", status, 0.1, "", "", ""))
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO", "DEBUG"]
