"""Reading with a transformers question-answering model instead of the packaged reader."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from qa.models.batching import ModelThread
from qa.models.folders import allowed_files, find_model, loading
from qa.models.passage_reader import PassageReading, Span, best_spans

_LONGEST = 384  # tokens of a pair
_OVERLAP = 64


class QuestionAnsweringReader:
    """An extractive question-answering model from a folder or the local model cache, on the CPU.

    ``answerable`` of its readings is the best span's logit minus that of the first token.  Models trained with
    unanswerable questions (SQuAD 2.0) choose that token where there is no answer; for others the value means little.

    Raises:
        ModelError: if the model is not on this machine or cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        way_out = "give the folder of a transformers question-answering model with safetensors weights"
        folder = find_model("reader", name)
        with loading(f"reader {name}: cannot be loaded", way_out), allowed_files(folder) as allowed:
            import torch
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            self._torch = torch
            self._tokenizer: Any = AutoTokenizer.from_pretrained(str(allowed), local_files_only=True)
            model: Any = AutoModelForQuestionAnswering.from_pretrained(
                str(allowed), local_files_only=True, use_safetensors=True
            )
            self._model = model.eval()
        self._thread = ModelThread()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Return the spans of each (title, text) that may answer; the titles are not read."""
        return [self._thread.run(partial(self._read, question, text)) for _, text in passages]

    def _read(self, question: str, text: str) -> PassageReading:
        with self._torch.inference_mode():
            encoded = self._tokenizer(
                question, text, truncation="only_second", max_length=_LONGEST, stride=_OVERLAP,
                return_overflowing_tokens=True, return_offsets_mapping=True, padding=True, return_tensors="pt",
            )  # fmt: skip
            named = {key: encoded[key] for key in self._tokenizer.model_input_names if key in encoded}
            outputs = self._model(**named)
        logits = np.stack([outputs.start_logits.numpy(), outputs.end_logits.numpy()], axis=-1)
        found: list[Span] = []
        answerable = -np.inf
        for row, window in enumerate(logits):
            held = [place for place, part in enumerate(encoded.sequence_ids(row)) if part == 1]
            if held:
                offsets = encoded["offset_mapping"][row].tolist()[held[0] : held[-1] + 1]
                spans = best_spans(window[held[0] : held[-1] + 1], offsets)
                found += spans
                answerable = max(answerable, spans[0].score - float(window[0].sum()))
        found.sort(key=lambda span: (-span.score, span.start))
        return PassageReading(0.0, float(answerable) if found else -10.0, tuple(found[:3]))
