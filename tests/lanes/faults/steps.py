"""SIGKILL before and after every named step of every kind of run.

A first run of each act numbers its steps: each call of ``qa/archive/storage/files.py`` and each COMMIT.  Then each step
and side gets a run of its own, over a copy of the archive as it was before the act, which ends itself there.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.lanes.faults import stories
from tests.lanes.faults.doorway import Step, all_steps, watched
from tests.lanes.faults.outcomes import Broken, Outcome
from tests.lanes.faults.stories import STORY, Contents, contents_through
from tests.lanes.faults.zygote import Zygote


def play(folder: str, act: str, at: str, side: str) -> None:
    """In a child: play an act, a line on stdout for each acknowledgement, and die at step ``at`` on that side."""
    seen = -1

    def visit(step: Step, now: str) -> None:
        nonlocal seen
        seen += now == "before"
        if seen == int(at) and now == side:
            os.kill(os.getpid(), signal.SIGKILL)

    def acknowledge() -> None:
        os.write(sys.stdout.fileno(), b"acknowledged\n")

    with watched(visit):
        STORY[int(act)].play(Path(folder), acknowledge)


def every_kill(folder: Path, every: int = 1) -> Outcome:
    """Kill at each named step, before and after it (or at every so many of them), and look each time."""
    outcome = Outcome("kills at named steps")
    base, work = folder / "base", folder / "work"
    contents: Contents = {}
    at = 0
    with Zygote("tests.lanes.faults.steps", "datasketch", "faiss") as zygote:
        for number, act in enumerate(STORY):
            legal = contents_through([act], contents)
            stories.copy(base, work)
            steps = all_steps(lambda act=act: act.play(work))  # type: ignore[misc]
            for name in {step.name for step in steps}:
                outcome.notes[name] = int(outcome.notes.get(name, 0)) + 2 * sum(step.name == name for step in steps)
            for index, side in _points(steps):
                at += 1
                if at % every:
                    continue
                what = f"{act.name}, step {index} ({steps[index].name}), {side}"
                outcome.trial(what, lambda n=number, i=index, s=side: _kill(zygote, folder, n, i, s, legal))  # type: ignore[misc]  # noqa: B023
            act.play(base)
            contents = stories.check(base, [legal[-1]])  # also sees that no run wrote into what it shares with the base
    return outcome


def _points(steps: list[Step]) -> Iterator[tuple[int, str]]:
    for index in range(len(steps)):
        yield index, "before"
        yield index, "after"


def _kill(zygote: Zygote, folder: Path, act: int, index: int, side: str, legal: list[Contents]) -> None:
    work, out = folder / "work", folder / "out"
    stories.copy(folder / "base", work)
    zygote.start(out, folder / "err", "tests.lanes.faults.steps:play", str(work), str(act), str(index), side)
    status = zygote.wait()
    if not os.WIFSIGNALED(status):
        raise Broken(f"was not killed (status {status}): {(folder / 'err').read_text()[-300:]}")
    acknowledged = out.read_text().count("acknowledged")
    held = stories.check(work, legal[acknowledged : acknowledged + 2])
    stories.further(work, held)
