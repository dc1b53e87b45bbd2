"""All hostile cases at small sizes; ``python -m tests.lanes.hostile --full`` runs them at full size."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from qa.archive import ingest
from qa.archive.care.verification import verify
from qa.intake import Reading, Rejection
from qa.intake.sandbox.parent import read_apart
from tests.conftest import Qa
from tests.lanes.hostile.case import SENTENCE, STORY, Case, file
from tests.lanes.hostile.oddities import NAMES, RECORDS, SPECIAL
from tests.lanes.hostile.running import ALL, Counts, is_read, problem, run_all
from tests.support.plain import WordEmbedder
from ui.data import to_json
from ui.render import terminal_text

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Counts:
    return run_all(tmp_path_factory.mktemp("hostile"))


def test_every_hostile_file_and_record_ends_as_it_is_written(counts: Counts) -> None:
    assert counts.problems == []
    assert counts.handled == counts.cases >= 290
    assert (counts.crashed, counts.hung, counts.silently_empty, counts.unexpected) == (0, 0, 0, 0)


def test_nothing_is_written_beside_the_archive(counts: Counts) -> None:
    assert counts.written_outside == 0


def test_no_file_takes_much_memory(counts: Counts) -> None:
    assert 0 < counts.parent_peak_mb < 1536
    assert 0 < counts.child_peak_mb < 1536


def test_the_cases_are_of_all_kinds_and_have_names_of_their_own() -> None:
    assert {case.group for case in ALL} == {11, 12, 13, 14, 15, 16, 17, 18}
    assert len({case.name for case in ALL}) == len(ALL)
    assert all(case.text or case.rejected for case in ALL)


def test_a_case_that_ends_otherwise_is_told() -> None:
    wanted = Case("x", 16, file("a.txt", ""), SENTENCE)
    reading = next(read_apart([]), None)
    assert reading is None
    assert problem(wanted, [Rejection("a.txt", 0, "empty")]) == "0 articles, rejected for ['empty']"
    assert problem(Case("x", 16, file("a.txt", ""), "", "binary"), [Rejection("a.txt", 0, "binary data")]) == ""
    assert problem(Case("x", 16, file("a.txt", ""), "", "binary"), [Rejection("a.txt", 0, "empty")])
    assert problem(wanted, [])


def _given(folder: Path) -> list[Path]:
    """Records, special files and names, each written into a folder of its own."""
    given = []
    for number, case in enumerate((*RECORDS, *SPECIAL, *NAMES)):
        if is_read(case):
            home = folder / f"{number:03d}"
            home.mkdir(parents=True)
            given.append(case.make(home, False))
    return given


def test_the_four_numbers_add_up_over_everything_hostile(tmp_path: Path, embedder: WordEmbedder) -> None:
    given = _given(tmp_path / "given")
    heard: list[Reading | Rejection] = []
    callbacks = ingest.Callbacks(read=heard.append)
    report = ingest.add(tmp_path / "archive", given, embedder, callbacks=callbacks)
    assert report.given == report.added + report.updated + report.unchanged + len(report.rejected) == len(heard)
    assert report.added + report.unchanged > 150
    assert len(report.rejected) > 2500
    again = ingest.add(tmp_path / "archive", given, embedder)
    assert again.given == report.given
    assert (again.added, again.rejected) == (0, report.rejected)
    assert verify(tmp_path / "archive").ok


def test_hostile_names_are_told_without_control_characters_and_lines_of_their_own(tmp_path: Path) -> None:
    shown, told = io.StringIO(), []
    console = Console(file=shown, width=100_000, highlight=False, markup=False, emoji=False)
    for number, case in enumerate(NAMES):
        (tmp_path / f"{number:03d}").mkdir()
        for one in read_apart([case.make(tmp_path / f"{number:03d}", False)]):
            before = shown.tell()
            console.print(terminal_text.reading_text(one))
            shown.seek(before)
            first = shown.read()
            assert first.split("\n")[0].startswith(str(tmp_path)), case.name
            assert not any(line.startswith("rejected:") for line in first.split("\n")), case.name
            told.append(one.file)
    text = shown.getvalue()
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 0x7F <= ord(c) < 0xA0)]
    assert not [c for c in text if c in "\u202e\u200b" or 0xD800 <= ord(c) < 0xE000 or ord(c) > 0xE0000]
    text.encode()
    assert len(json.loads(to_json(told))) == len(told) > 30
    to_json(told).encode()


def test_a_name_that_is_no_utf8_is_added_and_known_again(tmp_path: Path, qa: Qa) -> None:
    import os

    folder = tmp_path / "given"
    folder.mkdir()
    (folder / os.fsdecode(b"caf\xe9\n\x1b[31m.txt")).write_text(STORY)
    (folder / os.fsdecode(b"x\xff.txt")).write_text("")
    code, out, err = qa("add", folder, "--dry-run")
    assert code == 3
    assert "\x1b" not in out
    assert "2 given: 1 readable, 1 rejected" in out
    assert "\x1b" not in err
