import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from qa.archive.archive import Archive
from qa.archive.ingest import AddReport
from qa.errors import ArchiveError
from qa.intake import Rejection
from qa.retrieval import Retriever
from tests.support.archive_pages import EVERYTHING, plain, sent, titles
from tests.support.places import PROJECT
from tests.support.plain import WordEmbedder
from ui.pages import additions, archive_html
from ui.pages.additions import Adding, Progress, make_archive
from ui.pages.archive import ArchivePage
from ui.pages.uploads import Uploads


@pytest.fixture
def page(archive: Archive, embedder: WordEmbedder, inbox: Uploads) -> ArchivePage:
    return ArchivePage(archive, Adding(archive, lambda: embedder, inbox))


class SlowEmbedder(WordEmbedder):
    """Waits before each step until it may go on."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def embed_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        self.reached.set()
        assert self.go_on.wait(20)
        return super().embed_passages(texts, progress)


def added(page: ArchivePage, *files: list[str]) -> str:
    """Add files, wait until it is done, and return the report as text."""
    begun = page.add(list(files))
    assert begun["problem"] == ""
    assert page.adding
    page.adding.wait(30)
    step = page.step()
    assert step["state"] == "done"
    return plain(step["report"])


def test_what_is_added_is_counted_and_each_rejection_has_its_reason(page: ArchivePage, inbox: Uploads) -> None:
    report = added(
        page,
        sent(inbox, "storm.txt", "Storm hits Kell\n\nA storm hit the harbour of Kell on Sunday. Two boats sank."),
        sent(inbox, "empty.txt", "", "em<b>pty.txt"),
        sent(inbox, "picture.png", "x"),
        sent(inbox, "two.jsonl", '{"text": "The bridge at Ostra opened.", "id": "bridge"}\n{"title": "no text"}\n'),
    )
    assert "5 given = 2 added + 0 updated + 0 unchanged + 3 rejected" in report
    assert "em<b>pty.txt empty: there is nothing to read" in report
    assert "picture.png a picture: have its text recognised" in report
    assert "two.jsonl, line 2 text is missing" in report
    assert titles(page.find(["storm harbour", None, "", "", 0, 50]))
    assert "5 articles" in page.holdings()["masthead"]
    assert list(inbox.inbox.parent.rglob("*.txt")) == []


def test_a_file_that_was_added_before_is_unchanged_and_one_of_its_name_with_other_text_is_another_article(
    page: ArchivePage, inbox: Uploads
) -> None:
    first = "Storm hits Kell\n\nA storm hit the harbour of Kell on Sunday. Two boats sank."
    other = "Ferry to Ostra\n\nThe ferry to Ostra sails again after a long repair."
    assert "1 given = 1 added" in added(page, sent(inbox, "index.txt", first))
    assert "1 given = 0 added + 0 updated + 1 unchanged" in added(page, sent(inbox, "index.txt", first))
    assert "1 given = 1 added" in added(page, sent(inbox, "index.txt", other))
    assert len(titles(page.find(EVERYTHING))) == 5
    changed = '{"id": "dam", "text": "The dam at Verrin is open again."}'
    assert "1 given = 0 added + 1 updated" in added(page, sent(inbox, "changes.jsonl", changed))


def test_two_files_of_one_name_and_text_are_both_taken(page: ArchivePage, inbox: Uploads) -> None:
    # Uploads lie by their content and name; two from different folders lie at one place.
    storm = sent(inbox, "index.txt", "A storm hit the harbour of Kell on Sunday. Two boats sank.")
    report = added(page, [storm[0], "north/index.txt"], [storm[0], "south/index.txt"])
    assert "2 given = 1 added + 0 updated + 1 unchanged + 0 rejected" in report


def test_nothing_in_the_archive_says_where_uploaded_files_lay(
    page: ArchivePage, inbox: Uploads, archive: Archive
) -> None:
    added(page, sent(inbox, "storm.txt", "A storm hit the harbour of Kell on Sunday. Two boats sank."))
    stored = b"".join(path.read_bytes() for path in sorted(archive.folder.rglob("*")) if path.is_file())
    assert b"storm hit the harbour" in stored
    assert str(inbox.inbox.parent).encode() not in stored
    assert b"storm.txt" not in stored


def test_only_files_that_were_uploaded_can_be_added(page: ArchivePage, inbox: Uploads, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The password is swordfish.")
    inside = sent(inbox, "x.txt", "Text.")[0]
    link = Path(inside).with_name("link.txt")
    link.symlink_to(secret)
    report = added(
        page, [str(secret), "a.txt"], [f"{Path(inside).parent}/../../../{secret.name}", "b.txt"], [str(link), "c.txt"],
        [str(inbox.inbox), "d"], ["", "e"],
    )  # fmt: skip
    assert "5 given = 0 added + 0 updated + 0 unchanged + 5 rejected" in report
    assert "a.txt the uploaded file is no longer on the server: upload it again" in report
    assert secret.exists()


def test_a_second_addition_is_told_to_wait_and_asking_goes_on(
    archive: Archive, inbox: Uploads, embedder: WordEmbedder
) -> None:
    slow = SlowEmbedder()
    page = ArchivePage(archive, Adding(archive, lambda: slow, inbox))
    begun = page.add([sent(inbox, "storm.txt", "A storm hit the harbour of Kell on Sunday.")])
    assert (begun["problem"], begun["state"]) == ("", "running")
    assert slow.reached.wait(20)
    waiting = "Other articles are being added (1 of 1 read). Please wait until that is done."
    assert plain(page.may_add([1, 10, 10])["problem"]) == waiting
    second = sent(inbox, "ferry.txt", "The ferry sails.")
    assert plain(page.add([second])["problem"]) == waiting
    assert plain(page.remove("dam")["problem"]) == waiting
    assert Retriever(archive, embedder).ask("Why was the dam closed?").hits
    assert page.step()["share"] == 1.0
    slow.go_on.set()
    assert page.adding
    page.adding.wait(20)
    assert "1 given = 1 added" in plain(page.step()["report"])
    assert "1 given = 1 added" in added(page, second)


def test_a_cancelled_addition_keeps_what_was_acknowledged(
    archive: Archive, inbox: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.archive.ingest._BATCH_ARTICLES", 2)
    slow = SlowEmbedder()
    slow.go_on.set()
    page = ArchivePage(archive, Adding(archive, lambda: slow, inbox))
    lines = [json.dumps({"id": f"n{n}", "text": f"Story number {n} is about a ship."}) for n in range(5)]
    original = additions._Job.acknowledged

    def acknowledged(job: Any, ids: list[str]) -> None:
        original(job, ids)
        page.cancel()

    monkeypatch.setattr(additions._Job, "acknowledged", acknowledged)
    report = added(page, sent(inbox, "five.jsonl", "\n".join(lines)))
    assert report.startswith("Cancelled. Articles that were already added stay; the others were not added.")
    assert "2 given = 2 added" in report
    assert archive.article("n1")
    assert archive.article("n2") is None
    assert [path for path in inbox.inbox.parent.rglob("*") if path.is_file()] == []


def test_another_writer_is_named_and_the_page_stays_usable(page: ArchivePage, inbox: Uploads, archive: Archive) -> None:
    code = (
        "import sys; from pathlib import Path; from qa.archive.writer import ArchiveWriter\n"
        "with ArchiveWriter(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    root = PROJECT
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(archive.folder)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        process.stdout.readline()
        busy = f"another process is writing to this archive (pid {process.pid}); wait until it is done"
        assert busy in plain(page.remove("dam")["problem"])
        storm = "A storm hit the harbour of Kell on Sunday."
        assert busy in added(page, sent(inbox, "storm.txt", storm))
        process.communicate()
        assert "1 given = 1 added" in added(page, sent(inbox, "storm.txt", storm))
    finally:
        process.kill()
        process.wait()


def test_what_cannot_be_written_is_told_and_the_page_stays_usable(
    page: ArchivePage, inbox: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("qa.archive.indexes.publisher.write_lexical", full)
        report = added(page, sent(inbox, "storm.txt", "A storm hit the harbour of Kell."))
        assert "No space left on device" in report
        assert "0 given" in report
        assert "No space left on device" in page.remove("dam")["problem"].replace("&#91;", "").replace("&#93;", "")
    assert len(titles(page.find(EVERYTHING))) == 3
    assert plain(page.remove("dam")["said"]) == "“Dam closed” was removed."


def test_an_unforeseen_failure_is_logged_and_told_without_its_details(
    archive: Archive, inbox: Uploads, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise RuntimeError("secret detail")

    page = ArchivePage(archive, Adding(archive, broken, inbox))
    report = added(page, sent(inbox, "storm.txt", "A storm."))
    assert report.startswith("Something went wrong while adding, and it has been logged.")
    assert "secret detail" in caplog.text
    assert page.adding
    assert page.adding.waits() == ""


def test_how_far_an_addition_is_stands_in_words() -> None:
    going = Progress("running", 1, 200, 40, 600, 29.6, 312.0)
    assert archive_html.progress_html(going) == (
        "40 of 200 articles read · 600 passages embedded, 30 a second · about 5 minutes left"
    )
    assert archive_html.progress_html(Progress("running", 1)) == "Looking through the files …"
    assert archive_html.duration(4) == "a few seconds"
    assert archive_html.duration(33) == "about 30 seconds"
    assert archive_html.duration(7300) == "about 2 hours"


def test_a_long_list_of_rejections_is_cut_and_counted() -> None:
    report = AddReport(rejected=[Rejection(f"{n}.txt", 0, "empty") for n in range(203)])
    html = archive_html.report_html(Progress("done", 1, report=report))
    assert html.count("<li>") == 201
    assert "and 3 more" in html


def test_an_archive_is_made_where_there_is_none_and_left_alone_where_there_is(tmp_path: Path, archive: Archive) -> None:
    before = (archive.folder / "archive.sqlite").read_bytes()
    make_archive(archive.folder)
    assert (archive.folder / "archive.sqlite").read_bytes() == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("x")
    with pytest.raises(ArchiveError, match=r"holds other files \(thesis\.doc\)"):
        make_archive(tmp_path / "other")
