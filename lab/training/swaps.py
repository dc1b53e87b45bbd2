"""Questions that a passage no longer answers, made of answered ones by exchanging a name, a year or a number.

Two ways: the question names another person, place, year or number than the passage; or the passage is about another,
while the question stays.  After Rajpurkar, Jia and Liang, "Know What You Don't Know", ACL 2018, whose annotators made
many of SQuAD 2.0's unanswerable questions by such exchanges.
"""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass

from qa.text.words import FUNCTION_WORDS

_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z](?: (?:of |the |de |al-)?[A-Z][\w’'-]*[a-z])*")
_CONNECTED = re.compile(r"\A(?:of |the |de |al-)")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"(?<![\d.,$€£])\b\d{1,3}(?:,\d{3})*\b(?![\d.,]*\d)")


@dataclass(frozen=True, slots=True)
class Swapped:
    """A question and a passage that does not answer it."""

    question: str
    text: str


def names_in(text: str) -> list[str]:
    """Return the capitalised names of a text, in order; a word that only begins a sentence is none."""
    found = []
    for match in _NAME.finditer(text):
        name = match[0]
        begins = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".!?:“\"'("
        if begins:
            first, _, rest = name.partition(" ")
            if first.lower() in FUNCTION_WORDS or not rest:
                name = _CONNECTED.sub("", rest)
        name = name.removesuffix("'s").removesuffix("’s")
        if len(name) > 2 and name.lower() not in FUNCTION_WORDS:
            found.append(name)
    return found


def names_of(texts: Iterable[str]) -> dict[int, list[str]]:
    """Return the names of many texts by their number of words."""
    found: dict[int, set[str]] = {}
    for text in texts:
        for name in names_in(text):
            found.setdefault(len(name.split()), set()).add(name)
    return {count: sorted(names) for count, names in found.items()}


def swapped(question: str, text: str, names: dict[int, list[str]], chance: random.Random) -> Swapped | None:
    """Return the pair with one thing exchanged, or None where question and passage share nothing to exchange."""
    shared = [name for name in names_in(question) if _whole(name).search(text) and len(name.split()) in names]
    years = [year for year in _YEAR.findall(question) if _whole(year).search(text)]
    numbers = [number for number in _NUMBER.findall(question) if _whole(number).search(text)]
    if years and (not shared or chance.random() < 0.5):
        old = chance.choice(years)
        new = str(int(old) + chance.choice([-12, -7, -4, -3, -2, -1, 1, 2, 3, 4, 7, 12]))
    elif numbers and (not shared or chance.random() < 0.5):
        old = chance.choice(numbers)
        value = int(old.replace(",", ""))
        new = f"{max(2, value + chance.choice([-3, -2, 2, 3, value, 4 * value])):,}"
    elif shared:
        old = chance.choice(shared)
        new = chance.choice(names[len(old.split())])
    else:
        return None
    if new == old or new in text or new in question:
        return None
    if chance.random() < 0.6:
        return Swapped(_exchanged(question, old, new), text)
    return Swapped(question, _exchanged(text, old, new))


def _exchanged(text: str, old: str, new: str) -> str:
    """Return a text with a name or number exchanged wherever it stands, also a name's last word alone."""
    last = old.split()[-1]
    return _whole(old, last).sub(lambda found: new if found[0] == old else new.split()[-1], text)


def _whole(*words: str) -> re.Pattern[str]:
    """Return a pattern of the words as they stand alone: no part of a longer word, "3" not in "3.5" or "3,000"."""
    return re.compile(rf"(?<!\w)(?<!\d[.,])(?:{'|'.join(map(re.escape, words))})(?!\w|[.,]\d)")
