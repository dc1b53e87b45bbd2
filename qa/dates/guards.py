"""Guards against false dates: context that tells a month, weekday or year from a name, a title or a number.

A wrong window is worse than none, so an ambiguous word counts as a date only with evidence: Theresa May, the March on
Washington, Black Friday, 2000 people, Orwell's 1984.  Every guard takes a match and ``closing``: whether the match
ends a range that has begun ("between March and …") or follows words that only a date can follow ("articles before …").
"""

import re

from qa.dates.resolvers import Match, group
from qa.text.words import word_set

_LEADING = word_set(
    "in on during since before after until till by from through throughout around about between within late early mid "
    "year"
)
_LEADING_A_MONTH = word_set(
    "in during since before after until till by from through throughout around between for late early"
)
_FULL_MONTHS = word_set("january february april june july september october november december")
_ALSO_NAMES = word_set("april may june august")
_SMALL_WORDS = word_set(
    "a about after again against all also although amid among an and are as at be because been before being between "
    "but by can could did do does during for from had has have he her his how i if in into is it its many more most "
    "near not of on or our over per she should since so than that the their them then there they this through to "
    "under until up was we were what when where which while who whom whose why will with within would you"
)
# Nouns that are counted in thousands: four digits before one of them are hardly a year.
_COUNTED = word_set(
    "people men women children soldiers troops homes houses families workers employees jobs metres meters miles "
    "kilometres kilometers km feet tonnes tons dollars euros pounds votes words pages cases points units copies seats "
    "students civilians refugees prisoners victims deaths fighters police officers hours days weeks months years am pm "
    "gmt hrs utc est edt members passengers cars vehicles tickets mg kg"
)
_EVENTS = word_set(
    "elections olympics games protests riots attacks talks championships finals hearings attack riot insurrection "
    "massacre bombings"
)
_OF_PAPERS_AND_SHOWS = word_set("times mirror telegraph mail express herald post night live")
_NOT_THE_LATEST = word_set("every each a an the next any that following previous of")
_OWNERS = word_set("his her its their my our your the")


def always(match: Match, closing: bool) -> bool:
    """Accept every match."""
    return True


def dated_month(match: Match, closing: bool) -> bool:
    """Whether a month with a year or a day is a date: not if a name ends there, as in "Theresa May 2017"."""
    return not (group(match, "month") in _ALSO_NAMES and _name_stands_before(match))


def capital_month(match: Match, closing: bool) -> bool:
    """Whether a month without a year is capitalised, or unambiguous in lower case: not "early march"."""
    return match["month"][0].isupper() or group(match, "month") in _FULL_MONTHS


def plain_day(match: Match, closing: bool) -> bool:
    """Whether a day without a year lies in this or last year: "the January 6 committee" is named after an older one."""
    following = _word_after(match).lower()
    led_by_the = match[0].lower().startswith("the ") or _word_before(match).lower() == "the"
    is_name = following in _EVENTS or (led_by_the and following and following not in _SMALL_WORDS)
    older = re.match(r",?\s+\d{3,4}\b", _rest(match))  # July 4, 1776
    return capital_month(match, closing) and dated_month(match, closing) and not is_name and not older


def named_month(match: Match, closing: bool) -> bool:
    """Whether a month after "last" or "this" is a date, not part of a name."""
    return capital_month(match, closing) and not re.match(r"\s+[A-Z]", _rest(match))


def bare_month(match: Match, closing: bool) -> bool:
    """Whether a month alone is a date: not "the March on Washington", "Theresa May", "after May resigned", "by May"."""
    leading, following = _word_before(match).lower(), _word_after(match)
    if not capital_month(match, closing) or re.match(r"[-’']\w(?<!s)|\s+on\s+[A-Z]|\s+\d", _rest(match)):
        return False
    if not (closing or leading in _LEADING_A_MONTH):
        return False
    if group(match, "month") not in _ALSO_NAMES:
        return True
    if following[:1].isupper() or leading in ("by", "for") or re.match(r"[’']s\b", _rest(match)):
        return False
    return closing or leading in ("in", "during") or not following or following in _SMALL_WORDS


