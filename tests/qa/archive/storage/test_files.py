"""Each file operation of the door reaches the disk: what is flushed, seen at ``os.fsync``."""

import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest

from qa.archive.storage import files


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What was flushed, in order: inode, and size then (-1 for a folder)."""
    seen: list[tuple[int, int]] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        found = os.fstat(descriptor)
        seen.append((found.st_ino, -1 if stat.S_ISDIR(found.st_mode) else found.st_size))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return seen


def test_a_file_is_flushed_when_all_of_it_is_written(tmp_path: Path, flushed: list[tuple[int, int]]) -> None:
    sha256 = files.write(tmp_path / "a", [b"one ", memoryview(b"two")])
    assert (tmp_path / "a").read_bytes() == b"one two"
    assert sha256 == hashlib.sha256(b"one two").hexdigest()
    assert flushed == [((tmp_path / "a").stat().st_ino, 7)]
    assert files.flush_and_hash(tmp_path / "a") == sha256
    assert flushed[1:] == [((tmp_path / "a").stat().st_ino, 7)]


def test_new_folders_are_flushed_in_those_above_them(tmp_path: Path, flushed: list[tuple[int, int]]) -> None:
    files.make_folders(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    assert flushed == [(tmp_path.stat().st_ino, -1), ((tmp_path / "a").stat().st_ino, -1)]
    files.make_folders(tmp_path / "a" / "b")
    assert len(flushed) == 2


def test_a_flushed_folder_is_the_one_that_is_named(tmp_path: Path, flushed: list[tuple[int, int]]) -> None:
    files.flush_folder(tmp_path)
    assert flushed == [(tmp_path.stat().st_ino, -1)]


def test_what_is_removed_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("x")
    for _ in range(2):
        files.remove(tmp_path / "folder" / "file")
        files.remove_folder(tmp_path / "folder")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_behind_a_file_is_flushed_with_it(tmp_path: Path, flushed: list[tuple[int, int]]) -> None:
    (tmp_path / "a").write_bytes(b"one ")
    files.append(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"one two"
    assert flushed == [((tmp_path / "a").stat().st_ino, 7)]


@pytest.mark.parametrize("at_once", [True, False])
def test_two_folders_change_names_whether_or_not_the_system_does_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(files.sys, "platform", "darwin")
    elif sys.platform.startswith("linux"):
        monkeypatch.delattr(files, "rename")  # there is no moment without one of the names
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    files.exchange(tmp_path / "one", tmp_path / "other")
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")) == [
        "one", "one/other", "other", "other/one",
    ]  # fmt: skip
