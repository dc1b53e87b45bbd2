"""``qa add --sync``: what it shows, asks and removes."""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa.archive.storage.files import writer_lock
from tests.conftest import Qa
from tests.qa.archive.test_sync import TEXTS


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Let stdin and stderr be a terminal, at which somebody types what is given."""
    controller, end = os.openpty()
    with os.fdopen(end, "r+b", buffering=0) as raw, io.TextIOWrapper(raw, write_through=True) as stream:

        def types(answer: str) -> None:
            monkeypatch.setattr(sys, "stdin", stream)
            monkeypatch.setattr(sys, "stderr", stream)
            os.write(controller, f"{answer}\n".encode())

        yield types
        monkeypatch.undo()
    os.close(controller)


def numbers(out: str) -> dict[str, object]:
    report = json.loads(out)
    return {name: report[name] for name in ("given", "added", "updated", "unchanged", "removed")}


@pytest.mark.model
def test_the_command_shows_and_removes_what_is_agreed(qa: Qa, tmp_path: Path, terminal: Callable[[str], None]) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for name, text in TEXTS.items():
        (news / f"{name}.txt").write_text(f"{text}\n")
    code, out, _ = qa("add", news, "--json")
    assert code == 0
    assert "removed" not in json.loads(out)
    (news / "dam.txt").unlink()
    code, out, err = qa("add", "--sync", news, "--dry-run", "--json")
    assert [Path(one["file"]).name for one in json.loads(out)["gone"]] == ["dam.txt"]
    (news / "mill.txt").rename(news / "moved.txt")
    code, out, err = qa("add", "--sync", news, "--dry-run", "--json")  # what was moved is not gone, though not added
    assert [Path(one["file"]).name for one in json.loads(out)["gone"]] == ["dam.txt"]
    (news / "moved.txt").rename(news / "mill.txt")
    code, out, err = qa("add", "--sync", news, "--json")  # nobody is there to ask
    assert code == 3
    assert numbers(out) == {"given": 3, "added": 0, "updated": 0, "unchanged": 3, "removed": 0}
    assert [Path(one["file"]).name for one in json.loads(out)["gone"]] == ["dam.txt"]
    assert "dam.txt: article a" in err
    assert "1 article has lost its file, of 4 from these folders" in err
    assert "nothing was removed, because the removal was not confirmed: give --yes" in err
    code, out, _ = qa("add", "--sync", news, "--yes", "--json")
    assert code == 0
    assert numbers(out) == {"given": 3, "added": 0, "updated": 0, "unchanged": 3, "removed": 1}
    (news / "mill.txt").unlink()
    for answer, expected, told in (("n", 3, "0 removed\n"), ("", 3, "0 removed\n"), ("y", 0, "1 removed\n")):
        terminal(answer)
        code, out, _ = qa("add", "--sync", news)
        assert (code, out[-len(told) :]) == (expected, told)
    code, out, _ = qa("add", "--sync", news)
    assert code == 0
    assert out.endswith("0 removed\n")
    assert len(json.loads(qa("list", "--json")[1])["articles"]) == 2


@pytest.mark.model
def test_an_emptied_folder_never_empties_the_archive_by_itself(qa: Qa, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for name, text in TEXTS.items():
        (news / f"{name}.txt").write_text(f"{text}\n")
    qa("add", news)
    for name in TEXTS:
        (news / f"{name}.txt").unlink()
    for more in ((), ("--yes",)):
        code, _, err = qa("add", "--sync", news, *more)
        assert code == 1
        assert "nothing was removed, because these are most of the articles from there" in err
    (news / "stray.txt").write_text("The mount is gone, and this lay below it all the time.\n")
    assert qa("add", "--sync", news, "--yes")[0] == 1
    news.rename(tmp_path / "away")
    code, _, err = qa("add", "--sync", news, "--yes", "--remove-most")
    assert code == 1
    assert "no such folder" in err
    assert len(json.loads(qa("list", "--json")[1])["articles"]) == 5
    (tmp_path / "away").rename(news)
    code, out, _ = qa("add", "--sync", news, "--yes", "--remove-most")
    assert code == 0
    assert out.endswith("4 removed\n")
    code, _, err = qa("add", news, "--yes")
    assert code == 1
    assert "--yes goes with --sync only" in err


@pytest.mark.model
def test_what_was_added_is_told_although_the_removal_fails(
    qa: Qa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: Callable[[str], None]
) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for name, text in TEXTS.items():
        (news / f"{name}.txt").write_text(f"{text}\n")
    qa("add", news)
    (news / "dam.txt").unlink()
    (news / "new.txt").write_text("A new pier was opened in Ostra on Sunday.\n")
    locks = []

    class Answers(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, size: int | None = -1, /) -> str:
            locks.append(writer_lock(tmp_path / "archive"))  # another began to write while the question stood
            return "y\n"

    terminal("")
    monkeypatch.setattr(sys, "stdin", Answers())
    code, out, _ = qa("add", "--sync", news)
    locks[0].release()
    assert code == 1
    assert out == "4 given = 1 added + 0 updated + 3 unchanged + 0 rejected; 1 passage embedded; 0 removed\n"
