"""A process that has loaded all that it needs and runs calls in forks of itself, ready to be killed.

``Zygote`` starts one from outside.  Inside, lines on stdin are JSON lists: where the child's stdout and stderr go, what
to call (``module:function``, or ``qa`` for a command), and its arguments.  For each, a line on stdout gives the child's
process id, and once it has ended a second one its exit status.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path


class Zygote:
    """A zygote seen from the process that started it; ``modules`` are what it loads before the first call."""

    def __init__(self, *modules: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},  # threads do not survive a fork
        )
        assert self._line() == "ready"

    def start(self, out: Path, error: Path, target: str, *arguments: str) -> int:
        """Begin a call in a child; return its process id."""
        for file in (out, error):  # the child may be killed before it does so
            file.write_bytes(b"")
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(out), str(error), target, *arguments]) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    @staticmethod
    def ended(child: int, seconds: float) -> bool:
        """Return whether a child ends within so many seconds."""
        end = time.monotonic() + seconds
        while Path(f"/proc/{child}").exists():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def wait(self) -> int:
        """Return the exit status of the child, as ``os.waitpid`` gives it, once it has ended."""
        return int(self._line())

    def close(self) -> None:
        """End the zygote."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _serve(modules: list[str]) -> None:
    for module in modules:
        importlib.import_module(module)
    importlib.import_module("qa.archive.storage.near_duplicates").signature("what is computed once a process")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        out, err, target, *arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            os.dup2(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.dup2(os.open(err, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            os._exit(_call(target, arguments))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _call(target: str, arguments: list[str]) -> int:
    if target == "qa":
        sys.argv = ["qa", *arguments]
        target = "ui.cli.app:main"
        arguments = []
    module, name = target.split(":")
    try:
        getattr(importlib.import_module(module), name)(*arguments)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))
    _serve(sys.argv[1:])
