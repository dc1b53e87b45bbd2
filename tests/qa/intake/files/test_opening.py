"""Files that change between the look at them and their opening, and how many articles they are counted to hold."""

import gzip
import json
import os
import time
from pathlib import Path

from qa.intake import Rejection, count
from qa.intake.files.opening import confine, open_file
from qa.intake.files.paths import Found, find
from qa.intake.reader import NO_DEFAULTS, read_found
from qa.settings import Limits
from tests.qa.intake.test_reader import STORY, lines, write


def test_a_file_that_became_a_link_out_of_its_folder_is_not_read(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", STORY)
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    write(folder / "inner" / "a.txt", STORY)
    (found,) = find([folder])
    assert isinstance(found, Found)
    (folder / "inner" / "a.txt").unlink()
    (folder / "inner" / "a.txt").symlink_to(secret)
    try:
        confine(found.root)
        (by_file,) = read_found(found, NO_DEFAULTS, Limits())
        (folder / "inner" / "a.txt").unlink()
        (folder / "inner").rmdir()
        (tmp_path / "other").mkdir()
        write(tmp_path / "other" / "a.txt", STORY)
        (folder / "inner").symlink_to(tmp_path / "other")
        (by_folder,) = read_found(found, NO_DEFAULTS, Limits())
    finally:
        confine("")
    reason = "cannot be read (a link that leads out of the folder: add its target by name)"
    assert (by_file, by_folder) == (Rejection(str(found.path), 0, reason),) * 2


def test_a_file_that_became_something_else_or_went_away_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "One."}\n')
    (found,) = find([path])
    assert isinstance(found, Found)
    path.unlink()
    assert [one.reason for one in read_found(found, NO_DEFAULTS, Limits()) if isinstance(one, Rejection)] == [
        "cannot be read (No such file or directory)"
    ]
    os.mkfifo(path)
    assert [one.reason for one in read_found(found, NO_DEFAULTS, Limits()) if isinstance(one, Rejection)] == [
        "cannot be read (no longer a file)"
    ]


def test_a_file_that_grows_is_read_as_long_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "One.")
    with open_file(path) as stream, path.open("a") as more:
        more.write(" Two.")
        more.flush()
        assert stream.read() == b"One."
    with open_file(path) as stream:
        assert stream.read() == b"One. Two."


def test_a_file_that_is_cut_while_it_is_read_gives_what_is_left(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "One. " * 100_000)
    with open_file(path) as stream:
        os.truncate(path, 5)
        assert stream.read() == b"One. "


def test_counting_takes_nothing_apart(tmp_path: Path) -> None:
    assert count([write(tmp_path / "a.jsonl", b"{\n\n \t\nbroken\n" + b"[" * 200_000)]) == 3
    assert count([write(tmp_path / "b.jsonl", b"")]) == 1
    assert count([write(tmp_path / "c.jsonl", b"x" * 3_000_000 + b"\n" + b"y" * 3_000_000)]) == 2
    (tmp_path / "folder").mkdir()
    lines(tmp_path / "folder" / "d.jsonl", [{"question": "Who?"}] * 5)
    assert count([tmp_path / "folder"]) == 0
    assert count([tmp_path / "folder" / "d.jsonl"]) == 5


def test_counting_stops_early_in_a_bomb(tmp_path: Path) -> None:
    record = json.dumps({"text": "Rain."}).encode() + b"\n"
    small = write(tmp_path / "a.jsonl.gz", gzip.compress(record * 1000))
    assert count([small]) == 1000
    bomb = write(tmp_path / "b.jsonl.gz", gzip.compress(b"\0" * 300_000_000, 1))
    began = time.process_time()
    assert count([bomb]) == 1
    assert time.process_time() - began < 1
