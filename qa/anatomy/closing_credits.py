"""Closing credits: who else reported a story, who edited it, and which agency it came from.

A credit is a few fixed words ("contributed reporting", "editing by") and names.  What stands around the fixed words is
read word by word: names, particles, jobs and outlets may stand in a credit, and with any other word the sentence is
body.  "Ann Lowe contributed reporting from Oslo" is a credit, and "Ann Lowe contributed $500 to the campaign" is none.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from qa.anatomy import credit_patterns as patterns
from qa.text.sentences import sentence_spans

_CLOSING = {"(": ")", "[": "]"}


class Strength(IntEnum):
    """Where a sentence is taken for a credit: the surer it is, in the more places."""

    NONE = 0
    FOOT = 1  # below the story's last sentence
    ALONE = 2  # also wherever it is a line of its own
    CERTAIN = 3  # also behind the last sentence of the story's last paragraph


@dataclass(frozen=True, slots=True)
class _Who:
    """What kinds of words stand around a credit's fixed words."""

    names: int  # capitalised words, of which names of people, places and outlets are made
    other: int  # words that no credit has
    job: bool  # "reporter" and the like
    agency: bool
    outlet: bool  # the last name is one that newspapers are called by, or somebody is of one
    owned: bool  # "CNN's"
    staff: bool  # "wire services": nobody is named
    the: bool  # it begins with "The"


def may_hold(text: str) -> bool:
    """Whether a text has the fixed words of a credit; what has none needs no closer look."""
    folded = text.casefold()
    for sign in patterns.SIGNS:
        if sign in folded:
            return bool(patterns.FIXED.search(folded))
    return False


def credit_strength(text: str) -> Strength:
    """Return how surely a line is nothing but closing credits; of several, as surely as the least of them is."""
    if len(text) > patterns.LONGEST_CREDIT:
        return Strength.NONE
    text, bracketed = _unwrapped(" ".join(text.split()))
    if not text:
        return Strength.NONE
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    found = _sentence(text, bracketed, room=len(sentences) == 1)
    if not found and len(sentences) > 1:
        found = min(_sentence(_unwrapped(one)[0], bracketed) for one in sentences)
    return found


def signature_strength(text: str) -> Strength:
    """Return how surely a line is nothing but an agency's signature, as "-- Reuters" and "with AFP" are."""
    if len(text) > patterns.LONGEST_SIGNATURE or not _ends_in_agency(text):
        return Strength.NONE
    line = " ".join(text.strip("*_ ").split())
    if patterns.SIGNED.fullmatch(line):
        return Strength.ALONE
    return Strength.FOOT if patterns.WITH_AGENCY.fullmatch(line) else Strength.NONE


def signature_start(text: str) -> int:
    """Return where an agency's signature or a copyright notice behind the last full stop begins; the length if none."""
    begin = max(0, len(text) - patterns.LONGEST_SIGNATURE)
    match = patterns.SIGNED_LAST.search(text, begin) if _ends_in_agency(text) else None
    tail = text[begin:]
    if match is None and ("©" in tail or "(c)" in tail or "(C)" in tail or "Copyright" in tail):
        match = patterns.OWNED_LAST.search(text, begin)
        owner = _who(match["owner"]) if match else None
        if owner is None or owner.other or not owner.names:
            match = None
    return match.start("sign") if match and _is_prose(text[: match.start("sign")]) else len(text)


def _ends_in_agency(text: str) -> bool:
    return text.rstrip(" .)]*_").endswith(patterns.LAST_WORDS)


def _is_prose(text: str) -> bool:
    words = text[-200:].split()
    return len(words) >= 4 and any(word[0].islower() for word in words)


