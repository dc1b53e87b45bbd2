"""The README says what there is, and its examples run."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.places import PROJECT
from ui.cli.app import app

README = (PROJECT / "README.md").read_text()


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
        name = command.name or command.callback.__name__
        assert f"`qa {name}" in README, name


def test_every_option_of_the_readme_exists() -> None:
    known = "".join(path.read_text() for path in (PROJECT / "ui").glob("*.py"))
    for option in set(re.findall(r"(--[a-z][a-z-]+)", README)):
        assert f'"{option}"' in known or f"{option[2:].replace('-', '_')}: Annotated" in known, option


def test_every_module_of_the_library_stands_in_the_architecture() -> None:
    text = (PROJECT / "docs" / "architecture.md").read_text()
    for path in (PROJECT / "qa").glob("*.py"):
        assert path.stem == "__init__" or f"{path.name}`" in text, path.name


def test_linked_files_exist() -> None:
    for document in [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), (document.name, link)


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
            assert answer["question"] == "How many troops were besieged?"


@pytest.mark.model
def test_the_python_examples_of_the_api_run(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, Any] = {}
    for block in blocks(PROJECT / "docs" / "guide" / "programs.md", "python", served):
        exec(compile(block, "programs.md", "exec"), space)
    assert space["article"]["title"] in capsys.readouterr().out


@pytest.mark.model
def test_the_readmes_python_runs(
    seeds: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(seeds)
    for block in re.findall(r"```python\n(.*?)```", README, re.S):
        exec(compile(block, "README.md", "exec"), {})
    assert "Meridian News" in capsys.readouterr().out
