"""Hostile folders of models and archives: nothing in them runs, leads out, is fetched, or takes more than there is."""

import ast
import re
from pathlib import Path

import pytest

from qa.errors import ModelError
from qa.models.embedding import SentenceTransformerEmbedder
from tests.lanes.safety.lanes import QUICK, hostile_folders
from tests.support.models import make_static_model
from tests.support.places import PROJECT


@pytest.mark.model
@pytest.mark.timeout(600)
def test_no_hostile_folder_runs_anything_and_each_is_refused_clearly_or_used_without_harm(tmp_path: Path) -> None:
    hostile_folders(tmp_path, QUICK).assert_whole(100)


@pytest.mark.model
def test_a_model_in_the_local_cache_may_be_links_into_its_own_store(tmp_path: Path) -> None:
    made = make_static_model(tmp_path / "made")
    model = tmp_path / "hub" / "models--some--model"
    snapshot, blobs = model / "snapshots" / "0123456789", model / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    for number, path in enumerate(sorted(made.iterdir())):
        if path.is_file():
            path.rename(blobs / str(number))
            (snapshot / path.name).symlink_to(Path("../../blobs") / str(number))
    assert SentenceTransformerEmbedder(str(snapshot)).dimension == 32


@pytest.mark.model
def test_a_refusal_names_the_file_what_is_wrong_with_it_and_the_way_out(tmp_path: Path) -> None:
    folder = make_static_model(tmp_path / "model")
    (folder / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "os.system"}]')
    with pytest.raises(ModelError) as refused:
        SentenceTransformerEmbedder(str(folder))
    assert str(refused.value) == (
        f"embedder {folder}: cannot be loaded from {folder} ({folder}/modules.json: names 'os.system', which is not "
        "one of the allowed modules); give the folder of a complete sentence-transformers model with safetensors "
        "weights"
    )


def test_no_source_names_what_can_run_code_in_data() -> None:
    banned = re.compile(r"torch\.load|trust_remote_code\s*=|allow_pickle\s*=\s*True|weights_only\s*=|find_class")
    rooms = ("qa", "ui", "lab")
    sources = sorted(path for room in rooms for path in (PROJECT / room).rglob("*.py") if "work" not in _within(path))
    assert len(sources) > 150
    assert [str(path) for path in sources if banned.search(path.read_text())] == []
    for path in sources:
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not {"pickle.load", "pickle.loads"} & {ast.unparse(node.func) for node in calls}, path


def _within(path: Path) -> tuple[str, ...]:
    return path.relative_to(PROJECT).parts
