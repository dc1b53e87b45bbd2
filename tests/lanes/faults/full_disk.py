"""A disk that fills up: the story on small file systems of many sizes, each in memory and of this process alone.

Run as a program inside ``unshare --mount`` it prints one line of JSON a size.  A second way to run out of room,
``RLIMIT_FSIZE``, needs no file system of its own.
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

from qa.errors import ArchiveError
from tests.lanes.faults import stories
from tests.lanes.faults.doorway import Step, watched
from tests.lanes.faults.outcomes import Broken, Outcome
from tests.lanes.faults.stories import Act, Batch, Contents, contents_through
from tests.support.places import PROJECT

# What is written until the disk is full: enough for the largest of the sizes.
_ACTS = (
    *stories.STORY,
    *(Act(f"add {n}", (Batch(stories.versions(100 + 40 * n, 140 + 40 * n, 1)),)) for n in range(60)),
)
_CAUSES = ("No space left on device", "disk is full", "File too large", "disk I/O error")


def can_mount() -> bool:
    """Whether this process may mount a file system that nobody else sees."""
    command = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "none", "/mnt"]
    with suppress(OSError):
        return subprocess.run(command, capture_output=True).returncode == 0
    return False


def full_disks(folder: Path, sizes: list[int]) -> Outcome:
    """Fill file systems of these sizes, in KiB."""
    mount = folder / "disk"
    mount.mkdir()
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            sys.executable,
            "-m",
            "tests.lanes.faults.full_disk",
            str(mount),
        ],
        input=json.dumps(sizes),
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(PROJECT)},
    )
    if done.returncode:
        raise Broken(done.stderr[-2000:])
    return Outcome(**json.loads(done.stdout))


def spread_sizes(count: int, first: int = 300, last: int = 300 + 37 * 59) -> list[int]:
    """Return sizes in KiB, spread evenly: the 60 of 300 + 37 k where ``count`` is 60."""
    return [first + (last - first) * n // (count - 1) for n in range(count)]


def file_size_limits(folder: Path, limits: list[int]) -> Outcome:
    """Write with a limit on the size of every file, in KiB, then without."""
    outcome = Outcome("limits on the size of files")
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def limit(kib: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kib * 1024 if kib else hard, hard))

    for kib in limits:
        archive = folder / f"limited-{kib}"
        outcome.trial(f"{kib} KiB", lambda a=archive, k=kib: _fill(a, lambda: limit(k), lambda: limit(0), outcome))  # type: ignore[misc]
    return outcome


def _fill(archive: Path, narrow: Callable[[], None], widen: Callable[[], None], outcome: Outcome) -> None:
    """Write until there is no room, look, make room, and go on with the same."""
    last: list[Step] = []

    def visit(step: Step, side: str) -> None:
        last[:] = [step] if side == "before" else []

    held: Contents = {}
    rest: list[Act] = []
    narrow()
    try:
        for number, act in enumerate(_ACTS):
            legal = contents_through([act], held)
            acknowledged = [held]
            try:
                with watched(visit):
                    act.play(archive, lambda a=acknowledged, g=legal: a.append(g[len(a)]))  # type: ignore[misc]
            except ArchiveError as error:
                if not any(cause in str(error) for cause in _CAUSES):
                    raise Broken(f"the cause is not named: {error}") from error
                # SQLite and tantivy write between the steps of the door.
                where = "SQLite" if isinstance(error.__cause__, sqlite3.Error) else last[0].name if last else "tantivy"
                outcome.count(f"{act.name.split()[0]}: {where}")
                held = acknowledged[-1]
                rest = [Act(act.name, act.batches[len(acknowledged) - 1 :]), *_ACTS[number + 1 : number + 3]]
                break
            held = acknowledged[-1]
        if not rest:
            raise Broken("there was room for everything")
        stories.check(archive, [held])  # the batch that failed is not there; what was acknowledged is
    finally:
        widen()
    for following in rest:
        following.play(archive)
    stories.check(archive, contents_through(rest, held)[-1:])


def main() -> None:
    """Inside a mount namespace of its own: fill disks of the sizes on stdin, mounted at the folder that is given."""
    mount = Path(sys.argv[1])
    outcome = Outcome("full disks")
    enlarge = partial(_run, "mount", "-o", "remount,size=64m", str(mount))
    for size in json.load(sys.stdin):
        _run("mount", "-t", "tmpfs", "-o", f"size={size}k", "none", str(mount))
        outcome.trial(f"{size} KiB", lambda: _fill(mount / "archive", lambda: None, enlarge, outcome))
        _run("umount", "--lazy", str(mount))  # an error that is being handled may hold files open
    sys.stdout.write(json.dumps(asdict(outcome)))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    tempfile.gettempdir()  # before the disk is full
    main()
