"""Two writers, readers beside a writer, folders that can only be read, models that have changed."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.archive import ingest
from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.writer import ArchiveWriter
from qa.errors import BusyError
from qa.models.embedding import load_embedder
from tests.conftest import Qa
from tests.lanes.faults import full_disk, sharing
from tests.lanes.faults.full_disk import PROJECT
from tests.lanes.faults.lanes import Lane
from tests.lanes.faults.sharing import republish
from tests.lanes.faults.stories import STORY, story_article
from tests.lanes.faults.zygote import Zygote
from tests.support.models import make_static_model
from tests.support.plain import WordEmbedder, story

pytestmark = pytest.mark.faults
NOBODY = 65534


def test_readers_see_one_generation_each_while_others_are_published(memory: Path, lane: Lane) -> None:
    outcome = republish(memory, lane.republications)
    outcome.assert_whole(8)
    assert int(outcome.notes["least of one reader"]) > 0


@pytest.mark.model
def test_a_second_command_is_told_who_is_writing_and_harms_nothing(tmp_path: Path) -> None:
    model = make_static_model(tmp_path / "model")
    rows = [{"id": f"r{number}", "text": " ".join(story(number))} for number in range(450)]  # two batches
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "one.jsonl").write_text(json.dumps({"id": "late", "text": "The mill burnt."}))
    common = ("--archive", str(tmp_path / "archive"), "--json")
    modules = ("sentence_transformers", "ui.cli.app", "datasketch", "faiss")
    with Zygote(*modules) as first, Zygote(*modules) as second:
        error = tmp_path / "first"
        arguments = ("add", str(tmp_path / "many.jsonl"), *common, "--embedder", str(model))
        pid = first.start(tmp_path / "out", error, "qa", *arguments)
        deadline = time.monotonic() + 120
        while '"acknowledged"' not in error.read_text():
            assert time.monotonic() < deadline, error.read_text()
            time.sleep(0.01)
        os.kill(pid, signal.SIGSTOP)  # it stays in the middle of its work however fast it is
        second.start(tmp_path / "none", tmp_path / "refused", "qa", "add", str(tmp_path / "one.jsonl"), *common)
        assert os.waitstatus_to_exitcode(second.wait()) == 1
        assert (
            f"another process is writing to this archive (pid {pid}); wait until it is done"
            in (tmp_path / "refused").read_text()
        )
        os.kill(pid, signal.SIGCONT)
        assert os.waitstatus_to_exitcode(first.wait()) == 0
        second.start(tmp_path / "none", tmp_path / "refused", "qa", "add", str(tmp_path / "one.jsonl"), *common)
        assert os.waitstatus_to_exitcode(second.wait()) == 0
    assert verification.verify(tmp_path / "archive").ok
    assert verification.status(tmp_path / "archive").articles == 451


def test_a_second_writer_in_a_thread_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("The mill burnt.")
    told: list[Exception | ingest.AddReport] = []

    def add() -> None:
        try:
            told.append(ingest.add(tmp_path / "archive", [tmp_path / "one.txt"], WordEmbedder()))
        except BusyError as error:
            told.append(error)

    with ArchiveWriter(tmp_path / "archive", WordEmbedder()) as writer:
        writer.upsert(story_article("n1", 1))
        thread = threading.Thread(target=add)
        thread.start()
        thread.join()
        writer.commit()
    add()
    refusal, report = told
    assert isinstance(refusal, BusyError)
    assert f"(pid {os.getpid()})" in str(refusal)
    assert isinstance(report, ingest.AddReport)
    assert report.added == 1
    assert verification.status(tmp_path / "archive").articles == 2


@pytest.fixture(params=["after a clean close", "after a kill"])
def closed(request: pytest.FixtureRequest) -> Iterator[Path]:
    """An archive in a folder that every user may read."""
    with tempfile.TemporaryDirectory(prefix="dateline-faults-") as name:
        Path(name).chmod(0o755)
        archive = Path(name) / "archive"
        if request.param == "after a kill":
            with Zygote("tests.lanes.faults.sharing", "datasketch", "faiss") as zygote:
                zygote.start(
                    Path(name) / "out", Path(name) / "err", "tests.lanes.faults.sharing:add_and_die", str(archive)
                )
                assert os.WIFSIGNALED(zygote.wait())
            assert (archive / "archive.sqlite-wal").stat().st_size > 0
        else:
            with ArchiveWriter(archive, WordEmbedder()) as writer:
                for name in sharing._NAMES:
                    writer.upsert(story_article(name, 1))
                writer.commit()
        yield archive


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_reads_an_archive_that_only_its_owner_may_write(closed: Path) -> None:
    for path in (closed, *closed.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    out, error = closed.parent / "out", closed.parent / "err"
    with Zygote("tests.lanes.faults.sharing", "datasketch", "faiss") as zygote:
        zygote.start(out, error, "tests.lanes.faults.sharing:look", str(closed), str(NOBODY))
        assert (zygote.wait(), error.read_text()) == (0, "")
    said = json.loads(out.read_text())
    assert said["read"] == 1
    assert f"{closed}: cannot be written (Permission denied); give another folder with --archive" in said["written"]


@pytest.mark.skipif(not full_disk.can_mount(), reason="file systems cannot be mounted here: that takes root")
def test_an_archive_on_a_read_only_file_system_is_read_and_refuses_to_be_written(closed: Path) -> None:
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$1" -m tests.lanes.faults.sharing "$0"'
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(closed), sys.executable],
        capture_output=True,
        text=True,
        cwd=PROJECT,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["read"] == 1
    assert f"{closed}: cannot be written (Read-only file system)" in said["written"]


@pytest.fixture
def fresh_models() -> Iterator[None]:
    """Models are loaded anew, as by a new process."""
    load_embedder.cache_clear()
    yield
    load_embedder.cache_clear()


@pytest.mark.model
@pytest.mark.parametrize(
    ("words", "dimension", "told", "way_out"),
    [
        ("dam mayor vote mill river rose ostra sensor fire flood", 32, "is not the one it was made with", "restore"),
        ("dam sensor mayor vote fire mill river flood rose", 48, "is not the one it was made with", "restore"),
        ("", 0, "not on this machine and nothing is downloaded", "give its folder"),
    ],
    ids=["the same name, other weights", "another dimension", "its folder is gone"],
)
def test_a_changed_model_is_refused_and_the_index_stays(
    qa: Qa, news: Path, tmp_path: Path, fresh_models: None, words: str, dimension: int, told: str, way_out: str
) -> None:
    model = make_static_model(tmp_path / "model")
    assert qa("add", news, "--embedder", model)[0] == 0
    before = _fingerprints(tmp_path / "archive")
    whole = qa("search", "dam", "--json", "--reranker", "none")[1]
    model.rename(tmp_path / "aside")
    if words:
        make_static_model(model, words, dimension)
    load_embedder.cache_clear()
    code, out, error = qa("search", "dam")
    assert (code, out, told in error, way_out in error) == (1, "", True, True), error
    (tmp_path / "more.txt").write_text("The mayor of Ostra came back.")
    code, out, error = qa("add", tmp_path / "more.txt")
    assert code == 1
    assert ("was indexed with embedder" if words else told) in error
    assert _fingerprints(tmp_path / "archive") == before
    if words:
        for path in model.rglob("*"):
            path.unlink() if path.is_file() else None
        model.rename(tmp_path / "other")
    (tmp_path / "aside").rename(model)
    load_embedder.cache_clear()
    assert qa("search", "dam", "--json", "--reranker", "none")[1] == whole


def _fingerprints(archive: Path) -> dict[str, str]:
    """The hashes of the database and of all index files."""
    with Archive(archive).view():
        pass
    files = [archive / "archive.sqlite", *(archive / "generations").rglob("*")]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}


def test_an_archive_is_the_same_whether_it_was_written_in_one_run_or_in_many(tmp_path: Path) -> None:
    for act in STORY:
        act.play(tmp_path / "archive")
    assert verification.verify(tmp_path / "archive").ok
