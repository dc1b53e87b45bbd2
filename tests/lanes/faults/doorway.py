"""Standing in the doorway: every file operation that durability rests on, seen before and after it happens.

``qa/archive/storage/files.py`` is the door; SQLite's COMMIT and the closing of its connections are seen besides.
Nothing of this is in the program: the module's functions are replaced for a while, in the process that is to be
watched.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from qa.archive.storage import files

DOOR = (
    "write", "append", "rename", "exchange", "link", "make_folder", "remove", "remove_folder", "flush_folder",
    "flush_and_hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: its name, and the files that it is done to."""

    name: str
    paths: tuple[Path, ...] = ()


Visit = Callable[[Step, Literal["before", "after"]], None]


@contextmanager
def watched(visit: Visit) -> Iterator[None]:
    """Have ``visit`` called before and after each step of this process."""
    kept = {name: getattr(files, name) for name in DOOR}
    connect = sqlite3.connect

    def around(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def through(*arguments: Any, **named: Any) -> Any:
            step = Step(name, tuple(one for one in arguments if isinstance(one, Path)))
            visit(step, "before")
            result = call(*arguments, **named)
            visit(step, "after")
            return result

        return through

    class Watched(sqlite3.Connection):
        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            if sql != "COMMIT":
                return super().execute(sql, *arguments)
            visit(Step("commit"), "before")
            cursor = super().execute(sql, *arguments)
            visit(Step("commit"), "after")
            return cursor

        def close(self) -> None:
            visit(Step("close"), "before")
            super().close()
            visit(Step("close"), "after")

    try:
        for name, call in kept.items():
            setattr(files, name, around(name, call))
        sqlite3.connect = lambda *arguments, **named: connect(*arguments, factory=Watched, **named)  # type: ignore[assignment]
        yield
    finally:
        sqlite3.connect = connect
        for name, call in kept.items():
            setattr(files, name, call)


def all_steps(run: Callable[[], None]) -> list[Step]:
    """Return the steps of a run, in order."""
    steps: list[Step] = []

    def note(step: Step, side: str) -> None:
        if side == "before":
            steps.append(step)

    with watched(note):
        run()
    return steps
