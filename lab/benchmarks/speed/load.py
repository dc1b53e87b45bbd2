"""Load test of the page: many people ask at the same time, over the routes that a browser uses.

    python -m lab.benchmarks.speed.load [--people 64] [--minutes 10] [--at-once 4] [--set realtime] [--out FILE]

Each person opens the page, asks open questions of the set, thinks 5 to 15 seconds before each, asks a follow-up now and
then, and begins a new conversation after a few, in a session of their own: the page, its greeting, the queue, its
events, the heartbeat.  The server is that of ``qa chat``, in a process of its own (``load_server``).

*answer*: from sending a question until its answer is there; *queue*: until it was begun.  *told*: how many questions
waited behind others and were shown their place; *full*: how many were asked to try again later, which they do.  Any
other response that is not an answer is an error.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from lab import data
from lab.benchmarks.speed.load_report import markdown
from lab.measure import where

_THINK = (5.0, 15.0)  # seconds before each question
_FOLLOW_UPS = ("When did that happen?", "Who said so?", "How many people were involved?", "And what happened next?")
_FOLLOW_UP_SHARE = 0.25
_CONVERSATION = 5  # questions, then a new one is begun
_SAMPLE = 10.0  # seconds between two looks at the server's memory
_SETTLED = 120.0  # seconds until its memory has to be flat
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Measured:
    """The results of all people; times in seconds."""

    answers: list[float] = field(default_factory=list)
    queued: list[float] = field(default_factory=list)
    abstained: int = 0
    told: int = 0
    furthest: int = 0
    full: int = 0
    fewer: int = 0
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Calls:
    """The numbers that the page's events have in its configuration."""

    greet: int
    ask: int
    fresh: int

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Calls":
        """Read them off the configuration that the page is sent."""
        ids = {one["props"].get("elem_id"): one["id"] for one in config["components"]}

        def call(target: int | None, event: str) -> int:
            return next(
                one["id"] for one in config["dependencies"]
                if any(name == event and target in (None, number) for number, name in one["targets"])
            )  # fmt: skip

        return cls(call(None, "load"), call(ids["question"], "submit"), call(ids["fresh"], "click"))


class Person:
    """A user of the page, with the state that a browser keeps between two questions."""

    def __init__(self, client: httpx.AsyncClient, questions: list[str], measured: Measured, seed: int) -> None:
        self._client = client
        self._questions = questions
        self._measured = measured
        self._random = random.Random(seed)
        self._session = secrets.token_hex(6)
        self._chat: list[Any] = []

    async def live(self, calls: Calls, until: float) -> None:
        """Open the page and ask until it is time to go, but once in any case."""
        await asyncio.sleep(self._random.uniform(0, _THINK[1]))
        (await self._client.get("/")).raise_for_status()
        heart = asyncio.create_task(self._heartbeat())
        greeted = await self._run(calls.greet, [""])
        opening = greeted["data"][1]
        self._chat, asked = opening, 0
        while not asked or time.monotonic() < until:
            await asyncio.sleep(self._random.uniform(*_THINK))
            if asked == _CONVERSATION:
                await self._run(calls.fresh, [])
                self._chat, asked = opening, 0
            follows = asked and self._random.random() < _FOLLOW_UP_SHARE
            await self._ask(calls.ask, self._random.choice(_FOLLOW_UPS if follows else self._questions))
            asked += 1
        heart.cancel()

    async def _heartbeat(self) -> None:
        async with self._client.stream("GET", f"/gradio_api/heartbeat/{self._session}", timeout=None) as stream:
            async for _ in stream.aiter_raw():
                pass

    async def _run(self, call: int, data: list[Any]) -> dict[str, Any]:
        body = {"data": data, "fn_index": call, "session_hash": self._session, "event_data": None, "trigger_id": None}
        response = await self._client.post("/gradio_api/run/predict", json=body)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    async def _ask(self, call: int, question: str) -> None:
        """Ask, and again after a while as long as the queue is full."""
        begin = time.monotonic()
        data = [question, self._chat, None, [], "", ""]
        body = {"data": data, "fn_index": call, "session_hash": self._session, "event_data": None, "trigger_id": 1}
        try:
            while (joined := await self._client.post("/gradio_api/queue/join", json=body)).status_code == 503:
                self._measured.full += 1
                await asyncio.sleep(self._random.uniform(*_THINK))
                begin = time.monotonic()
            joined.raise_for_status()
            await self._receive(begin)
        except (httpx.HTTPError, KeyError, ValueError, TimeoutError) as error:
            self._measured.errors.append(f"{type(error).__name__}: {error}"[:200])

    async def _receive(self, begin: float) -> None:
        measured, told = self._measured, False
        async with (
            asyncio.timeout(120),
            self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session}) as stream,
        ):
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[5:])
                kind = message["msg"]
                if kind == "estimation":
                    told = told or message["rank"] > 0
                    measured.furthest = max(measured.furthest, message["rank"] + 1)
                elif kind == "process_starts":
                    measured.queued.append(time.monotonic() - begin)
                elif kind == "process_completed":
                    if not message["success"]:
                        raise ValueError(str(message["output"])[:200])
                    self._chat = message["output"]["data"][1]
                    self._note(time.monotonic() - begin, told)
                    return
        raise ValueError("the events ended before the answer")

    def _note(self, seconds: float, told: bool) -> None:
        said = str(self._chat[-1]["content"])
        if 'class="answer"' not in said.replace("\\", ""):
            raise ValueError(f"no answer: {said[:200]}")
        self._measured.answers.append(seconds)
        self._measured.told += told
        self._measured.abstained += 'class="abstained"' in said.replace("\\", "")
        self._measured.fewer += "asked at the same time" in said


