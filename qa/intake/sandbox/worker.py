"""The sandbox process, in which files are parsed; started by ``child``.

A hostile file that attacks a parser attacks this process: it can end it, and nothing else.  Nothing heavy is imported
but the parsers, each when a file needs it.  The process

- reads requests from its standard input and writes results to its standard output, in the frames of
  ``qa.intake.sandbox.framing``;
- notes its current file and record in a page of shared memory, which the parent reads after the process has died;
- limits its own memory, processor time and open files, and writes no file; a timer of the kernel ends it when a file or
  record takes too long, also in the middle of a parser's C code;
- dies with its parent, through a signal when the other end of a pipe is closed.

Requests: first ``[defaults, limits]``, then a file's ``[number, path, kind, walked, root, after, until, skipped]``.
In a file of records, lines up to ``after`` were sent before, lines beyond ``until`` are not wanted (0: all are), and
the lines ``skipped`` have ended a process before.  Answers: lists of ``["reading", …]``, ``["rejection", line,
reason]``, ``["skipped", line]``, ``["end"]``, and at the process's end ``["failed", cause]`` or, if it ends as planned,
``["retired"]``.
"""

import fcntl
import mmap
import os
import resource
import signal
import struct
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from qa.errors import in_short
from qa.intake.files.opening import confine
from qa.intake.files.paths import Found
from qa.intake.reader import read_found
from qa.intake.results import Defaults, Reading, Rejection
from qa.intake.sandbox.framing import Frames, encode, frame, reading_values
from qa.settings import Limits

# Layout of the shared page: the request's number (0: none), the line begun, the last line finished.
PROGRESS = struct.Struct("<QQQ")
REQUEST_BYTES = 1 << 20
_FLUSHED_BYTES = 1 << 16
_FLUSHED_SECONDS = 0.2


def opening_request(defaults: Defaults, limits: Limits) -> bytes:
    """Return the first request."""
    return frame(encode([asdict(defaults), asdict(limits)]))


class _Ended(BaseException):
    """The parent is gone or sends no more requests; not a parser's fault, and so not an Exception."""


