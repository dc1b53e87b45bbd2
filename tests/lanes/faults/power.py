"""Power loss: every state of the disk that our own file operations allow, opened.

A run of the whole story is recorded through the door, with the bytes.  After each operation the disk may hold many
things (``disks.py``); each is laid down as a folder, opened, searched and added to.  SQLite's files are trusted to
SQLite: the database is as of its last commit, or, while a commit is under way, as of that one.
"""

import itertools
import os
import random
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.settings import ARCHIVE_FILE
from tests.lanes.faults import stories
from tests.lanes.faults.disks import Disk, Operation, Tree
from tests.lanes.faults.doorway import Step, watched
from tests.lanes.faults.outcomes import Outcome
from tests.lanes.faults.stories import STORY, Act, Contents

_DATABASE = f"archive/{ARCHIVE_FILE}"
_NEW = "archive/archive.new"
_SQLITES_OR_LOCKS = ("archive/archive.", "archive/writer.")


@dataclass(frozen=True, slots=True)
class Moment:
    """The log up to a moment: how many operations, and which version of the database was committed by then."""

    operations: int
    version: int


class Recorder:
    """Records a run's file operations: those that go through the door by name, those of tantivy by their traces."""

    def __init__(self, root: Path, forget: str = "") -> None:
        self.root = root
        self._forget = forget
        self.log: list[Operation] = []
        self.databases: list[bytes] = []
        self.moments: list[Moment] = []
        self._disk = Disk()
        self._inodes: dict[str, tuple[int, int, int]] = {}

    def record(self, acts: Sequence[Act]) -> list[Contents]:
        """Play the acts; return the contents by version of the database."""
        for act in acts:
            with watched(self._visit):
                act.play(self.root / "archive")
        contents = [self._contents(database) for database in self.databases]
        # Every batch has a version, in order; a commit that no batch made holds what the one before it held.
        assert [key for key, _ in itertools.groupby(contents)] == [
            key for key, _ in itertools.groupby(stories.contents_through(acts))
        ]
        return contents

    def _visit(self, step: Step, side: str) -> None:
        self._note_traces()
        paths = [path.resolve().relative_to(self.root.resolve()).as_posix() for path in step.paths]
        if side == "before" and step.name == "rename" and paths[0] == _NEW:
            self._do(Operation("create", _NEW, data=self._database(self.root / _NEW)))
            self._do(Operation("flush", _NEW))
        if side == "before" and step.name == "rename":
            self._do(Operation("rename", paths[0], paths[1]))
            self._inodes = {
                paths[1] + path[len(paths[0]) :] if path == paths[0] or path.startswith(paths[0] + "/") else path: known
                for path, known in self._inodes.items()
            }
        elif side == "before" and step.name == "link":
            self._do(Operation("link", paths[0], paths[1]))
            self._inodes[paths[1]] = self._inodes[paths[0]]
        elif side == "after" and step.name in {"write", "flush_and_hash"}:
            self._do(Operation("flush", paths[0]))
        elif side == "after" and step.name == "flush_folder":
            path = "" if paths[0] == "." else paths[0]
            if path == "" or path in self._disk.paths:  # folders above the test's own are no matter
                self._do(Operation("flush_folder", path))
        elif side == "after" and step.name == "commit" and (self.root / _DATABASE).exists():
            self.databases.append(self._database(self.root / _DATABASE))
            self.moments.append(Moment(len(self.log), len(self.databases) - 1))

    def _do(self, operation: Operation) -> None:
        if operation.kind == self._forget:
            return
        self._disk.do(operation)
        self.log.append(operation)

    def _note_traces(self) -> None:
        """Note what has changed in the folder and was not told by name: what tantivy did, and removals one by one."""
        seen: dict[str, tuple[int, int, int]] = {}
        for folder, folders, names in os.walk(self.root):
            for name in (*folders, *names):
                path = (Path(folder) / name).relative_to(self.root).as_posix()
                if not path.startswith(_SQLITES_OR_LOCKS):
                    found = os.lstat(Path(folder) / name)
                    size, time = (-1, -1) if name in folders else (found.st_size, found.st_mtime_ns)
                    seen[path] = found.st_ino, size, time
        for path in sorted(set(self._inodes) - set(seen), reverse=True):
            self._do(Operation("rmdir" if self._inodes[path][1] < 0 else "unlink", path))
        for path in sorted(seen):
            if self._inodes.get(path) != seen[path]:
                if seen[path][1] < 0:
                    self._do(Operation("mkdir", path))
                else:
                    self._do(Operation("create", path, data=(self.root / path).read_bytes()))
        self._inodes = seen

    def _contents(self, database: bytes) -> Contents:
        copy = self.root.with_name("copy.sqlite")
        copy.write_bytes(database)
        connection = sqlite3.Connection(copy)
        held = dict(connection.execute("SELECT id, text FROM article"))
        connection.close()
        return held

    def _database(self, path: Path) -> bytes:
        """Return the database as of its last commit, as one file."""
        copy = self.root.with_name("copy.sqlite")
        copy.unlink(missing_ok=True)
        source = sqlite3.Connection(f"file:{path}?mode=ro", uri=True)
        target = sqlite3.Connection(copy)
        source.backup(target)
        target.close()
        source.close()
        return copy.read_bytes()


