"""Throughput with many short articles and a thousand long ones: peak memory, articles a second, no repeated embedding.

    python -m lab.benchmarks.speed.throughput [--articles 100000] [--long 1000] [--static] [--seed 1]

Briefs of 60 to 100 words and long articles of 3,000 or more, all made up and unlike each other, lie in files of their
own.  ``qa add`` adds them in a process of its own, is killed once half of them are acknowledged, and is run again; then
once more over the same files, and once more after all have moved to another folder.  A passage that was acknowledged
has to be embedded once over all four runs.  ``--static`` takes a small static model instead of the packaged one, to
measure storage alone.
"""

import argparse
import json
import os
import random
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from lab.measure import where
from tests.support.models import make_static_model

PROJECT = Path(__file__).parents[3]
_FOLDER = 500  # files of one folder
_WORD = re.compile(r"[a-z]{2,}")
_SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "n", "r", "s")]
_WARM = (
    "import sys; from qa.models.embedding import load_embedder;"
    " load_embedder(sys.argv[1]).embed_passages(['The dam at Verrin was closed on Monday. ' * 40] * 64)"
)


class Writer:
    """Makes up articles: words as frequent as in a language, in sentences of 8 to 25, no two alike.

    Nine in ten words are those of the seed articles, which a model reads whole; the others are made up, as names are to
    it.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        known = {word for path in (PROJECT / "seeds").glob("*.txt") for word in _WORD.findall(path.read_text().lower())}
        names = {"".join(self._random.choices(_SYLLABLES, k=self._random.randint(2, 3))) for _ in range(40_000)} - known
        self._words = [*self._random.sample(sorted(known), k=len(known)), *sorted(names)]
        frequencies = [1 / (10 + rank) for rank in range(len(known))]
        frequencies += [sum(frequencies) / 9 / len(names)] * len(names)
        self._weights = list(accumulate(frequencies))

    def article(self, words: int) -> str:
        """Return a title and a body of about so many words, in paragraphs of four sentences."""
        sentences: list[str] = []
        left = words
        while left > 0:
            count = self._random.randint(8, 25)
            sentences.append(
                " ".join(self._random.choices(self._words, cum_weights=self._weights, k=count)).capitalize() + "."
            )
            left -= count
        title = " ".join(self._random.choices(self._words, k=6)).capitalize()
        body = "\n\n".join(" ".join(sentences[i : i + 4]) for i in range(0, len(sentences), 4))
        return f"{title}\n\n{body}\n"

    def short(self) -> str:
        """Return an article of 60 to 100 words."""
        return self.article(self._random.randint(52, 88))

    def long(self) -> str:
        """Return an article of 3,000 to 4,000 words."""
        return self.article(self._random.randint(3_000, 4_000))


@dataclass(frozen=True, slots=True)
class Run:
    """One ``qa add``: its report (empty when it was killed), how long it took, and what it needed.

    ``seconds`` are by the clock, ``computing`` those of its processors; ``peak`` is memory in bytes; ``batches`` holds
    the seconds computed until each acknowledgement and its number of articles.
    """

    report: dict[str, Any]
    seconds: float
    computing: float
    peak: int
    batches: tuple[tuple[float, int], ...]

    @property
    def acknowledged(self) -> int:
        """How many articles were acknowledged."""
        return sum(count for _, count in self.batches)

    @property
    def steps(self) -> list[float]:
        """Seconds computed for each batch but the first, which also loads the model."""
        times = [at for at, _ in self.batches]
        return [later - earlier for earlier, later in pairwise(times)]


def main() -> None:
    """Make, add, kill, add again, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--long", type=int, default=1_000)
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(where())
    with tempfile.TemporaryDirectory() as name:
        _measure(Path(name), arguments.articles, arguments.long, arguments.static, arguments.seed)


