"""What a model that reads makes of a question and a passage; any such model stands behind ``PassageReader``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Span:
    """An answer in a passage: offsets in its text, and the model's logit of its start and end together."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What a model makes of a passage.

    ``relevance`` ranks the passages of one question, ``answerable`` is the log odds that this one holds an answer,
    ``spans`` are the likeliest answers in it, best first.  A reranker leaves out the last two, a reader that only
    answers the first.
    """

    relevance: float = 0.0
    answerable: float = 0.0
    spans: tuple[Span, ...] = ()


class PassageReader(Protocol):
    """What reads a question together with passages."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        """Return a reading of each (title of its article, text), in their order."""
