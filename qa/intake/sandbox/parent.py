"""Sandboxed parsing of untrusted files, which may crash the process that parses them.

The files are found here.  Their paths go to a process (``qa.intake.sandbox.worker``) that opens and parses them, and
works ahead as far as a pipe of 1 MiB holds its results.  A file that ends this process, by a crash or by a limit, is
rejected with the limit's name, and a new process goes on with the next file.  Of a file of records only the record is
rejected.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import InputError
from qa.intake.files.paths import Found, find
from qa.intake.language import with_language
from qa.intake.reader import NO_DEFAULTS, checked
from qa.intake.results import Defaults, Reading, Rejection
from qa.intake.sandbox.child import Child
from qa.intake.sandbox.framing import made_reading
from qa.settings import LIMITS, Limits

# Bytes of requests that wait in their pipe: so few that writing them never blocks, on any system.
_ASKED_BYTES = 4000
_FOUND_AHEAD = 64
_DEATHS_WITHOUT_CAUSE = 3


def read_apart(
    paths: Iterable[str | Path], defaults: Defaults = NO_DEFAULTS, *, limits: Limits = LIMITS
) -> Generator[Reading | Rejection, None, None]:
    """Yield the same as ``qa.intake.read``, from a sandbox process.

    The process ends when the generator is exhausted or closed.

    Raises:
        InputError: ``defaults.published`` is not a date, or no process can be started.
    """
    return _read(find([paths] if isinstance(paths, (str, Path)) else paths), checked(defaults), limits)


def _read(
    found: Iterator[Found | Rejection], defaults: Defaults, limits: Limits
) -> Generator[Reading | Rejection, None, None]:
    apart = _Apart(found, defaults, limits)
    try:
        yield from apart.read()
    finally:
        apart.close()


@dataclass(slots=True, eq=False)
class _Task:
    """A file to be read, and its progress."""

    found: Found
    number: int = 0  # of its request in the live process, 0: not requested
    size: int = 0
    after: int = 0
    until: int = 0
    deaths: int = 0
    reasons: dict[int, str] = field(default_factory=dict)  # lines that ended a process, and the cause
    verdict: str = ""  # the cause for the rest of the file


class _Apart:
    """The files in their order, and the process that reads them."""

    def __init__(self, found: Iterator[Found | Rejection], defaults: Defaults, limits: Limits) -> None:
        self._found = found
        self._defaults = defaults
        self._limits = limits
        self._queue: deque[_Task | Rejection] = deque()
        self._child: Child | None = None
        self._number = self._asked = self._deaths = 0

    def close(self) -> None:
        """End the process."""
        if self._child:
            self._child.close()
            self._child = None

    def read(self) -> Iterator[Reading | Rejection]:
        """Yield all articles and rejections, in the order of the files."""
        while self._fill():
            first = self._queue[0]
            if isinstance(first, Rejection):
                yield first
                self._queue.popleft()
            elif not first.number:  # not requested again after the process's end: only its verdict is left
                yield Rejection(str(first.found.path), 0, first.verdict)
                self._queue.popleft()
            else:
                assert self._child
                event = self._child.event()
                if event is None:
                    self._bury(self._child)
                elif event[0] == "end":
                    self._end(first)
                elif heard := self._heard(first, event):
                    yield heard

    def _fill(self) -> bool:
        """Find more files and request as many as may wait; return whether any are left."""
        while len(self._queue) < _FOUND_AHEAD and (found := next(self._found, None)):
            self._queue.append(_Task(found) if isinstance(found, Found) else found)
        for task in self._queue:
            if self._asked > _ASKED_BYTES:
                break
            if isinstance(task, _Task) and not task.number and (not task.verdict or task.until):
                self._ask(task)
        return bool(self._queue)

    def _ask(self, task: _Task) -> None:
        if self._child is None:
            self._child = Child(self._defaults, self._limits)
        self._number += 1
        task.number = self._number
        found = task.found
        task.size = self._child.ask(
            task.number, str(found.path), found.kind, found.walked, found.root, task.after, task.until,
            sorted(task.reasons),
        )  # fmt: skip
        self._asked += task.size

    def _heard(self, task: _Task, event: list[Any]) -> Reading | Rejection | None:
        """Return the result in an event on the current file; None when it is malformed."""
        file = str(task.found.path)
        self._deaths = 0
        try:
            heard: Reading | Rejection
            if event[0] == "reading":
                heard = with_language(made_reading(event[1:], file))
            else:
                line = int(event[1])
                heard = Rejection(file, line, task.reasons[line] if event[0] == "skipped" else str(event[2]))
        except (ValueError, TypeError, LookupError):
            assert self._child
            self._child.distrust()
            return None
        task.after = max(task.after, heard.line)
        return heard

    def _end(self, task: _Task) -> None:
        self._asked -= task.size
        task.number = task.until = 0
        if not task.verdict:
            self._queue.popleft()

    def _bury(self, child: Child) -> None:
        """Find the cause of the process's end; unanswered requests are sent again."""
        number, begun, done = child.place()
        tasks = [task for task in self._queue if isinstance(task, _Task)]
        if not child.retired:
            why = child.why()
            at = next((task for task in tasks if task.number and task.number == number), None)
            if child.distrusted and tasks:  # the malformed event is on the current file, however far ahead it was
                at, begun, done = tasks[0], 0, 0
            if at:
                self._blame(at, begun, done, why)
            else:
                self._deaths += 1
                if self._deaths >= _DEATHS_WITHOUT_CAUSE:
                    raise InputError(f"files cannot be read, because the process that parses them fails: {why}")
        for task in tasks:
            task.number = 0
        self._asked = 0
        self.close()

    def _blame(self, task: _Task, begun: int, done: int, why: str) -> None:
        """Record the cause of the process's end for one record of a file, or for the whole file."""
        task.deaths += 1
        if task.verdict:  # reading the finished lines again has ended it too
            task.until = 0
            return
        if begun > done:
            task.reasons[begun] = f"{why}: split it or leave it out; reading went on after it"
        else:
            before = " after its last counted record" if done else ""
            task.verdict = f"{why}{before}: save its text as .txt and add that"
            task.until = done if done > task.after else 0
            return
        if task.deaths >= self._limits.parse_deaths:
            task.verdict = (
                f"{task.deaths} of its records ended the process that parses it (parse_deaths): the rest is not read"
            )
            task.until = begun
