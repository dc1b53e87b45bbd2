"""Conversations as the browser stores them: validation when they come back, and export to Markdown."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from qa.errors import InputError
from qa.records import Answer
from qa.settings import LIMITS
from ui.render.answer_text import marks_of
from ui.render.export import footnote, markdown
from ui.render.links import permalink


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to a question, and the filters of its search, each in a few words."""

    answer: Answer
    limits: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the turn as plain data."""
        return asdict(self)


_TURNS = TypeAdapter(list[Turn])


def turns_of(data: object) -> list[Turn]:
    """Return the turns in plain data, which is validated because anyone can send anything.

    Raises:
        InputError: if the data is malformed, has too many turns, or a sentence cites a citation that does not exist.
    """
    if not isinstance(data, list) or not 0 < len(data) <= LIMITS.kept_turns:
        raise InputError(f"conversation: not a list of 1 to {LIMITS.kept_turns} turns (kept_turns)")
    try:
        turns = _TURNS.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"conversation: {place}: {first['msg']}") from None
    for turn in turns:
        cited = range(1, len(turn.answer.citations) + 1)
        if not all(number in cited for sentence in turn.answer.sentences for number in sentence.citations):
            raise InputError("conversation: a sentence cites a citation that does not exist")
    return turns


def said(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return the turns as the history of a follow-up: pairs of role and text."""
    return [one for turn in turns for one in (("user", turn.answer.question), ("assistant", turn.answer.text))]


def to_markdown(title: str, turns: Sequence[Turn], base_url: str) -> str:
    """Return a conversation as Markdown: each answer quoted, its citations as footnotes with their addresses.

    Args:
        title: of the conversation, ``""`` for none.
        turns: the questions and answers.
        base_url: the address of the page, for the permalinks of citations.
    """
    lines = [f"# {markdown(title)}"] if title else []
    notes: list[str] = []
    for turn in turns:
        answer = turn.answer
        lines.append(f"**{markdown(answer.question)}**")
        if turn.limits:
            lines.append(f"Only {markdown('; '.join(turn.limits))}")
        if answer.abstained:
            lines.append(f"{markdown(answer.text)} {markdown(answer.reason)}".rstrip())
        for sentence in answer.sentences:
            numbers = "".join(f"[^{len(notes) + number}]" for number in sentence.citations)
            known = f" ({markdown('; '.join(sentence.notes))})" if sentence.notes else ""
            limits = f"\n>\n> *The article goes on:* {markdown(sentence.caveat)}" if sentence.caveat else ""
            lines.append(f"> {markdown(sentence.text)}{known}{numbers}{limits}")
        for number, citation in enumerate(answer.citations, 1):
            link = permalink(base_url, citation, marks_of(number, answer))
            notes.append(footnote(citation, link, len(notes) + 1))
    return "\n\n".join((*lines, "\n".join(notes))).rstrip() + "\n"