async def visit(url: str, questions: list[str], people: int, seconds: float, server: int) -> Measured:
    """Let people ask for some seconds; return their results.  ``server`` is the process whose memory is watched."""
    measured, begin = Measured(), time.monotonic()
    # A browser retries when a connection that it kept alive was closed; this client keeps none alive for that long.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=2 * people, keepalive_expiry=2.0)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:
        calls = Calls.of((await client.get("config")).raise_for_status().json())

        async def watch() -> None:
            while True:
                measured.memory.append((time.monotonic() - begin, *memory_of(server)))
                await asyncio.sleep(_SAMPLE)

        watching = asyncio.create_task(watch())
        asking = [Person(client, questions, measured, seed).live(calls, begin + seconds) for seed in range(people)]
        for failure in await asyncio.gather(*asking, return_exceptions=True):
            if isinstance(failure, BaseException):
                measured.errors.append(f"{type(failure).__name__}: {failure}"[:200])
        watching.cancel()
    return measured


def memory_of(process: int) -> tuple[int, int]:
    """Return the bytes of memory that a process holds, and those of it that are no file's."""
    _, resident, shared, *_ = map(int, Path(f"/proc/{process}/statm").read_text().split())
    return resident * os.sysconf("SC_PAGE_SIZE"), (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def seconds_of(process: int) -> float:
    """Return the processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def serving(archive: Path, stages: Path, at_once: int) -> Iterator[tuple[int, str]]:
    """Start the server; give its process and its address, and end it afterwards."""
    command = [
        sys.executable,
        "-m",
        "lab.benchmarks.speed.load_server",
        str(archive),
        str(stages),
        "--at-once",
        str(at_once),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.pid, server.stdout.readline().strip()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def growth(memory: list[tuple[float, int, int]]) -> float | None:
    """Return by what share memory grew after minute two: the mean of the last fifth against that of the first.

    Single looks differ by what happens to be in work; None where fewer than ten were taken since.
    """
    settled = [held for second, held, _ in memory if second >= _SETTLED]
    if len(settled) < 10:
        return None
    few = len(settled) // 5
    return sum(settled[-few:]) / sum(settled[:few]) - 1


def shares(values: list[float]) -> dict[str, float]:
    """Return p50, p90, p99 and the most."""
    if not values:
        return {}
    p50, p90, p99, most = np.percentile(values, [50, 90, 99, 100]).tolist()
    return {"p50": p50, "p90": p90, "p99": p99, "most": most}


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--at-once", type=int, default=4, help="requests that are worked on at a time")
    parser.add_argument("--set", default="realtime")
    parser.add_argument("--out", type=Path, default=data.PROJECT / "lab" / "benchmarks" / "results" / "load.json")
    arguments = parser.parse_args()
    weak = "questions.weak.jsonl.gz" if arguments.set == "realtime" else "questions.jsonl.gz"
    questions = [one.text for one in data.questions(arguments.set, weak)]
    with tempfile.TemporaryDirectory() as folder:
        stages = Path(folder) / "stages.json"
        with serving(data.archive(arguments.set), stages, arguments.at_once) as (process, url):
            used, own, begin = seconds_of(process), time.process_time(), time.monotonic()
            measured = asyncio.run(visit(url, questions, arguments.people, arguments.minutes * 60, process))
            elapsed = time.monotonic() - begin
            used, own = seconds_of(process) - used, time.process_time() - own
        if not stages.exists():
            sys.exit("the server ended too early: its message is above")
        told = json.loads(stages.read_text())
    result = {
        "command": f"python -m lab.benchmarks.speed.load --people {arguments.people} --minutes {arguments.minutes:g} "
        f"--at-once {arguments.at_once} --set {arguments.set}",
        "where": where(), "people": arguments.people, "minutes": arguments.minutes, "at_once": arguments.at_once,
        "answers": len(measured.answers), "abstained": measured.abstained, "errors": len(measured.errors),
        "first_errors": measured.errors[:5], "told_place": measured.told, "furthest_place": measured.furthest,
        "told_full": measured.full, "read_fewer": measured.fewer, "answer_seconds": shares(measured.answers),
        "queue_seconds": shares(measured.queued), "stages": told, "answers_per_second": len(measured.answers) / elapsed,
        "memory": [[round(second), held, own] for second, held, own in measured.memory],
        "memory_growth": growth(measured.memory), "processor_seconds": used / max(1, len(measured.answers)),
        "server_cores": used / elapsed, "client_cores": own / elapsed,
    }  # fmt: skip
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")
    text = markdown(result)
    arguments.out.with_suffix(".md").write_text(text)
    print(text)
    if measured.errors:
        sys.exit(f"{len(measured.errors)} questions got no answer")


if __name__ == "__main__":
    main()
