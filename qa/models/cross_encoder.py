"""Reranking with a sentence-transformers CrossEncoder."""

from collections.abc import Sequence
from typing import Any

from qa.models.batching import ModelThread
from qa.models.folders import allowed_files, find_model, loading
from qa.models.passage_reader import PassageReading


class CrossEncoderReranker:
    """A CrossEncoder from a folder or the local model cache, on the CPU.

    Raises:
        ModelError: if the model is not on this machine or cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        way_out = "give the folder of a sentence-transformers CrossEncoder with safetensors weights"
        folder = find_model("reranker", name)
        with loading(f"reranker {name}: cannot be loaded", way_out), allowed_files(folder) as allowed:
            from sentence_transformers import CrossEncoder

            self._model: Any = CrossEncoder(
                str(allowed), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        self._thread = ModelThread()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Return the relevance of each (title, text); titles are not read: such models are trained on text alone."""
        pairs = [(question, text) for _, text in passages]
        scores = self._thread.run(lambda: self._model.predict(pairs, show_progress_bar=False))
        return [PassageReading(float(score)) for score in scores]
