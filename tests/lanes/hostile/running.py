"""All hostile cases, run as ``qa add`` runs files, and counted.

    python -m tests.lanes.hostile [--full]

prints the counts as JSON, with the peak memory of this process and of those that took the files apart.
"""

import hashlib
import re
import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from qa.intake import Reading, Rejection
from qa.intake.files.paths import kind_of
from qa.intake.sandbox.parent import read_apart
from qa.settings import Limits
from tests.lanes.hostile import documents, lines, oddities, pages, pdfs
from tests.lanes.hostile.case import Case

ALL: tuple[Case, ...] = (*pdfs.CASES, *documents.CASES, *pages.CASES, *lines.CASES, *oddities.CASES)
SMALL_LIMITS = Limits(parse_seconds=30, parse_cpu_seconds=8)
_BY_LIMIT = re.compile(r"\(parse_(?:seconds|cpu_seconds|memory_bytes)\)")
_CRASHED = re.compile(r"crashes the process that parses it|cannot be parsed")


@dataclass(slots=True)
class Counts:
    """What became of the cases; ``problems`` names each that did not end as it should.

    ``by_limit`` are those that a limit of the process ended, ``crashed`` those that ended it otherwise or raised an
    error, ``hung`` those that took longer than the limits allow, ``silently_empty`` those of which nothing was told or
    an article without text, ``unexpected`` those that ended otherwise than is written in the case, ``waiting`` those
    whose format is not there, so that they are refused by their suffix.  Peaks are of memory while cases are read.
    """

    cases: int = 0
    handled: int = 0
    by_limit: int = 0
    crashed: int = 0
    hung: int = 0
    silently_empty: int = 0
    unexpected: int = 0
    waiting: int = 0
    written_outside: int = 0
    articles: int = 0
    rejections: int = 0
    seconds: float = 0.0
    slowest: str = ""
    slowest_seconds: float = 0.0
    parent_peak_mb: int = 0
    child_peak_mb: int = 0
    problems: list[str] = field(default_factory=list)


def run_all(folder: Path, *, full: bool = False, cases: Sequence[Case] = ALL, limits: Limits | None = None) -> Counts:
    """Write every case into ``folder`` and read it; return what became of them.

    Args:
        folder: an empty one; nothing outside its part for the cases may change.
        full: sizes of gigabytes and millions, with the limits of the product.
        cases: those to run.
        limits: others than usual.
    """
    limits = limits or (Limits() if full else SMALL_LIMITS)
    counts = Counts(cases=len(cases))
    canary = folder / "canary"
    _plant(canary)
    before = _listing(canary)
    began = time.monotonic()
    size = 5 if full else 40  # cases that lie on the disk at once
    for first in range(0, len(cases), size):
        _run(counts, canary / "cases", cases[first : first + size], full, limits)
    if _listing(canary) != before:
        counts.written_outside += 1
        counts.problems.append("something was written beside the cases")
    counts.seconds = round(time.monotonic() - began, 1)
    return counts


def _run(counts: Counts, homes: Path, cases: Sequence[Case], full: bool, limits: Limits) -> None:
    """Write some cases, read them all with as few processes as that takes, and count."""
    given: list[Path] = []
    for number, case in enumerate(cases):
        home = homes / f"{number:02d}"
        home.mkdir(parents=True)
        given.append(case.make(home, full))
    here = _listing(homes)
    found: list[list[Reading | Rejection]] = [[] for _ in cases]
    took = [0.0] * len(cases)
    with _Peaks() as peaks:
        start = time.monotonic()
        try:
            with closing(read_apart(given, limits=limits)) as reading:
                for one in reading:
                    number = _number(one.file, homes, given)
                    found[number].append(one)
                    took[number] += time.monotonic() - start
                    start = time.monotonic()
        except Exception as error:  # an exception is what must never come
            counts.crashed += 1
            counts.problems.append(f"{type(error).__name__}: {error}")
    counts.parent_peak_mb = max(counts.parent_peak_mb, peaks.own)
    counts.child_peak_mb = max(counts.child_peak_mb, peaks.children)
    for case, ones, seconds in zip(cases, found, took, strict=True):
        _count(counts, case, ones, seconds, limits)
        if seconds > counts.slowest_seconds:
            counts.slowest, counts.slowest_seconds = case.name, round(seconds, 1)
    if _listing(homes) != here:
        counts.written_outside += 1
        counts.problems.append("a folder of cases has changed")
    shutil.rmtree(homes)


