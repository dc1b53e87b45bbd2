"""From a model's logits of starts and ends to the likeliest answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.models.passage_reader import Span

_ANSWER_TOKENS = 30  # the longest answer that is marked
SPANS = 3  # answers kept of a passage


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
