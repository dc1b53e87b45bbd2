"""Questions in another language than English: their question word in English, with the words that the archive knows.

The models read English alone.  "Wie viele Tote gab es in Magnitogorsk?" becomes "How many Magnitogorsk?": its name and
number words find the passages, and its question word says what kind of words may answer.
"""

import re
from dataclasses import dataclass

from qa.archive.view import ArchiveView
from qa.intake.language import recognised
from qa.search.spelling import is_unknown

NAMES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese",
}  # fmt: skip
_ASKING = (
    ("How many", r"wie ?viele|combien d[e’']|cuánt[oa]s|cuanta gente|cuánta gente|quant[ie]|quant[oa]s|hoeveel"),
    ("How much", r"wie ?viel|combien|cuánt[oa]|quanto|wie (?:hoch|lange?|alt|groß|weit|schnell|teuer)"),
    ("Who", r"wer|wem|wen|qui|quién(?:es)?|chi|wie(?= (?:is|was|heeft|won))|quem"),
    ("When", r"wann|quand|cuándo|quando|wanneer"),
    ("Where", r"wo(?:hin|her)?|où|d[oó]nde|dove|waar|onde"),
    ("Why", r"warum|weshalb|wieso|pourquoi|por qué|perché|waarom|por que"),
    ("What", r"was|welche[rsnm]?|que|quel(?:le)?s?|qué|cuál(?:es)?|che|quale|wat|welke?|qual|o que"),
)
_ASKED = tuple((english, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for english, words in _ASKING)
_WORD = re.compile(r"[^\W_]+(?:[’'.,-][^\W_]+)*")
_FEWEST = 3  # words of a question whose language is asked about


@dataclass(frozen=True, slots=True)
class Foreign:
    """A question in another language: the language's name, and what is read in its place."""

    language: str
    question: str

    @property
    def notice(self) -> str:
        """What is said of the answer."""
        return (
            f"You asked in {self.language}, and the articles are read as English: only names and numbers were searched."
        )


def foreign(view: ArchiveView, question: str) -> Foreign | None:
    """Return what is read for a question in another language; None for English, or where the language is in doubt."""
    words = _WORD.findall(question)
    unknown = [word for word in words if word.isalpha() and is_unknown(view, word)]
    if len(words) < _FEWEST or not unknown:
        return None
    language = NAMES.get(recognised(question, ("en", *NAMES)))
    if not language:
        return None
    asks = next((english for english, pattern in _ASKED if pattern.search(question)), "What")
    known = [
        word for word in words if word not in unknown and (word[0].isupper() or not word.isalpha() or len(word) > 4)
    ]
    kept = [word for word in known if len(word) > 1 and not any(pattern.match(word) for _, pattern in _ASKED)]
    return Foreign(language, f"{asks} {' '.join(kept)}?") if kept else None
