"""Misspelt words of a question: the archive's own spelling of a word that it does not hold.

"Griener" becomes "Griner" where no article has the first.  Words are compared by their optimal string alignment
distance (Damerau and Levenshtein's, no letter changed twice), computed by rapidfuzz.
"""

import math
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from qa.archive.view import ArchiveView
from qa.models.common_words import common_words
from qa.text.words import FUNCTION_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_CONTRACTED = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|wo|ca|would|could|should)nt")
_SHORTEST = 4  # letters of a word that is corrected
_SHORT = 5  # letters up to which a spelling must also sound alike
_LONG = 8  # from so many letters on two edits are allowed, else one
_ALIKE = 0.87  # the least similarity of Jaro and Winkler, of 1, at which a spelling is suggested
_FEW_EDITS = 3  # at most, or one in four letters, between a word and the spelling suggested
_TRIED = 40  # spellings near enough that are looked at
_WHOLE = 20_000  # articles up to which the words of their texts are taken, beyond it those of headlines alone


@dataclass(frozen=True, slots=True)
class Corrected:
    """A question in the archive's spelling, and what was changed: (typed, spelling)."""

    question: str
    changes: tuple[tuple[str, str], ...] = ()


Vocabulary = Mapping[str, tuple[str, int]]
"""For each word in lower case its commonest spelling, and how often it stands in the archive."""


class Speller:
    """Corrects questions; keeps the words of the archive's last generation, which are read when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digest = ""
        self._vocabulary: Vocabulary = {}

    def corrected(self, view: ArchiveView, question: str) -> Corrected:
        """Return a question with the words that no article holds replaced by the nearest that one does.

        A word stays as typed if it is short or a common English word, if it stands in the archive in any ending, or if
        no word of the archive begins alike and is within one edit (two from eight letters on).
        """
        asked = [found for found in _WORD.finditer(question) if found[0].lower() not in FUNCTION_WORDS]
        typed = {found: re.sub(r"[’']s$", "", found[0]) for found in asked}
        unknown = [found for found in asked if is_unknown(view, typed[found])]
        changes: list[tuple[str, str]] = []
        result = question
        for found in reversed(unknown):
            word = typed[found]
            misspelt = len(word) >= _SHORTEST and not is_english(word.lower())
            spelling = nearest(word, self._words(view)) if misspelt else ""
            if spelling:
                changes.insert(0, (word, spelling))
                result = result[: found.start()] + spelling + result[found.start() + len(word) :]
        return Corrected(result, tuple(changes))

    def suggestion(self, view: ArchiveView, word: str) -> str:
        """Return the archive's name that looks most like a word, more freely than for a correction; "" for none."""
        if len(word) < _SHORTEST:
            return ""
        found = process.extract(
            word.lower(), self._words(view).keys(), scorer=JaroWinkler.similarity, score_cutoff=_ALIKE, limit=_TRIED
        )
        most = max(_FEW_EDITS, len(word) // 4)
        near = [lower for lower, _, _ in found if OSA.distance(lower, word.lower()) <= most]
        spellings = [self._words(view)[lower][0] for lower in near]
        return next((one for one in spellings if one[0].isupper()), "")

    def _words(self, view: ArchiveView) -> Vocabulary:
        with self._lock:
            digest = view.digest
            if digest != self._digest:
                self._vocabulary = vocabulary(view.words(titles_only=view.count() > _WHOLE))
                self._digest = digest
            return self._vocabulary


def is_unknown(view: ArchiveView, word: str) -> bool:
    """Return whether a word stands in no passage, in any ending."""
    return view.inverse_frequency(word) >= math.log(1 + (view.count_passages() + 0.5) / 0.5) - 1e-6


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """Return the words of some texts."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(text))
    found: dict[str, tuple[str, int]] = {}
    for word, count in counts.most_common():
        lower = word.lower()
        spelling, total = found.get(lower, (word, 0))
        found[lower] = (spelling, total + count)
    return found


def is_english(word: str) -> bool:
    """Return whether a word in lower case is common, as it stands or without its ending ("dearer", "wasnt")."""
    bare = {word.removesuffix(ending) for ending in ("", "s", "es", "d", "ed", "r", "er", "est", "ing", "ly")}
    return not bare.isdisjoint(common_words()) or bool(_CONTRACTED.fullmatch(word))


def nearest(typed: str, words: Vocabulary) -> str:
    """Return the spelling nearest to a word, best one that sounds alike, else the commonest; "" for none.

    What is written like a name becomes a name, nothing becomes a function word, and a short word keeps its sound.
    """
    lower = typed.lower()
    if lower in words:
        return ""
    allowed = 2 if len(lower) >= _LONG else 1
    near = process.extract(lower, words.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=_TRIED)
    sound = _sound(lower)
    alike = [
        (_sound(word) != sound, distance, -words[word][1], word)
        for word, distance, _ in near
        if word[0] == lower[0]
        and word not in FUNCTION_WORDS
        and (typed.islower() or words[word][0][0].isupper())
        and (len(lower) > _SHORT or _sound(word) == sound)
    ]
    return words[min(alike)[-1]][0] if alike else ""


def _sound(word: str) -> str:
    """Return a word with letters that sound alike as one: "sanya" and "sania", "glaser" and "glazer"."""
    for letters, one in (("ph", "f"), ("ck", "k"), ("c", "k"), ("z", "s"), ("y", "i"), ("ee", "i"), ("ou", "u")):
        word = word.replace(letters, one)
    return re.sub(r"(.)\1", r"\1", word)
