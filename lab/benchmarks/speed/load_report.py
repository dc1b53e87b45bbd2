"""Report of ``lab.benchmarks.speed.load`` as Markdown."""

from collections.abc import Mapping
from typing import Any

_STAGES = {
    "wait": "waiting for a turn (API)",
    "embed": "question to vector",
    "search": "both searches, scores",
    "match": "best sentences",
    "read": "passages read with the question",
    "select": "hits chosen and cited",
    "answer": "answer found in them",
}


def markdown(result: Mapping[str, Any]) -> str:
    """Return a page about one run."""
    growth = result["memory_growth"]
    memory, stages = result["memory"], result["stages"]
    rows = [
        (
            "answers",
            f"{result['answers']:,} ({result['answers_per_second']:.2f} a second; {result['abstained']} abstained)",
        ),
        ("errors", f"{result['errors']}"),
        ("question to answer", _seconds(result["answer_seconds"])),
        ("of that in the queue", _seconds(result["queue_seconds"])),
        (
            "shown their place in the queue",
            f"{result['told_place']:,}, the furthest the {_nth(result['furthest_place'])}",
        ),
        ("rejected because the queue was full", f"{result['told_full']:,}"),
        ("had fewer passages read", f"{result['read_fewer']:,}"),
        (
            "memory of the server",
            f"{memory[0][1] / 1e6:,.0f} MB at first, {memory[-1][1] / 1e6:,.0f} MB at last "
            f"({memory[-1][2] / 1e6:,.0f} MB without files)",
        ),
        ("growth after minute two", "not measured (too short)" if growth is None else f"{growth:+.1%}"),
        (
            "cores used",
            f"server {result['server_cores']:.2f} ({result['processor_seconds']:.2f} s an answer), "
            f"people {result['client_cores']:.2f}",
        ),
    ]
    lines = [
        "# Many people at once", "", f"`{result['command']}`", "", f"{result['where']}.", "",
        f"{result['people']} people, {result['minutes']:g} minutes, 5 to 15 seconds of thought before each question.",
        "", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows), "",
        "| where an answer's time goes | of each | p50 | p99 |", "|---|---|---|---|",
        *(_stage(name, stages[key], result["answers"]) for key, name in _STAGES.items() if key in stages),
        "", f"Questions embedded in one batch: {_times(result, 'together')}. "
        f"Passages left unread because others asked too: {_times(result, 'unread')}. "
        f"Reading a passage cost {result['stages']['seconds_per_passage'] * 1000:.1f} ms.",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _stage(name: str, stage: Mapping[str, float], answers: int) -> str:
    each = stage["sum"] / max(1, answers)
    times = " | ".join(f"{seconds * 1000:.0f} ms" for seconds in (each, stage["p50"], stage["p99"]))
    return f"| {name} | {times} |"


def _seconds(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f} s" for name, value in shares.items()) or "none"


def _nth(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"


def _times(result: Mapping[str, Any], stage: str) -> str:
    times = result["stages"].get(stage, {}).get("times", {})
    return ", ".join(f"{amount} in {count} cases" for amount, count in times.items()) or "none"
