"""The parent's handle on the sandbox process: start, requests, events, end, and cause of death."""

import fcntl
import mmap
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

from qa.errors import InputError
from qa.intake.results import Defaults
from qa.intake.sandbox.framing import Frames, encode, frame
from qa.intake.sandbox.worker import PROGRESS, opening_request
from qa.settings import Limits

# The folder this package was imported from, for the child to import the same; -P keeps the working folder off its path.
_HOME = str(Path(__file__).resolve().parents[3])
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from qa.intake.sandbox.worker import main; main(sys.argv[1:])"
)
_PIPE_BYTES = 1 << 20  # answers that the pipe holds: how far the process works ahead
_STDERR_BYTES = 1 << 12
_GRACE_SECONDS = 15.0  # for a process that its own timer cannot end


class Child:
    """One sandbox process.

    Raises:
        InputError: if it cannot be started.
    """

    def __init__(self, defaults: Defaults, limits: Limits) -> None:
        self._limits = limits
        self._frames = Frames(limits.parse_result_bytes + (1 << 20))
        self._events: deque[list[Any]] = deque()
        self._words = b""
        self.cause = ""
        self.retired = False
        ours: list[int] = []
        try:
            life, self._life = os.pipe()
            ours += [life, self._life]
            shared = _shared_page()
            ours.append(shared)
            self._page = mmap.mmap(shared, mmap.PAGESIZE)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, _HOME, str(life), str(shared)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(life, shared),
                start_new_session=True,  # Ctrl-C is for the parent
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            for descriptor in ours:
                os.close(descriptor)
            raise InputError(
                f"the process that parses files cannot be started ({error}): free memory, and try again"
            ) from error
        os.close(life)
        os.close(shared)
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.stderr
        self._answers, self._errors = self._process.stdout.fileno(), self._process.stderr.fileno()
        self._listening = selectors.DefaultSelector()
        for descriptor in (self._answers, self._errors):
            os.set_blocking(descriptor, False)
            self._listening.register(descriptor, selectors.EVENT_READ)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            with suppress(OSError):  # where the system allows no more, it works less far ahead
                fcntl.fcntl(self._answers, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._send(opening_request(defaults, limits))

    def ask(self, *request: Any) -> int:
        """Send a request; return its size in bytes."""
        content = frame(encode(request))
        self._send(content)
        return len(content)

    def event(self) -> list[Any] | None:
        """Return the next event, a list that is not empty; None when the process has ended and there is no more.

        A process that sends nothing for too long, or something malformed, is killed, and its other events are ignored.
        """
        deadline = time.monotonic() + self._limits.parse_seconds + _GRACE_SECONDS
        while not self.cause:
            try:
                if self._events:
                    match self._events.popleft():
                        case ["retired"]:
                            self.retired = True
                        case ["failed", str(cause)]:
                            self.cause = cause
                        case [_, *_] as event:
                            return event
                        case _:
                            self.distrust()
                elif (values := self._frames.take()) is not None:
                    self._events.extend(values)
                elif not self._listen(deadline):
                    break
            except ValueError:
                self.distrust()
        return None

    def distrust(self) -> None:
        """Kill the process because it sent something malformed; its other events are ignored."""
        self._kill("sense")

    @property
    def distrusted(self) -> bool:
        """Whether it was killed because it sent something malformed."""
        return self.cause == "sense"

    def _listen(self, deadline: float) -> bool:
        """Wait for bytes and take them; return whether more can come."""
        found = self._listening.select(max(0.0, deadline - time.monotonic()))
        if not found:
            self._kill("wall")
            return False
        for key, _ in found:
            content = os.read(key.fd, 1 << 20)
            if key.fd == self._answers:
                if not content:
                    return False
                self._frames.feed(content)
            elif content:
                self._words = (self._words + content)[-_STDERR_BYTES:]
            else:
                self._listening.unregister(key.fd)
        return True

    def _send(self, content: bytes) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it has died: its answers end, and then the cause is determined
            while content:
                content = content[os.write(self._process.stdin.fileno(), content) :]

    def _kill(self, cause: str) -> None:
        self.cause = self.cause or cause
        os.killpg(self._process.pid, signal.SIGKILL)

    def place(self) -> tuple[int, int, int]:
        """Return its current or last request (0: none), the line it had begun, and the last line it had finished."""
        number, begun, done = PROGRESS.unpack_from(self._page)
        return number, begun, done

    def close(self) -> None:
        """Kill the process, whatever it is doing, and release its resources."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._listening.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream
            stream.close()
        if self._life >= 0:
            os.close(self._life)
            self._life = -1
            self._page.close()

    def why(self) -> str:
        """Return the cause of its end, for a file's rejection: the limit and its value, or its last words."""
        limits = self._limits
        try:
            status = self._process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill("wall")
            status = self._process.wait()
        if self.cause == "wall" or (not self.cause and status == -signal.SIGALRM):
            return f"takes longer than {limits.parse_seconds:g} seconds to read (parse_seconds)"
        if not self.cause and status == -signal.SIGXCPU:
            return f"takes more than {limits.parse_cpu_seconds} seconds of a processor to read (parse_cpu_seconds)"
        if self.cause == "memory" or (not self.cause and b"MemoryError" in self._words):
            return f"takes more than {limits.parse_memory_bytes} bytes of memory to read (parse_memory_bytes)"
        if self.cause == "sense":
            return "its parsed content is malformed or too long (parse_result_bytes)"
        if self.cause:
            return f"cannot be parsed ({self.cause})"
        if status < 0:
            return f"crashes the process that parses it ({signal.Signals(-status).name}{self._last_words()})"
        return f"crashes the process that parses it (exit code {status}{self._last_words()})"

    def _last_words(self) -> str:
        """Return the last line that it wrote to standard error, after ": "; "" for none."""
        lines = self._words.decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1].strip()[:200]}" if lines else ""


def _shared_page() -> int:
    """Return the descriptor of a page of memory that two processes can map."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("dateline-progress")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, mmap.PAGESIZE)
    return descriptor
