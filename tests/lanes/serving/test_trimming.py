"""Memory that was freed between things that are still held, given back."""

import subprocess
import sys

import pytest

from tests.lanes.serving.served import ROOT

# One in a hundred of what is freed stays, so that hardly a stretch of the heap is free to its end.
_SCATTER = """
import re
from pathlib import Path
from ui.server.server import trim
def held(): return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) >> 10
many = [bytes(2_000) for _ in range(100_000)]
kept = many[::100] + [many[-1]]
del many
before = held()
trim()
print(before - held())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is given back by glibc alone")
def test_freed_memory_is_given_back_though_it_lies_scattered() -> None:
    done = subprocess.run([sys.executable, "-c", _SCATTER], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert int(done.stdout) > 150  # of 200 MB
