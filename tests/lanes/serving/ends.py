"""Servers that are ended by a signal while they work, counted; how often, the caller says."""

import json
import shutil
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx

from qa.archive.care import verification
from tests.lanes.faults.outcomes import Outcome
from tests.lanes.serving import clients
from tests.lanes.serving.checks import check, within
from tests.lanes.serving.served import Served, ask, serving
from tests.support.archive_pages import server_call

TO_EXIT = ": seconds to exit"


def ends(archive: Path, times: int) -> Outcome:
    """Servers that are ended by a signal while they work."""
    outcome, seconds = Outcome("ends by SIGTERM: later than 10 s, or an answer lost"), []
    for _ in range(times):
        for kind in (_end_idle, _end_asking, _end_streaming, _end_hanging, _end_twice, _end_sending, _end_adding):
            begun: list[float] = []
            outcome.trial(kind.__name__[1:], lambda kind=kind, begun=begun: begun.append(kind(archive)))  # type: ignore[misc]
            if begun:
                seconds.append((kind.__name__.removeprefix("_end_"), begun[0]))
    for name in dict.fromkeys(kind for kind, _ in seconds):
        worst = max(taken for kind, taken in seconds if kind == name)
        outcome.notes[f"{name}{TO_EXIT}"] = round(worst, 2)
    return outcome


def _end(served: Served, code: int = 0, most: float = 10.0) -> float:
    begun = time.monotonic()
    found, _, errors = served.end()
    seconds = time.monotonic() - begun
    check((found, errors), (code, ""))
    within(seconds, most)
    return seconds


def _end_idle(archive: Path) -> float:
    """Pages are open, nothing is asked."""
    with serving(archive) as served, ExitStack() as stack:
        for tab in range(5):
            connection = stack.enter_context(clients.connect(served.place))
            connection.sendall(clients.head(served.place, f"GET /gradio_api/heartbeat/tab{tab}"))
            connection.recv(10)
        return _end(served)


def _end_asking(archive: Path) -> float:
    """A program waits for its answer, and gets it; one that comes later is refused."""
    with serving(archive, seconds=0.5) as served, ThreadPoolExecutor(1) as threads:
        first = threads.submit(ask, served.url)
        time.sleep(0.5)
        begun = _signal(served)
        time.sleep(0.2)
        with suppress(httpx.ConnectError):
            check(ask(served.url).status_code, 503)
        check(first.result().status_code, 200)
        check(served.process.wait(10), 0)
        return time.monotonic() - begun


def _end_streaming(archive: Path) -> float:
    """A page waits for its answer, and gets it."""
    with serving(archive, seconds=0.3) as served, ThreadPoolExecutor(1) as threads:
        check(clients.join(served, "tab").status_code, 200)
        stream = threads.submit(clients.fetch, served, "tab")
        time.sleep(0.5)
        begun = _signal(served)
        messages = [str(one["msg"]) for one in stream.result()]
        check(messages[-2:], ["process_completed", "close_stream"])
        check(served.process.wait(10), 0)
        return time.monotonic() - begun


def _end_hanging(archive: Path) -> float:
    """A question takes a minute: it is given up."""
    with serving(archive, seconds=60) as served, ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(ask, served.url)
        time.sleep(1)
        begun = _signal(served)
        check(served.process.wait(12), 0)
        hanging.exception()
        return time.monotonic() - begun


def _end_twice(archive: Path) -> float:
    """A second signal ends at once what the first is still waiting for."""
    with serving(archive, seconds=60) as served, ThreadPoolExecutor(1) as threads:
        hanging = threads.submit(ask, served.url)
        time.sleep(1)
        _signal(served)
        time.sleep(1)
        begun = _signal(served)
        check(served.process.wait(5), 128 + signal.SIGTERM)
        hanging.exception()
        return time.monotonic() - begun


def _end_sending(archive: Path) -> float:
    """A file is half sent: nothing of it is left."""
    with serving(archive, upload=True) as served, clients.connect(served.place) as connection:
        inbox = served.inbox()
        lines = ("Content-Type: multipart/form-data; boundary=x", "Content-Length: 100000")
        part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n' + b"word " * 5_000
        connection.sendall(clients.head(served.place, "POST /gradio_api/upload", *lines) + part)
        time.sleep(0.5)
        seconds = _end(served)
        check(clients.answer(connection).split(b"\r\n")[0], b"HTTP/1.1 503 Service Unavailable")
        check(inbox.exists(), False)
        return seconds


def _end_adding(archive: Path) -> float:
    """Articles are being added: what was acknowledged is there, all of it is whole, and the files are gone."""
    folder = Path(shutil.copytree(archive, Path(tempfile.mkdtemp()) / "archive"))
    with serving(folder, upload=True, adding=0.3) as served, httpx.Client(base_url=served.url, timeout=20) as page:
        inbox = served.inbox()
        articles = ({"id": f"a{n}", "title": f"Mill {n}", "text": f"Mill {n} burned."} for n in range(400))
        rows = "\n".join(map(json.dumps, articles)).encode()
        (path,) = page.post("gradio_api/upload", files={"files": ("a.jsonl", rows)}).json()
        server_call(page, "add_files", [[path, "a.jsonl"]])
        while not (step := server_call(page, "step"))["share"]:
            check(step["state"], "running")
        time.sleep(0.5)
        seconds = _end(served, most=4.5)  # not after ending_seconds: it is cancelled
        check(inbox.exists(), False)
    check(verification.verify(folder).problems, ())
    shutil.rmtree(folder.parent)
    return seconds


def _signal(served: Served) -> float:
    """Send SIGTERM; return when."""
    served.process.send_signal(signal.SIGTERM)
    return time.monotonic()
