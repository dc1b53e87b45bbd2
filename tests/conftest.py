import json
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from tests.support.plain import WordEmbedder, article
from ui.pages.uploads import Uploads

Qa = Callable[..., tuple[int, str, str]]
DAM = "The dam at Verrin was closed on Monday. Engineers found that 11 of 40 sensors had drifted."
VOTE = "The mayor of Ostra resigned on Friday. Voters will choose a successor in June."
FIRE = "A fire destroyed the old mill in Verrin. Nobody was hurt, the brigade said."


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


def small_archive(folder: Path, embedder: WordEmbedder) -> Archive:
    """Three articles by two outlets: one of May 2015, one of June 2016, one undated."""
    with ArchiveWriter(folder, embedder) as writer:
        writer.upsert(article(DAM, id="dam", title="Dam closed", source="Courier", published="2015-05-11"))
        writer.upsert(article(VOTE, id="vote", title="Mayor resigns", source="Harbour Wire", published="2016-06"))
        writer.upsert(article(FIRE, id="fire", title="Mill burns", source="Courier"))
        writer.commit()
    return Archive(folder)


def small_retriever(folder: Path) -> Retriever:
    """A retriever over the three articles, for fixtures that many tests read."""
    embedder = WordEmbedder()
    return Retriever(small_archive(folder, embedder), embedder)


@pytest.fixture
def archive(tmp_path: Path, embedder: WordEmbedder) -> Archive:
    """Three articles by two outlets; see ``small_archive``."""
    return small_archive(tmp_path / "archive", embedder)


@pytest.fixture
def inbox() -> Iterator[Uploads]:
    """Where files lie that were sent to the Archive page."""
    made = Uploads()
    yield made
    made.close()


@pytest.fixture
def retriever(archive: Archive, embedder: WordEmbedder) -> Retriever:
    return Retriever(archive, embedder)


@pytest.fixture
def qa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Qa:
    """Run a command as `qa` would, over an archive in ``tmp_path/archive``; return exit code, stdout and stderr."""
    from ui.cli.app import main

    monkeypatch.setenv("QA_ARCHIVE", str(tmp_path / "archive"))

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qa", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "dam.txt").write_text(f"Source: Courier\nPublished: 2015-05-11\n\nDam closed\n\n{DAM}\n")
    rows = [
        {"id": "vote", "title": "Mayor resigns", "text": VOTE, "source": "Harbour Wire", "date": "2016-06-03"},
        {"id": "fire", "title": "Mill burns", "text": FIRE, "source": "Courier"},
    ]
    (folder / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all", action="store_true", help="also the tests marked `long`, and every test at its full counts"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests marked ``long``, unless all are wanted or somebody named one."""
    if config.getoption("--all") or any("::" in argument for argument in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name the command that runs each failed test again, alone."""
    failed = [report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, [])]
    if failed:
        terminalreporter.section("to run a failed test again, alone")
        option = " --all" if config.getoption("--all") else ""
        for nodeid in dict.fromkeys(failed):
            terminalreporter.write_line(f".venv/bin/pytest -n 0{option} {shlex.quote(nodeid)}")
