"""Clients that are slow, silent or gone, over plain sockets."""

import json
import socket
import time
from contextlib import suppress

import httpx

from tests.lanes.serving.served import QUESTION, Served

Place = tuple[str, int]


def connect(place: Place, timeout: float = 10) -> socket.socket:
    return socket.create_connection(place, timeout=timeout)


def head(place: Place, what: str = "GET /config", *lines: str) -> bytes:
    told = (f"{what} HTTP/1.1", f"Host: {place[0]}:{place[1]}", *lines, "", "")
    return "\r\n".join(told).encode()


def drip(connection: socket.socket, data: bytes, every: float, most: float) -> float:
    """Send a byte at a time until the other side ends it; return after how many seconds, ``most`` if it does not."""
    begun = time.monotonic()
    connection.settimeout(every)
    for at in range(len(data)):
        try:
            connection.sendall(data[at : at + 1])
            if connection.recv(4096) == b"":
                return time.monotonic() - begun
        except TimeoutError:
            pass
        except OSError:
            return time.monotonic() - begun
        if time.monotonic() - begun > most:
            break
    return most


def answer(connection: socket.socket, timeout: float = 10) -> bytes:
    """Everything that comes until the other side ends."""
    connection.settimeout(timeout)
    got = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            got += piece
    return got


def sip(connection: socket.socket, most: float) -> float:
    """Read a byte at a time, ten a second; return after how many seconds the other side ended it.

    What has come before that could be read for minutes, so the connection's own state is looked at.
    """
    begun = time.monotonic()
    with suppress(ConnectionError):
        while time.monotonic() - begun < most:
            if connection.recv(1) == b"" or connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != b"\x01":
                break
            time.sleep(0.1)
    return time.monotonic() - begun


def leave_in_mid_stream(served: Served, number: int) -> None:
    """Ask through the page's queue, open the stream of the answer, and close the tab."""
    session = f"gone{number}"
    fn = asking_function(served)
    body = {"data": [QUESTION, [], [], [], "", ""], "fn_index": fn, "session_hash": session}
    httpx.post(f"{served.url}gradio_api/queue/join", json=body, timeout=30)
    connection = connect(served.place)
    connection.sendall(head(served.place, f"GET /gradio_api/queue/data?session_hash={session}"))
    connection.recv(10)
    connection.close()


_FUNCTIONS: dict[str, int] = {}


def asking_function(served: Served) -> int:
    """The number under which the page's queue answers a question."""
    if served.url not in _FUNCTIONS:
        config = httpx.get(f"{served.url}config", timeout=30).json()
        asking = [one["id"] for one in config["dependencies"] if one["queue"] and one["api_name"] == "answer"]
        _FUNCTIONS[served.url] = asking[0]
    return _FUNCTIONS[served.url]


def join(served: Served, session: str, question: str = QUESTION, **options: object) -> httpx.Response:
    """Ask through the page's queue; the answer has to be fetched by ``fetch``."""
    body = {"data": [question, [], [], [], "", ""], "fn_index": asking_function(served), "session_hash": session}
    return httpx.post(f"{served.url}gradio_api/queue/join", json=body, timeout=30, **options)  # type: ignore[arg-type]


def fetch(served: Served, session: str, timeout: float = 30) -> list[dict[str, object]]:
    """The messages of a session's stream, until it ends."""
    address = f"{served.url}gradio_api/queue/data?session_hash={session}"
    with httpx.stream("GET", address, timeout=timeout) as stream:
        return [json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: ")]
