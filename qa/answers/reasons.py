"""Reasons: in one sentence, why a question is refused or why an answer is no more than possible.

Every reason that an answerer gives is worded here, so that ``is_ours`` can tell it from words that came from elsewhere;
so are those of refusals, which are given after that check.
A reason is given only where it is certain.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from qa.archive.view import ArchiveView
from qa.filters import DATED, Where
from qa.text.terms import terms
from qa.text.words import content_words

COUNTED = "Counted: articles with every one of these words, whole, in any case and ending, in headline or text."
"""The rule of counting."""
_NOT_MENTIONED, _NOT_ABOUT = "The article quoted does not mention", "This place is not about"
_UNNAMED = "None of the nearest articles mentions"
_NOT_OF_KIND, _UNANSWERED = "The words found are not", "No answer was found to"
_KINDS = {
    "number": "a number", "who": "a name", "date": "a date or time", "where": "a place", "reason": "a whole reason",
}  # fmt: skip
NOT_DISCLOSED = "A sentence quoted says that this is not known or was not disclosed."
_NAMED, _LONGEST = 3, 200  # names or questions that a reason quotes, and characters of each
_OURS = re.compile(
    rf"{re.escape(COUNTED)}|{re.escape(NOT_DISCLOSED)}"
    rf"|(?:{re.escape(NOT_DISCLOSED)} )?(?:{_UNNAMED}|{_NOT_MENTIONED}|{_NOT_ABOUT}|{_NOT_OF_KIND}|{_UNANSWERED})"
    r" [^\n]{1,2000}\."
)
_EPOCH = datetime(1970, 1, 1)


def is_ours(reason: str) -> bool:
    """Return whether a reason is one that an answerer may give."""
    return bool(_OURS.fullmatch(reason))


def not_mentioned(names: Sequence[str]) -> str:
    """Return that the article quoted does not mention some names of the question."""
    return f"{_NOT_MENTIONED} {_either(names)}."


def not_about(names: Sequence[str]) -> str:
    """Return that the place quoted is about another person, year or place than the question."""
    return f"{_NOT_ABOUT} {_either(names)}."


def unnamed(names: Sequence[str]) -> str:
    """Return why nothing is quoted: no article that was read mentions some names of the question."""
    return f"{_UNNAMED} {_either(names)}."


def is_about_another(reason: str) -> bool:
    """Return whether a reason says that an answer is not about what the question names."""
    return reason.startswith((_NOT_MENTIONED, _NOT_ABOUT))


def not_of_kind(kind: str) -> str:
    """Return that the words found are not of the kind asked for."""
    return f"{_NOT_OF_KIND} {_KINDS.get(kind, 'what was asked for')}."


def unanswered(questions: Sequence[str]) -> str:
    """Return which parts of a question found no answer."""
    return f"{_UNANSWERED} {_either(questions)}."


def refused(
    view: ArchiveView, question: str, where: Where, weights: Mapping[str, float], suggest: Callable[[str], str]
) -> str:
    """Return why a question was refused, or "" when no reason is certain.

    Args:
        view: the archive that was searched.
        question: the question that was searched.
        where: every condition on its articles, those of dates in the question among them.
        weights: of each content word of the question, 0 for a word that never occurs in the archive.
        suggest: returns the archive's word that looks most like another, "" for none.
    """
    if where and not view.count(where):
        dated = tuple(one for one in where if one.field in ("published", "published_utc"))
        if dated and not view.count(dated):
            return f"Nothing in the archive was published {_between(dated)}."
        return "No article in the archive passes the filters."
    # The first word of a question is capitalised even if it is no name.
    first = question.split()[0] if question.split() else ""
    unread = [w for w in content_words(question) if w[0].isupper() and weights.get(w, 1.0) == 0.0 and w != first]
    names = [name for name in unread if len(name) > 1 and not _occurs(view, name)]
    if len(names) > 1:
        return f"The names {', '.join(f'“{name}”' for name in names)} never occur in the archive."
    if not names:
        return ""
    spelling = suggest(names[0])
    hint = f" Did you mean “{spelling}”?" if spelling else ""
    return f"The name “{names[0]}” never occurs in the archive.{hint}"


def _either(names: Sequence[str]) -> str:
    return " or ".join(f"“{' '.join(name.split())[:_LONGEST]}”" for name in names[:_NAMED])


def _occurs(view: ArchiveView, name: str) -> bool:
    """Return whether a name that stands in no passage stands in a headline, a dek or the name of an outlet."""
    own = set(terms(name))
    if not own or view.find_articles(name, limit=1)[1]:
        return True
    return any(own <= set(terms(source)) for source, _ in view.facets("source"))


def _between(dated: Where) -> str:
    """Return the days that conditions on the date allow; part of a day counts as a day."""
    after = [int(str(one.value)) for one in dated if one.operator == ">=" and one != DATED]
    before = [int(str(one.value)) for one in dated if one.operator == "<"]
    first = _day(max(after)) if after else ""
    last = _day(min(before) - 1) if before else ""
    if first and last:
        return f"on {first}" if first == last else f"between {first} and {last}"
    return f"on or after {first}" if first else f"by {last}"


def _day(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).date().isoformat()
