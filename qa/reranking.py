"""A second, closer reading of the best passages, and its weight in their order."""

import threading
import time
from collections.abc import Sequence
from typing import Any

from qa.fusion import Ranked, rerank
from qa.loading import loading
from qa.model_folders import allowed_files, find_model
from qa.reading import PassageReader, PassageReading
from qa.settings import AskSettings
from qa.view import ArchiveView

_AT_ONCE = 8  # passages read between two looks at the clock


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
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Return how relevant each (title, text) is; such models were trained on the text alone."""
        with self._lock:
            scores = self._model.predict([(question, text) for _, text in passages], show_progress_bar=False)
        return [PassageReading(float(score)) for score in scores]


def reread(
    view: ArchiveView, question: str, ranked: Sequence[Ranked], reranker: PassageReader, settings: AskSettings
) -> tuple[list[Ranked], dict[str, PassageReading]]:
    """Return a ranking with what a reranker says of its first passages, and its readings by passage id.

    The best are read first.  When ``settings.rerank_seconds`` are over, the rest of the first ``settings.rerank``
    keep their places behind those that were read, with a part "reranker" of rank 0.
    """
    deadline = time.monotonic() + settings.rerank_seconds
    wanted = [item.passage_id for item in ranked[: settings.rerank]]
    readings: dict[str, PassageReading] = {}
    for begin in range(0, len(wanted), _AT_ONCE):
        if begin and time.monotonic() > deadline:
            break
        readings |= read_passages(view, question, wanted[begin : begin + _AT_ONCE], reranker)
    scores = {passage_id: reading.relevance for passage_id, reading in readings.items()}
    late = [passage_id for passage_id in wanted[_AT_ONCE:] if passage_id not in readings]
    return rerank(ranked, scores, settings.reranker_weight, late), readings


def read_passages(
    view: ArchiveView, question: str, passage_ids: Sequence[str], reader: PassageReader
) -> dict[str, PassageReading]:
    """Return the readings of these passages by id; damaged ones are left out."""
    passages = view.passages(passage_ids)
    places = view.places(list(passages))
    texts = [(places[key].title, passage.text) for key, passage in passages.items()]
    return dict(zip(passages, reader.read(question, texts), strict=True)) if texts else {}
