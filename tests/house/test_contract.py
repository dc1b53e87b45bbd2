"""Names, JSON, commands, exit codes and paths that programs rely on, compared with a list made at an earlier commit.

A difference is a change of the contract: it needs a line in CHANGELOG.md and a decision, and then
``python -m tests.house.test_contract > tests/house/contract.json`` writes the list anew.
"""

import contextlib
import dataclasses
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LIST = Path(__file__).with_name("contract.json")
TEXT = "The dam at Verrin was closed on Monday. Engineers found that 11 of 40 sensors had drifted."
ASKED = {"id": "q1", "question": "Why was the dam closed?", "answers": ["sensors"], "evidence": [{"article_id": "dam"}]}


def shape(value: Any) -> Any:
    """Return the names and types in a JSON value; a list has the shape of its first element."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def python_names() -> dict[str, Any]:
    """Return the public names of ``import qa``, and the fields of its records."""
    import qa

    records = [name for name in qa.__all__ if dataclasses.is_dataclass(getattr(qa, name))]
    return {
        "names": list(qa.__all__),
        "records": {name: [f.name for f in dataclasses.fields(getattr(qa, name))] for name in records},
        "retriever": sorted(name for name in vars(qa.Retriever) if not name.startswith("_")),
    }


def commands() -> dict[str, list[str]]:
    """Return every command with its arguments and options."""
    import typer.main

    found = typer.main.get_command(cli().app)
    return {
        name: sorted(option for parameter in command.params for option in parameter.opts)
        for name, command in sorted(found.commands.items())  # type: ignore[attr-defined]
    }


def cli() -> Any:
    """Return the module of the command line, wherever it stands."""
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="qa")
    return sys.modules[script.load().__module__]


def http(archive: Path) -> dict[str, Any]:
    """Return what OpenAPI says of the paths for programs, and what each path answers without a body."""
    from fastapi.testclient import TestClient

    from qa.retrieval import Retriever
    from ui.app import build_app

    with TestClient(build_app(Retriever.open(archive))) as client:
        told = client.get("/api/openapi.json").json()
        paths = (
            "/",
            "/api",
            "/api/openapi.json",
            "/api/search",
            "/api/ask",
            "/api/article/b",
            "/article/b",
            "/healthz",
            "/metrics",
            "/archive",
            "/login",
        )
        answers = {path: client.get(path, follow_redirects=False).status_code for path in paths}
    models = {name: sorted(model.get("properties", ())) for name, model in told["components"]["schemas"].items()}
    return {"openapi": {path: sorted(verbs) for path, verbs in told["paths"].items()}, "models": models, "get": answers}


def terminal(folder: Path, run: Callable[..., tuple[int, str]]) -> dict[str, Any]:
    """Return exit code and shape of the JSON of each command, in good cases and bad."""
    news = folder / "news"
    news.mkdir()
    rows = [
        {"id": i, "title": f"Story {i}", "text": TEXT, "source": "Courier", "date": "2015-05-11"} for i in ("dam", "b")
    ]
    (news / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (news / "bad.jsonl").write_text('{"text": ""}\n')
    (folder / "questions.jsonl").write_text(json.dumps(ASKED) + "\n")
    (folder / "sweep.json").write_text(
        json.dumps({"set": [{"name": "s", "questions": "questions.jsonl"}], "run": [{"name": "one"}, {"name": "two"}]})
    )
    cases: list[tuple[object, ...]] = [
        ("ask", "Anybody there?", "--json"),  # no archive yet: 1
        ("add", news, "--json"),  # partly rejected: 3
        ("add", news / "a.jsonl", "--json"),
        ("add", news / "bad.jsonl", "--json"),  # all rejected: 1
        ("add", news / "a.jsonl", "--dry-run", "--json"),
        ("list", "--json"),
        ("show", "dam", "--json"),
        ("show", "nothing", "--json"),
        ("search", "Why was the dam closed?", "--json"),
        ("search", "dam sensors", "--all", "--json"),
        ("search", "", "--json"),
        ("ask", "Why was the dam closed?", "--json"),
        ("ask", "Why was the dam closed?", "--after", "2020", "--json"),
        ("ask", "Why was the dam closed?", "--after", "soon", "--json"),
        ("ask", "Why?", "--nonsense"),
        ("eval", folder / "questions.jsonl", "--out", folder / "run-a", "--json"),
        ("eval", folder / "questions.jsonl", "--out", folder / "run-b", "--reader", "none", "--json"),
        ("compare", folder / "run-a", folder / "run-b", "--json"),
        ("sweep", folder / "sweep.json", "--out", folder / "sweep", "--json"),
        ("status", "--json"),
        ("verify", "--json"),
        ("doctor", "--json"),
        ("rebuild", "--json"),
        ("backup", folder / "backup.sqlite", "--json"),
        ("restore", folder / "backup.sqlite", "--json"),  # something is there: 1
        ("restore", folder / "backup.sqlite", "--archive", folder / "restored", "--json"),
        ("add", "--sync", news, "--json"),
        ("remove", "dam", "nothing", "--json"),
        ("remove", "nothing", "--json"),
        ("feedback",),
    ]
    found = {}
    for case in cases:
        code, out = run(*case)
        name = " ".join(Path(word).name if isinstance(word, Path) else str(word) for word in case)
        found[name] = {"exit": code, "json": shape(json.loads(out)) if out.lstrip().startswith("{") else None}
    return found


@pytest.mark.model
def test_names_json_commands_exit_codes_and_paths_are_those_of_the_list(
    qa: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    expected = json.loads(LIST.read_text())
    assert python_names() == expected["python"]
    assert commands() == expected["commands"]
    assert terminal(tmp_path, lambda *words: qa(*words)[:2]) == expected["terminal"]
    assert http(tmp_path / "archive") == expected["http"]


def _listed(folder: Path) -> dict[str, Any]:
    def run(*words: object) -> tuple[int, str]:
        sys.argv = ["qa", *map(str, words)]
        with contextlib.redirect_stdout(io.StringIO()) as out:
            try:
                cli().main()
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        return code, out.getvalue()

    import os

    os.environ["QA_ARCHIVE"] = str(folder / "archive")
    found = {"python": python_names(), "commands": commands(), "terminal": terminal(folder, run)}
    return found | {"http": http(folder / "archive")}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(_listed(Path(folder)), indent=1, ensure_ascii=False) + "\n")
