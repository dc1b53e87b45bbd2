import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from qa.settings import LIMITS, Limits
from tests.lanes.serving import clients
from ui.server.connections import Places
from ui.server.server import Ending, PageServer, address_of, listen

Application = Callable[[Any, Any, Any], Any]
PLACE = "127.0.0.1", 0


async def patient(scope: Any, receive: Any, send: Any) -> None:
    """Answers GET at once, refuses PUT without reading it, and reads all else after four seconds."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    size = 0
    if scope["method"] == "POST":
        await asyncio.sleep(4)
        while (message := await receive())["type"] == "http.request":
            size += len(message["body"])
            if not message["more_body"]:
                break
    status = 413 if scope["method"] == "PUT" else 200
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def running(
    limits: Limits, proxies: tuple[str, ...] = (), ending: Ending | None = None
) -> Iterator[tuple[clients.Place, Places]]:
    """A server of the application above, told to end after the body; its address, and its places."""
    listener, ready = listen(*PLACE), threading.Event()
    address = listener.getsockname()
    server = PageServer(
        patient, listener, address_of(listener, "127.0.0.1"), lambda _: ready.set(), ending or Ending(), proxies, limits
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(60)
        until = time.monotonic() + 20
        while server.places.open and time.monotonic() < until:  # the look whether it answers
            time.sleep(0.05)
        yield address, server.places
    finally:
        server.stop()
        thread.join(20)
    assert not thread.is_alive()


def soon(holds: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def answered(connection: socket.socket) -> bytes:
    """The next answer, whose text is “0”; it may come in several pieces."""
    got = b""
    while not got.endswith(b"\r\n\r\n0") and (piece := connection.recv(1000)):
        got += piece
    return got


def test_more_connections_than_are_held_are_refused_with_a_sentence() -> None:
    with running(replace(LIMITS, connections=3)) as (place, places), ExitStack() as stack:
        held = [stack.enter_context(clients.connect(place)) for _ in range(3)]
        assert soon(lambda: places.open == 3)
        refused = clients.answer(stack.enter_context(clients.connect(place))).decode()
        assert refused.splitlines()[0] == "HTTP/1.1 503 Service Unavailable"
        assert "\r\nRetry-After: 5\r\n" in refused
        assert refused.splitlines()[-1] == (
            "Too many connections are open (connections). Please try again in 5 seconds."
        )
        held[0].close()
        assert soon(lambda: places.open == 2)
        one = stack.enter_context(clients.connect(place))
        one.sendall(clients.head(place, "GET /", "Connection: close"))
        assert clients.answer(one).startswith(b"HTTP/1.1 200 ")
        assert places.refused == 1


def test_more_refusals_than_can_be_told_at_a_time_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.server.connections._MOST_PARTING", 1)
    with running(replace(LIMITS, connections=1)) as (place, places), ExitStack() as stack:
        stack.enter_context(clients.connect(place))
        assert soon(lambda: places.open == 1)
        refused = [stack.enter_context(clients.connect(place)) for _ in range(2)]
        assert [clients.answer(one)[:13] for one in refused] == [b"HTTP/1.1 503 ", b""]
        assert soon(lambda: places.parting == 0)


def test_one_address_has_a_bound_of_its_own_but_not_a_proxy() -> None:
    limits = replace(LIMITS, connections=20, connections_per_address=2)
    for proxies, expected in ((), b"HTTP/1.1 503 "), (("127.0.0.1",), b"HTTP/1.1 200 "):
        with running(limits, proxies) as (place, places), ExitStack() as stack:
            for _ in range(2):
                stack.enter_context(clients.connect(place))
            assert soon(lambda places=places: places.open == 2)  # type: ignore[misc]
            one = stack.enter_context(clients.connect(place))
            one.sendall(clients.head(place, "GET /", "Connection: close"))
            assert clients.answer(one).startswith(expected)


def test_time_in_which_the_server_does_not_read_does_not_count() -> None:
    size = 8_000_000
    with running(replace(LIMITS, request_seconds=3.0, slow_bytes=100_000_000)) as (place, places):
        with clients.connect(place, 30) as one:
            one.sendall(clients.head(place, "POST /", f"Content-Length: {size}", "Connection: close"))
            one.sendall(b"x" * size)
            assert clients.answer(one, 30).endswith(str(size).encode())
        assert places.too_slow == 0


def test_a_request_gets_a_second_more_for_each_so_many_bytes() -> None:
    limits = replace(LIMITS, request_seconds=1.0, slow_bytes=1_000)
    with running(limits) as (place, places), clients.connect(place) as one:
        one.sendall(clients.head(place, "POST /", "Content-Length: 6000", "Connection: close"))
        for _ in range(12):  # 2,000 a second
            one.sendall(b"x" * 500)
            time.sleep(0.25)
        assert clients.answer(one).endswith(b"6000")
        assert places.too_slow == 0


def test_what_was_answered_before_it_had_come_is_not_answered_twice() -> None:
    with running(replace(LIMITS, request_seconds=1.0)) as (place, places), clients.connect(place) as one:
        one.sendall(clients.head(place, "PUT /", "Content-Length: 1000"))
        assert answered(one).startswith(b"HTTP/1.1 413 ")
        one.sendall(b"x" * 10)
        assert clients.answer(one, 20) == b""
        assert places.too_slow == 1


def test_bytes_that_drip_in_after_the_answer_do_not_hold_the_connection() -> None:
    with running(replace(LIMITS, request_seconds=1.0)) as (place, places), clients.connect(place) as one:
        one.sendall(clients.head(place, "PUT /", "Content-Length: 1000"))
        assert clients.drip(one, b"x" * 1000, 0.2, 20) < 10
        assert places.too_slow == 1


def test_a_connection_that_waits_for_its_next_request_is_not_slow() -> None:
    with running(replace(LIMITS, request_seconds=1.0)) as (place, places), clients.connect(place) as one:
        for _ in range(3):
            one.sendall(clients.head(place, "GET /"))
            assert answered(one).startswith(b"HTTP/1.1 200 ")
            time.sleep(1.6)
        assert (places.too_slow, places.open) == (0, 1)


def test_the_time_of_a_next_request_begins_with_its_first_byte() -> None:
    with running(replace(LIMITS, request_seconds=3.0)) as (place, places), clients.connect(place) as one:
        one.sendall(clients.head(place, "GET /"))
        assert answered(one).startswith(b"HTTP/1.1 200 ")
        time.sleep(3.5)
        request = clients.head(place, "GET /", "Connection: close")
        one.sendall(request[:20])
        time.sleep(1.5)  # in which the server looks at it
        one.sendall(request[20:])
        assert clients.answer(one).count(b"HTTP/1.1 200 ") == 1
        assert places.too_slow == 0


def test_a_request_in_many_pieces_is_told_that_it_was_too_slow() -> None:
    with running(replace(LIMITS, request_seconds=1.0)) as (place, places), clients.connect(place) as one:
        one.sendall(b"GET / HT")
        assert clients.answer(one, 20).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        assert places.too_slow == 1


def test_a_connection_on_which_nothing_ever_comes_ends_without_a_word() -> None:
    with running(replace(LIMITS, request_seconds=1.0)) as (place, places), clients.connect(place) as one:
        assert clients.answer(one, 20) == b""
        assert soon(lambda: places.open == 0)


def test_places_of_addresses_without_connections_are_forgotten() -> None:
    places = Places(replace(LIMITS, connections=2))
    assert [places.take(name) for name in ("a", "b", "c")] == ["", "", "connections"]
    places.leave("a")
    assert (places.open, places.take("c")) == (1, "")
    for name in ("b", "c"):
        places.leave(name)
    assert len(places._held) == 0


def test_a_server_gives_memory_back_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []
    monkeypatch.setattr("ui.server.server.trim", lambda: times.append(time.monotonic()))
    monkeypatch.setattr("ui.server.server._TRIM_SECONDS", 1)
    with running(LIMITS):
        assert soon(lambda: len(times) >= 3)
    assert times[2] - times[0] > 1.5


class Busy(Ending):
    """Something runs that is worth a wait, for so many seconds after the end has begun."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.begun = self.finished = 0.0

    def begin(self) -> None:
        self.begun = time.monotonic()

    def busy(self) -> bool:
        return time.monotonic() < self.begun + self._seconds

    def finish(self) -> None:
        self.finished = time.monotonic()


@pytest.mark.parametrize(("seconds", "least", "most"), [(0.0, 0.0, 1.0), (2.0, 2.0, 10.0), (60.0, 3.0, 20.0)])
def test_the_end_waits_for_what_runs_but_not_for_ever(seconds: float, least: float, most: float) -> None:
    ending = Busy(seconds)
    with running(replace(LIMITS, ending_seconds=3.0), ending=ending):
        pass
    assert least <= ending.finished - ending.begun < most


def test_an_end_that_does_not_come_and_a_second_signal_end_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    def leave(code: int) -> None:
        left.append(code)
        if code:  # in the thread that is interrupted
            raise SystemExit

    monkeypatch.setattr("ui.server.server.leave", leave)
    monkeypatch.setattr("ui.server.server._LAST_SECONDS", 0.3)
    listener = listen(*PLACE)
    with listener:
        server = PageServer(patient, listener, address_of(listener, "127.0.0.1"), lambda _: None, Ending())
        server.handle_exit(signal.SIGTERM, None)
        assert left == []
        assert soon(lambda: left == [0])
        with pytest.raises(SystemExit):
            server.handle_exit(signal.SIGINT, None)
        assert left == [0, 130]
