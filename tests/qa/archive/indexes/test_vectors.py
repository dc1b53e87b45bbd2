"""The contract of a vector index, over every implementation, against multiplying everything out."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.archive.indexes.vectors import ExactVectors, VectorIndex, merge
from tests.support.plain import PlainVectors

Make = Callable[[np.ndarray, np.ndarray], VectorIndex]


def excluding(rows: np.ndarray, matrix: np.ndarray) -> VectorIndex:
    """The same rows, found among others that are excluded."""
    more = np.arange(rows.max(initial=0) + 1, rows.max(initial=0) + 4)
    others = np.repeat(np.eye(1, matrix.shape[1], dtype=np.float32), 3, axis=0)
    return ExactVectors(np.concatenate([rows, more]), np.concatenate([matrix, others])).excluding(more.tolist())


class Segments:
    """Two indexes searched as one."""

    def __init__(self, rows: np.ndarray, matrix: np.ndarray) -> None:
        half = len(rows) // 2
        self.parts = [ExactVectors(rows[:half], matrix[:half]), ExactVectors(rows[half:], matrix[half:])]

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        return merge([part.search(query, k, allowed) for part in self.parts], k)


def vectors(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ascending rows with gaps, their unit vectors, and a query."""
    random = np.random.default_rng(seed)
    rows = np.sort(random.choice(10 * count + 1, count, replace=False)).astype(np.int64)
    matrix = random.normal(size=(count + 1, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return rows, matrix[:-1], matrix[-1]


@pytest.mark.parametrize("make", [ExactVectors, excluding, Segments])
@given(count=st.integers(0, 60), k=st.integers(0, 70), seed=st.integers(0, 1000), share=st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_it_finds_what_multiplying_out_finds(make: Make, count: int, k: int, seed: int, share: float) -> None:
    rows, matrix, query = vectors(count, seed)
    index, plain = make(rows, matrix), PlainVectors(rows, matrix)
    allowed = rows[np.random.default_rng(seed).random(count) < share]
    for chosen in (None, allowed, np.array([-5, 10**9])):
        found, scores = index.search(query, k, chosen)
        expected, expected_scores = plain.search(query, k, chosen)
        assert found.tolist() == expected.tolist()
        np.testing.assert_allclose(scores, expected_scores, atol=1e-6)


def test_scores_are_cosines_by_hand() -> None:
    matrix = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    rows, scores = ExactVectors(np.array([3, 5, 9]), matrix).search(np.array([0.8, 0.6], np.float32), 2)
    assert rows.tolist() == [5, 3]
    np.testing.assert_allclose(scores, [0.96, 0.8], atol=1e-6)


def test_excluding_copies_nothing_and_leaves_the_original_as_it_was() -> None:
    rows, matrix, query = vectors(20, 1)
    index = ExactVectors(rows, matrix)
    best = int(index.search(query, 1)[0][0])
    without = index.excluding([best, 10**6])
    assert best not in without.search(query, 20)[0]
    assert len(without) == 19
    assert int(index.search(query, 1)[0][0]) == best


@pytest.mark.parametrize("rows", [[1, 1], [2, 1], [1]])
def test_rows_that_do_not_fit_are_refused(rows: list[int]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        ExactVectors(np.array(rows), np.eye(2, dtype=np.float32))
