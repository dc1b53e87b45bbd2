"""Who may join the page's queue, here a made one, and who is told to come back."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from qa.settings import LIMITS
from ui.pages.queue import PageQueue, Turnstile
from ui.server.visitors import Visitor

ANNA, ROLF = Visitor("anna", True, "10.0.0.1"), Visitor("rolf", False, "10.0.0.1")
NOBODY, STRANGER = Visitor("", True, "10.0.0.1"), Visitor("", True, "10.0.0.2")
JOIN, ASK = "/gradio_api/queue/join", "/api/ask"


class Queue:
    """A queue such as Gradio's, as far as it is looked at: who waits, and who is being answered."""

    def __init__(self, waiting: Sequence[Visitor] = (), answered: Sequence[Visitor] = ()) -> None:
        self.waiting = waiting
        self.event_queue_per_concurrency_id = {"answer": SimpleNamespace(queue=list(map(_event, waiting)))}
        self.active_jobs = [None, *([_event(one)] for one in answered)]

    def __len__(self) -> int:
        return len(self.waiting)


def _event(visitor: Visitor) -> Any:
    return SimpleNamespace(request=SimpleNamespace(scope={"user": visitor}))


def queue(waiting: Sequence[Visitor] = (), answered: Sequence[Visitor] = ()) -> PageQueue:
    return PageQueue(SimpleNamespace(_queue=Queue(waiting, answered)))


def sent(found: PageQueue | None, requests: Sequence[tuple[str, Visitor]], **limits: int) -> list[tuple[int, str]]:
    """Status and sentence of requests that come one after the other, while none of them has been answered yet."""

    async def send_all() -> list[tuple[int, str]]:
        all_sent = asyncio.Event()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await all_sent.wait()
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b""})

        turnstile = Turnstile(app, lambda: found, replace(LIMITS, **limits))  # type: ignore[arg-type]

        async def one(path: str, visitor: Visitor) -> tuple[int, str]:
            messages: list[Any] = []

            async def keep(message: Any) -> None:
                messages.append(message)

            scope = {"type": "http", "method": "POST", "path": path, "user": visitor, "headers": []}
            await turnstile(scope, keep, keep)  # type: ignore[arg-type]
            body = messages[1]["body"]
            if body:
                assert (b"retry-after", b"5") in messages[0]["headers"]
            return messages[0]["status"], json.loads(body)["error"] if body else ""

        tasks = [asyncio.create_task(one(*request)) for request in requests]
        await asyncio.sleep(0)
        all_sent.set()
        return await asyncio.gather(*tasks)

    return asyncio.run(send_all())


def test_who_waits_and_who_is_answered_are_counted_by_name_else_by_address() -> None:
    found = queue([ANNA, NOBODY, STRANGER], [ANNA, ROLF])
    assert (found.waiting, found.busy) == (3, 2)
    assert [found.of(one) for one in (ANNA, ROLF, NOBODY, STRANGER)] == [2, 1, 1, 1]


def test_those_that_are_just_let_in_count_as_waiting() -> None:
    told = sent(queue([STRANGER]), [(JOIN, NOBODY)] * 3, requests_waiting=3)
    assert [status for status, _ in told] == [200, 200, 503]
    assert told[2][1] == ("Too many questions are waiting (requests_waiting). Please ask again in 5 seconds.")


def test_one_who_is_logged_in_takes_no_more_places_than_their_own() -> None:
    requests = [(JOIN, ANNA), (JOIN, ANNA), (JOIN, ROLF), (ASK, ANNA)]
    told = sent(queue([ANNA]), requests, waiting_per_visitor=2)
    assert [status for status, _ in told] == [200, 429, 200, 200]
    assert told[1][1] == (
        "2 of your questions are waiting (waiting_per_visitor). Please ask again when they are answered."
    )


def test_programs_of_one_who_is_logged_in_wait_for_no_more_either() -> None:
    requests = [(ASK, ANNA), ("/api/search", ANNA), (ASK, ROLF), ("/gradio_api/cancel", ANNA)]
    told = sent(queue(), requests, waiting_per_visitor=1)
    assert [status for status, _ in told] == [200, 429, 200, 200]


def test_where_nobody_logs_in_an_address_is_no_visitor() -> None:
    told = sent(queue([NOBODY]), [(JOIN, NOBODY), (ASK, NOBODY), (ASK, NOBODY)], waiting_per_visitor=1)
    assert [status for status, _ in told] == [200, 200, 200]


def test_what_is_no_question_is_let_through_and_so_is_all_before_there_is_a_queue() -> None:
    full = queue([STRANGER] * 5)
    assert [status for status, _ in sent(full, [("/gradio_api/cancel", ANNA), (JOIN, ANNA)], requests_waiting=5)] == [
        200, 503,
    ]  # fmt: skip
    assert sent(None, [(JOIN, NOBODY)], requests_waiting=0) == [(200, "")]
