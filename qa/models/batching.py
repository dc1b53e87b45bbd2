"""Batching: concurrent requests share one model call, which runs in the model's own thread."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from qa.runtime.forking import held_by_none

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Piece(Generic[T]):
    text: str
    kind: int
    result: T | None = None
    error: Exception | None = None
    done: bool = False


class Together(Generic[T]):
    """Batches concurrent requests of one kind into one call.

    No request waits for others to arrive.  If the worker is free, a text is processed at once.  If it is busy, texts
    queue as they would anyway, and the first that gets its turn takes the waiting ones of its kind along.

    Args:
        work: returns a result for each text, all of one kind; called by one thread at a time.
        kind: returns the kind of a text, which the texts of a batch share; 0: this text is processed alone.
        turn: runs a function, for one thread at a time.
        most: the largest number of texts in a batch.
    """

    def __init__(
        self,
        work: Callable[[Sequence[str]], Sequence[T]],
        kind: Callable[[str], int],
        turn: Callable[[Callable[[], None]], None],
        most: int,
    ) -> None:
        self._work = work
        self._kind = kind
        self._turn = turn
        self._most = most
        self._waiting: list[_Piece[T]] = []  # each thread adds and removes its own, which is atomic

    def do(self, text: str) -> T:
        """Return a text's result; an error concerns this text alone."""
        piece: _Piece[T] = _Piece(text, self._kind(text))
        self._waiting.append(piece)
        try:
            self._turn(lambda: self._serve(piece))
        finally:
            self._waiting.remove(piece)
        if piece.error:
            raise piece.error
        assert piece.result is not None
        return piece.result

    def _serve(self, piece: _Piece[T]) -> None:
        if not piece.done:
            mates = [
                one for one in tuple(self._waiting) if one.kind == piece.kind and one is not piece and not one.done
            ]
            self._do([piece, *mates[: self._most - 1 if piece.kind else 0]])

    def _do(self, pieces: Sequence[_Piece[T]]) -> None:
        try:
            for piece, result in zip(pieces, self._work([one.text for one in pieces]), strict=True):
                piece.result, piece.done = result, True
        except Exception as error:  # one text caused it: run each alone to find which
            if len(pieces) == 1:
                pieces[0].error, pieces[0].done = error, True
            else:
                for piece in pieces:
                    self._do([piece])


class ModelThread:
    """Runs work for one caller at a time, always in the same thread; a forked process gets a new thread."""

    def __init__(self) -> None:
        self._lock = held_by_none()
        self._process = 0

    def run(self, work: Callable[[], T]) -> T:
        """Return what ``work`` returns, or raise what it raises; it must not call ``run`` itself."""
        with self._lock:
            if self._process != os.getpid():
                self._thread, self._process = ThreadPoolExecutor(1, "model"), os.getpid()
            return self._thread.submit(work).result()
