"""The rules of docs/architecture.md, read off the source."""

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.support.places import PROJECT

SOURCES = sorted(p for room in ("qa", "ui") for p in (PROJECT / room).rglob("*.py"))

OWNERS = {
    "sentence_transformers": {"qa/models/embedding.py", "qa/models/cross_encoder.py"},
    "torch": {
        "qa/models/embedding.py",
        "qa/models/network.py",
        "qa/models/question_answering.py",
        "qa/models/reader.py",
    },
    "transformers": {
        "qa/models/embedding.py",
        "qa/models/network.py",
        "qa/models/question_answering.py",
        "qa/models/reader.py",
    },
    "faiss": {"qa/archive/indexes/vectors.py"},
    "tantivy": {"qa/archive/indexes/bm25.py", "qa/text/terms.py"},
    "datasketch": {"qa/archive/storage/near_duplicates.py"},
    "gradio": {"ui/pages/gradio_setup.py"},
    "prometheus_client": {"ui/server/metrics.py"},
    "h11": {"ui/server/connections.py"},
    "jinja2": {"ui/render/templates.py"},
    "markupsafe": {"ui/render/templates.py"},
    "pydantic": {"ui/api/routes.py", "ui/pages/conversations.py", "ui/api/requests.py"},
    "trafilatura": {"qa/intake/formats/html.py"},
    "typer": {"ui/cli/"},
    "matplotlib": {"ui/render/reports/plots.py"},
    "ir_measures": {"qa/evaluation/measures.py"},
    "argon2": {"ui/access/passwords.py"},
    "cachetools": {"ui/access/sessions.py", "ui/access/throttle.py", "ui/server/visitors.py"},
    "scipy": {"qa/evaluation/abstention.py", "qa/evaluation/statistics.py"},
    "pypdf": {"qa/intake/formats/pdf.py"},
    "docx": {"qa/intake/formats/docx.py"},
    "feedparser": {"qa/intake/formats/feeds.py"},
    "dateparser": {"qa/dates/iso.py", "qa/dates/resolvers.py"},
    "py3langid": {"qa/intake/language.py"},
}


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{name.name}" for name in node.names)
    return frozenset(found)


def room(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("package", ["qa", "ui"])
def test_a_folder_holds_at_most_13_files_and_no_two_files_of_a_package_share_a_name(package: str) -> None:
    files = [path for path in SOURCES if room(path).startswith(f"{package}/") and path.stem != "__init__"]
    sizes = Counter(path.parent for path in files)
    assert [f"{folder}: {count}" for folder, count in sizes.items() if count > 13] == []
    names = Counter(path.stem for path in files if path.stem not in {"app", "reader"})
    assert [name for name, count in names.items() if count > 1] == []


def test_a_heavy_library_is_imported_by_its_owner_alone() -> None:
    for library, owners in OWNERS.items():
        users = {room(p) for p in SOURCES if any(name.split(".")[0] == library for name in imports(p))}
        folders = tuple(owner for owner in owners if owner.endswith("/"))
        assert {user for user in users if not user.startswith(folders)} == owners - set(folders), library


def test_only_settings_reads_the_environment() -> None:
    # embedding, loading and quiet_gradio only switch libraries off (downloads, telemetry) before they load them
    switches = {"qa/models/embedding.py", "qa/models/folders.py", "ui/pages/gradio_setup.py"}
    readers = {room(p) for p in SOURCES if "os.environ" in p.read_text()}
    assert readers - switches == {"qa/settings.py"}


def test_nothing_in_the_library_prints_or_unpickles() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec"}, room(path)
                assert node.func.id != "print" or node.keywords, room(path)
        assert not {"pickle", "joblib", "marshal", "shelve"} & {name.split(".")[0] for name in imports(path)}, room(
            path
        )
        assert "torch.load" not in path.read_text()


def test_importing_qa_is_light() -> None:
    heavy = ["torch", "faiss", "gradio", "sentence_transformers", "transformers", "numpy", "tantivy", "datasketch"]
    code = "import sys, time; t = time.perf_counter(); import qa; print(time.perf_counter() - t); "
    code += f"print([m for m in {heavy} if m in sys.modules])"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    assert all(run.stdout.splitlines()[1] == "[]" for run in runs)
    assert min(float(run.stdout.splitlines()[0]) for run in runs) < 0.3
