"""Reasons for refusing a question, given only where they are certain."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from qa.archive.view import ArchiveView
from qa.filters import DATED, Where
from qa.text.terms import terms
from qa.text.words import content_words

_EPOCH = datetime(1970, 1, 1)


def reason(view: ArchiveView, question: str, where: Where, weights: Mapping[str, float]) -> str:
    """Return one plain sentence, or "" when no reason is certain.

    Args:
        view: the archive that was searched.
        question: the question that was searched.
        where: every condition on its articles, those of dates in the question among them.
        weights: of each content word of the question, 0 for a word that never occurs in the archive.
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
    if len(names) == 1:
        return f"The name “{names[0]}” never occurs in the archive."
    return f"The names {', '.join(f'“{name}”' for name in names)} never occur in the archive." if names else ""


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
