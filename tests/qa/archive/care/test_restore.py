import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.care.backup import SEAL_BYTES, make_backup
from qa.archive.care.restore import restore_backup
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError, BusyError, DamageError, InputError
from tests.qa.archive.care.test_backup import names
from tests.support.places import PROJECT
from tests.support.plain import WordEmbedder


def test_every_damage_to_a_backup_is_noticed_and_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    file = tmp_path / "news.backup"
    make_backup(archive.folder, file)
    whole = file.read_bytes()
    bad = tmp_path / "bad"
    for place in range(0, len(whole), len(whole) // 97):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        bad.write_bytes(flipped)
        with pytest.raises((DamageError, InputError), match=r"bad: is (damaged|not a whole backup)"):
            restore_backup(bad, tmp_path / "new")
        assert names(tmp_path) == {"archive", "news.backup", "bad"}
    for length in (0, 1, 50, 5000, len(whole) - SEAL_BYTES, len(whole) - 1):
        bad.write_bytes(whole[:length])
        with pytest.raises(InputError, match="bad: is not a whole backup"):
            restore_backup(bad, tmp_path / "new")
    bad.write_bytes(whole[: len(whole) // 2] + whole[-SEAL_BYTES:])
    with pytest.raises(DamageError, match="is damaged: its bytes do not match its seal"):
        restore_backup(bad, tmp_path / "new")
    bad.write_bytes(whole.replace(b"Dateline backup 0001", b"Dateline backup 0002"))
    with pytest.raises(InputError, match="is a backup of version 2, this program reads up to 1"):
        restore_backup(bad, tmp_path / "new")
    with pytest.raises(InputError, match="no such file"):
        restore_backup(tmp_path / "none", tmp_path / "new")
    assert names(tmp_path) == {"archive", "news.backup", "bad"}


def test_a_backup_of_a_newer_archive_is_refused(archive: Archive, tmp_path: Path) -> None:
    from qa.archive.care import backup

    file = tmp_path / "news.backup"
    make_backup(archive.folder, file)
    file.write_bytes(file.read_bytes()[:-SEAL_BYTES])
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    backup._seal(file, backup.no_progress)
    with pytest.raises(ArchiveError, match=r"news.backup: this archive has format 99"):
        restore_backup(file, tmp_path / "new")
    assert names(tmp_path) == {"archive", "news.backup"}


def test_only_a_new_or_empty_folder_takes_a_backup(archive: Archive, tmp_path: Path, embedder: WordEmbedder) -> None:
    file = tmp_path / "news.backup"
    make_backup(archive.folder, file)
    with pytest.raises(InputError, match=r"already holds an archive; .*--force"):
        restore_backup(file, archive.folder)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(InputError, match=r"holds other files \(notes.txt\)"):
            restore_backup(file, tmp_path / "mine", force=force)
    (archive.folder / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(notes.txt\)"):
        restore_backup(file, archive.folder, force=True)
    (archive.folder / "notes.txt").unlink()
    with (
        ArchiveWriter(archive.folder, embedder),
        pytest.raises(BusyError, match="another process is writing"),
    ):
        restore_backup(file, archive.folder, force=True)
    (tmp_path / "empty").mkdir(0o750)
    inode = (tmp_path / "empty").stat().st_ino
    restore_backup(file, tmp_path / "empty")
    assert (tmp_path / "empty").stat().st_ino == inode  # its owner, rights and mounts are as they were


def back_up_and_change(archive: Archive, folder: Path, embedder: WordEmbedder) -> None:
    make_backup(archive.folder, folder / "news.backup")
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.delete(["dam"])
        writer.commit()


def test_an_open_reader_sees_the_archive_that_was_put_in_place(
    archive: Archive, tmp_path: Path, embedder: WordEmbedder
) -> None:
    back_up_and_change(archive, tmp_path, embedder)
    with archive.view() as view:
        assert {listed.id for listed in view.articles()} == {"vote", "fire"}
    assert restore_backup(tmp_path / "news.backup", archive.folder, force=True).replaced
    with archive.view() as view:
        assert {listed.id for listed in view.articles()} == {"dam", "vote", "fire"}
    assert names(tmp_path) == {"archive", "news.backup"}


def test_a_view_that_outlives_its_archive_does_not_bring_it_back(
    archive: Archive, tmp_path: Path, embedder: WordEmbedder
) -> None:
    back_up_and_change(archive, tmp_path, embedder)

    def held() -> set[str]:
        with archive.view() as view:
            return {listed.id for listed in view.articles()}

    with archive.view() as old:
        restore_backup(tmp_path / "news.backup", archive.folder, force=True)
        assert held() == {"dam", "vote", "fire"}
        assert {listed.id for listed in old.articles()} == {"vote", "fire"}
    assert held() == {"dam", "vote", "fire"}


def test_a_broken_archive_is_replaced(archive: Archive, tmp_path: Path, embedder: WordEmbedder) -> None:
    make_backup(archive.folder, tmp_path / "news.backup")
    (archive.folder / "archive.sqlite").write_bytes(b"no database any more" * 500)
    with pytest.raises(DamageError):
        make_backup(archive.folder, tmp_path / "news.backup", force=True)
    restore_backup(tmp_path / "news.backup", archive.folder, force=True)
    assert verification.verify(archive.folder).ok


def limited(size: int, work: Callable[[], object]) -> str:
    """Do something in a process of its own that can write no file over a size; return its QaError, '' without one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            work()
            os._exit(0)
        except ArchiveError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status)
    assert (os.WEXITSTATUS(status) == 0) == (told == "")
    return told


@pytest.mark.faults
def test_a_full_disk_leaves_no_half_file_and_says_so(archive: Archive, tmp_path: Path) -> None:
    make_backup(archive.folder, tmp_path / "news.backup")
    size = (tmp_path / "news.backup").stat().st_size
    for share in range(10):
        told = limited(size * share // 10, lambda: make_backup(archive.folder, tmp_path / "other"))
        assert "other: cannot be written" in told
        assert "make room" in told
        told = limited(size * share // 10, lambda: restore_backup(tmp_path / "news.backup", tmp_path / "new"))
        assert "cannot be written" in told
        assert names(tmp_path) == {"archive", "news.backup"}
    assert verification.verify(archive.folder).ok


@pytest.mark.faults
@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", ["backup", "new", "force"])
def test_a_kill_at_any_step_leaves_the_old_or_the_new(what: str, tmp_path: Path) -> None:
    script = PROJECT / "tests" / "lanes" / "faults" / "keeping_kills.py"
    # Without "named" a restoration takes minutes: run the script for that.
    done = subprocess.run([sys.executable, script, what, tmp_path, "named"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= {"backup": 5, "new": 10, "force": 10}[what]


def test_an_interrupt_leaves_nothing_behind(archive: Archive, tmp_path: Path) -> None:
    make_backup(archive.folder, tmp_path / "news.backup")
    steps: list[str] = []

    def interrupt(doing: str, done: int, total: int) -> None:
        if doing not in steps:
            steps.append(doing)
            signal.raise_signal(signal.SIGINT)

    while True:
        try:
            make_backup(archive.folder, tmp_path / "other", progress=interrupt)
            break
        except KeyboardInterrupt:
            assert names(tmp_path) == {"archive", "news.backup"}
    (tmp_path / "other").unlink()
    assert steps == ["copying pages", "checking articles", "sealing bytes"]
    steps.clear()
    while True:
        try:
            restore_backup(tmp_path / "news.backup", tmp_path / "new", progress=interrupt)
            break
        except KeyboardInterrupt:
            assert names(tmp_path) == {"archive", "news.backup"}
    assert steps == ["copying bytes", "making the indexes", "checking articles"]
