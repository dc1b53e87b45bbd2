"""Run folders, and two of them → what differs, and whether by chance.

A run folder holds ``report.json``, ``questions.jsonl`` (a result a line), ``run.trec`` (TREC run format, for
other tools) and ``settings.json``: what was run, and the SHA-256 of the other three.  It is written last, so
that a folder without matching sums is known to be unfinished or damaged.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import numpy as np

from qa.errors import InputError
from qa.evaluation import ANSWERS, LEVELS, RETRIEVAL, FoundPassage, QuestionResult, Report
from qa.questions import Gold, Target
from qa.records import Evidence, Question
from qa.resampling import Figure, Floats, bootstrap, holm, means, randomisation_test

MEASURES = (
    *(f"{level}.{name}" for level in LEVELS for name in RETRIEVAL),
    *(f"answers.{name}" for name in ANSWERS),
    "abstention.accuracy",
)
_KIND = "dateline run 1"
_SEALED = ("questions.jsonl", "report.json", "run.trec")
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Run:
    """A finished evaluation as it stands in its folder; ``report`` is what ``qa eval`` printed."""

    folder: Path
    settings: Mapping[str, Any]
    report: Mapping[str, Any]
    results: tuple[QuestionResult, ...]


@dataclass(frozen=True, slots=True)
class MeasureDifference:
    """A measure's means in both runs over the ``n`` questions that both score; ``difference`` is b - a.

    ``low`` and ``high`` bound the difference (95 %), ``p`` is the chance of one as large if the runs were
    alike, ``p_holm`` the same corrected for the number of measures.
    """

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    n: int


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question and the measure of it that changed most, from ``a`` to ``b``."""

    id: str
    question: str
    measure: str
    a: float
    b: float
    difference: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs, and how many questions they share."""

    both: int
    only_a: int
    only_b: int
    measures: tuple[MeasureDifference, ...]
    changed: tuple[ChangedQuestion, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what ``qa compare`` prints."""
        measures = [asdict(one) for one in self.measures]
        for measure in measures:
            del measure["n"]
            measure.update({name: round(measure[name], 6) for name in measure if name != "name"})
        counts = {"both": self.both, "only_a": self.only_a, "only_b": self.only_b}
        return {"questions": counts, "measures": measures, "changed": [asdict(one) for one in self.changed]}


class RunWriter:
    """Writes a run folder while questions are asked, so that a run cut short leaves what it had.

    Used in a ``with`` statement: results go to ``questions.jsonl.partial``, line by line, until ``finish``
    puts everything in place.  A run folder's own files are overwritten, others in it are left alone.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """Make the folder; one that holds something else than a run is an InputError."""
        self.folder = folder
        self._settings = settings
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        interrupted = names <= {f"{name}{_PARTIAL}" for name in (*_SEALED, "settings.json")}
        if folder.exists() and not (folder.is_dir() and (interrupted or _is_run(folder))):
            raise InputError(f"{folder} holds something else than a run: name a new or empty folder")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lines = (folder / f"questions.jsonl{_PARTIAL}").open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise _unwritable(folder, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(OSError):  # a full disk was reported by what came before
            self._lines.close()

    def add(self, result: QuestionResult) -> None:
        """Write a result, so that it survives what comes after."""
        try:
            print(json.dumps(asdict(result), ensure_ascii=False), file=self._lines, flush=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def finish(self, report: Report) -> Path:
        """Put the run in place of the one before it, if any, and return its folder."""
        try:
            self._lines.close()
            self._write("report.json", json.dumps(report.to_dict(), ensure_ascii=False, indent=1) + "\n")
            self._write("run.trec", "".join(map(_trec, report.results)))
            sums = {name: sha256(self.folder / f"{name}{_PARTIAL}") for name in _SEALED}
            settings = {**self._settings, "kind": _KIND, "sha256": sums}
            self._write("settings.json", json.dumps(settings, ensure_ascii=False, indent=1) + "\n")
            (self.folder / "report.html").unlink(missing_ok=True)  # it shows the run before
            for name in (*_SEALED, "settings.json"):
                (self.folder / f"{name}{_PARTIAL}").replace(self.folder / name)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        return self.folder

    def _write(self, name: str, text: str) -> None:
        (self.folder / f"{name}{_PARTIAL}").write_text(text, encoding="utf-8", newline="\n")


def write_run(folder: Path, report: Report, settings: Mapping[str, Any]) -> Path:
    """Write a finished report as a run folder and return it; see ``RunWriter``."""
    with RunWriter(folder, settings) as writer:
        for result in report.results:
            writer.add(result)
        return writer.finish(report)


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        InputError: it is not a run, unfinished, or not as it was written.
    """
    if not _is_run(folder):
        raise InputError(f"{folder} is not a run folder of this version: make one with qa eval --out")
    settings = _load(folder, "settings.json")
    for name in _SEALED:
        try:
            same = sha256(folder / name) == settings["sha256"][name]
        except (OSError, KeyError, TypeError) as error:
            raise _damaged(folder / name, "missing or unreadable") from error
        if not same:
            raise _damaged(folder / name, "not as it was written")
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").split("\n")
    try:
        results = tuple(_result(json.loads(line)) for line in lines if line)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(folder / "questions.jsonl", "not made of results") from error
    return Run(folder, settings, _load(folder, "report.json"), results)


