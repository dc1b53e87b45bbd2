"""Floods, and clients that are slow or gone, counted; how many of each, the caller says."""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import gradio
import httpx

from tests.lanes.faults.outcomes import Outcome
from tests.lanes.serving import clients
from tests.lanes.serving.checks import check, within
from tests.lanes.serving.served import QUESTION, Served, ask, serving
from tests.support.users import ANNA, ROLF, password_file

# Not those of the program, so that the tests need not wait for them.
QUICKLY = {"request_seconds": 2.0}
_LATEST = 10.0  # seconds after which a connection that should have ended within two counts as held
_GROWTH_MB = 40.0
_ASSETS = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
_LARGE = f"/assets/{max(_ASSETS.iterdir(), key=lambda file: file.stat().st_size).name}"  # megabytes


def slow_clients(archive: Path, count: int) -> Outcome:
    """Clients that send a head, or a body, or read an answer, a few bytes a second, all at once."""
    outcome = Outcome("clients that send or read a few bytes a second, others asking")
    with serving(archive, limits=QUICKLY) as served:
        threads = ThreadPoolExecutor(3 * count)
        kinds: tuple[Callable[[Served], float], ...] = (_slow_head, _slow_body, _slow_reader)
        waiting = [(kind.__name__[1:], threads.submit(kind, served)) for kind in kinds for _ in range(count)]
        time.sleep(0.5)
        for _ in range(5):
            outcome.trial("another client", lambda: check(ask(served.url).status_code, 200))
        slowest = 0.0
        for name, one in waiting:
            seconds = one.result()
            slowest = max(slowest, seconds)
            outcome.trial(name, partial(within, seconds, _LATEST))
        outcome.notes["longest hold in seconds, 2 allowed"] = round(slowest, 1)
        outcome.trial("connections given back", lambda: _settled(served, "dateline_connections_open", 2))
        threads.shutdown()
    return outcome


def _slow_head(served: Served) -> float:
    with clients.connect(served.place) as connection:
        return clients.drip(connection, clients.head(served.place, "GET /config", f"X-Long: {'a' * 200}"), 0.2, 20)


def _slow_body(served: Served) -> float:
    lines = "Content-Type: application/json", "Content-Length: 1000"
    with clients.connect(served.place) as connection:
        connection.sendall(clients.head(served.place, "POST /api/ask", *lines))
        return clients.drip(connection, b" " * 1000, 0.2, 20)


def _slow_reader(served: Served) -> float:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with connection:
        connection.settimeout(20)
        connection.connect(served.place)
        connection.sendall(clients.head(served.place, f"GET {_LARGE}") * 8)
        return clients.sip(connection, 20)


def half_open(archive: Path, count: int) -> Outcome:
    """Sockets on which nothing comes, while others ask."""
    outcome = Outcome("200 half-open sockets, others asking")
    with serving(archive, limits={"request_seconds": 4.0}) as served, ExitStack() as stack:
        ask(served.url)
        for at in range(count):
            connection = stack.enter_context(clients.connect(served.place))
            connection.sendall(b"GET / HTTP/1.1\r\nHo"[: at % 18])
        slowest = 0.0
        for _ in range(20):
            begun = time.monotonic()
            outcome.trial("another client", lambda: check(ask(served.url).status_code, 200))
            slowest = max(slowest, time.monotonic() - begun)
        outcome.notes["slowest answer in seconds"] = round(slowest, 2)
        outcome.trial("connections given back", lambda: _settled(served, "dateline_connections_open", 2))
    return outcome


def vanishing(archive: Path, count: int) -> Outcome:
    """Tabs that are closed while the answer streams."""
    outcome = Outcome("tabs closed while an answer streams")
    sessions = 20
    with serving(archive, seconds=0.05, limits={"sessions": sessions}) as served, ThreadPoolExecutor(4) as threads:

        def close(tabs: range) -> list[Future[None]]:
            return [threads.submit(clients.leave_in_mid_stream, served, number) for number in tabs]

        # What is loaded once is loaded by questions that are answered to their end, on the page and by the API, and as
        # many sessions are remembered as ever will be. A tab that is closed early may leave before anything is loaded.
        clients.join(served, "stays")
        clients.fetch(served, "stays")
        for one in close(range(-2 * sessions, 0)):
            one.result()
        outcome.trial("a question before", lambda: check(ask(served.url).status_code, 200))
        time.sleep(2)
        base = served.base()
        for one in close(range(count)):
            outcome.trial("closed", one.result)
        outcome.trial("a question afterwards", lambda: check(ask(served.url).status_code, 200))
        outcome.trial("back to the base", lambda: _back_to(served, base, outcome))
    return outcome


