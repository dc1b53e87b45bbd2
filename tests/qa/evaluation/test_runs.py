"""Run folders: written, read, overwritten, damaged."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from qa.archive.storage.files import hash_file
from qa.errors import InputError
from qa.evaluation.comparison import compare
from qa.evaluation.report import summarise
from qa.evaluation.runs import RunWriter, read_run, write_run
from tests.qa.evaluation.test_comparison import F1, MRR, a_report, a_result


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    results = (a_result("1", {MRR: 0.5, F1: 1 / 3}), a_result("ü", {}))
    folder = write_run(tmp_path / "deep" / "run", a_report(*results), {"k": 10, "file": "q.jsonl"})
    run = read_run(folder)
    assert run.results == results
    assert (run.settings["k"], run.settings["file"]) == (10, "q.jsonl")
    assert run.report["questions"] == {"given": 2}
    assert sorted(path.name for path in folder.iterdir()) == [
        "latency.json",
        "questions.jsonl",
        "report.json",
        "run.trec",
        "settings.json",
    ]


def test_a_run_has_a_line_a_question_and_a_trec_file_with_safe_ids(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", a_report(a_result("q\t1", {MRR: 0.5})), {})
    lines = (folder / "questions.jsonl").read_text("utf-8").split("\n")
    assert len(lines) == 2
    assert lines[1] == ""
    assert json.loads(lines[0])["question"]["id"] == "q\t1"
    assert json.loads(lines[0])["measures"] == {MRR: 0.5}
    assert (folder / "run.trec").read_text("utf-8") == (
        "q%091 Q0 p%201 1 0.5 dateline\nq%091 Q0 p%252 2 0.25 dateline\n"
    )


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    report = a_report(a_result("1", {MRR: 0.5}), a_result("2", {MRR: 1.0}))
    first, second = (write_run(tmp_path / name, report, {"k": 10}) for name in "ab")
    for name in ("questions.jsonl", "report.json", "run.trec", "settings.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_runs_that_differ_in_time_alone_differ_in_no_other_file(tmp_path: Path) -> None:
    slow = replace(a_result("1", {MRR: 0.5}), latency_ms=99.0)
    first = write_run(tmp_path / "a", summarise([a_result("1", {MRR: 0.5})]), {"k": 10})
    second = write_run(tmp_path / "b", summarise([slow]), {"k": 10})
    for name in ("questions.jsonl", "report.json", "run.trec"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert (first / "latency.json").read_bytes() != (second / "latency.json").read_bytes()
    settings = [json.loads((folder / "settings.json").read_text()) for folder in (first, second)]
    sums = [one.pop("sha256") for one in settings]
    assert settings[0] == settings[1]
    assert {name for name in sums[0] if sums[0][name] != sums[1][name]} == {"latency.json"}
    assert read_run(second).results == (slow,)
    assert read_run(second).report == json.loads(json.dumps(summarise([slow]).to_dict()))


def test_an_interrupted_run_keeps_its_lines_and_the_run_before_it(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", a_report(a_result("old", {})), {})
    with RunWriter(folder, {}) as writer:
        writer.add(a_result("new", {}))
        partial = (folder / "questions.jsonl.partial").read_text("utf-8")
    assert json.loads(partial)["question"]["id"] == "new"
    assert [one.question.id for one in read_run(folder).results] == ["old"]
    write_run(folder, a_report(a_result("newer", {})), {})
    assert [one.question.id for one in read_run(folder).results] == ["newer"]
    assert not list(folder.glob("*.partial"))


def test_a_folder_with_only_an_interrupted_run_is_used_again(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run", {}) as writer:
        writer.add(a_result("1", {}))
    with pytest.raises(InputError, match="run is not a run folder of this version: make one"):
        read_run(tmp_path / "run")
    write_run(tmp_path / "run", a_report(a_result("2", {})), {})
    assert [one.question.id for one in read_run(tmp_path / "run").results] == ["2"]


def test_overwriting_a_run_drops_its_page_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", a_report(a_result("1", {})), {})
    (folder / "report.html").write_text("old figures")
    (folder / "notes.txt").write_text("mine")
    write_run(folder, a_report(a_result("2", {})), {})
    assert not (folder / "report.html").exists()
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["notes.txt", "questions.jsonl", "settings.json"])
def test_a_folder_that_is_not_a_run_is_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(InputError, match="holds something other than a run: name a new or empty folder"):
        RunWriter(tmp_path, {})
    assert (tmp_path / name).read_text() == '{"mine": 1}'
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_no_place_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(InputError, match="run holds something other than a run"):
        RunWriter(tmp_path / "run", {})
    with pytest.raises(InputError, match=r"cannot be written \(.+\): free space or name another folder"):
        RunWriter(tmp_path / "run" / "below", {})


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: (folder / "run.trec").unlink(),
            r"run\.trec is missing or unreadable: evaluate",
        ),
        (lambda folder: (folder / "report.json").write_text("{}"), r"report\.json is not as it was written"),
        (lambda folder: (folder / "settings.json").write_text("{"), "is not a run folder of this version"),
        (lambda folder: (folder / "settings.json").write_text("[]"), "is not a run folder of this version"),
        (lambda folder: (folder / "settings.json").unlink(), "is not a run folder of this version"),
        (
            lambda folder: (folder / "questions.jsonl").write_bytes(
                (folder / "questions.jsonl").read_bytes().replace(b"0.5", b"0.6")
            ),
            r"questions\.jsonl is not as it was written",
        ),
    ],
)
def test_a_damaged_run_names_the_file_and_the_way_out(
    tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    folder = write_run(tmp_path / "run", a_report(a_result("1", {MRR: 0.5})), {})
    damage(folder)
    with pytest.raises(InputError, match=message):
        read_run(folder)


def test_a_missing_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none is not a run folder of this version: make one with qa"):
        compare(tmp_path / "none", tmp_path / "none")


def test_a_files_sum_is_its_sha256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert hash_file(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
