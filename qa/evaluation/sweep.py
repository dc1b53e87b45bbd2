"""Sweeps: every run over every question set, and one table that compares each run with the first."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any, cast

from qa.errors import InputError
from qa.evaluation.comparison import MeasureDifference, compare_runs
from qa.evaluation.measures import MEASURES
from qa.evaluation.runs import Run, read_run
from qa.evaluation.statistics import Figure, holm
from qa.evaluation.trial import K, Trial
from qa.filters import DEFAULTS, Conditions, checked
from qa.settings import AskSettings


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
    """The trials of a sweep file, set by set, each with all runs in order; ``measures`` by full name."""

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
        """Return the JSON that ``qa sweep`` prints."""
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
        begin: called with a trial and its number of questions; returns the function to report the progress to.
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


HEADLINES = (
    "passage.answer.mrr@10", "article.hit@1", "article.hit@10", "article.ndcg@10", "answers.f1", "abstention.accuracy",
)  # fmt: skip
_NAME = re.compile(r"[\w(][\w .,+=()-]{0,99}")  # it becomes a folder's name
_KINDS = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}


def read_sweep(path: Path, archive: Path) -> Sweep:
    """Read a sweep file; ``archive`` is that of sets and runs that name none.

    Raises:
        InputError: if the file cannot be read, or holds a key or value that is not allowed; the message names it.
    """
    table = _Table(path, "", _loaded(path))
    measures = tuple(table.texts("measures")) or HEADLINES
    for name in measures:
        if name not in MEASURES:
            raise InputError(f"{path}: measures: {name!r} is not a measure; choose from {', '.join(MEASURES)}")
    sets, runs = table.tables("set"), table.tables("run")
    table.done()
    made = [_run(run) for run in runs]
    trials = []
    for one in sets:
        name, questions = one.name(), path.parent / one.text("questions")
        own = one.text("archive", "")
        one.done()
        if not questions.is_file():
            raise InputError(f"{path}: set {name!r}: questions: {questions} is not a file; give a question file")
        for run_name, named, settings, k, conditions in made:
            place = (named or own).replace("{set}", name)
            folder = path.parent / place if place else archive
            trials.append(SweepTrial(name, run_name, Trial(questions, folder, settings, k, conditions)))
    return Sweep(tuple(trials), measures)


def _run(table: "_Table") -> tuple[str, str, AskSettings, int, Conditions]:
    name, archive = table.name(), table.text("archive", "")
    settings = table.settings("settings")
    options = table.rest({"k": K, **DEFAULTS})
    k, conditions = options.pop("k", K), cast(Conditions, options)
    with table.errors():
        checked(k, conditions)
    return name, archive, settings, k, conditions


class _Table:
    """A table of a sweep file; its keys are read one by one, and keys that remain are rejected by name."""

    def __init__(self, path: Path, where: str, values: Mapping[str, Any]) -> None:
        self._path = path
        self._where = where
        self._values = dict(values)

    def name(self) -> str:
        name = self.text("name")
        if not _NAME.fullmatch(name):
            raise self._error(
                "name", f"{name!r} cannot be a folder's name; use letters, digits, spaces and . , + = - ( )"
            )
        self._where = f"{self._where.split()[0]} {name!r}"
        return name

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or not (value or default == ""):
            raise self._error(key, "is missing; give a string" if value is None else f"{value!r} is not a string")
        return value

    def texts(self, key: str) -> list[str]:
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self._error(key, f"{value!r} is not a list of strings")
        return value

    def tables(self, key: str) -> "list[_Table]":
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            raise self._error(key, f"is missing; give at least one [[{key}]]")
        names = [str(one.get("name")) for one in value]
        if again := next((name for name in names if names.count(name) > 1), ""):
            raise self._error(key, f"name {again!r} is used twice; give each {key} its own")
        return [_Table(self._path, f"{key} {number}", one) for number, one in enumerate(value, 1)]

    def settings(self, key: str) -> AskSettings:
        value = self._values.pop(key, {})
        if not isinstance(value, dict):
            raise self._error(key, f"{value!r} is not a table")
        table = _Table(self._path, f"{self._where}: {key}", value)
        chosen = table.rest(asdict(AskSettings()))
        with table.errors():
            return AskSettings(**chosen)

    def rest(self, defaults: Mapping[str, Any]) -> dict[str, Any]:
        """Return the remaining keys, of these names only, each value of the type of its default."""
        chosen = {}
        for key in [name for name in self._values if name in defaults]:
            chosen[key] = self._checked(key, self._values.pop(key), defaults[key])
        self.done(list(defaults))
        return chosen

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Name the file and the table in an error that is raised inside."""
        try:
            yield
        except InputError as error:
            raise self._error("", str(error)) from error

    def done(self, allowed: Sequence[str] = ()) -> None:
        for key in self._values:
            way_out = f"; allowed: {', '.join(allowed)}" if allowed else "; remove it"
            raise self._error(key, f"is not a key{way_out}")

    def _checked(self, key: str, value: Any, default: Any) -> Any:
        if isinstance(default, tuple):
            if isinstance(value, list) and all(isinstance(one, str) for one in value):
                return tuple(value)
            raise self._error(key, f"{value!r} is not a list of strings")
        wanted = (int, float) if isinstance(default, float) else type(default)
        if not isinstance(value, wanted) or isinstance(value, bool) != isinstance(default, bool):
            raise self._error(key, f"{value!r} is not {_KINDS[type(default)]}")
        return float(value) if isinstance(default, float) else value

    def _error(self, key: str, cause: str) -> InputError:
        return InputError(": ".join(part for part in (str(self._path), self._where, key) if part) + f": {cause}")


def _loaded(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read ({error}): give a sweep file, in TOML or JSON") from error
    try:
        loaded = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not {'JSON' if path.suffix == '.json' else 'TOML'} ({error})") from error
    if not isinstance(loaded, dict):
        raise InputError(f'{path}: is not an object; give {{"set": […], "run": […]}}')
    return loaded
