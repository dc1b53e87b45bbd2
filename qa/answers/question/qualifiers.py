"""Qualifiers: the names, numbers and years that a question states, and whether a place of an article agrees with them.

A question names the person, firm, year or place that it is about.  An answer out of an article that never names them is
about something else, however well it reads.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from qa.models.common_words import common_words
from qa.text.terms import terms
from qa.text.words import FUNCTION_WORDS, content_words, word_set

_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*")
_ASKING = word_set(
    "who whom whose what when where why how which many much did does do is are was were has have had can could will "
    "would should tell give name list summarise summarize latest according say said"
)
_NEVER_NAMES = word_set(
    "i mr mrs ms dr sir lady lord monday tuesday wednesday thursday friday saturday sunday january february march "
    "april may june july august september october november december"
)
# Words for the same body or country, where their endings do not show it.
_SAME = """
    uk britain british britons brits kingdom | us usa america american americans states | eu european | un nations
    pm prime | governor gov governors | senator sen | president pres | professor prof | doctor dr | general gen
    england english | germany german germans | argentina argentine argentinian | mexico mexican | pakistan pakistani
    kuwait kuwaiti | yemen yemeni | bangladesh bangladeshi | nepal nepali nepalese | niger nigerien
    france french | spain spanish spaniards | greece greek greeks | netherlands dutch holland
    switzerland swiss | sweden swedish swedes | denmark danish danes | norway norwegian | finland finnish finns
    poland polish poles | turkey turkish turks turkiye | ireland irish | wales welsh | scotland scottish scots
    portugal portuguese | thailand thai | philippines filipino filipinos philippine | myanmar burma burmese
    lebanon lebanese | peru peruvian | congo congolese | cyprus cypriot
    israel israeli israelis | iraq iraqi | syria syrian | malta maltese
