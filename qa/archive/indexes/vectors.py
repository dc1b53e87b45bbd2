"""Exact nearest-neighbour search over vectors; the only module that loads faiss.

The seam is narrow: arrays and row numbers, never text.  A row number is an int64 that grows with every passage added
and is never used twice.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Rows = NDArray[np.int64]


class VectorIndex(Protocol):
    """Interface of a vector index."""

    def search(self, query: Matrix, k: int, allowed: Rows | None = None) -> tuple[Rows, Matrix]:
        """Return the rows nearest to ``query``, best first, and their cosines.

        Args:
            query: a unit vector of shape (dimension,).
            k: how many rows at most; always min(k, matching rows) come back.
            allowed: the only rows to look at, ascending; None for all.
        """


class ExactVectors:
    """Exhaustive search by a flat inner-product index, built from raw float32.

    Args:
        rows: ascending row numbers, shape (n,).
        matrix: their unit vectors, shape (n, dimension).

    Raises:
        ValueError: if the shapes do not fit or the rows do not ascend.
    """

    def __init__(self, rows: Rows, matrix: Matrix) -> None:
        import faiss as library

        faiss: Any = library  # its stubs do not know the methods that its Python layer adds

        if matrix.ndim != 2 or rows.shape != (len(matrix),) or (np.diff(rows) <= 0).any():
            raise ValueError(f"{rows.shape} ascending rows and {matrix.shape} vectors do not fit")
        self._faiss = faiss
        self._rows = np.asarray(rows, np.int64)
        self._index = faiss.IndexFlatIP(matrix.shape[1])
        self._index.add(np.ascontiguousarray(matrix, np.float32))
        self._live = np.ones(len(rows), bool)

    def excluding(self, rows: Sequence[int]) -> "ExactVectors":
        """Return the same index without these rows; unknown ones are ignored, nothing is copied."""
        positions, known = self._positions(np.asarray(sorted(rows), np.int64))
        other = copy(self)
        other._live = np.ones(len(self._rows), bool)
        other._live[positions[known]] = False
        return other

    def rows(self) -> Rows:
        """Return the row numbers, ascending."""
        return self._rows[self._live]

    def __len__(self) -> int:
        return int(self._live.sum())

    def search(self, query: Matrix, k: int, allowed: Rows | None = None) -> tuple[Rows, Matrix]:
        """Return the rows nearest to ``query`` and their cosines: see ``VectorIndex``."""
        mask = self._live
        if allowed is not None:
            positions, known = self._positions(allowed)
            mask = np.zeros(len(self._rows), bool)
            mask[positions[known]] = True
            mask &= self._live
        count = int(mask.sum())
        k = min(k, count)
        if k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parameters = None
        if count < len(self._rows):
            bitmap = np.packbits(mask, bitorder="little")
            parameters = self._faiss.SearchParameters(sel=self._faiss.IDSelectorBitmap(bitmap))
        scores, positions = self._index.search(np.asarray(query, np.float32)[None], k, params=parameters)
        found = positions[0] >= 0  # faiss finds no vectors that hold NaN
        return self._rows[positions[0][found]], scores[0][found]

    def _positions(self, rows: Rows) -> tuple[Rows, NDArray[np.bool_]]:
        """Return the position that each row has or would have, and whether it is there."""
        if not len(self._rows):
            return np.zeros(len(rows), np.int64), np.zeros(len(rows), bool)
        positions = np.searchsorted(self._rows, rows).clip(max=len(self._rows) - 1)
        return positions, self._rows[positions] == rows


def merge(found: Sequence[tuple[Rows, Matrix]], k: int) -> tuple[Rows, Matrix]:
    """Return the best ``k`` of several searches, by descending score, then ascending row."""
    rows = np.concatenate([r for r, _ in found])
    scores = np.concatenate([s for _, s in found])
    order = np.lexsort((rows, -scores))[:k]
    return rows[order], scores[order]


def direction(vectors: Sequence[bytes]) -> bytes:
    """Return the unit vector of the sum of some vectors, all as float32, little-endian; ``b""`` of none."""
    if not vectors:
        return b""
    total = np.frombuffer(b"".join(vectors), "<f4").reshape(len(vectors), -1).sum(axis=0)
    return bytes((total / max(float(np.linalg.norm(total)), 1e-12)).astype("<f4").tobytes())
