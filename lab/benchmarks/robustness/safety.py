"""Attacks tried: hostile texts and folders, prompt injection, floods; one table with the result of each.

python -m lab.benchmarks.robustness.safety [--only NAME…]     (make safety)

The tests in ``tests/lanes/safety`` run the same with the quick lane's counts.  Results go to ``results/safety.json``,
where those of ``--only`` replace their own kinds, from there to ``safety.md`` and into ``docs/guide/measurements.md``.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.data import PROJECT
from lab.measure import MEASUREMENTS, where, write_between
from tests.lanes.browser.browsing import chromium
from tests.lanes.faults.outcomes import Outcome
from tests.lanes.safety import lanes, obeying, surfaces
from tests.lanes.safety.lanes import FULL, Lane
from tests.lanes.serving import figures
from tests.lanes.serving.ends import TO_EXIT
from tests.lanes.serving.ends import ends as ends_by_signal
from tests.lanes.serving.served import make_archive

RESULTS = PROJECT / "lab" / "benchmarks" / "results"
MARKS = ("<!-- safety: written by make safety -->", "<!-- end of safety -->")
LOAD = RESULTS / "load.json"


def attacks(place: Path, lane: Lane) -> Outcome:
    """Try the sixty attacks on four surfaces, in a browser and in what programs get."""
    return surfaces.attacks(place)


def obeyed(place: Path, lane: Lane) -> Outcome:
    """Show the words of an obedient model in a browser."""
    with chromium() as browser:
        return obeying.shown_in_a_browser(place, browser)


def slow_clients(place: Path, lane: Lane) -> Outcome:
    """Send heads and bodies, and read answers, a byte at a time."""
    return figures.slow_clients(make_archive(place), 60)


def half_open(place: Path, lane: Lane) -> Outcome:
    """Open sockets and say nothing, while others ask."""
    return figures.half_open(make_archive(place), 200)


def closed_tabs(place: Path, lane: Lane) -> Outcome:
    """Go away in the middle of an answer."""
    return figures.vanishing(make_archive(place), 500)


def floods(place: Path, lane: Lane) -> Outcome:
    """Ask far too much within five seconds, while another asks calmly."""
    return figures.floods(make_archive(place), place, 500)


def ends(place: Path, lane: Lane) -> Outcome:
    """End the server by signals while it answers."""
    return ends_by_signal(make_archive(place), 5)


TRIALS: tuple[Callable[[Path, Lane], Outcome], ...] = (
    attacks, lanes.hostile_folders, lanes.poisoned, obeyed, lanes.jamming, slow_clients, half_open, closed_tabs, floods,
    ends,
)  # fmt: skip


def main() -> None:
    """Run all trials, write the results, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ", ".join(trial.__name__ for trial in TRIALS)
    parser.add_argument("--only", nargs="*", help=f"some of {names}")
    only = parser.parse_args().only
    file = RESULTS / "safety.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() and only else {}
    for trial in TRIALS:
        if not only or trial.__name__ in only:
            found[trial.__name__] = _tried(lambda place, trial=trial: trial(place, FULL))  # type: ignore[misc]
    file.write_text(json.dumps(found, indent=1) + "\n")
    text = table(found)
    (RESULTS / "safety.md").write_text(_document(text, found))
    write_between(MEASUREMENTS, MARKS, text)
    print(text)
    if any(one["failures"] for one in found.values()):
        sys.exit(1)


def _tried(trial: Callable[[Path], Outcome]) -> dict[str, Any]:
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        outcome = trial(Path(folder))
    seconds = round(time.perf_counter() - begun)
    print(f"{outcome.name}: {outcome.survived} of {outcome.tried}, {seconds} s {outcome.notes}", file=sys.stderr)
    for failure in outcome.failures[:5]:
        print(f"  {failure}", file=sys.stderr)
    return {**asdict(outcome), "failures": outcome.failures[:20], "seconds": seconds, "where": where()}


def table(found: dict[str, Any]) -> str:
    """Return the results as a table in Markdown; a goal that was missed shows as such."""
    lines = ["| attack | did harm | goal |", "|---|---|---|"]
    for one in found.values():
        lines.append(f"| {one['name']} | {one['tried'] - one['survived']:,} of {one['tried']:,} | 0 |")
    requests = sum(int(one["notes"].get("requests to other hosts", 0)) for one in found.values())
    if found:
        lines.append(f"| requests to other hosts during all of it | {requests} | 0 |")
    if "ends" in found:
        times = {what: seconds for what, seconds in found["ends"]["notes"].items() if what.endswith(TO_EXIT)}
        told = ", ".join(f"{what.removesuffix(TO_EXIT)} {seconds:.1f} s" for what, seconds in times.items())
        lines.append(f"| SIGTERM to exit, the slowest of each kind | {told} | 10 s |")
    if LOAD.exists():
        lines += _held(json.loads(LOAD.read_text()))
    return "\n".join(lines)


def _held(load: dict[str, Any]) -> list[str]:
    """Return the lines of ``python -m lab.benchmarks.speed.load``, whose goals are not zeros."""
    who = f"{load['people']} people asking for {load['minutes']:g} minutes"
    answer, growth = load["answer_seconds"], load["memory_growth"]
    grown = "not measured" if growth is None else f"{growth:+.1%}"
    waited = f"{load['told_place']:,} of {load['answers']:,} were shown their place in the queue"
    return [
        f"| {who}: errors | {load['errors']} of {load['answers']:,} | 0 |",
        f"| the same: question to answer | p50 {answer['p50']:.1f} s, p99 {answer['p99']:.1f} s; {waited} | "
        "p99 5 s, or the place shown |",
        f"| the same: memory after minute two | {grown} | within 5 % |",
    ]


def _document(text: str, found: dict[str, Any]) -> str:
    notes = [
        f"- {one['name']}: {one['where']}, {one['seconds']} s. "
        + ", ".join(f"{name}: {value}" for name, value in one["notes"].items())
        + "".join(f"\n  - FAILED {failure}" for failure in one["failures"])
        for one in found.values()
    ]
    return "\n".join(("# Safety", "", "`python -m lab.benchmarks.robustness.safety`", "", text, "", *notes, ""))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
