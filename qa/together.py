"""Texts that several threads bring at the same moment, worked on together by one of them."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Piece(Generic[T]):
    text: str
    kind: int
    result: T | None = None
    error: Exception | None = None
    done: bool = False


class Together(Generic[T]):
    """Lets texts share the work of whoever gets to do it first.

    No time is spent on waiting for company: a text that finds the worker free is worked on at once, one that finds it
    busy waits as it had to anyway, and the first that gets its turn takes those of its kind along.

    Args:
        work: texts of one kind to a result each; called by one thread at a time.
        kind: what texts must have in common to be worked on together; 0: this one stays alone.
        turn: held by whoever works.
        most: that are worked on together.
    """

    def __init__(
        self,
        work: Callable[[Sequence[str]], Sequence[T]],
        kind: Callable[[str], int],
        turn: AbstractContextManager[object],
        most: int,
    ) -> None:
        self._work = work
        self._kind = kind
        self._turn = turn
        self._most = most
        self._waiting: list[_Piece[T]] = []
        self._door = threading.Lock()

    def do(self, text: str) -> T:
        """Return a text's result; what fails, fails for this text alone."""
        piece: _Piece[T] = _Piece(text, self._kind(text))
        with self._door:
            self._waiting.append(piece)
        with self._turn:
            if not piece.done:
                self._do(self._company(piece))
        if piece.error:
            raise piece.error
        assert piece.result is not None
        return piece.result

    def _company(self, piece: _Piece[T]) -> list[_Piece[T]]:
        with self._door:
            self._waiting.remove(piece)
            mates = [one for one in self._waiting if one.kind == piece.kind and piece.kind][: self._most - 1]
            for mate in mates:
                self._waiting.remove(mate)
        return [piece, *mates]

    def _do(self, pieces: Sequence[_Piece[T]]) -> None:
        try:
            for piece, result in zip(pieces, self._work([one.text for one in pieces]), strict=True):
                piece.result, piece.done = result, True
        except Exception as error:  # one of them is at fault; which, only each by itself can tell
            if len(pieces) == 1:
                pieces[0].error, pieces[0].done = error, True
            else:
                for piece in pieces:
                    self._do([piece])
        finally:
            with self._door:  # a worker that was interrupted leaves the others to themselves
                self._waiting += [piece for piece in pieces if not piece.done]