def _unwrapped(text: str) -> tuple[str, bool]:
    """Return a line without dashes, marks of italics and brackets around it, and whether there were brackets."""
    bracketed = False
    while True:
        text = text.lstrip("-–—―−•*_▪● ").rstrip("*_ ")
        inside = text.rstrip(".")
        if text[:1] not in _CLOSING or inside[-1:] != _CLOSING[text[0]] or _closes_early(inside):
            return text, bracketed
        text, bracketed = inside[1:-1].strip(), True


def _closes_early(text: str) -> bool:
    """Whether the first bracket is closed before the end, as in "(A) and (B)"."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return place < len(text) - 1
    return False


def _sentence(text: str, bracketed: bool, *, room: bool = True) -> Strength:
    """Return how surely a sentence is a credit; ``room`` allows a few words that are no names."""
    text = text.rstrip(" .")
    if not text or text[-1] in '?!"”':
        return Strength.NONE
    if patterns.WIRE_REPORTS.fullmatch(text):
        return Strength.ALONE if bracketed else Strength.FOOT
    found = max(_labelled(text, bracketed), _contributed(text, room))
    return found or max(_produced(text), _reported(text))


def _contributed(text: str, room: bool) -> Strength:
    """Return how surely "Ann Lowe contributed ..." is a credit."""
    verbs = list(patterns.CONTRIBUTED.finditer(text))
    who = _who(text[: verbs[-1].start()]) if verbs else None
    if who is None:
        return Strength.NONE
    rest = text[verbs[-1].end() :]
    if verbs[-1]["helped"]:
        match = patterns.HELPED.fullmatch(rest)
        surest = Strength.ALONE if match and match["itself"] else Strength.FOOT
    else:
        match = patterns.TO_ITSELF.fullmatch(rest) or patterns.REPORTING.fullmatch(rest)
        surest = Strength.CERTAIN
    if match is None:
        return Strength.NONE if verbs[-1]["helped"] or who.other else _contributed_else(rest, who)
    if not _is_place(match["place"]):
        return Strength.NONE
    if surest == Strength.FOOT and not (match["place"] or who.agency or who.job or who.outlet):
        return Strength.NONE  # a hospital may provide reporting
    itself = match.re is patterns.TO_ITSELF
    if who.other > (who.names // (4 if itself else 6) if room else 0):
        return Strength.ALONE if room and itself and who.job and who.other <= 2 else Strength.NONE
    if who.agency or (who.job and (who.names or itself)) or (who.names >= 2 and (who.outlet or not who.the)):
        return surest
    return Strength.FOOT if who.names or (who.staff and itself) else Strength.NONE


def _contributed_else(rest: str, who: _Who) -> Strength:
    """Return the same where what was given may be no reporting: "to the report", "from Oslo", or nothing is said."""
    newsroom = who.agency or (who.outlet and (who.the or who.names > 1)) or (who.job and who.names > 0)
    if not rest or patterns.TO_A_REPORT.fullmatch(rest):
        surely = who.agency and (not rest or who.names <= 3 or who.job)
        return Strength.ALONE if surely else (Strength.FOOT if newsroom else Strength.NONE)
    if patterns.RESEARCH.fullmatch(rest):
        return Strength.FOOT if who.names >= 2 and (who.outlet or not who.the) else Strength.NONE
    match = patterns.FROM_PLACE.fullmatch(rest)
    if match is None or not who.names or not _is_place(match["place"]):
        return Strength.NONE
    return Strength.ALONE if who.agency or who.job else Strength.FOOT


def _is_place(text: str | None) -> bool:
    """Whether the words behind "from" are places' names, or there are none."""
    if text is None:
        return True
    where = _who(text)
    return where is not None and not where.other and where.names > 0 and not patterns.NO_PLACE.search(text)


