"""Hostile folders of models: code in place of weights and settings, ways out of the folder, sizes that nothing has."""

import os
from pathlib import Path

from tests.lanes.safety.folders import (
    Case,
    both,
    changed_json,
    linked,
    payload,
    pickled,
    pickled_weights,
    replaced,
    safetensors,
    script,
)

_BERT_FILES = (
    "model.safetensors", "config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json",
    "tokenizer.json", "tokenizer_config.json", "config_sentence_transformers.json", "2_Dense/config.json",
    "2_Dense/model.safetensors",
)  # fmt: skip
_BESIDE = ("x.pt", "x.pth", "x.pkl", "x.joblib", "x.onnx", "x.so", "pytorch_model.bin", "training_args.bin")
_MODULES = {
    "os.system": "os.system",
    "a module of the folder": "evil.Evil",
    "a function of the library": "sentence_transformers.util.http_get",
    "a library beside it": "torch.hub.load",
    "a module of modules": "sentence_transformers.base.modules.router.Router",
    "a way round": "sentence_transformers.models.Pooling.__init__.__globals__",
}
_NESTED = b"[" * 10_000_000


def _evil(folder: Path, secret: Path) -> None:
    for name in ("evil.py", "modeling_bert.py", "tokenization_bert.py", "__init__.py"):
        (folder / name).write_text(script(secret))


def _modules(kind: str, path: str = "") -> bytes:
    return f'[{{"idx": 0, "name": "0", "path": "{path}", "type": "{kind}"}}]'.encode()


def _sparse(folder: Path, secret: Path) -> None:
    os.truncate(folder / "tokenizer.json", 1 << 30)


def _pipe(folder: Path, secret: Path) -> None:
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


def _dense_pickle(folder: Path, secret: Path) -> None:
    pickled_weights("pytorch_model.bin", alone=True)(folder / "2_Dense", secret)


def _sharded(target: str) -> Case:
    index = '{"metadata": {}, "weight_map": {"embeddings.word_embeddings.weight": "%s"}}' % target  # noqa: UP031

    def change(folder: Path, secret: Path) -> None:
        (folder / "model.safetensors").rename(secret / "x.safetensors")
        (secret / "x.bin").write_bytes(payload(secret))
        (folder / "y.bin").write_bytes(payload(secret))
        replaced("model.safetensors.index.json", index)(folder, secret)

    return Case(f"an index of weights that names {target}", "embedder", "bert", change)


def _case(name: str, *changes: object, kind: str = "embedder", base: str = "bert", harmless: bool = False) -> Case:
    return Case(name, kind, base, both(*changes), harmless)  # type: ignore[arg-type]


def _auto(file: str, key: str = "AutoModel") -> object:
    return changed_json(file, auto_map={key: "modeling_bert.Evil"})


