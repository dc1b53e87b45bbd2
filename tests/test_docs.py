"""The README says what there is, and its examples run."""

import re
from pathlib import Path

import pytest

from tests.test_architecture import PROJECT
from ui.cli import app

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


@pytest.mark.model
def test_the_readmes_python_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from qa import indexing
    from qa.embedding import load_embedder

    indexing.add(tmp_path / "archive", [PROJECT / "seeds"], load_embedder())
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```python\n(.*?)```", README, re.S):
        exec(compile(block, "README.md", "exec"), {})
    assert "Meridian News" in capsys.readouterr().out
