"""Requests written by hand: ways round the guard and the login, and heads that two readers would read differently."""

from base64 import b64encode
from collections.abc import Iterator

import pytest

from tests.lanes.serving import clients
from tests.lanes.serving.served import Served, make_archive, serving
from tests.support.users import ROLF, password_file

ROLFS = f"Authorization: Basic {b64encode(':'.join(ROLF).encode()).decode()}"
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that takes files from admins and asks everybody for a login."""
    folder = tmp_path_factory.mktemp("served")
    with serving(make_archive(folder), password_file=str(password_file(folder)), upload=True) as served:
        yield served


def statuses(served: Served, data: bytes) -> list[int]:
    """The statuses of all answers to some bytes, until the connection ends."""
    with clients.connect(served.place) as connection:
        connection.sendall(data)
        answers = clients.answer(connection, 20).split(b"HTTP/1.1 ")
    return [int(one[:3]) for one in answers[1:]]


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/%67radio_api/upload", "/gradio_api/upload?x", "/gradio_api/upload/",
     "/gradio_api/upload;x", "/gradio_api/upload%2f", "//gradio_api/upload", "/gradio_api//upload",
     "/gradio_api/./upload", "/GRADIO_API/upload",
     "/gradio_api/x/../upload", "/gradio_api/%2e/upload", "/archive/gradio_api/upload", "http://x/gradio_api/upload"],
)  # fmt: skip
def test_a_reader_sends_no_file_whatever_the_address_looks_like(served: Served, path: str) -> None:
    sent = clients.head(served.place, f"POST {path}", ROLFS, "Content-Length: 0", "Connection: close")
    assert statuses(served, sent) in ([403], [404])


@pytest.mark.parametrize(
    "path",
    ["/", "//", "/config", "//config", "/signin/../config", "/signin;/config", "/signin/", "/signin%2f..%2fconfig",
     "/healthz/", "/healthz/../config", "/healthz;x", "/metrics/", "/assets/x.js", "/archive/", "*",
     "http://127.0.0.1/config", "/gradio_api/info"],
)  # fmt: skip
def test_nothing_is_open_without_a_login_whatever_the_address_looks_like(served: Served, path: str) -> None:
    assert statuses(served, clients.head(served.place, f"GET {path}", "Connection: close")) == [401]


def test_a_request_that_says_two_lengths_is_refused_and_what_follows_is_not_read(served: Served) -> None:
    two = clients.head(served.place, "POST /api/ask", ROLFS, JSON, "Content-Length: 5", "Transfer-Encoding: chunked")
    assert statuses(served, two + b"0\r\n\r\n" + clients.head(served.place, "GET /healthz")) == [400]


@pytest.mark.parametrize(
    "lines",
    [("Content-Length: 5", "Content-Length: 6"), ("Transfer-Encoding: gzip, chunked",), ("Host: evil.example",),
     ("Transfer-Encoding:\x0bchunked",), ("Content-Length: +5",), ("Content-Length: 5 5",), ("X Y: z",)],
)  # fmt: skip
def test_a_head_that_can_be_read_in_two_ways_is_refused(served: Served, lines: tuple[str, ...]) -> None:
    assert statuses(served, clients.head(served.place, "POST /api/ask", ROLFS, JSON, *lines) + b"{}xxx") == [400]


def test_a_request_without_a_host_is_refused(served: Served) -> None:
    assert statuses(served, b"GET /healthz HTTP/1.1\r\n\r\n") == [400]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "post", "PROPFIND"])
def test_other_sites_send_nothing_by_any_method(served: Served, method: str) -> None:
    lines = ROLFS, "Origin: https://evil.example", "Content-Length: 0", "Connection: close"
    assert statuses(served, clients.head(served.place, f"{method} /gradio_api/queue/join", *lines)) == [403]


def test_a_web_socket_is_not_opened(served: Served) -> None:
    lines = ("Connection: upgrade, close", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Connection: close")  # fmt: skip
    assert statuses(served, clients.head(served.place, "GET /gradio_api/queue/join", *lines)) == [401]
