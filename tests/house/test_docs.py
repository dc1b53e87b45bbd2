"""The examples of the README and of the guide run, and say what they are said to say."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.places import PROJECT

README = (PROJECT / "README.md").read_text()
GUIDE = PROJECT / "docs" / "guide"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of the seed articles in it."""
    from qa.archive import ingest
    from qa.models.embedding import load_embedder

    folder = tmp_path_factory.mktemp("docs")
    ingest.add(folder / "archive", [PROJECT / "seeds"], load_embedder())
    return folder


@pytest.fixture(scope="module")
def served(seeds: Path) -> Iterator[str]:
    """The address at which the seed articles are served."""
    from qa.retrieval import Retriever
    from ui.app import page_server

    ready, urls = threading.Event(), []

    def on_ready(url: str) -> None:
        urls.append(url)
        ready.set()

    server = page_server(Retriever.open(seeds / "archive"), port=0, on_ready=on_ready)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(60)
    yield urls[0].rstrip("/")
    server.stop()
    thread.join(10)
    assert not thread.is_alive()


def blocks(document: Path, language: str, url: str) -> list[str]:
    """The examples of a document in one language, with the address that is served."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)
    return [block.replace("http://127.0.0.1:7860", url) for block in found]


def shape(value: Any, example: Any) -> Any:
    """The names of a value's fields, as deep as an example shows them."""
    if isinstance(value, dict) and isinstance(example, dict):
        return {name: shape(inner, example.get(name)) for name, inner in value.items()}
    if isinstance(value, list) and isinstance(example, list) and value and example:
        return [shape(value[0], example[0])]
    return type(value).__name__


@pytest.mark.model
@pytest.mark.parametrize("name", ["README.md", "docs/guide/programs.md"])
def test_the_examples_with_curl_answer_as_they_are_said_to(served: str, name: str) -> None:
    commands = [block for block in blocks(PROJECT / name, "sh", served) if block.startswith("curl")]
    told = blocks(PROJECT / name, "json", served) or [None] * len(commands)
    assert len(commands) == len(told) > 0
    for command, expected in zip(commands, told, strict=True):
        done = subprocess.run(["bash", "-c", command.replace("curl ", "curl -s ")], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        answer = json.loads(done.stdout)
        if expected:
            example = json.loads(expected)
            assert shape(answer, example) == shape(example, example), command
            assert answer.get("error") == example.get("error")
        else:
            assert (answer["question"], answer["exact"]) == ("How many air strikes did the army fly?", "40")


@pytest.mark.model
def test_the_python_examples_of_the_guide_run(
    seeds: Path, served: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(seeds)
    space: dict[str, Any] = {}
    for block in blocks(GUIDE / "programs.md", "python", served):
        exec(compile(block, "programs.md", "exec"), space)
    printed = capsys.readouterr().out
    assert "How much did the canal authority first claim for the Ever Given" in printed
    assert space["article"]["title"] in printed


@pytest.mark.model
def test_the_readmes_python_runs(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(seeds)
    for block in re.findall(r"```python\n(.*?)```", README, re.S):
        exec(compile(block, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("40 - ")
    assert "exploded a truck bomb outside one of the main buildings of the hospital" in printed


@pytest.mark.model
@pytest.mark.parametrize("page", [PROJECT / "README.md", *sorted(GUIDE.glob("*.md"))], ids=lambda page: str(page.name))
def test_what_the_terminal_is_said_to_print_is_what_it_prints(seeds: Path, page: Path) -> None:
    for block in re.findall(r"^```\n\$ (?:\.venv/bin/)?(qa .*?)^```", page.read_text(), re.M | re.S):
        command, _, told = block.partition("\n")
        run = f"{sys.executable} -m ui {command.removeprefix('qa ')} --archive '{seeds / 'archive'}'"
        done = subprocess.run(["bash", "-c", f"{run} 2>&1"], capture_output=True, text=True, cwd=PROJECT)
        assert done.returncode == 0, done.stdout
        printed, told = (re.sub(r"\(\d+ %\)|[ \t]+$", "", text, flags=re.M).strip() for text in (done.stdout, told))
        assert printed.startswith(told), command
