"""What a quoted sentence leaves to its article: the day behind "Friday", and the person behind "he".

Both are given only where they are certain, outside the quotation.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from qa.dates.iso import in_words
from qa.dates.periods import period
from qa.records import Article
from qa.text.sentences import sentence_spans
from qa.text.words import word_set

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = re.compile(
    rf"\b(?:(?P<lead>next|last|the following|this) )?(?P<day>{'|'.join(_WEEKDAYS)}|yesterday|tomorrow|today)\b"
)
_STATED = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)? (?:of )?)?(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?(?: "
    r"\d{1,2}\b|,? \d{4}\b)?"
)
_AHEAD = re.compile(r"\b(?:will|would|due|scheduled|expected|planned|set to|is to|are to|starts?|begins?|until|by)\b")
_PRONOUN = re.compile(
    r"^[“\"'‘]*(?P<first>He|She)\b|[”\"'’,] (?P<said>he|she) (?:said|says|told|added|wrote|tweeted)\b|\b(?:said|"
    r"added) (?P<after>he|she)\b"
)
_VESSEL = re.compile(  # which may be "she" too
    r"\b(?:ship|vessel|tanker|ferry|boat|freighter|liner|trawler|yacht|steamer|frigate|submarine|dredger|tug)s?\b", re.I
)
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|President|Prime Minister|Prince|Princess|Pope|King|Queen|Judge|Gov\.|Sen\.)"
_LAST = r"[A-Z][\w’'-]*[a-z]"
_NAME = re.compile(
    rf"\b(?:{_TITLE} )?{_LAST}(?: (?:(?:de|al|bin|van|von|of) )?{_LAST})+"
    rf"|\b(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Pope|Prince|Princess) {_LAST}"
)
_NO_PERSON = word_set(
    "United States Kingdom North South East West New Street Road House Court Bank University City County Council "
    "Party Ministry Department Police Army Times News Post World Cup Union Nations National International Committee "
    "Association Airlines Airport Hospital Company Corporation Inc Ltd Group Championship League Park River Lake "
    "Ocean Sea Island Bay Canal Wire Mount Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February "
    "March April May June July August September October November December The"
)
SAID = (
    "(?:said|says|told|added|warned|wrote|tweeted|posted|argued|insisted|announced|explained|claimed|called|asked"
    "|believes)"
)
INVERTS = "(?:said|says|added|warned|wrote|argued|insisted|announced|explained)"  # "said Hart", but not "told Hart"
_SAYS = re.compile(
    rf"\b(?P<he>[Hh]e|[Ss]he) {SAID}\b|\b{SAID} (?P<he2>he|she)\b"
    rf"|\b{INVERTS} (?P<after>(?:[A-Z][\w.’'-]*,? ?){{1,8}})|\b{SAID}\b"
)
_QUOTED = re.compile(r"[“”\"]")
# A subject that is no name: "his doctors said", but "Hart later said" and "Hart, an engineer, said".
_OTHER = re.compile(r"(?<![\w’'-])(?!(?:also|later|then|has|had|have|who|and|which)\b)(?!\w+ly\b)[a-z][\w’'-]*\s*$")
LABELS = frozenset(
    {*_WEEKDAYS, "yesterday", "today", "tomorrow", "He", "She", "Said by", "Newest", "Earlier", "Reported"}
)
"""What stands before the colon of a note."""
_BACK = 3  # sentences before in which a person may be named


def notes(article: Article, start: int, end: int) -> tuple[str, ...]:
    """Return what an article's text from ``start`` to ``end`` leaves to it: "Friday: 22 May 2015", "He: Jeff Hart"."""
    text = article.text[start:end]
    found = [*_days(text, article), *_person(article, start, text)]
    return tuple(dict.fromkeys(found))


