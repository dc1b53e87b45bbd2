import json
from pathlib import Path

import pytest

from qa.archive import ingest
from qa.archive.archive import Archive
from qa.archive.ingest import AddReport, Callbacks
from qa.intake import Rejection
from tests.support.plain import WordEmbedder


def write(path: Path, *texts: str) -> Path:
    path.write_text("".join(json.dumps({"id": f"r{n}", "text": text}) + "\n" for n, text in enumerate(texts)))
    return path


def test_all_that_was_given_is_accounted_for(tmp_path: Path, embedder: WordEmbedder) -> None:
    file = write(tmp_path / "a.jsonl", "One.", "Two.")
    with file.open("a") as out:
        out.write("broken\n")
    report = ingest.add(tmp_path / "archive", [file, tmp_path / "none.txt"], embedder)
    assert (report.given, report.added, report.updated, report.unchanged) == (4, 2, 0, 0)
    assert [(Path(r.file).name, r.line) for r in report.rejected] == [("a.jsonl", 3), ("none.txt", 0)]
    write(file, "One.", "Two, changed.", "Three.")
    report = ingest.add(tmp_path / "archive", [file], embedder)
    assert (report.given, report.added, report.updated, report.unchanged) == (3, 1, 1, 1)
    assert report.given == report.added + report.updated + report.unchanged + len(report.rejected)


def test_what_stands_in_the_archive_is_not_embedded_again(tmp_path: Path, embedder: WordEmbedder) -> None:
    first = ingest.add(tmp_path / "archive", [write(tmp_path / "a.jsonl", "The same words.", "Others.")], embedder)
    assert first.embedded == 2
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "copy", "text": "The same words.", "source": "Wire"}) + "\n")
    assert ingest.add(tmp_path / "archive", [tmp_path / "b.jsonl"], embedder).embedded == 0


def test_callbacks_hear_of_every_reading_and_of_batches_once_they_are_safe(
    tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_BATCH_ARTICLES", 2)
    seen: list[object] = []
    safe: list[list[str]] = []

    def acknowledged(ids: list[str]) -> None:
        safe.append(ids)
        with Archive(tmp_path / "archive").view() as view:
            assert {i for batch in safe for i in batch} == {listed.id for listed in view.articles()}

    callbacks = Callbacks(acknowledged=acknowledged, read=seen.append)
    file = write(tmp_path / "a.jsonl", "One.", "Two.", "Three.", "Four.", "Five.")
    ingest.add(tmp_path / "archive", [file, tmp_path / "none"], embedder, callbacks=callbacks)
    assert safe == [["r0", "r1"], ["r2", "r3"], ["r4"]]
    assert len(seen) == 6
    assert isinstance(seen[-1], Rejection)


def test_an_interrupt_leaves_a_true_report(
    tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_BATCH_ARTICLES", 2)
    report = AddReport()

    def interrupt(ids: list[str]) -> None:
        raise KeyboardInterrupt

    file = write(tmp_path / "a.jsonl", "One.", "Two.", "Three.")
    with pytest.raises(KeyboardInterrupt):
        ingest.add(tmp_path / "archive", [file], embedder, callbacks=Callbacks(acknowledged=interrupt), report=report)
    assert (report.given, report.added) == (2, 2)
    with Archive(tmp_path / "archive").view() as view:
        assert sorted(listed.id for listed in view.articles()) == ["r0", "r1"]
