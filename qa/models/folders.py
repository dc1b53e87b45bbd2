"""Allowed files of a model's folder: safetensors weights, settings that name no code, vocabularies; nothing else.

A model's folder is untrusted.  Its files are checked here before a library sees them.  The library then gets a folder
of links to the allowed files alone: a pickle, a script or an adapter beside them cannot be loaded, because it is not
there.  Downloads often hold such files (``pytorch_model.bin``, ``onnx/``, a training script); they do no harm and are
no reason to reject a model.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Any

from qa.errors import ModelError

_WEIGHTS = ".safetensors"
_LINKED = {_WEIGHTS, ".json", ".txt", ".model"}
# Vocabularies: their keys are words, not settings.
_WORDS = {"tokenizer.json", "vocab.json", "added_tokens.json", "special_tokens_map.json"}
_MODULES = "modules.json"
# Modules that compute with weights and text alone.
_MODULE = re.compile(
    r"sentence_transformers\.(?:models|(?:base|sentence_transformer|cross_encoder)\.modules)(?:\.\w+)?\."
    r"(?:Transformer|Pooling|Normalize|Dense|LayerNorm|Dropout|StaticEmbedding|WeightedLayerPooling|LogitScore)"
)
_ACTIVATION = re.compile(r"\w*|torch\.nn\.(?:modules\.(?:activation|linear)\.)?[A-Z]\w*")
_ACTIVATIONS = {"activation_fn", "activation_function", "sbert_ce_default_activation_function"}
_CODE = {"auto_map", "custom_pipelines", "custom_code", "trust_remote_code"}
# Arguments that transformers would pass to its loading functions; it would open any path in them.
_ARGUMENTS = re.compile(r"(?:model|tokenizer|processor|config)_(?:args|kwargs)")
_OTHER_WEIGHTS = {"gguf_file", "from_tf", "from_flax", "adapter_kwargs", "weights_only", "state_dict"}
_FILE_NAMES = {"tokenizer_file", "vocab_file", "merges_file", "spm_file", "sp_model_file"}
_WEIGHT_FILES = {"transformers_weights", "weight_map"}
_SIZE = re.compile(
    r"layer|size|dim|heads|width|features|_positions?(?:_embeddings)?$|n_embd|d_model|d_ff|vocab|depth|num_labels"
)
_WIDTHS = {"hidden_size", "d_model", "n_embd", "dim", "in_features", "word_embedding_dimension"}
_MOST_MODULES, _MOST_FILES = 20, 500
_MOST_LAYERS, _LARGEST_NUMBER = 1_000, 1 << 24
_SMALL_TABLE = 1 << 22
_SETTINGS_BYTES, _WORDS_BYTES, _HEADER_BYTES = 16 << 20, 64 << 20, 16 << 20


class UnfitError(ValueError):
    """A model's file was rejected; the message says why."""


def find_model(kind: str, name: str) -> Path:
    """Return the folder of a model, given the folder or a name in the local model cache.

    Args:
        kind: its purpose, ``embedder``, ``reranker`` or ``reader``.
        name: a folder, or a name that the cache knows.

    Raises:
        ModelError: if it is not on this machine.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:  # not cached, or not a name that a hub knows
        raise ModelError(
            f"{kind} {name}: not on this machine and nothing is downloaded; fetch the model first and give its folder"
        ) from error


@contextmanager
def allowed_files(folder: Path) -> Iterator[Path]:
    """Give a folder of links to a model's allowed files; the model is loaded inside the ``with`` block.

    Raises:
        UnfitError: if a file that would be loaded names code, leads out of the folder or exceeds a limit; also for
            any error inside the block.
    """
    root = _reach(folder)
    with tempfile.TemporaryDirectory(prefix="dateline-model-") as name:
        links = Path(name)
        for part in _parts(folder, root):
            (links / part).mkdir(parents=True, exist_ok=True)
            for path in _files(folder / part, root):
                (links / part / path.name).symlink_to(path.resolve())
        if not any(links.rglob(f"*{_WEIGHTS}")):
            raise UnfitError(f"{folder}: holds no weights as {_WEIGHTS}; other kinds can hold code and are not loaded")
        try:
            yield links
        except Exception as error:
            raise UnfitError(str(error).replace(name, str(folder))) from error


def _reach(folder: Path) -> Path:
    """Return the folder that no link may leave: the model's own, or its whole entry in the model cache."""
    whole = folder.resolve()
    return whole.parent.parent if whole.parent.name == "snapshots" else whole


def _parts(folder: Path, root: Path) -> list[PurePosixPath]:
    """Return the folders that are loaded, relative to the model's: itself and those of its modules."""
    path = folder / _MODULES
    if not path.exists():
        return [PurePosixPath()]
    modules = _settings(_checked(path, root))
    if not isinstance(modules, list) or len(modules) > _MOST_MODULES:
        raise UnfitError(f"{path}: is not a list of at most {_MOST_MODULES} modules")
    found = [PurePosixPath()]
    for module in modules:
        kind, place = (module.get(key) if isinstance(module, dict) else None for key in ("type", "path"))
        if not isinstance(kind, str) or not _MODULE.fullmatch(kind):
            raise UnfitError(f"{path}: names {_short(kind)}, which is not one of the allowed modules")
        if not isinstance(place, str) or not re.fullmatch(r"[\w-]{0,100}", place):
            raise UnfitError(f"{path}: the path {_short(place)} is not a folder of the model")
        found.append(PurePosixPath(place))
    return [place for place in dict.fromkeys(found) if (folder / place).is_dir()]


