"""A question and what was said before it, to a question that stands alone.

For now the previous question is put before the new one, so that its names and topic are searched too.
"""

from collections.abc import Iterable, Mapping

from qa.errors import InputError, check_text
from qa.settings import LIMITS

Turn = tuple[str, str] | Mapping[str, str]


def turns(history: Iterable[Turn]) -> list[tuple[str, str]]:
    """Return the turns of a conversation as (role, text), oldest first; ``agent`` means ``assistant``.

    Raises:
        InputError: if a turn has another role or no text.
    """
    result = []
    for turn in () if history is None else history:
        try:
            role, text = (turn["role"], turn["text"]) if isinstance(turn, Mapping) else turn
        except (KeyError, TypeError, ValueError):
            raise InputError(f"history: {turn!r} is not a turn; give (role, text) pairs") from None
        role = "assistant" if role == "agent" else role
        if role not in ("user", "assistant"):
            raise InputError(f"history: role {role!r} is not known; give user or assistant")
        result.append((role, check_text(text, "history")))
    return result


def stand_alone(question: str, history: Iterable[Turn]) -> str:
    """Return the question to search for, given the earlier turns."""
    before = [text.strip() for role, text in turns(history) if role == "user" and text.strip()]
    return f"{before[-1][: LIMITS.question_characters]} {question}" if before else question