def _days(text: str, article: Article) -> list[str]:
    published = period(article.published)
    if published is None or len(article.published) < len("2015-05-22") or _STATED.search(text):
        return []
    reference = date.fromisoformat(article.published[:10])
    found = []
    for match in _DAY.finditer(text):
        if match["lead"] not in (None, "last"):
            continue
        day = _resolved(match["day"], reference, match["lead"] == "last", bool(_AHEAD.search(text)))
        if day:
            found.append(f"{match['day']}: {in_words(day)}")
    return found if len({one.split(":")[0] for one in found}) == len(set(found)) else []


def _resolved(word: str, reference: date, last: bool, ahead: bool) -> date | None:
    """Return the day of a word in an article of the ``reference`` day; None where it may lie before or after it."""
    if word in ("yesterday", "today", "tomorrow"):
        return reference + timedelta(days=("yesterday", "today", "tomorrow").index(word) - 1)
    if ahead:
        return None
    back = (reference.weekday() - _WEEKDAYS.index(word)) % 7
    return None if last and back == 0 else reference - timedelta(days=back)


def _person(article: Article, start: int, text: str) -> list[str]:
    pronoun = _PRONOUN.search(text)
    if not pronoun:
        return []
    word = pronoun["first"] or pronoun["said"] or pronoun["after"]
    before = text[: pronoun.start()] if not pronoun["first"] else ""
    if people(before):
        return []
    known = people(article.text)
    earlier = _sentences_before(article, start)
    around = article.text[earlier[0][0] : start] + text if earlier else text
    if word.lower() == "she" and _VESSEL.search(around):
        return []
    for begin, stop in reversed(earlier):
        named = _named(article.text[begin:stop], known)
        if named:
            return [f"{word.capitalize()}: {named[0]}"] if len(named) == 1 else []
    return []


def _sentences_before(article: Article, start: int) -> list[tuple[int, int]]:
    return [span for span in sentence_spans(article.text, 0, start) if span[1] <= start][-_BACK:]


def _named(text: str, known: Sequence[str]) -> list[str]:
    """Return the people of a sentence; one named by the last name alone has the whole name that the article gives."""
    found = people(text)
    lasts = {name.split()[-1]: name for name in reversed(known)}
    alone = [lasts[word] for word in re.findall(r"[A-Z][\w’'-]*[a-z]", text) if word in lasts]
    return list(dict.fromkeys([*found, *(name for name in alone if not any(name.split()[-1] in one for one in found))]))


def speaker(article: Article, start: int, end: int) -> str:
    """Return who says the sentence of an article's text from ``start`` to ``end``, "" where that is not clear.

    The attribution is looked for in the sentence and, if it is a quotation without one, in the sentence after it and in
    those before.
    """
    known = people(article.text)
    text = article.text[start:end]
    after = sentence_spans(article.text, end, min(len(article.text), end + 600))[:1]
    around = [text, *(article.text[begin:stop] for begin, stop in after)]
    before = [article.text[begin:stop] for begin, stop in reversed(_sentences_before(article, start))]
    for place, one in enumerate([*around, *before]):
        if place and not _QUOTED.search(text):
            return ""
        if found := _SAYS.search(one):
            before_it = "" if _OTHER.search(one[: found.start()]) else one[: found.start()]
            named = _named(found["after"] or before_it, known)
            if named and found["after"]:
                return named[0]
            if named:
                return "" if _is_spoken_of(named[-1], before_it) else named[-1]
            if found["he"] or found["he2"]:
                earlier = next((names for other in before if (names := _named(other, known))), [])
                return earlier[0] if earlier else ""
            return ""  # "the minister said"
    return ""


def _is_spoken_of(name: str, before: str) -> bool:
    """Return whether a name before a verb of saying is not its subject: "critics of Hart said", "Hart's wife said"."""
    last = re.escape(name.split()[-1])
    return bool(re.search(rf"\b(?:of|for|to|with|against|into|about|from)\s+(?:[A-Z][\w.’'-]*\s+)*{last}\b", before))


def people(text: str) -> list[str]:
    """Return the people named in a text by first and last name or title, each once."""
    names = [match[0] for match in _NAME.finditer(text)]
    kept = [name for name in names if not _NO_PERSON & set(name.split())]
    return [name for place, name in enumerate(kept) if name not in kept[:place]]
