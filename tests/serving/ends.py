"""Servers that are ended by a signal while they work, counted; how often, the caller says."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx

from tests.faults.outcomes import Outcome
from tests.serving import clients
from tests.serving.checks import check, within
from tests.serving.served import Served, ask, serving


def ends(archive: Path, times: int) -> Outcome:
    """Servers that are ended by a signal while they work."""
    outcome, seconds = Outcome("ends by SIGTERM: later than 10 s, or an answer lost"), []
    for _ in range(times):
        for kind in (_end_idle, _end_asking, _end_streaming, _end_hanging, _end_twice):
            begun: list[float] = []
            outcome.trial(kind.__name__[1:], lambda kind=kind, begun=begun: begun.append(kind(archive)))  # type: ignore[misc]
            if begun:
                seconds.append((kind.__name__[1:], begun[0]))
    for name, _ in seconds[:5]:
        worst = max(taken for kind, taken in seconds if kind == name)
        outcome.notes[f"{name}: seconds to exit"] = round(worst, 2)
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


def _signal(served: Served) -> float:
    """Send SIGTERM; return when."""
    served.process.send_signal(signal.SIGTERM)
    return time.monotonic()
