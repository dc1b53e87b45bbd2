"""A second, closer reading of the best passages by any sentence-transformers CrossEncoder."""

import os
import threading
from collections.abc import Sequence
from typing import Any, Protocol

from qa.errors import ModelError


class Reranker(Protocol):
    """What reads a question together with passages."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return how relevant each text is to the question; higher is better."""


class CrossEncoderReranker:
    """A CrossEncoder from a folder or the local model cache, on the CPU.

    Raises:
        ModelError: if the model is not on this machine or cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from safetensors import SafetensorError

        try:
            from sentence_transformers import CrossEncoder

            self._model: Any = CrossEncoder(
                name, device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError, KeyError, AttributeError, RuntimeError, SafetensorError) as error:
            cause = " ".join(str(error).split())[:200]
            raise ModelError(
                f"reranker {name}: cannot be loaded ({cause}); give the folder of a sentence-transformers CrossEncoder"
            ) from error
        self._lock = threading.Lock()

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return how relevant each text is to the question; higher is better."""
        with self._lock:
            scores = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        return [float(score) for score in scores]