@dataclass(frozen=True, slots=True)
class State:
    """What a power loss left: ``versions`` are those of the database that are legal."""

    tree: Tree
    version: int
    operations: int


def states(recorder: Recorder, most: int, seed: int, every: int = 1) -> Iterator[State]:
    """Yield every different state, in the order of the log; ``most`` bounds the sets of names that survive a moment.

    With ``every`` only each so many-th moment is looked at, and all those at which a commit is under way.
    """
    chance = random.Random(seed)
    disk = Disk()
    seen: set[tuple[int, int]] = set()
    moments = [*recorder.moments, Moment(len(recorder.log) + 1, -1)]
    for operations in range(len(recorder.log) + 1):
        if operations:
            disk.do(recorder.log[operations - 1])
        done = [m.version for m in recorder.moments if m.operations < operations]
        under_way = [m.version for m in moments if m.operations == operations and m.version >= 0]
        last = max(done, default=-1)
        if operations % every and not under_way:
            continue
        for tree in disk.after_power_loss(most, chance):
            told_apart = hash(tuple(sorted(tree.items())))
            for version in (last, *under_way):
                if (told_apart, version) not in seen:
                    seen.add((told_apart, version))
                    yield State(tree, version, operations)


def every_state(folder: Path, seed: int, most: int = 24, every: int = 1, sample: int = 0, forget: str = "") -> Outcome:
    """Open each state, or an evenly drawn ``sample`` of them.

    ``forget`` leaves a kind of operation out of the log, as if the program did not do it: then states have to break.
    """
    outcome = Outcome("power-loss states", seed)
    root = folder / "root"
    root.mkdir()
    recorder = Recorder(root, forget)
    contents = recorder.record(STORY)
    found = list(states(recorder, most, seed, every))
    outcome.notes = {"operations": len(recorder.log), "commits": len(recorder.databases), "states": len(found)}
    chosen = found if not sample else [found[len(found) * n // sample] for n in range(min(sample, len(found)))]
    blobs: dict[bytes, Path] = {}
    for state in chosen:
        what = f"after {state.operations} operations ({_last(recorder, state)}), database {state.version}"
        outcome.trial(what, lambda state=state: _open(folder, state, recorder, contents, blobs))  # type: ignore[misc]
    for data, path in blobs.items():
        outcome.trial("what is linked", lambda d=data, p=path: _unchanged(d, p))  # type: ignore[misc]
    outcome.tried -= len(blobs)
    outcome.survived -= len(blobs)
    return outcome


def _last(recorder: Recorder, state: State) -> str:
    last = recorder.log[state.operations - 1] if state.operations else None
    return f"{last.kind} {last.path}" if last else "nothing"


def _unchanged(data: bytes, path: Path) -> None:
    assert path.read_bytes() == data, f"{path} was written in place"


def _open(
    folder: Path, state: State, recorder: Recorder, contents: Sequence[Contents], blobs: dict[bytes, Path]
) -> None:
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    (folder / "blobs").mkdir(exist_ok=True)
    for path, data in sorted(state.tree.items()):
        if data is None:
            (work / path).mkdir()
        elif path == _DATABASE:
            # Before its first commit it is as it was made.
            (work / path).write_bytes(recorder.databases[state.version] if state.version >= 0 else data)
        elif path == _NEW:
            (work / path).write_bytes(data)
        else:
            if data not in blobs:
                blobs[data] = folder / "blobs" / str(len(blobs))
                blobs[data].write_bytes(data)
            (work / path).hardlink_to(blobs[data])
    archive = work / "archive"
    legal = contents[state.version] if state.version >= 0 else {}
    if state.version >= 0 and not (archive / ARCHIVE_FILE).exists():
        raise AssertionError("the database is gone")
    stories.check(archive, [legal])
    stories.further(archive, legal)