def floods(archive: Path, folder: Path, count: int) -> Outcome:
    """One user sends questions by the hundred to the page's queue, then to the API; another asks meanwhile."""
    outcome = Outcome("floods of one user's questions, another asking")
    anna, rolf = httpx.BasicAuth(*ANNA), httpx.BasicAuth(*ROLF)
    options = {"password_file": str(password_file(folder)), "seconds": 0.1}
    with serving(archive, **options) as served:
        for user in (anna, rolf):  # from here on both are known, and no password is hashed
            ask(served.url, auth=user)
        function = httpx.get(f"{served.url}config", auth=rolf, timeout=30).json()["dependencies"][0]["id"]
        for surface in ("page", "api"):  # what is loaded or started once, is
            asyncio.run(_flood(served, surface, function, count // 10, Outcome("")))
        base = served.base()
        for surface in ("page", "api"):
            stop = threading.Event()
            calm: list[tuple[int, float]] = []
            other = threading.Thread(target=_ask_calmly, args=(served, anna, stop, calm))
            other.start()
            statuses, slowest = asyncio.run(_flood(served, surface, function, count, outcome))
            stop.set()
            other.join()
            for status, _ in calm:
                outcome.trial("the other user", partial(check, status, 200))
            outcome.notes[f"{surface}: statuses"] = ", ".join(f"{n} x {s}" for s, n in sorted(statuses.items()))
            outcome.notes[f"{surface}: slowest refusal in seconds"] = round(slowest, 2)
            outcome.notes[f"{surface}: others answered"] = len(calm)
            outcome.notes[f"{surface}: slowest of them in seconds"] = round(max((s for _, s in calm), default=0.0), 2)
        outcome.trial("back to the base", lambda: _back_to(served, base, outcome))
    return outcome


def _ask_calmly(served: Served, user: httpx.BasicAuth, stop: threading.Event, told: list[tuple[int, float]]) -> None:
    while not stop.is_set():
        begun = time.monotonic()
        told.append((ask(served.url, auth=user).status_code, time.monotonic() - begun))
        stop.wait(0.5)


async def _flood(
    served: Served, surface: str, function: int, count: int, outcome: Outcome
) -> tuple[Counter[int], float]:
    statuses: Counter[int] = Counter()
    slowest = 0.0
    limits = httpx.Limits(max_connections=200, keepalive_expiry=2)
    async with httpx.AsyncClient(auth=ROLF, timeout=30, limits=limits) as client:

        async def send(number: int) -> None:
            nonlocal slowest
            await asyncio.sleep(5 * number / count)
            begun = time.monotonic()
            if surface == "api":
                response = await client.post(f"{served.url}api/ask", json={"question": QUESTION})
            else:
                body = {"data": [QUESTION, [], [], [], "", ""], "fn_index": function, "session_hash": f"flood{number}"}
                response = await client.post(f"{served.url}gradio_api/queue/join", json=body)
            statuses[response.status_code] += 1
            if response.status_code != 200:
                slowest = max(slowest, time.monotonic() - begun)
            outcome.trial(f"{surface} {response.status_code}", partial(_told, response))

        sent = await asyncio.gather(*map(send, range(count)), return_exceptions=True)
    for one in sent:
        if isinstance(one, BaseException):
            outcome.trial(f"{surface}: no answer", partial(check, repr(one), ""))
    return statuses, slowest


def _told(response: httpx.Response) -> None:
    """A flood is answered, or told in a sentence to come back, and when."""
    if response.status_code != 200:
        check(response.status_code in {429, 503}, True)
        check(response.headers["Retry-After"].isdigit(), True)
        check(response.json()["error"].rstrip(".").count(" ") > 3, True)


def _settled(served: Served, name: str, most: float, seconds: float = 15) -> None:
    """Wait until a figure is that low."""
    until = time.monotonic() + seconds
    while (value := served.figures()[name]) > most:
        if time.monotonic() > until:
            raise AssertionError(f"{name} is {value}, not {most} or less")
        time.sleep(0.5)


def _back_to(served: Served, base: tuple[float, float, float], outcome: Outcome, seconds: float = 20) -> None:
    """Wait until threads and files are as they were, but for a handful, and little more memory is used."""
    until = time.monotonic() + seconds
    while True:
        now = served.base()
        more = [after - before for before, after in zip(base, now, strict=True)]
        outcome.notes["more threads"], outcome.notes["more files"] = int(more[0]), int(more[1])
        outcome.notes["more megabytes"] = round(more[2], 1)
        if more[0] <= 8 and more[1] <= 8 and more[2] <= _GROWTH_MB:
            return
        if time.monotonic() > until:
            raise AssertionError(f"threads, files, MB: {base} became {now}")
        time.sleep(0.5)
