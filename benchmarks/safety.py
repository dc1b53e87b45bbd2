"""What strangers can do: hostile texts, folders, articles that give orders, floods; one table of what came of each.

python -m benchmarks.safety [--only NAME…]     (make safety)

The tests in ``tests/safety`` run the same with the quick lane's counts.  Results go to ``results/safety.json``, where
those of ``--only`` replace what they are of, from there to ``safety.md`` and into the README's table.
"""

import argparse
import importlib
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import where
from benchmarks.sets import PROJECT
from tests.browser.browsing import chromium
from tests.faults.outcomes import Outcome
from tests.safety import lanes, obeying, surfaces
from tests.safety.lanes import FULL, Lane

RESULTS = PROJECT / "benchmarks" / "results"
MARKS = ("<!-- safety: written by make safety -->", "<!-- end of safety -->")
LOAD = RESULTS / "load.json"
# What takes care of floods, slow clients and the end of the server; counted where it is there.
SERVING = "tests.serving.figures"


def attacks(place: Path, lane: Lane) -> Outcome:
    """Try the sixty attacks on four surfaces, in a browser and in what programs get."""
    return surfaces.attacks(place)


def obeyed(place: Path, lane: Lane) -> Outcome:
    """Show the words of an obedient model in a browser."""
    with chromium() as browser:
        return obeying.shown_in_a_browser(place, browser)


TRIALS: tuple[Callable[[Path, Lane], Outcome], ...] = (
    attacks, lanes.hostile_folders, lanes.poisoned, obeyed, lanes.jamming,
)  # fmt: skip


def main() -> None:
    """Run all trials, write the results, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ", ".join((*(trial.__name__ for trial in TRIALS), "serving"))
    parser.add_argument("--only", nargs="*", help=f"some of {names}")
    only = parser.parse_args().only
    file = RESULTS / "safety.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() and only else {}
    for trial in TRIALS:
        if not only or trial.__name__ in only:
            found[trial.__name__] = _tried(lambda place, trial=trial: trial(place, FULL))  # type: ignore[misc]
    if not only or "serving" in only:
        with suppress(ModuleNotFoundError):
            for one in importlib.import_module(SERVING).FIGURES:
                found[one.__name__] = _tried(lambda place, one=one: one(FULL))  # type: ignore[misc]
    file.write_text(json.dumps(found, indent=1) + "\n")
    text = table(found)
    (RESULTS / "safety.md").write_text(_document(text, found))
    readme = PROJECT / "README.md"
    pattern = f"{re.escape(MARKS[0])}.*?{re.escape(MARKS[1])}"
    whole = f"{MARKS[0]}\n{text}\n{MARKS[1]}"
    readme.write_text(re.sub(pattern, lambda _: whole, readme.read_text(), flags=re.S))
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
    lines = ["| what strangers try | did harm | goal |", "|---|---|---|"]
    for one in found.values():
        lines.append(f"| {one['name']} | {one['tried'] - one['survived']:,} of {one['tried']:,} | 0 |")
    requests = sum(int(one["notes"].get("requests to other hosts", 0)) for one in found.values())
    if found:
        lines.append(f"| requests to other hosts during all of it | {requests} | 0 |")
    if LOAD.exists():
        load = json.loads(LOAD.read_text())
        lines += [f"| {line['what']} | {line['result']} | {line['goal']} |" for line in load.get("lines", ())]
    return "\n".join(lines)


def _document(text: str, found: dict[str, Any]) -> str:
    notes = [
        f"- {one['name']}: {one['where']}, {one['seconds']} s. "
        + ", ".join(f"{name}: {value}" for name, value in one["notes"].items())
        + "".join(f"\n  - FAILED {failure}" for failure in one["failures"])
        for one in found.values()
    ]
    return "\n".join(("# Safety", "", "`python -m benchmarks.safety`", "", text, "", *notes, ""))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
