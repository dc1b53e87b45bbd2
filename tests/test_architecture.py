"""The rules of docs/architecture.md, read off the source."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
SOURCES = sorted(p for room in ("qa", "ui") for p in (PROJECT / room).rglob("*.py"))

# A module imports only modules of ours that stand above it.
_ORDER = """
    _version errors forking model_thread timing together load loading model_folders records settings hashing files dates
    filters sentences words chunking terms vectors
    embedding lexical_files lexical intake database origins generations stored versions snapshots copies view archive
    publishing passages upgrading creating writing indexing syncing checking maintenance doctor backup restoring
    matching fusion ranking date_readers date_signs date_phrases question_dates date_ranking reading spans
    network reader question_answering cross_encoder reranking selection citing wording dependence carrying
    follow_up_dates ellipsis conversation candidates sentence_reading values answering proving refusal
    exhaustive retrieval questions
    measures resampling abstention power summary evaluation runs comparison trials sweeping sweepfiles
"""
ORDER = _ORDER.split()

OWNERS = {
    "sentence_transformers": {"qa/embedding.py", "qa/cross_encoder.py"},
    "torch": {"qa/embedding.py", "qa/network.py", "qa/question_answering.py", "qa/reader.py"},
    "transformers": {"qa/embedding.py", "qa/network.py", "qa/question_answering.py", "qa/reader.py"},
    "faiss": {"qa/vectors.py"},
    "tantivy": {"qa/lexical.py", "qa/terms.py"},
    "datasketch": {"qa/copies.py"},
    "gradio": {"ui/quiet_gradio.py"},
    "prometheus_client": {"ui/metrics.py"},
    "h11": {"ui/connections.py"},
    "pydantic": {"ui/api.py", "ui/conversations.py", "ui/requests.py"},
    "trafilatura": {"qa/intake/html.py"},
    "typer": {
        "ui/cli.py",
        "ui/keeping.py",
        "ui/measuring.py",
        "ui/options.py",
        "ui/searching.py",
        "ui/serving.py",
        "ui/upkeep.py",
    },
    "matplotlib": {"ui/plots.py"},
    "ir_measures": {"qa/measures.py"},
    "scipy": {"qa/abstention.py", "qa/power.py", "qa/resampling.py"},
    "pypdf": {"qa/intake/pdf.py"},
    "docx": {"qa/intake/docx.py"},
    "feedparser": {"qa/intake/feeds.py"},
    "dateparser": {"qa/intake/dates.py", "qa/date_readers.py"},
    "py3langid": {"qa/intake/language.py"},
}


def imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=room)
def test_qa_never_imports_ui(path: Path) -> None:
    if room(path).startswith("qa/"):
        assert not [name for name in imports(path) if name.split(".")[0] == "ui"]


@pytest.mark.parametrize("path", [p for p in SOURCES if p.parent == PROJECT / "qa" and p.stem != "__init__"], ids=room)
def test_a_module_imports_only_what_stands_before_it(path: Path) -> None:
    place = ORDER.index(path.stem)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("qa.")}
    assert {name for name in used if name in ORDER and ORDER.index(name) >= place} == set()


def test_a_heavy_library_is_imported_by_its_owner_alone() -> None:
    for library, owners in OWNERS.items():
        users = {room(p) for p in SOURCES if any(name.split(".")[0] == library for name in imports(p))}
        assert users == owners, library


def test_only_settings_reads_the_environment() -> None:
    # embedding, loading and quiet_gradio only switch libraries off (downloads, telemetry) before they load them
    switches = {"qa/embedding.py", "qa/loading.py", "ui/quiet_gradio.py"}
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
