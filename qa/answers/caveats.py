"""Caveats: the sentence after a quoted one, where it limits what that one says.

"The rebels said the town had fallen.  None of this has been confirmed." must not lose its second half.
"""

import re

from qa.anatomy.dissection import boilerplate_spans
from qa.records import Article
from qa.text.sentences import sentence_spans
from qa.text.terms import terms
from qa.text.words import FUNCTION_WORDS

_AFTER = 700  # characters in which the next sentence is looked for
_LONGEST = 400  # characters of a caveat
_CONTRARY = re.compile(
    r"[“\"'‘]?(?:But|However|Yet(?! another)|Still(?!,)|Nevertheless|Nonetheless|Even so|That said|Unless|Except"
    r"|In fact|In reality)\b|^[^.;:]{0,60}?[,;] however\b"
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|this|that|these|those|they|their|he|she|his|her|none|neither|so)\b", re.IGNORECASE
)
_UNPROVEN = re.compile(
    r"\b(?:(?:not|never|cannot|yet to|impossible to|unable to|nor) (?:be |been |have been )?(?:\w+ly )?"
    r"(?:confirm|verif|corroborat|substantiat|proven\b|checked\b|clear\b|known\b|true\b)"
    r"|none of (?:this|that|it|these|those|them)\b"
    r"|(?:no|without) (?:independent |official )?(?:confirmation|evidence|proof)"
    r"|unconfirmed|unverified|disputed (?:the|this|that|by)\b"
    r"|(?<!was )(?<!were )(?<!been )denie[ds]\b(?! (?:bail|entry|access|permission|him|her|them|it)\b)"
    r"|rejected (?:the|this|that|these) (?:claims?|reports?|accusations?|allegations?)"
    r"|later (?:corrected|withdrew|withdrawn|retracted|revised))",
    re.IGNORECASE,
)  # fmt: skip
_PROVISIONAL = re.compile(
    r"\b(?:provisional(?! IRA)|preliminary|(?:may|might|could|expected to|likely to) (?:still |yet )?(?:rise|climb|grow"
    r"|increase))\b",
    re.IGNORECASE,
)  # of figures
_OPENING = 8  # words in which an unproven thing must be pointed back to


def caveat(article: Article, start: int, end: int) -> str:
    """Return the sentence after an article's text from ``start`` to ``end`` if it limits that text, else ``""``.

    It limits it if it opens with "But", "However" or the like and speaks of the same, or if it says that something
    just said is not confirmed, disputed or likely to change.
    """
    following = sentence_spans(article.text, end, min(len(article.text), end + _AFTER))
    if not following or article.text[end : following[0][0]].strip():
        return ""
    begin, stop = following[0]
    if any(first < stop and begin < last for first, last, _ in boilerplate_spans(article.text)):
        return ""
    text = article.text[begin:stop]
    if stop - begin > _LONGEST or (stop == end + _AFTER and stop < len(article.text)):
        return ""
    opening = " ".join(text.split()[:_OPENING])
    points_back = bool(_POINTS_BACK.search(opening))
    own = article.text[start:end]
    same = _shared(own, text)
    figures = bool(re.search(r"\d", own) and _PROVISIONAL.search(text))
    if (_UNPROVEN.search(text) or figures) and (points_back or same):
        return text
    return text if _CONTRARY.match(text) and same else ""


def _shared(one: str, other: str) -> bool:
    """Return whether two sentences share a word that means something."""
    words = [set(terms(" ".join(w for w in text.split() if w.lower() not in FUNCTION_WORDS))) for text in (one, other)]
    return not words[0].isdisjoint(words[1])
