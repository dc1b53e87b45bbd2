"""Fault tolerance of an archive: kills, power loss, full disks, damage, and the time that recovery takes.

python -m lab.benchmarks.robustness.faults [--full] [--only NAME…]     (make faults, make faults-full)

The tests in ``tests/lanes/faults`` run the same with the quick lane's counts.  Results go to
``results/faults-LANE.json``, where those of ``--only`` replace their own kinds, from there to ``faults.md`` and into
the table of ``docs/guide/measurements.md``, which is that of the full lane once all of it has been run.
"""

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lab.data import PROJECT, WORK
from lab.measure import MEASUREMENTS, where, write_between
from qa.settings import ARCHIVE_FILE
from tests.lanes.faults import full_disk
from tests.lanes.faults.lanes import FAULTS, FULL, QUICK, Lane
from tests.lanes.faults.outcomes import Outcome

RESULTS = PROJECT / "lab" / "benchmarks" / "results"
MARKS = ("<!-- faults: written by make faults -->", "<!-- end of faults -->")
ARCHIVES = ("realtime", "newsqa")  # for recovery: the first that is there; the goals are for 60,000 passages
GOALS = {
    "kills at random moments": "2,000",
    "kills at named steps": "all",
    "power-loss states": "5,000",
    "full disks": "60",
    "damaged index files": "1,400",
    "flipped bits of the database": "1,000",
}
RECOVERY = (
    ("open", "first answer after a kill, the model loaded: opened, hashed, write-ahead log replayed", "< 3 s"),
    ("rebuild", "`qa rebuild`: both indexes from stored texts and vectors, nothing embedded", "< 10 s"),
    ("start", "a process until its model is loaded, apart from this", ""),
)
NAMES = ", ".join((*(fault.__name__ for fault in FAULTS), "hostile", "recovery"))
# What takes care of hostile files and records; counted where it is there.
HOSTILE = "tests.lanes.hostile.running"


def main() -> None:
    """Run a lane, write the results, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the counts of a release, not those of every test run")
    parser.add_argument("--only", nargs="*", help="some of " + NAMES)
    arguments = parser.parse_args()
    lane = FULL if arguments.full else QUICK
    file = RESULTS / f"faults-{lane.name}.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() and arguments.only else {"faults": {}}
    for fault in FAULTS:
        if not arguments.only or fault.__name__ in arguments.only:
            found["faults"][fault.__name__] = _try(fault, lane)
    if not arguments.only or "hostile" in arguments.only:
        found["hostile"] = _hostile(full=arguments.full)
    if not arguments.only or "recovery" in arguments.only:
        found["recovery"] = recovery()
    file.write_text(json.dumps(found, indent=1) + "\n")
    lanes = {one.name: RESULTS / f"faults-{one.name}.json" for one in (FULL, QUICK)}
    results = {name: json.loads(path.read_text()) for name, path in lanes.items() if path.exists()}
    (RESULTS / "faults.md").write_text("\n".join(("# Faults", *(_document(*one) for one in results.items()))))
    whole = [one for one in results.items() if len(one[1]["faults"]) == len(FAULTS)]
    write_between(MEASUREMENTS, MARKS, table(*(whole or list(results.items()))[0]))
    print(table(lane.name, found))
    if any(fault["failures"] for fault in found["faults"].values()):
        sys.exit(1)


def _try(fault: Callable[[Path, Lane], Outcome], lane: Lane) -> dict[str, Any]:
    """Run one kind of fault in a folder of its own, in memory where there is such a file system."""
    memory = Path("/dev/shm")
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        if fault.__name__ == "full_disks" and not full_disk.can_mount():
            outcome = Outcome("full disks", notes={"skipped": "file systems cannot be mounted here: that takes root"})
        else:
            outcome = fault(Path(folder), lane)
    seconds = round(time.perf_counter() - begun)
    print(f"{outcome.name}: {outcome.survived} of {outcome.tried}, {seconds} s {outcome.notes}", file=sys.stderr)
    for failure in outcome.failures[:5]:
        print(f"  {failure}", file=sys.stderr)
    return {**asdict(outcome), "failures": outcome.failures[:20], "seconds": seconds, "where": where()}


def _hostile(*, full: bool) -> dict[str, Any] | None:
    """Return the counts of hostile files and records; None where the tests of them are not there."""
    try:
        running = importlib.import_module(HOSTILE)
    except ModuleNotFoundError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        counts: dict[str, Any] = {**asdict(running.run_all(Path(folder), full=full)), "where": where()}
    return counts


def recovery() -> dict[str, Any] | None:
    """Return the seconds that recovery takes, each the median of three; None without an archive to try it on."""
    for name in ARCHIVES:
        if (WORK / name / ARCHIVE_FILE).exists():
            break
    else:
        return None
    times: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        shutil.copytree(WORK / name, archive)
        for _ in range(3):
            killed = subprocess.run(
                [sys.executable, "-m", "lab.benchmarks.robustness.faults_recovery", "die", str(archive)]
            )
            assert killed.returncode < 0, "the writer was not killed"
            times.append(_child("open", archive))
        passages = times[-1].pop("passages")
        rebuilding = [_child("rebuild", archive)["rebuild"] for _ in range(3)]
    middle = {name: sorted(one[name] for one in times)[1] for name in ("start", "open")}
    made = {"archive": name, "passages": int(passages), **middle, "rebuild": sorted(rebuilding)[1]}
    return {**made, "where": where()}


def _child(what: str, archive: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "lab.benchmarks.robustness.faults_recovery", what, str(archive), str(time.time())]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(lane: str, found: dict[str, Any]) -> str:
    """Return the results as a table in Markdown; a goal that was missed shows as such."""
    lines = [f"| fault ({lane} lane) | survived | goal of the full lane |", "|---|---|---|"]
    for fault in found["faults"].values():
        skipped = fault["notes"].get("skipped")
        result = f"not tried: {skipped}" if skipped else f"{fault['survived']:,} of {fault['tried']:,}"
        lines.append(f"| {fault['name']} | {result} | {GOALS.get(fault['name'], 'all')} |")
    if hostile := found.get("hostile"):
        lines.append(f"| hostile files and records | {hostile['handled']:,} of {hostile['cases']:,} | 150 |")
    if recovered := found.get("recovery"):
        for key, what, goal in RECOVERY:
            lines.append(f"| {what} ({recovered['passages']:,} passages) | {recovered[key]:.1f} s | {goal} |")
    return "\n".join(lines)


def _document(lane: str, found: dict[str, Any]) -> str:
    """Return all that is known of a lane's run, in Markdown."""
    notes = [
        f"- {fault['name']}: {fault['where']}, seed {fault['seed']}, {fault['seconds']} s. "
        + ", ".join(f"{name}: {value}" for name, value in fault["notes"].items())
        + "".join(f"\n  - FAILED {failure}" for failure in fault["failures"])
        for fault in found["faults"].values()
    ]
    notes += [f"- {what}: {found[what]['where']}." for what in ("hostile", "recovery") if found.get(what)]
    command = "python -m lab.benchmarks.robustness.faults" + (" --full" if lane == FULL.name else "")
    return "\n".join(("", f"## The {lane} lane", "", f"`{command}`", "", table(lane, found), "", *notes, ""))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