def _number(file: str, homes: Path, given: Sequence[Path]) -> int:
    """Return which case a file belongs to: its folder says, or that its path was given."""
    if file.startswith(f"{homes}/"):
        return int(file[len(f"{homes}/") :].split("/")[0])
    return given.index(Path(file))


class _Peaks:
    """The most memory, in megabytes, that is held while it lasts (0: not known).

    ``own`` is what this process holds more than before, ``children`` the most that one of those holds which take files
    apart.
    """

    def __init__(self) -> None:
        self.own = self.children = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Peaks":
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the peak of this process is counted from now on
        self._before = _peak("self")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.own = max(1, _peak("self") - self._before)

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            for tasks in Path("/proc/self/task").glob("*/children"):
                with suppress(OSError):
                    parsing = filter(_parses, tasks.read_text().split())
                    self.children = max([self.children, *map(_peak, parsing)])


def _parses(process: str) -> bool:
    """Whether a process takes files apart: not another child, nor one that is still a copy of its parent."""
    with suppress(OSError):
        return b"sandbox.worker" in Path(f"/proc/{process}/cmdline").read_bytes()
    return False


def _peak(process: str) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0


def is_read(case: Case) -> bool:
    """Whether files of the case's format are read at all."""
    return bool(kind_of(Path(f"a{case.needs}")))


def problem(case: Case, found: Sequence[Reading | Rejection]) -> str:
    """Return how a case ended otherwise than it should; ``""`` when it did not."""
    texts = [one.article.text for one in found if isinstance(one, Reading)]
    reasons = [one.reason for one in found if isinstance(one, Rejection)]
    if not is_read(case):
        return "" if reasons and not texts else "not refused, though its format is not there"
    read = any(case.text in text for text in texts)
    refused = bool(reasons) and all(re.search(case.rejected, reason) for reason in reasons)
    if case.either:
        good = (bool(case.text) and read and not reasons) or (refused and not texts)
    else:
        good = (read if case.text else not texts) and (refused if case.rejected else not reasons)
    return "" if good else f"{len(texts)} articles, rejected for {[reason[:150] for reason in reasons[:3]]}"


def _count(counts: Counts, case: Case, found: Sequence[Reading | Rejection], took: float, limits: Limits) -> None:
    reasons = [one.reason for one in found if isinstance(one, Rejection)]
    counts.articles += len(found) - len(reasons)
    counts.rejections += len(reasons)
    counts.waiting += not is_read(case)
    counts.by_limit += any(_BY_LIMIT.search(reason) for reason in reasons)
    wrong = problem(case, found)
    if not found or any(isinstance(one, Reading) and not one.article.text.strip() for one in found):
        counts.silently_empty += 1
        wrong = wrong or "silently empty"
    elif any(_CRASHED.search(reason) for reason in reasons):
        counts.crashed += 1
        wrong = wrong or reasons[0]
    elif took > (limits.parse_seconds + 5) * max(1, len(reasons)):
        counts.hung += 1
        wrong = wrong or f"took {took:.0f} seconds"
    elif wrong:
        counts.unexpected += 1
    else:
        counts.handled += 1
    if wrong:
        counts.problems.append(f"{case.name}: {wrong}")


def _plant(folder: Path) -> None:
    """Write the files that nobody may change."""
    for name in ("escaped.txt", "one/two/three.txt", "one/escaped.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def _listing(folder: Path) -> dict[str, str]:
    """Return what lies below a folder: kind, size, time and, of small files, content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        small = path.is_file() and not path.is_symlink() and status.st_size < 100_000
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if small else ""
        found[str(path)] = f"{status.st_mode} {status.st_size} {status.st_mtime_ns} {digest}"
    return found
