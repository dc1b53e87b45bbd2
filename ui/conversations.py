"""A conversation as the browser of its owner keeps it, checked when it comes back, and as Markdown to take away."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qa.errors import InputError
from qa.records import Answer

_MOST_TURNS = 200


@dataclass(frozen=True, slots=True)
class Turn:
    """A question's answer, and what the search was limited to, each in a few words."""

    answer: Answer
    limits: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the turn as plain data."""
        return asdict(self)


_TURNS = TypeAdapter(list[Turn])


def turns_of(data: object) -> list[Turn]:
    """Return the turns that plain data holds; anyone can send anything.

    Raises:
        InputError: if these are no turns, too many, or a sentence has a number that is no citation's.
    """
    if not isinstance(data, list) or not 0 < len(data) <= _MOST_TURNS:
        raise InputError(f"conversation: not a list of 1 to {_MOST_TURNS} turns")
    try:
        turns = _TURNS.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"conversation: {place}: {first['msg']}") from None
    for turn in turns:
        cited = range(1, len(turn.answer.citations) + 1)
        if not all(number in cited for sentence in turn.answer.sentences for number in sentence.citations):
            raise InputError("conversation: a sentence has a number that is no citation's")
    return turns


def said(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return what was said, as the history of a follow-up."""
    return [one for turn in turns for one in (("user", turn.answer.question), ("assistant", turn.answer.text))]
