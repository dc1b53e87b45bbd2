"""Folders, links and special files on their way in."""

import os
import socket
from pathlib import Path

import pytest

from qa.intake import Reading, Rejection, count, read
from tests.qa.intake.test_reader import STORY, lines, refused, write


def test_a_folder_is_walked_in_sorted_order_without_hidden_and_readme_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b/x.txt", "c.txt", "a.md", ".hidden.txt", ".git/y.txt", "README.md", "b/readme.txt"):
        write(tmp_path / name, STORY)
    names = [str(Path(found.file).relative_to(tmp_path)) for found in read([tmp_path])]
    assert names == ["a.md", "b/x.txt", "c.txt"]


def test_a_question_file_is_skipped_in_a_folder_and_refused_by_name(tmp_path: Path) -> None:
    questions = lines(tmp_path / "questions.jsonl", [{"question": "Who?"}, {"question": "When?"}])
    write(tmp_path / "a.txt", STORY)
    assert [Path(found.file).name for found in read([tmp_path])] == ["a.txt"]
    assert list(read([questions])) == [
        Rejection(str(questions), 1, "this is a question file: use qa eval"),
        Rejection(str(questions), 2, "this is a question file: use qa eval"),
    ]


def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "b.txt"))
        reasons = [found.reason for found in read([tmp_path, Path("/dev/null")]) if isinstance(found, Rejection)]
    assert reasons == ["a FIFO, not a file", "a socket, not a file", "a device, not a file"]


def test_links_never_lead_out_of_a_folder_or_round_in_it(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", STORY)
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    write(folder / "inner" / "z.txt", STORY)
    (folder / "a.txt").symlink_to(secret)
    (folder / "b").symlink_to(tmp_path)
    (folder / "c.txt").symlink_to("c.txt")
    (folder / "d.txt").symlink_to("gone.txt")
    (folder / "inner" / "up").symlink_to(folder)
    found = {str(Path(entry.file).relative_to(folder)): entry for entry in read([folder])}
    reasons = {name: entry.reason for name, entry in found.items() if isinstance(entry, Rejection)}
    assert reasons == {
        "a.txt": "a link that leads out of the folder: add its target by name",
        "b": "a link that leads out of the folder: add its target by name",
        "c.txt": "a link that leads to itself",
        "d.txt": "a link to nothing",
        "inner/up": "a link that leads back to a folder above it",
    }
    assert isinstance(found["inner/z.txt"], Reading)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_rejection(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", STORY)
    path.chmod(0)
    assert refused(path).reason == "cannot be read (Permission denied)"


def test_the_number_to_come_is_known_before_reading(tmp_path: Path) -> None:
    for name in ("a.txt", "b.md", "c.pdf"):
        write(tmp_path / name, STORY)
    assert count([tmp_path]) == 3
    (tmp_path / "d.jsonl").write_text('{"text": "One."}\n\nbroken\n{"text": "Two."}\n')
    assert count([tmp_path]) == 6
    assert count([tmp_path]) == len(list(read([tmp_path])))


def test_an_archive_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY)
    (tmp_path / "archive").mkdir()
    write(tmp_path / "archive" / "archive.sqlite", "")
    write(tmp_path / "archive" / "writer.pid", "1")
    assert len(list(read([tmp_path]))) == 1