"""
_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?(?= (?:of )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))|"
                  r"(?<=[a-z] )\d{1,2}(?:st|nd|rd|th)?\b(?=,? (?:19|20)\d\d)")  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d")
_ABBREVIATED = re.compile(r"[A-Z]{2}|\d")
_TITLES = word_set(
    "president secretary chancellor prince princess king queen minister governor senator general mayor sheriff captain "
    "judge professor doctor chief director pope bishop congressman congresswoman"
)
_WRITTEN_OUT = 4  # letters of a name that is no abbreviation
_ROOT = 4  # letters that "Scots" and "Scottish", "Chile" and "Chilean" share at least
_OF_A_PLACE = word_set("n an ian ean ese es ish tish ic s a ia istan stan") | {""}
_TOO_LITTLE = word_set("a ia s") | {""}  # Paul and Paula, Victor and Victoria are no place and its people


@lru_cache(maxsize=1)
def _same() -> Mapping[str, frozenset[str]]:
    """Return the terms that mean the same as a term."""
    found: dict[str, frozenset[str]] = {}
    for line in _SAME.replace("\n", "|").split("|"):
        own = frozenset(term for word in line.split() for term in terms(word))
        found |= dict.fromkeys(own, own)
    return found


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """What a question states.

    ``names`` are its capitalised words and its numbers and years, as written; ``weights`` are those of all its content
    words, by how rare they are in the archive (0: never there); ``whole`` are the names of one or several words.
    """

    names: tuple[str, ...]
    weights: Mapping[str, float]
    whole: tuple[tuple[str, ...], ...] = ()

    def missing(self, held: Set[str]) -> tuple[str, ...]:
        """Return the names that are not among these terms."""
        return tuple(name for name in self.names if not _holds(held, name))

    def unnamed(self, held: Set[str]) -> tuple[str, ...]:
        """Return the names of which no word is among these terms: neither "Angela" nor "Merkel".

        Abbreviations ("CFO") say nothing: an article may write them out.
        """
        missing = set(self.missing(held))
        return tuple(
            " ".join(words) for words in self.whole if missing.issuperset(words) and any(map(_is_written_out, words))
        )

    def is_elsewhere(self, held: Set[str]) -> bool:
        """Return whether none of the names is among these terms and one of them stands nowhere in the archive."""
        missing = self.missing(held)
        nowhere = any(self.weights.get(name, 1.0) == 0.0 for name in missing if _is_written_out(name))
        return nowhere and len(missing) == len(self.names)

    def covered(self, held: Set[str]) -> float:
        """Return the share of the content words, by weight, whose terms are held; a word never used weighs most."""
        heaviest = max(self.weights.values(), default=0.0) or 1.0
        total = found = 0.0
        for word, weight in self.weights.items():
            own = weight or heaviest
            total += own
            found += own if _holds(held, word) else 0.0
        return found / total if total else 1.0


def qualifiers(question: str, weights: Mapping[str, float] | None = None) -> Qualifiers:
    """Return what a question states.

    Args:
        question: as it is searched.
        weights: of its content words, as ``qa.retrieval.word_weights`` gives them; default: all 1.
    """
    words = content_words(question)
    found = names(question)
    weighed = {word: 1.0 if weights is None else weights.get(word, 1.0) for word in words}
    return Qualifiers(tuple(found), weighed, _whole_names(question, found))


def names(question: str) -> list[str]:
    """Return the capitalised words, numbers and years of a question, as written, each once.

    The first word is one only if it is no common word; a single letter is none.
    """
    found = []
    for match in _WORD.finditer(question):
        word = match[0]
        bare = re.sub(r"[’']s$", "", word)
        lower = bare.lower()
        begins = not question[: match.start()].strip(" \"“”'‘’([?!.…")
        numeric = any(letter.isdigit() for letter in bare)
        if _DAY.match(question, match.start()):
            continue  # whether the date agrees is judged by the date, not by its digits
        if lower in _NEVER_NAMES or (not numeric and len(bare) < 2):
            continue
        if numeric or (
            bare[0].isupper()
            and lower not in _ASKING
            and lower not in FUNCTION_WORDS
            and not (begins and lower in common_words())
        ):
            found.append(bare)
    return list(dict.fromkeys(found))


def _whole_names(question: str, found: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the names of a question with the words that stand beside each other together: ("Abu", "Duhur")."""
    whole: list[list[str]] = []
    end = -1
    for match in _WORD.finditer(question):
        name = re.sub(r"[’']s$", "", match[0])
        if name in found:
            if end >= 0 and re.fullmatch(r"\s+(?:de\s+)?", question[end : match.start()]):
                whole[-1].append(name)
            else:
                whole.append([name])
            end = match.end()
    return tuple(map(tuple, whole))


def _is_written_out(name: str) -> bool:
    """Return whether a name is a year, or neither an abbreviation nor a title, for which an article may have others."""
    if _YEAR.fullmatch(name):
        return True
    return len(name) >= _WRITTEN_OUT and not _ABBREVIATED.search(name) and name.lower() not in _TITLES


def _holds(held: Set[str], word: str) -> bool:
    """Return whether terms hold those of a word, or of another form of the same name."""
    own = terms(word)
    if not own or all(one in held for one in own):
        return bool(own)
    if any(not held.isdisjoint(_same().get(one, frozenset())) for one in own):
        return True
    return word[0].isupper() and len(own) == 1 and any(_related(own[0], other) for other in held)


def _related(one: str, other: str) -> bool:
    """Return whether two terms are a place and its people: "chile" and "chilean", "scot" and "scotland"."""
    if one[:_ROOT] != other[:_ROOT] or len(one) < _ROOT:
        return False
    shared = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    ends = {one[shared:], other[shared:]}
    return ends <= _OF_A_PLACE and not ends <= _TOO_LITTLE


def held_terms(texts: Sequence[str]) -> frozenset[str]:
    """Return the terms of some texts together."""
    return frozenset(term for text in texts for term in terms(text))
