"""Conditions on articles, applied inside both engines' searches.

A filter is an AND of conditions on declared fields.  ``published`` compares whole periods (see ``qa.dates.periods``):
``>=`` holds when the article's period begins at or after the bound, ``<`` when it ends at or before it; an undated
article meets neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from qa.dates.periods import Bound, Moment, bound
from qa.errors import InputError, check_text
from qa.settings import LIMITS

Field = Literal["source", "article_id", "published", "published_utc"]
Operator = Literal["=", "in", ">=", "<"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; ``value`` is a tuple of texts for ``in``, a text for ``=``, seconds for ``>=`` and ``<``."""

    field: Field
    operator: Operator
    value: str | int | tuple[str, ...]


Where = tuple[Condition, ...]


class Filters(TypedDict, total=False):
    """The options that exclude articles, under the same names in Python, JSON, sweep files and the terminal.

    ``sources`` are outlets, written as in the articles, ``articles`` their ids; ``after <= published < before``, and
    published on or before the day ``as_of``, from which a question's "last week" is then counted.  The dates are
    ISO 8601 texts or dates; undated articles pass none of the three.
    """

    sources: Sequence[str]
    articles: Sequence[str]
    after: Bound
    before: Bound
    as_of: Bound


class Conditions(Filters, total=False):
    """The options of a question: the filters, and ``per_article``.

    Hits of one article beyond ``per_article`` come after those of others (0: no cap).
    """

    per_article: int


DEFAULTS: Conditions = {"sources": (), "articles": (), "after": "", "before": "", "as_of": "", "per_article": 3}
"""Each option, and its value where none is given."""


def where(filters: Filters) -> Where:
    """Return the conditions that an article has to meet.

    Raises:
        InputError: if a bound is not a date.
        TypeError: if an option is unknown, as for any Python function.
    """
    for name in filters.keys() - DEFAULTS.keys():
        raise TypeError(f"unexpected keyword argument {name!r}; the options are {', '.join(DEFAULTS)}")
    conditions: list[Condition] = []
    if sources := filters.get("sources"):
        conditions.append(Condition("source", "in", _texts(sources, "sources")))
    if articles := filters.get("articles"):
        conditions.append(Condition("article_id", "in", _texts(articles, "articles")))
    if after := filters.get("after"):
        conditions.append(_published(">=", bound(after, "after")))
    if before := filters.get("before"):
        conditions.append(_published("<", bound(before, "before")))
    if as_of := filters.get("as_of"):
        conditions.append(_published("<", bound(as_of, "as_of", end=True)))
    return tuple(conditions)


@dataclass(frozen=True, slots=True)
class Options:
    """The checked options of a question: ``k`` hits, at most ``per_article`` of one article first, under ``where``."""

    k: int
    per_article: int
    where: Where
    as_of: Bound


def checked(k: int, conditions: Conditions) -> Options:
    """Return the options of a question, those not given at their defaults.

    Raises:
        InputError: if one is out of range, or a bound is not a date.
        TypeError: if one is unknown.
    """
    whole: Conditions = {**DEFAULTS, **conditions}
    wanted = where(whole)
    if not isinstance(k, int) or not 1 <= k <= LIMITS.hits:
        raise InputError(f"k={k!r} is out of range: give 1 to {LIMITS.hits}")
    per_article = whole["per_article"]
    if not isinstance(per_article, int) or per_article < 0:
        raise InputError(f"per_article={per_article!r} is out of range: give 0 (no cap) or more")
    return Options(k, per_article, wanted, whole["as_of"])


# Met by every article that has a date.
DATED = Condition("published", ">=", -(2**62))


def _published(operator: Operator, moment: Moment) -> Condition:
    return Condition("published_utc" if moment.utc else "published", operator, moment.seconds)


def _texts(values: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(sorted({check_text(value, name) for value in ([values] if isinstance(values, str) else values)}))
