"""Log of questions: one line for each, from the page and the API alike, with outcome and duration."""

import logging
from collections.abc import Callable

from qa.errors import InputError
from qa.runtime.observation import Observation, Observe
from qa.settings import LIMITS, Limits
from ui.server.logs import event
from ui.server.visitors import Rate, TooOftenError, Visitor

_log = logging.getLogger("ui.asking")

# Called after each question with its surface, kind, outcome and duration in seconds.
Told = Callable[[str, str, str, float], None]


def question_log(surface: str, told: Told, *, questions: bool) -> Observe:
    """Return an observer of a retriever that counts and logs each question.

    Args:
        surface: ``page`` or ``api``.
        told: called after each question.
        questions: whether the text of questions is logged too.
    """

    def observe(seen: Observation) -> None:
        outcome, level = "answered", logging.INFO
        found: dict[str, object] = {"hits": seen.hits}
        if isinstance(seen.error, InputError):  # the question or an option is invalid
            outcome, found = "refused", {}
        elif seen.error:
            outcome, level, found = "failed", logging.ERROR, {"error": type(seen.error).__name__}
        elif seen.answer and seen.answer.abstained:
            outcome = "abstained"
        told(surface, seen.kind, outcome, seen.seconds)
        event(
            _log, "question", level,
            surface=surface, kind=seen.kind, outcome=outcome, **found, milliseconds=round(1000 * seen.seconds),
            question=seen.question if questions else "",
        )  # fmt: skip

    return observe


class CountedRate(Rate):
    """A rate limit that reports each refusal."""

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