def _measure(folder: Path, short: int, long: int, static: bool, seed: int) -> None:
    news, archive, total = folder / "news", folder / "archive", short + long
    _make(news, Writer(seed), short, long)
    model = str(make_static_model(folder / "model")) if static else "all-MiniLM-L6-v2"
    _, loaded, _ = _wait(subprocess.Popen([sys.executable, "-c", _WARM, model], cwd=PROJECT))
    print(f"{short} short and {long} long articles; embedder {'static' if static else model}, alone {_mb(loaded)}")
    first = _add(news, archive, model, kill_after=total // 2)
    kept = _count(archive)
    print(
        f"killed after {first.seconds:.0f} s ({first.computing:.0f} s computing): {first.acknowledged} acknowledged, "
        f"{kept} passages; {_mb(first.peak)}"
    )
    second = _add(news, archive, model)
    stored = _count(archive)
    _print("resumed", second)
    assert first.acknowledged <= second.report["unchanged"], "an acknowledged article was lost"
    assert second.report["unchanged"] + second.report["added"] == total
    twice = kept + second.report["embedded"] - stored
    print(f"embedded: {kept} + {second.report['embedded']} for {stored} different passages, {twice} twice")
    fresh = [step for step, (_, count) in zip(second.steps, second.batches[1:], strict=True) if count < 2_000]
    for told, steps in (("first", first.steps[:10]), ("last", fresh[-11:-1])):
        if steps:
            print(
                f"the {told} {len(steps)} batches: {statistics.median(steps):.2f} s computing each, "
                f"at most {max(steps):.2f} s"
            )
    again = _add(news, archive, model)
    _print("added again", again)
    news.rename(folder / "moved")
    moved = _add(folder / "moved", archive, model)
    _print("added after a move", moved)
    for run in (again, moved):
        assert (run.report["embedded"], run.report["unchanged"]) == (0, total), run.report
    assert (twice, _count(archive)) == (0, stored)
    peak = max(run.peak for run in (first, second, again, moved))
    print(f"peak memory {_mb(peak)}, {_mb(peak - loaded)} over the model's own; goal: 2048 MiB over it")
    print(f"archive {_mb(sum(path.stat().st_size for path in archive.rglob('*') if path.is_file()))} on disk")


def _make(news: Path, writer: Writer, short: int, long: int) -> None:
    every = max(1, short // long) if long else 0
    for number in range(short + long):
        folder = news / f"{number // _FOLDER:04d}"
        if number % _FOLDER == 0:
            folder.mkdir(parents=True)
        # Long ones lie among the short, so that the two halves are alike.
        is_long = long and number % (every + 1) == every and number // (every + 1) < long
        text = writer.long() if is_long else writer.short()
        (folder / f"{number:06d}.txt").write_text(text)


def _add(news: Path, archive: Path, model: str, kill_after: int = 0) -> Run:
    command = [sys.executable, "-m", "ui", "add", str(news), "--archive", str(archive), "--json"]
    if not archive.exists():
        command += ["--embedder", model]
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    batches: list[tuple[float, int]] = []
    for count in _acknowledged(process):
        batches.append((_computed(process.pid), count))
        if kill_after and sum(count for _, count in batches) >= kill_after:
            process.send_signal(signal.SIGKILL)
            break
    assert process.stdout is not None
    report = process.stdout.read()
    seconds = time.perf_counter() - begun
    code, peak, computing = _wait(process)
    assert code == (-signal.SIGKILL if kill_after else 0), code
    return Run(json.loads(report) if report else {}, seconds, computing, peak, tuple(batches))


def _acknowledged(process: "subprocess.Popen[str]") -> Iterator[int]:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith('{"acknowledged"'):
            yield len(json.loads(line)["acknowledged"])
        else:
            sys.stderr.write(line)


def _wait(process: "subprocess.Popen[Any]") -> tuple[int, int, float]:
    """Wait for a process; return its exit code, its peak memory in bytes and the seconds that it computed."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def _computed(pid: int) -> float:
    """Return the seconds that a running process has computed (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _count(archive: Path) -> int:
    """Return how many different passages are stored."""
    with closing(sqlite3.connect(f"file:{archive / 'archive.sqlite'}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(DISTINCT text_sha256) FROM passage").fetchone()[0])


def _print(told: str, run: Run) -> None:
    report = run.report
    print(
        f"{told}: {report['added']} added, {report['unchanged']} unchanged, {report['embedded']} passages embedded in "
        f"{run.seconds:.0f} s ({run.computing:.0f} s computing), {report['given'] / run.seconds:.0f} articles/s; "
        f"{_mb(run.peak)}"
    )


def _mb(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


if __name__ == "__main__":
    main()
