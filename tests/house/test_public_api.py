import json
import subprocess
import sys
from pathlib import Path

import pytest

import qa
from tests.conftest import DAM, FIRE, VOTE

SCRIPT = """
import dataclasses, json, sys
import qa
out = []
for _ in range(2):
    hits = qa.retrieve("How many sensors had drifted?", 2, per_article=1)
    answer = qa.ask("How many had drifted?", [("user", "Which sensors failed?"), ("agent", "Those of the dam.")], k=2)
    retriever = qa.Retriever.open()
    same = retriever.retrieve("How many sensors had drifted?", 2, per_article=1)
    many = retriever.retrieve_many(["How many sensors had drifted?"], k=2, per_article=1)
    assert same == hits == many[0]
    out.append([dataclasses.asdict(hit) for hit in hits] + [dataclasses.asdict(answer)])
assert out[0] == out[1]
print(json.dumps(out[0]))
"""


@pytest.mark.model
def test_every_public_function_works_twice_in_a_fresh_process(tmp_path: Path) -> None:
    rows = [{"id": i, "text": text} for i, text in (("dam", DAM), ("vote", VOTE), ("fire", FIRE))]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [Path(sys.executable).with_name("qa"), "add", "a.jsonl"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    run = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    first, second, answer = json.loads(run.stdout)
    assert first["passage"]["article_id"] == "dam"
    assert second["passage"]["article_id"] != "dam"
    assert answer["asked"] == "How many had drifted? (sensors, failed)"
    assert answer["sentences"][0]["text"] == "Engineers found that 11 of 40 sensors had drifted."


def test_all_names_what_is_public() -> None:
    assert sorted(qa.__all__) == qa.__all__
    assert all(hasattr(qa, name) for name in qa.__all__)
    modules = {path.stem for path in Path(qa.__file__).parent.glob("*.py")}
    assert not modules & set(qa.__all__)  # no module bears the name of a public function


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = qa.nonsense
