"""Readings of a passage with a question, and ``PassageReader``, the interface of the models that make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Span:
    """An answer in a passage: offsets in its text, and the model's logit of its start and end together."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a passage does to a statement, or to a question read as one: probabilities, which sum to 1."""

    supports: float = 0.0
    contradicts: float = 0.0
    neither: float = 1.0


@dataclass(frozen=True, slots=True)
class PassageReading:
    """A model's reading of a passage.

    ``relevance`` ranks the passages of one question, ``answerable`` is the log odds that this one holds an answer,
    ``spans`` are the likeliest answers in it, best first, ``verdict`` is whether it supports the question read as a
    statement.  A reranker leaves out all but the first, a reader that only answers the first and the last.
    """

    relevance: float = 0.0
    answerable: float = 0.0
    spans: tuple[Span, ...] = ()
    verdict: Verdict = Verdict()


class PassageReader(Protocol):
    """Interface of a model that reads a question together with passages."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Return a reading of each (title of its article, text), in their order."""


_ANSWER_TOKENS = 30  # the longest answer that is marked
SPANS = 3  # answers per passage


def best_spans(logits: NDArray[np.float32], offsets: Sequence[Sequence[int]], most: int = SPANS) -> tuple[Span, ...]:
    """Return the likeliest answers of a passage, best first, no two of them overlapping.

    Args:
        logits: of start and end, shape (tokens, 2).
        offsets: where each token starts and ends in the text.
        most: how many spans at most.
    """
    count = len(logits)
    joint = logits[:, 0][:, None] + logits[:, 1][None, :]
    row, column = np.indices((count, count))
    joint[(column < row) | (column >= row + _ANSWER_TOKENS)] = -np.inf
    found: list[Span] = []
    while len(found) < most and count:
        first, last = divmod(int(np.argmax(joint)), count)
        score = float(joint[first, last])
        if score == -np.inf:
            break
        found.append(Span(offsets[first][0], offsets[last][1], score))
        joint[(row <= last) & (column >= first)] = -np.inf
    return tuple(found)


def verdict(logits: NDArray[np.float32]) -> Verdict:
    """Return the probabilities of three logits: supports, contradicts, neither."""
    shares = np.exp(logits - logits.max())
    return Verdict(*(float(share) for share in shares / shares.sum()))
