"""Conditions on articles, applied inside both engines' searches.

A filter is an AND of conditions on declared fields.  ``published`` compares whole periods (see ``qa.dates.periods``):
``>=`` holds when the article's period begins at or after the bound, ``<`` when it ends at or before it; an undated
article meets neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.dates.periods import Bound, Moment, bound
from qa.errors import check_text

Field = Literal["source", "article_id", "published", "published_utc"]
Operator = Literal["=", "in", ">=", "<"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; ``value`` is a tuple of texts for ``in``, a text for ``=``, seconds for ``>=`` and ``<``."""

    field: Field
    operator: Operator
    value: str | int | tuple[str, ...]


Where = tuple[Condition, ...]


def where(
    sources: Sequence[str] = (),
    articles: Sequence[str] = (),
    after: Bound = "",
    before: Bound = "",
    as_of: Bound = "",
) -> Where:
    """Return the filter for ``after <= published < before``, published no later than ``as_of``, by outlet and article.

    Raises:
        InputError: if a bound is not a date.
    """
    conditions: list[Condition] = []
    if sources:
        conditions.append(Condition("source", "in", _texts(sources, "sources")))
    if articles:
        conditions.append(Condition("article_id", "in", _texts(articles, "articles")))
    if after:
        conditions.append(_published(">=", bound(after, "after")))
    if before:
        conditions.append(_published("<", bound(before, "before")))
    if as_of:
        conditions.append(_published("<", bound(as_of, "as_of", end=True)))
    return tuple(conditions)


# Met by every article that has a date.
DATED = Condition("published", ">=", -(2**62))


def _published(operator: Operator, moment: Moment) -> Condition:
    return Condition("published_utc" if moment.utc else "published", operator, moment.seconds)


def _texts(values: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(sorted({check_text(value, name) for value in ([values] if isinstance(values, str) else values)}))