class _Pipes:
    """Requests in, answers out; a file's answers are buffered, and written when they are many, late or complete."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._frames = Frames(REQUEST_BYTES)
        self._events: list[bytes] = []
        self._size = 0
        self._flushed = time.monotonic()

    def request(self) -> list[Any]:
        """Return the next request."""
        self.flush()  # the next file may take long
        while (values := self._frames.take()) is None:
            content = os.read(self._requests, 1 << 16)
            if not content:
                raise _Ended
            self._frames.feed(content)
        return values

    def tell(self, event: bytes) -> bool:
        """Buffer an answer; return whether it is time to flush."""
        self._events.append(event)
        self._size += len(event)
        return self._size >= _FLUSHED_BYTES or time.monotonic() - self._flushed > _FLUSHED_SECONDS

    def flush(self) -> None:
        """Write the buffered answers."""
        if self._events:
            content = memoryview(frame(b"[" + b",".join(self._events) + b"]"))
            self._events, self._size = [], 0
            while content:
                content = content[os.write(self._answers, content) :]
        self._flushed = time.monotonic()


class _Parser:
    """Parses files, one request after another."""

    def __init__(self, pipes: _Pipes, page: mmap.mmap, defaults: Defaults, limits: Limits) -> None:
        self._pipes = pipes
        self._page = page
        self._defaults = defaults
        self._limits = limits
        self._files = 0
        self._most_pages = _pages() + limits.parse_memory_bytes // 4 // mmap.PAGESIZE
        self._number = self._begun = self._done = self._cpu_seconds = 0

    def serve(self) -> None:
        """Answer requests until there are none, or until it is time for a new process."""
        while not self._worn():
            self._answer(*self._pipes.request())
        self._leave("retired")

    def _answer(
        self, number: int, path: str, kind: str, walked: bool, root: str, after: int, until: int, skipped: list[int]
    ) -> None:
        def gate(line: int) -> bool:
            if line <= after or 0 < until < line:
                return False
            if line in fatal:
                self._tell(["skipped", line])
                return False
            self._begun = line
            self._note()
            return True

        fatal = set(skipped)
        self._files += 1
        self._number, self._begun, self._done = number, 0, 0
        self._note()
        self._arm()
        confine(root)
        try:
            for found in read_found(Found(Path(path), kind, walked, root), self._defaults, self._limits, gate):
                self._tell(_event(found))
                self._done = max(self._done, found.line)
                if self._done and self._done == until:
                    break
                if self._begun != self._done:  # a parser without a gate: its results must not be sent twice
                    self._flush()
                self._note()
                self._arm()
                if self._done and self._done % 64 == 0 and self._worn():
                    self._leave("retired")
        except MemoryError:
            self._leave("failed", "memory")
        except Exception as error:  # a parser's fault, which counts for this file and not for the next
            self._leave("failed", f"{type(error).__name__}: {in_short(error)}")
        self._tell(["end"])
        self._number = 0
        self._note()
        self._arm()

    def _tell(self, event: list[Any]) -> None:
        content = encode(event)
        if len(content) > self._limits.parse_result_bytes:
            line = event[1] if event[0] != "end" else 0
            content = encode(["rejection", line, self._too_much()])
        if self._pipes.tell(content):
            self._flush()

    def _too_much(self) -> str:
        most = self._limits.parse_result_bytes
        return f"its parsed content is over the limit of {most} bytes (parse_result_bytes): split it"

    def _flush(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)  # the parent may be busy for long
        self._pipes.flush()
        self._arm()

    def _note(self) -> None:
        """Write the current file and record to the shared page."""
        PROGRESS.pack_into(self._page, 0, self._number, self._begun, self._done)

    def _arm(self) -> None:
        """Set the timers for the next file or record; the clock stops while the process waits for a request."""
        signal.setitimer(signal.ITIMER_REAL, self._limits.parse_seconds if self._number else 0)
        seconds = int(time.process_time()) + 1 + self._limits.parse_cpu_seconds
        if seconds != self._cpu_seconds:
            self._cpu_seconds = seconds
            _limit(resource.RLIMIT_CPU, seconds, keep_hard=True)

    def _worn(self) -> bool:
        return self._files >= self._limits.parse_files or _pages() > self._most_pages

    def _leave(self, *event: str) -> NoReturn:
        """Report why this process ends, and end it."""
        self._pipes.tell(encode(event))
        self._flush()
        raise _Ended


def _event(found: Reading | Rejection) -> list[Any]:
    if isinstance(found, Rejection):
        return ["rejection", found.line, found.reason]
    return ["reading", *reading_values(found)]


def _pages() -> int:
    """Return the size of this process's address space in pages; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return 0


def _limit(name: int, most: int, *, keep_hard: bool = False) -> None:
    """Set a limit, no higher than the system allows."""
    _, hard = resource.getrlimit(name)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(name, (most, hard if keep_hard else most))


def _restrict(limits: Limits) -> None:
    """Restrict this process to the resources that a parser needs."""
    sys.dont_write_bytecode = True
    _limit(resource.RLIMIT_AS, _pages() * mmap.PAGESIZE + limits.parse_memory_bytes)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, limits.parse_open_files)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)


def _die_with(life: int) -> None:
    """Let the kernel end this process when the pipe's other end is closed, whatever it is doing then."""
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    try:
        ended = os.read(life, 1) == b""
    except BlockingIOError:
        ended = False
    if ended:
        raise _Ended


def main(arguments: list[str]) -> None:
    """Serve requests; ``arguments`` are two descriptors: of the pipe whose closing ends this, of the shared page."""
    life, shared = map(int, arguments)
    answers = os.dup(1)
    os.dup2(2, 1)  # a parser's prints are not answers
    try:
        _die_with(life)
        with mmap.mmap(shared, mmap.PAGESIZE) as page:
            pipes = _Pipes(0, answers)
            defaults, given = pipes.request()
            limits = Limits(**given)
            _restrict(limits)
            _Parser(pipes, page, Defaults(**defaults), limits).serve()
    except (_Ended, BrokenPipeError):
        return