_POOLING = "sentence_transformers.models.Pooling"
_CASES = [
    *(_case(f"a pickle in place of {name}", pickled(name)) for name in _BERT_FILES),
    _case("a pickle in place of a table of words", pickled("model.safetensors"), base="static"),
    _case("pickled weights beside good ones of a table", pickled("pytorch_model.bin"), base="static", harmless=True),
    Case("pickled weights alone", "embedder", "bert", pickled_weights("pytorch_model.bin", alone=True)),
    Case("pickled weights of a table alone", "embedder", "static", pickled_weights("pytorch_model.bin", alone=True)),
    Case("pickled weights of a layer alone", "embedder", "bert", _dense_pickle),
    *(_case(f"{name} beside the weights", pickled(name), harmless=True) for name in _BESIDE),
    Case("scripts beside the weights", "embedder", "bert", _evil, harmless=True),
    *(
        _case(f"auto_map in {file}", _evil, _auto(file))
        for file in ("config.json", "tokenizer_config.json", "sentence_bert_config.json")
    ),
    _case(
        "auto_map far inside",
        _evil,
        changed_json("config.json", text_config={"x": [{"auto_map": {"AutoConfig": "evil.Evil"}}]}),
    ),
    _case(
        "a model type that no library has",
        _evil,
        changed_json("config.json", model_type="evil", auto_map={"AutoConfig": "evil.Evil"}),
    ),
    _case(
        "trust_remote_code in its settings",
        _evil,
        changed_json("sentence_bert_config.json", model_args={"trust_remote_code": True}),
    ),
    *(
        _case(f"modules.json naming {what}", _evil, replaced("modules.json", _modules(kind)))
        for what, kind in _MODULES.items()
    ),
    _case("a module's folder above", replaced("modules.json", _modules(_POOLING, "../secret"))),
    _case("a module's folder elsewhere", replaced("modules.json", _modules(_POOLING, "SECRET"))),
    _case("modules.json of a million modules", replaced("modules.json", b"[" + b"{}," * 1_000_000 + b"{}]")),
    _case(
        "an activation that runs programs",
        changed_json("config.json", sentence_transformers={"activation_fn": "torch.utils.collect_env.main"}),
        kind="reranker",
        base="reranker",
    ),
    _case(
        "an old activation that runs programs",
        changed_json("config.json", sbert_ce_default_activation_function="torch.utils.collect_env.get_pretty_env_info"),
        kind="reranker",
        base="reranker",
    ),
    _case(
        "a layer's activation from the hub", changed_json("2_Dense/config.json", activation_function="torch.hub.list")
    ),
    _case(
        "an adapter of another model",
        changed_json(
            "adapter_config.json",
            base_model_name_or_path="evil/base",
            peft_type="LORA",
            auto_mapping={"base_model_class": "Evil", "parent_library": "evil"},
        ),
    ),
    _case(
        "an adapter of a reader",
        changed_json("adapter_config.json", base_model_name_or_path="SECRET", peft_type="LORA"),
        kind="reader",
        base="reader",
    ),
    _case(
        "weights named elsewhere",
        linked("model.safetensors", "SECRET/x.safetensors"),
        changed_json("config.json", transformers_weights="../secret/x.safetensors"),
    ),
    _case(
        "weights named as a pickle",
        pickled("adapter_model.bin"),
        changed_json("config.json", transformers_weights="adapter_model.bin"),
    ),
    _sharded("SECRET/x.safetensors"),
    _sharded("../secret/x.safetensors"),
    _sharded("../secret/x.bin"),
    _sharded("y.bin"),
    _case(
        "a name in the network", changed_json("config.json", _name_or_path="https://evil.example/model"), harmless=True
    ),
    _case(
        "a kernel of a hub",
        changed_json("config.json", _attn_implementation="evil/kernels"),
        changed_json("sentence_bert_config.json", model_args={"attn_implementation": "evil/kernels"}),
    ),
    _case(
        "weights of another kind asked for",
        changed_json("sentence_bert_config.json", model_args={"gguf_file": "x.gguf"}),
    ),
    _case(
        "safetensors turned off",
        pickled("pytorch_model.bin"),
        changed_json("sentence_bert_config.json", model_args={"use_safetensors": False, "weights_only": False}),
    ),
    _case(
        "a vocabulary elsewhere",
        replaced("../secret/vocab.txt", "x"),
        changed_json("sentence_bert_config.json", tokenizer_args={"vocab_file": "SECRET/vocab.txt"}),
    ),
    _case(
        "a vocabulary of the tokenizer elsewhere",
        replaced("../secret/t.json", "{}"),
        changed_json("tokenizer_config.json", tokenizer_file="SECRET/t.json"),
    ),
    _case(
        "a template that never ends",
        changed_json(
            "tokenizer_config.json",
            chat_template="{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
        ),
        harmless=True,
    ),
    _case(
        "a template that is used",
        changed_json(
            "tokenizer_config.json",
            chat_template="{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
        ),
        changed_json(
            "sentence_bert_config.json",
            modality_config={"message": {"method": "forward", "method_output_name": "last_hidden_state"}},
        ),
    ),
    *(
        _case(f"{name} as a link out", linked(name, f"SECRET/{Path(name).name}"))
        for name in ("model.safetensors", "config.json", "tokenizer.json", "modules.json", "1_Pooling")
    ),
    _case("settings that are a device", linked("tokenizer_config.json", "/dev/zero")),
    Case("settings that are a pipe", "embedder", "bert", _pipe),
    _case("a header of 2^63 bytes", replaced("model.safetensors", safetensors({}, length=1 << 63))),
    _case("a header of 4 GB", replaced("model.safetensors", safetensors({}, length=1 << 32))),
    _case("a header of none", replaced("model.safetensors", safetensors({}, length=0))),
    _case(
        "tensors that overlap",
        replaced(
            "model.safetensors",
            safetensors({n: {"dtype": "F32", "shape": [16], "data_offsets": [0, 64]} for n in "ab"}),
        ),
    ),
    _case(
        "a tensor beyond the end",
        replaced(
            "model.safetensors", safetensors({"a": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}})
        ),
    ),
    _case(
        "a tensor of a negative size",
        replaced("model.safetensors", safetensors({"a": {"dtype": "F32", "shape": [-16], "data_offsets": [64, 0]}})),
    ),
    _case("a header nested without end", replaced("model.safetensors", safetensors(b'{"a":' + b"[" * 1_000_000))),
    *(
        _case(f"{name} nested without end", replaced(name, _NESTED))
        for name in ("tokenizer.json", "tokenizer_config.json")
    ),
    Case("a tokenizer of 1 GB", "embedder", "bert", _sparse),
    *(
        _case(f"{name} of {size:,}", changed_json("config.json", **{name: size}))
        for name, size in (
            ("num_hidden_layers", 10_000_000),
            ("vocab_size", 1 << 24),
            ("max_position_embeddings", 1 << 23),
            ("hidden_size", 1 << 20),
            ("hidden_size", -1),
            ("intermediate_size", 1 << 40),
            ("type_vocab_size", 1 << 22),
        )
    ),
    _case("a layer of 10^12 numbers", changed_json("2_Dense/config.json", in_features=1 << 20, out_features=1 << 20)),
    *(
        case
        for kind in ("reranker", "reader")
        for case in (
            _case(f"auto_map of a {kind}", _evil, _auto("config.json"), kind=kind, base=kind),
            _case(f"a pickle in place of a {kind}", pickled("model.safetensors"), kind=kind, base=kind),
            Case(f"pickled weights of a {kind} alone", kind, kind, pickled_weights("pytorch_model.bin", alone=True)),
            _case(f"scripts beside a {kind}", _evil, pickled("pytorch_model.bin"), kind=kind, base=kind, harmless=True),
        )
    ),
]
CASES = _CASES