def bare_year(match: Match, closing: bool) -> bool:
    """Whether four digits are a year: introduced by a word ("in 2008") or identifying a thing ("the 2020 election")."""
    if re.search(r"[$£€#\d]\s?$|[-/.,’'+]$", match.string[: match.start()]):
        return False
    if re.match(r"-|[’'](?!s\b)|\s+per\s?cent\b", _rest(match)) or _word_after(match).lower() in _COUNTED:
        return False
    return closing or led_year(match) or _tells_apart(match)


def counts_nothing(match: Match, closing: bool) -> bool:
    """Whether four digits after "early" or "the end of" are a year, not a count."""
    return _word_after(match).lower() not in _COUNTED


def led_year(match: Match) -> bool:
    """Whether a word introduces a year, which then says when something happened, not which of several is meant."""
    leading, following = _word_before(match).lower(), _word_after(match).lower()
    return leading in _LEADING or (leading == "of" and (not following or following in _SMALL_WORDS))


def led_years(match: Match, closing: bool) -> bool:
    """Whether two years with a word between them are years, not numbers."""
    return led_year(match) and _word_after(match).lower() not in _COUNTED


def _tells_apart(match: Match) -> bool:
    leading, following = _word_before(match), _word_after(match).lower()
    if not following or following in _SMALL_WORDS or leading.isdigit():
        return False
    if re.search(r"[’']s$", leading) or leading.lower() == "the":
        return True
    # "2000 rioters" are counted.
    return not _name_stands_before(match) and (not following.endswith("s") or following in _EVENTS)


def weekday(match: Match, closing: bool) -> bool:
    """Whether a weekday is the one nearest to the question: not "Black Friday", "every Sunday", "Sunday Times"."""
    leading, following = _word_before(match).lower(), _word_after(match)
    if following[:1].isupper() and following.lower() in _OF_PAPERS_AND_SHOWS:
        return False
    if re.match(r"-|\s+\w+(?:ing|oon|ight)s\b|[’']s\W*$", _rest(match)):
        return False
    if group(match, "which") or closing:
        return True
    if leading in _NOT_THE_LATEST or _name_stands_before(match):
        return False
    if leading in _LEADING:
        return True
    return match["weekday"][0].isupper() and not following[:1].isupper() and bool(leading)


def unit(match: Match, closing: bool) -> bool:
    """Whether "last year" and the like are a unit of the calendar: not in "his last year", "the last month"."""
    leading = _word_before(match).lower()
    owned = leading in _OWNERS or leading.endswith(("'s", "’s"))
    return group(match, "which") in ("this", "current") or not owned


def within(match: Match, closing: bool) -> bool:
    """Whether a phrase is a period up to today: "in the last week", not "the last week"."""
    return _word_before(match).lower() in {"in", "over", "during", "within", "throughout", "for"}


def today(match: Match, closing: bool) -> bool:
    """Whether "today" and the like are a date, not a newspaper or a show."""
    return match[0][0].islower() or not _word_before(match)


def _rest(match: Match) -> str:
    return match.string[match.end() :]


def _word_before(match: Match) -> str:
    """Return the word before a match, "" at the beginning of a sentence or after other punctuation."""
    found = re.search(r"([\w’']+)[\s(]+$", match.string[: match.start()])
    return found[1] if found else ""


def _word_after(match: Match) -> str:
    """Return the word after a match, "" at the end or before punctuation."""
    found = re.match(r"\s+([\w’'-]+)", _rest(match))
    return found[1] if found else ""


def _name_stands_before(match: Match) -> bool:
    """Whether the word before is capitalised and not just the first of a sentence: Theresa May, Black Friday."""
    word = _word_before(match)
    begins = re.search(r"(?:^|[.?!:;]\s)\W*[\w’']+[\s(]+$", match.string[: match.start()])
    return word[:1].isupper() and not (begins and word.lower() in _LEADING | _SMALL_WORDS)
