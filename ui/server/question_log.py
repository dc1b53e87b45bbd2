"""Questions, timed and logged where they are answered, whichever surface they come through."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from qa.errors import InputError
from qa.records import Answer, Hit
from qa.retrieval import Retriever
from qa.settings import LIMITS, Limits
from ui.server.logs import event
from ui.server.visitors import Rate, TooOftenError, Visitor

_log = logging.getLogger("ui.asking")

# Told of each question: the surface, what was wanted, how it ended, and the seconds it took.
Told = Callable[[str, str, str, float], None]


class Asked:
    """A retriever that tells of what it is asked; see ``asked``.

    Args:
        retriever: what answers.
        surface: ``page`` or ``api``.
        told: called with each question.
        questions: whether what is asked is logged too.
    """

    def __init__(self, retriever: Retriever, surface: str, told: Told, *, questions: bool) -> None:
        self._retriever = retriever
        self._surface = surface
        self._told = told
        self._questions = questions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._retriever, name)

    def ask(self, question: str, *given: Any, **options: Any) -> Answer:
        """Answer a question as the retriever does."""
        with self._timed("ask", question) as noted:
            answer = self._retriever.ask(question, *given, **options)
            noted |= {"outcome": "abstained" if answer.abstained else "answered", "hits": len(answer.hits)}
            return answer

    def retrieve(self, question: str, *given: Any, **options: Any) -> list[Hit]:
        """Find passages as the retriever does."""
        with self._timed("search", question) as noted:
            hits = self._retriever.retrieve(question, *given, **options)
            noted["hits"] = len(hits)
            return hits

    @contextmanager
    def _timed(self, kind: str, question: str) -> Iterator[dict[str, Any]]:
        noted: dict[str, Any] = {"outcome": "answered"}
        begun = time.monotonic()
        try:
            yield noted
        except InputError:
            noted["outcome"] = "refused"  # it cannot be asked so
            raise
        except Exception as error:
            noted |= {"outcome": "failed", "error": type(error).__name__}
            raise
        finally:
            seconds = time.monotonic() - begun
            self._told(self._surface, kind, noted["outcome"], seconds)
            event(
                _log, "question", logging.ERROR if noted["outcome"] == "failed" else logging.INFO,
                surface=self._surface, kind=kind, **noted, milliseconds=round(1000 * seconds),
                question=question if self._questions else "",
            )  # fmt: skip


def asked(retriever: Retriever, surface: str, told: Told, *, questions: bool) -> Retriever:
    """Return a retriever that answers as another does, and tells of it."""
    return cast(Retriever, Asked(retriever, surface, told, questions=questions))


class CountedRate(Rate):
    """How often visitors may ask, with a word to somebody when one asks too often."""

    def __init__(self, refused: Callable[[str], None], limits: Limits = LIMITS) -> None:
        super().__init__(limits)
        self._refused = refused

    def take(self, visitor: Visitor) -> None:
        """Count a question, or refuse it; see ``Rate.take``."""
        try:
            super().take(visitor)
        except TooOftenError:
            self._refused("rate")
            raise