def compare(a: Path, b: Path, *, resamples: int = 10_000, seed: int = 0, most: int = 20) -> Comparison:
    """Compare two run folders; see ``compare_runs``."""
    return compare_runs(read_run(a), read_run(b), resamples=resamples, seed=seed, most=most)


def compare_runs(a: Run, b: Run, *, resamples: int = 10_000, seed: int = 0, most: int = 20) -> Comparison:
    """Compare two runs question by question, over those with the same id and text in both.

    Each measure's mean difference gets a bootstrap interval and a paired randomisation test, the tests Holm's
    correction over all measures listed.  ``changed`` holds at most ``most`` questions, largest change first.

    Raises:
        InputError: the runs share no question.
    """
    in_a = {(one.question.id, one.question.text): one for one in a.results}
    in_b = {(one.question.id, one.question.text): one for one in b.results}
    shared = [key for key in in_a if key in in_b]
    if not shared:
        raise InputError(f"{a.folder} and {b.folder} share no question: evaluate the same question file")
    values_a, values_b = (
        np.array([[run[key].measures.get(name, np.nan) for name in MEASURES] for key in shared]) for run in (in_a, in_b)
    )
    differences = values_b - values_a
    paired = ~np.isnan(differences)
    listed = [column for column in range(len(MEASURES)) if paired[:, column].any()]
    p_values = randomisation_test(differences[:, listed], seed=seed, resamples=resamples)
    figures: dict[int, Figure] = {}
    for rows in np.unique(paired[:, listed], axis=1).T:  # measures of the same questions share their draws
        columns = [column for column in listed if (paired[:, column] == rows).all()]
        sample = means(differences[rows][:, columns])
        found = bootstrap(sample, int(rows.sum()), seed=seed, resamples=resamples)
        figures.update(zip(columns, found, strict=True))
    measures = tuple(
        MeasureDifference(
            name=MEASURES[column],
            a=float(values_a[paired[:, column], column].mean()),
            b=float(values_b[paired[:, column], column].mean()),
            difference=figures[column].value or 0.0,
            low=figures[column].low or 0.0,
            high=figures[column].high or 0.0,
            p=p,
            p_holm=p_holm,
            n=figures[column].n,
        )
        for column, p, p_holm in zip(listed, p_values, holm(p_values), strict=True)
    )
    changed = tuple(islice(_changed(shared, values_a, values_b), most))
    return Comparison(len(shared), len(in_a) - len(shared), len(in_b) - len(shared), measures, changed)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed(keys: Sequence[tuple[str, str]], a: Floats, b: Floats) -> Iterator[ChangedQuestion]:
    sizes = np.abs(np.nan_to_num(b - a))
    largest, total = sizes.max(axis=1), sizes.sum(axis=1)
    # Many questions change by exactly 1 in some measure: of these, the ones that change in most come first.
    for row in sorted(range(len(keys)), key=lambda row: (-largest[row], -total[row], keys[row])):
        at = int(sizes[row].argmax())
        before, after = (round(float(run[row, at]), 6) for run in (a, b))
        if largest[row] > 0:
            yield ChangedQuestion(*keys[row], MEASURES[at], before, after, round(after - before, 6))


def _trec(result: QuestionResult) -> str:
    return "".join(
        f"{_bare(result.question.id)} Q0 {_bare(hit.passage_id)} {rank} {hit.score!r} dateline\n"
        for rank, hit in enumerate(result.hits, start=1)
    )


def _bare(name: str) -> str:
    # White space separates the fields of a TREC run.
    return re.sub(r"[\s%]", lambda found: quote(found[0]), name)


def _result(row: dict[str, Any]) -> QuestionResult:
    question, gold = row["question"], row["gold"]
    question["evidence"] = tuple(Evidence(**piece) for piece in question["evidence"])
    question["history"] = tuple((role, text) for role, text in question["history"])
    question["answers"] = tuple(question["answers"])
    for name in ("evidence", "answers"):
        gold[name] = tuple(Target(**target) for target in gold[name])
    gold["articles"] = tuple(gold["articles"])
    row["hits"] = tuple(FoundPassage(**hit) for hit in row["hits"])
    return QuestionResult(**{**row, "question": Question(**question), "gold": Gold(**gold)})


def _is_run(folder: Path) -> bool:
    try:
        return _load(folder, "settings.json").get("kind") == _KIND
    except InputError:
        return False


def _load(folder: Path, name: str) -> dict[str, Any]:
    try:
        loaded = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(folder / name, "missing or unreadable") from error
    return loaded if isinstance(loaded, dict) else {}


def _damaged(path: Path, cause: str) -> InputError:
    return InputError(f"{path} is {cause}: evaluate again into a new folder with qa eval --out")


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"{folder} cannot be written ({error.strerror}): free space or name another folder")
