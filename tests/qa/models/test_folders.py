"""What a model's folder may say; the folders here hold no model."""

import json
from pathlib import Path
from typing import Any

import pytest

from qa.models.folders import UnfitError, allowed_files

EMPTY_WEIGHTS = b"\x02\0\0\0\0\0\0\0{}"


def folder(tmp_path: Path, settings: dict[str, Any], weights: bytes = EMPTY_WEIGHTS) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(settings))
    (tmp_path / "model.safetensors").write_bytes(weights)
    return tmp_path


def test_what_is_loaded_are_links_to_settings_words_and_weights_alone(tmp_path: Path) -> None:
    made = folder(tmp_path, {"hidden_size": 384, "trust_remote_code": False, "activation_function": "gelu"})
    for name in ("pytorch_model.bin", "modeling.py", "vocab.txt"):
        (made / name).write_text("x")
    with allowed_files(made) as links:
        assert sorted(path.name for path in links.iterdir()) == ["config.json", "model.safetensors", "vocab.txt"]
        assert all(path.is_symlink() for path in links.iterdir())


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"auto_map": {"AutoModel": "modeling.Evil"}}, "names code, and a model's code is not run"),
        ({"text_config": [{"trust_remote_code": True}]}, "trust_remote_code=True names code"),
        ({"activation_fn": "os.system"}, "is not an activation of torch.nn"),
        ({"tokenizer_file": "../words.json"}, "leads out of the model's folder"),
        ({"tokenizer_args": {"anything": "/etc/passwd"}}, "leads out of the model's folder"),
        ({"transformers_weights": "evil.bin"}, "is not a safetensors file of the model's folder"),
        ({"gguf_file": "x.gguf"}, "asks for weights that are not safetensors"),
        ({"num_hidden_layers": 1_001}, "is more than the 1,000 that a model may have"),
        ({"vocab_size": 1 << 25}, "is more than the 16,777,216 that a model may have"),
        ({"vocab_size": 1_000_000, "hidden_size": 1_000_000}, "is more than its weights hold"),
    ],
)
def test_settings_that_name_code_other_files_or_false_sizes_are_refused(
    tmp_path: Path, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(UnfitError) as refused, allowed_files(folder(tmp_path, settings)):
        pass
    assert str(refused.value).startswith(f"{tmp_path}/config.json: ")
    assert told in str(refused.value)


@pytest.mark.parametrize("length", [0, 3, 1 << 40])
def test_a_header_longer_than_its_file_is_refused(tmp_path: Path, length: int) -> None:
    made = folder(tmp_path, {}, length.to_bytes(8, "little") + b"{}")
    with pytest.raises(UnfitError, match=f"is not a safetensors file .its header would have {length:,} bytes"):
        allowed_files(made).__enter__()


def test_a_link_out_of_the_folder_and_a_folder_without_weights_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret.json"
    outside.write_text("{}")
    inner = tmp_path / "model"
    inner.mkdir()
    made = folder(inner, {})
    (made / "more.json").symlink_to(outside)
    with pytest.raises(UnfitError, match="leads out of the model's folder, to "):
        allowed_files(made).__enter__()
    (made / "more.json").unlink()
    (made / "model.safetensors").unlink()
    with pytest.raises(UnfitError, match=r"holds no weights as \.safetensors"):
        allowed_files(made).__enter__()