def _files(folder: Path, root: Path) -> Iterator[Path]:
    """Yield the files of a folder that may be loaded, each of them checked."""
    paths = sorted(folder.iterdir())
    if len(paths) > _MOST_FILES:
        raise UnfitError(f"{folder}: holds {len(paths)} files, more than {_MOST_FILES}")
    weights = sum(path.stat().st_size for path in paths if path.suffix == _WEIGHTS and path.is_file())
    for path in paths:
        if path.name == "adapter_config.json":
            raise UnfitError(f"{path}: is an adapter to another model, which is not loaded; merge the two first")
        if path.suffix not in _LINKED or path.is_dir():
            continue
        _checked(path, root)
        if path.suffix == _WEIGHTS:
            _check_header(path)
        elif path.suffix == ".json" and path.name not in {_MODULES, *_WORDS}:
            _check_settings(path, _settings(path), weights)
        yield path


def _checked(path: Path, root: Path) -> Path:
    """Return the path if it is a regular file of the model and within the size limit."""
    whole = path.resolve()
    try:
        found = whole.stat()
    except OSError as error:
        raise UnfitError(f"{path}: cannot be read ({error.strerror})") from error
    if not whole.is_relative_to(root):
        raise UnfitError(f"{path}: leads out of the model's folder, to {whole}")
    if not S_ISREG(found.st_mode):
        raise UnfitError(f"{path}: is not a regular file")
    most = _SETTINGS_BYTES if path.suffix == ".json" and path.name not in _WORDS else _WORDS_BYTES
    if path.suffix != _WEIGHTS and found.st_size > most:
        raise UnfitError(f"{path}: has {found.st_size:,} bytes, more than {most:,}")
    return path


def _check_header(path: Path) -> None:
    """Check the length that a safetensors file gives for its header, which is read into memory; its library does the
    rest, bounds and overlaps of the tensors.
    """  # noqa: D205
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if not 0 < length <= min(_HEADER_BYTES, path.stat().st_size - 8):
        raise UnfitError(f"{path}: is not a safetensors file (its header would have {length:,} bytes)")


def _settings(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnfitError(f"{path}: is not JSON ({error})") from error


def _check_settings(path: Path, settings: Any, weights: int) -> None:
    """Reject settings that name code, other files, or sizes that the weights do not have.

    Args:
        path: the file.
        settings: its content.
        weights: how many bytes of weights lie beside it.
    """
    rest: list[tuple[str, Any, bool]] = [("", settings, False)]
    while rest:
        key, value, given = rest.pop()
        given = given or bool(_ARGUMENTS.fullmatch(key))
        if (reason := _complaint(key, value, given)) is not None:
            raise UnfitError(f"{path}: {key}={_short(value)} {reason}")
        if isinstance(value, dict):
            _check_tables(path, value, weights)
            inner = ((key, one) if key in _WEIGHT_FILES else (name, one) for name, one in value.items())
            rest += [(str(name), one, given) for name, one in inner]
        elif isinstance(value, list):
            rest += [(key, one, given) for one in value]


def _check_tables(path: Path, settings: dict[Any, Any], weights: int) -> None:
    """Reject settings that would allocate a larger table of numbers than the weights can fill."""
    sizes = {name: value for name, value in settings.items() if isinstance(value, int) and _is_size(str(name).lower())}
    for width in _WIDTHS & sizes.keys():
        for name, value in sizes.items():
            # Weights are packed into at least half a byte a number.
            if name != width and value > 1 and value * sizes[width] > max(2 * weights, _SMALL_TABLE):
                raise UnfitError(
                    f"{path}: {name}={value:,} times {width}={sizes[width]:,} is more than its weights hold"
                )


def _complaint(key: str, value: Any, given: bool) -> str | None:
    """Return the reason to reject a setting; None: it is accepted.

    Args:
        key: its name; without one, the name of the list or map that holds it.
        value: its value.
        given: whether it would be passed to a loading function.
    """
    name = key.lower()
    if name in _CODE and value:
        return "names code, and a model's code is not run"
    if isinstance(value, str):
        path = "/" in value or "\\" in value
        if name in _ACTIVATIONS and not _ACTIVATION.fullmatch(value):
            return "is not an activation of torch.nn"
        if path and (given or name in _FILE_NAMES or name.endswith("_implementation")):
            return "leads out of the model's folder"
        if name in _WEIGHT_FILES and (path or not value.endswith((_WEIGHTS, f"{_WEIGHTS}.index.json"))):
            return "is not a safetensors file of the model's folder"
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and _is_size(name):
        most = _MOST_LAYERS if "layer" in name else _LARGEST_NUMBER
        if not -most <= value <= most:
            return f"is more than the {most:,} that a model may have"
    elif isinstance(value, dict) and name == "modality_config" and set(value) - {"text"}:
        return "is made of more than text"
    if name in _OTHER_WEIGHTS and value not in (None, False):
        return "asks for weights that are not safetensors"
    return None


def _is_size(name: str) -> bool:
    """Whether a setting is a size that memory is allocated for."""
    return bool(_SIZE.search(name))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + " …"


@contextmanager
def loading(failure: str, way_out: str) -> Iterator[None]:
    """Turn any error in the ``with`` block, which loads a model, into a ModelError.

    Args:
        failure: the failed action, such as "reader NAME: cannot be loaded".
        way_out: what to do instead.

    Raises:
        ModelError: if a file is missing, damaged, hostile or of another kind of model.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        yield
    except (KeyboardInterrupt, SystemExit, ModelError):
        raise
    # A folder may hold anything, and the libraries that parse it may raise anything, even a panic of Rust, which does
    # not derive from Exception.
    except BaseException as error:
        cause = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"{failure} ({cause}); {way_out}") from error
