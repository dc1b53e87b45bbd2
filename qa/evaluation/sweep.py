"""Sweeps: every run over every question set, and one table of what each is worth beside the first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

from qa.evaluation.comparison import MeasureDifference, compare_runs
from qa.evaluation.runs import Run, read_run
from qa.evaluation.statistics import Figure, holm
from qa.evaluation.trial import Trial


@dataclass(frozen=True, slots=True)
class SweepTrial:
    """One run over one set."""

    set: str
    run: str
    trial: Trial

    def folder(self, out: Path) -> Path:
        """Return the run folder, below the sweep's own."""
        return out / self.set / self.run


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep file asks for, set by set, each with all runs in order; ``measures`` by full name."""

    trials: tuple[SweepTrial, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A measure of a run, and how it differs from that of the set's first run (None for that one itself).

    ``p_holm`` is corrected for all comparisons of the table.
    """

    set: str
    run: str
    measure: str
    figure: Figure
    versus: MeasureDifference | None
    p_holm: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the row as in the table's JSON."""
        names = ("difference", "low", "high", "p", "detectable")
        keys = ("difference", "difference_low", "difference_high", "p", "detectable")
        row: dict[str, Any] = {"set": self.set, "run": self.run, "measure": self.measure, **self.figure.to_dict()}
        for key, name in zip(keys, names, strict=True):
            row[key] = _rounded(getattr(self.versus, name) if self.versus else None)
        return {**row, "p_holm": _rounded(self.p_holm)}


@dataclass(frozen=True, slots=True)
class SweepTable:
    """All runs of a sweep and the rows of its table, by set, then measure, then run."""

    runs: tuple[tuple[SweepTrial, Run], ...]
    rows: tuple[SweepRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what ``qa sweep`` prints."""
        runs = [
            {
                "set": one.set, "run": one.run, "folder": str(run.folder), "questions": run.report["questions"],
                "latency_ms": run.report["latency_ms"],
            }
            for one, run in self.runs
        ]  # fmt: skip
        return {"runs": runs, "rows": [row.to_dict() for row in self.rows]}


def perform(
    sweep: Sweep,
    out: Path,
    *,
    begin: Callable[[SweepTrial, int], Callable[[int, int], None]] | None = None,
    reused: Callable[[SweepTrial], None] | None = None,
    done: Callable[[SweepTrial, int], None] | None = None,
) -> SweepTable:
    """Make every run that ``out`` does not already hold finished, and return the table.

    Args:
        sweep: what to run.
        out: a folder; each run gets one of its own in it, by set and name.
        begin: called with a trial and its number of questions; what it returns is told the progress.
        reused: called with a trial whose run was there already.
        done: called with a trial that was made and how many lines of its question file were not usable.
    """
    for one in sweep.trials:
        folder = one.folder(out)
        if one.trial.performed(folder):
            if reused:
                reused(one)
            continue
        _, rejected = one.trial.perform(folder, begin=_beginning(begin, one))
        if done:
            done(one, len(rejected))
    return tabulate([(one, read_run(one.folder(out))) for one in sweep.trials], sweep.measures)


def tabulate(runs: Sequence[tuple[SweepTrial, Run]], measures: Sequence[str]) -> SweepTable:
    """Compare each run with the first of its set; Holm's correction is over all comparisons of the table."""
    rows: list[SweepRow] = []
    for name in dict.fromkeys(one.set for one, _ in runs):
        members = [(one, run) for one, run in runs if one.set == name]
        first = members[0][1]
        found = {one.run: {each.name: each for each in compare_runs(first, run).measures} for one, run in members[1:]}
        for measure in measures:
            for one, run in members:
                figure = Figure(**reduce(lambda group, key: group[key], measure.split("."), run.report))
                if figure.value is not None:
                    versus = found.get(one.run, {}).get(measure)
                    rows.append(SweepRow(name, one.run, measure, figure, versus, None))
    tested = [row for row in rows if row.versus]
    corrected = iter(holm([row.versus.p for row in tested if row.versus]))
    rows = [replace(row, p_holm=next(corrected)) if row.versus else row for row in rows]
    return SweepTable(tuple(runs), tuple(rows))


def _beginning(
    begin: Callable[[SweepTrial, int], Callable[[int, int], None]] | None, one: SweepTrial
) -> Callable[[int], Callable[[int, int], None]] | None:
    return (lambda total: begin(one, total)) if begin else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0