def _labelled(text: str, bracketed: bool) -> Strength:
    """Return how surely "Reporting by Ann Lowe; editing by Bo Rask" is a credit."""
    including = patterns.INCLUDING.match(text)
    if not (including or patterns.REPORTING_BY.match(text) or patterns.LABEL.match(text)):
        return Strength.NONE
    rest, sure = patterns.REPORTING_BY.subn(" ; ", patterns.INCLUDING.sub(" ; ", text))
    rest, others = patterns.LABEL.subn(" ; ", rest)
    who = _who(rest.lstrip(" ;"))
    contributing = patterns.CONTRIBUTING.fullmatch(text)
    if who is None or not (who.names or who.agency or who.staff or who.job):
        return Strength.NONE
    if who.other:
        return Strength.ALONE if contributing and _mostly_names(contributing["names"]) else Strength.NONE
    several = who.names >= 2 or who.agency
    if several and (sure or (contributing and text[:12].casefold() == "contributing")):
        return Strength.CERTAIN
    if sure and bracketed:
        return Strength.CERTAIN
    if not sure and patterns.OF_FILMS.match(text):
        return Strength.FOOT if who.agency else Strength.NONE
    if sure + others > 1 or bracketed or contributing or (including and (who.agency or who.job)):
        return Strength.ALONE
    return Strength.ALONE if several and patterns.EDITED_BY.match(text) else Strength.FOOT


def _mostly_names(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", text) if len(word) > 3]
    return sum(not word[0].islower() for word in words) * 4 >= len(words) * 3


def _produced(text: str) -> Strength:
    """Return how surely "This article was produced by ..." is a credit."""
    match = patterns.PRODUCED.fullmatch(text)
    who = _who(match["names"]) if match else None
    if match is None or who is None or not who.names or match["names"][0].islower() or patterns.SAYS.search(text):
        return Strength.NONE
    if match["of"].casefold() == "report" and not (who.agency or who.outlet or who.job):
        return Strength.NONE  # by a board or a panel
    if who.other:
        return Strength.FOOT if match["produced"] else Strength.NONE
    return Strength.ALONE if match["produced"] and (who.names >= 2 or who.agency) else Strength.FOOT


def _reported(text: str) -> Strength:
    """Return how surely "Lowe reported from Oslo and Rask from Bergen" is a credit."""
    match = patterns.REPORTED_FROM.search(text)
    who = _who(text[: match.start()]) if match else None
    if match is None or who is None or who.other or not who.names or who.the or not _is_place(text[match.end() :]):
        return Strength.NONE
    outlet = (who.agency or who.outlet) and not who.job and not who.owned and who.names <= 3
    headline = who.names == 1 and text[: match.start()].endswith("ing")  # "Fighting reported from Aldmoor"
    return Strength.NONE if outlet or headline else Strength.FOOT


def _who(text: str) -> _Who | None:
    """Read the words around a credit's fixed words; None when they begin as a sentence of prose does."""
    names = other = 0
    job = outlet = owned = False
    words = [word for written in patterns.WORD.findall(text) if (word := written.strip(".'‘’-–—−*_…"))]
    staff, before = bool(words), ""
    for place, word in enumerate(words):
        bare = patterns.POSSESSIVE.sub("", word)
        folded = bare.casefold()
        known = folded in patterns.LINKS or folded in patterns.DESKS
        if place == 0 and folded in patterns.BEGINS_PROSE:
            return None
        if not bare[0].isalpha() or (folded in patterns.DATES and before in patterns.BEFORE_DATE):
            other += 1
        elif folded in patterns.JOBS:
            job = True
        elif bare[0].islower() and patterns.PARTICLE.sub("", bare, count=1)[0].islower():
            other += not (known or folded in patterns.CLAUSES)
        elif place > 0 or not (known or folded in patterns.NUMBERS):  # not "The Courier", "Wire services"
            names += 1
            owned = owned or word != bare
            outlet = bare in patterns.OUTLETS or (outlet and owned)  # not "Standard Oil"
        staff = staff and (folded in patterns.STAFF or folded in patterns.LINKS)
        before = folded
    agency = bool(patterns.AGENCY.search(text))
    return _Who(names, other, job, agency, outlet, owned, staff, text.startswith("The "))
