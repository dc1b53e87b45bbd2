"""Flaky browser tests: failures over many runs, also on a machine that is busy with other work.

    python -m lab.benchmarks.robustness.flakes [--runs 20] [--busy N] [--select TESTS]...

Each run is a fresh ``pytest`` of ``tests/lanes/browser``.  With ``--busy N`` that many processes compute all the
while, which delays pages and servers at unusual places: one a core provokes most races.  Prints the seconds of each run
and how often each test failed; exits with 1 if any did.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.measure import where

ROOT = Path(__file__).parents[3]
# The lines with which ``pytest -rfE`` ends.
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
_SUMS = re.compile(r"^.*\b(?:passed|failed|error|no tests ran)\b.* in [\d.]+s.*$", re.MULTILINE)


def failed_tests(output: str) -> set[str]:
    """Return the tests that an output of pytest names as failed or as broken before or after."""
    return set(_FAILED.findall(output))


def once(tests: Sequence[str]) -> tuple[set[str], str, float]:
    """Run the tests; return those that failed, pytest's line of totals, and the seconds it took."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-rfE", "--tb=short", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    failed = failed_tests(done.stdout)
    sums = _SUMS.findall(done.stdout)
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-2000:], file=sys.stderr, flush=True)
        failed = failed or {f"(pytest ended with {done.returncode})"}
    return failed, sums[-1].strip("= ") if sums else "no summary", seconds


# Computes until it is killed or its parent is gone.
_BURN = "import os; parent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes computing."""
    burners = [subprocess.Popen([sys.executable, "-c", _BURN]) for _ in range(processes)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument(
        "--busy", type=int, default=0, help=f"processes that compute meanwhile (cores: {os.cpu_count()})"
    )
    parser.add_argument("--select", action="append", default=[], help="files or tests instead of tests/lanes/browser")
    given = parser.parse_args(arguments)
    print(where())
    failures: Counter[str] = Counter()
    with busy(given.busy):
        for run in range(1, given.runs + 1):
            failed, sums, seconds = once(given.select or ["tests/lanes/browser"])
            failures.update(failed)
            print(f"run {run:>2}: {seconds:6.0f} s   {sums}", flush=True)
    print(f"\n{given.runs} runs, {given.busy} busy processes: {failures.total()} failures")
    for name, count in failures.most_common():
        print(f"{count:>4} of {given.runs}   {name}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
