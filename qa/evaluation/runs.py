"""Run folders: the files of an evaluation, with checksums that show whether they are complete.

A run folder holds ``report.json``, ``questions.jsonl`` (a result a line), ``run.trec`` (TREC run format, for
other tools), ``latency.json`` and ``settings.json``: the settings of the run, and the SHA-256 of the other four.  It is
written last, so a folder without matching checksums is unfinished or damaged.

Times are in ``latency.json`` alone, so that two runs with the same results have the same bytes in the first three
files, and ``diff`` shows whether anything but the time differs.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from qa.archive.storage.files import hash_file
from qa.errors import InputError
from qa.evaluation.questions import Gold, Target
from qa.evaluation.report import FoundPassage, QuestionResult, Report
from qa.records import Evidence, Question

_KINDS = "dateline run "
_KIND = f"{_KINDS}2"
_SEALED = ("latency.json", "questions.jsonl", "report.json", "run.trec")
_PARTIAL = ".partial"
_GROUPS = ("by_type", "by_source")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished evaluation, read from its folder; ``report`` is the JSON that ``qa eval`` printed."""

    folder: Path
    settings: Mapping[str, Any]
    report: Mapping[str, Any]
    results: tuple[QuestionResult, ...]


class RunWriter:
    """Writes a run folder while questions are asked, so that an interrupted run leaves its results so far.

    Used in a ``with`` statement: results go to ``questions.jsonl.partial``, line by line, until ``finish``
    puts everything in place.  A run folder's own files are overwritten, others in it are left alone.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        """Make the folder; one that holds something other than a run is an InputError."""
        self.folder = folder
        self._settings = settings
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        interrupted = names <= {f"{name}{_PARTIAL}" for name in (*_SEALED, "settings.json")}
        if folder.exists() and not (folder.is_dir() and (interrupted or _kind(folder).startswith(_KINDS))):
            raise InputError(f"{folder} holds something other than a run: name a new or empty folder")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lines = (folder / f"questions.jsonl{_PARTIAL}").open("w", encoding="utf-8", newline="\n")
        except OSError as error:
            raise _unwritable(folder, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(OSError):  # a full disk was reported before
            self._lines.close()

    def add(self, result: QuestionResult) -> None:
        """Write a result to the partial file at once."""
        row = asdict(result)
        del row["latency_ms"]
        try:
            print(json.dumps(row, ensure_ascii=False), file=self._lines, flush=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def finish(self, report: Report) -> Path:
        """Complete the run, which replaces an earlier one in the folder, and return the folder."""
        try:
            self._lines.close()
            timeless, timed = _apart(report)
            self._write("report.json", json.dumps(timeless, ensure_ascii=False, indent=1) + "\n")
            self._write("latency.json", json.dumps(timed, ensure_ascii=False, indent=1) + "\n")
            self._write("run.trec", "".join(map(_trec, report.results)))
            sums = {name: hash_file(self.folder / f"{name}{_PARTIAL}") for name in _SEALED}
            settings = {**self._settings, "kind": _KIND, "sha256": sums}
            self._write("settings.json", json.dumps(settings, ensure_ascii=False, indent=1) + "\n")
            (self.folder / "report.html").unlink(missing_ok=True)  # it shows the earlier run
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


def read_settings(folder: Path) -> dict[str, Any]:
    """Return the settings of a finished run in a folder; empty if there is none."""
    return _load(folder, "settings.json") if _kind(folder) == _KIND else {}


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        InputError: if it is not a run, is unfinished, or is damaged.
    """
    if _kind(folder) != _KIND:
        raise InputError(f"{folder} is not a run folder of this version: make one with qa eval --out")
    settings = _load(folder, "settings.json")
    for name in _SEALED:
        try:
            same = hash_file(folder / name) == settings["sha256"][name]
        except (OSError, KeyError, TypeError) as error:
            raise _damaged(folder / name, "missing or unreadable") from error
        if not same:
            raise _damaged(folder / name, "not as it was written")
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").split("\n")
    timed = _load(folder, "latency.json")
    try:
        rows = zip((line for line in lines if line), timed["questions"], strict=True)
        results = tuple(_result({**json.loads(line), "latency_ms": latency_ms}) for line, latency_ms in rows)
        report = _together(_load(folder, "report.json"), timed)
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(folder / "questions.jsonl", "not made of results") from error
    return Run(folder, settings, report, results)


def _apart(report: Report) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the report's JSON without its latencies, and the latencies."""
    timeless = report.to_dict()
    timed: dict[str, Any] = {"latency_ms": timeless.pop("latency_ms")}
    for name in _GROUPS:
        timed[name] = {kind: scores.pop("latency_ms") for kind, scores in timeless[name].items()}
    return timeless, {**timed, "questions": [one.latency_ms for one in report.results]}


def _together(report: dict[str, Any], timed: dict[str, Any]) -> dict[str, Any]:
    for name in _GROUPS:
        for kind, scores in report[name].items():
            scores["latency_ms"] = timed[name][kind]
    return {**report, "latency_ms": timed["latency_ms"]}


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
    row["sources"] = tuple(row["sources"])
    row["hits"] = tuple(FoundPassage(**hit) for hit in row["hits"])
    row["marks"] = tuple((start, end) for start, end in row.get("marks", ()))
    return QuestionResult(**{**row, "question": Question(**question), "gold": Gold(**gold)})


def _kind(folder: Path) -> str:
    try:
        return str(_load(folder, "settings.json").get("kind", ""))
    except InputError:
        return ""


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
