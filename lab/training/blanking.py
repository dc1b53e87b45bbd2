"""Cloze questions: by rule, a name, number or date of a sentence is blanked and asked for.

They read like telegrams ("How many people confirmed dead"), but their answers and passages are certain, and they are
about news.  The idea: Lewis, Denoyer and Riedel, "Unsupervised Question Answering by Cloze Translation", ACL 2019.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CLAUSE = re.compile(r"[;—–()\"“”]|[,:](?!\d)|\b(?:that|which|who|while|but|although|as)\b")
_NAME = r"[A-Z][\w'’.-]*[\w](?: (?:of |the |de |al-)?[A-Z][\w'’.-]*[\w]){0,3}"
_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
_DATE = rf"(?:{_MONTH})(?: \d{{1,2}})?(?:,? \d{{4}})?|(?:19|20)\d\d"
_VERB = "said|told|announced|won|was|died|says|called|wrote|became|scored|resigned|led"
_COUNT = r"(?:\d[\d,.]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens|hundreds|thousands)"
# pattern with the answer in group 1, what asks for it; the first that matches a place wins
_RULES = (
    (re.compile(rf"\b(?:on|in|since|until|by) ({_DATE})\b"), ("When",)),
    (re.compile(rf"((?:US)?[$€£]{_COUNT}(?: (?:million|billion|trillion))?)\b"), ("How much",)),
    (re.compile(rf"\b(?!(?:19|20)\d\d\b)({_COUNT}(?: (?:million|billion))?) (?=[a-z]+s\b|people\b)"), ("How many",)),
    (re.compile(rf"\b({_COUNT}(?:\.\d+)? ?(?:%|percent|per cent))"), ("What percentage", "How much")),
    (re.compile(rf"\b(?:in|at|near|from) (?:the )?({_NAME})(?![\w'’]* said)"), ("Where", "In what place")),
    (re.compile(r"\b(because (?:of )?[\w' -]{12,90})"), ("Why",)),
    (re.compile(rf"(?<=[a-z,] )({_NAME})(?= (?:{_VERB})\b)"), ("Who",)),
)
_MOST_WORDS = 16


@dataclass(frozen=True, slots=True)
class Blanked:
    """A question; its answer's offsets in the sentence it was made of."""

    question: str
    start: int
    end: int


def blanked(sentence: str, chance: random.Random) -> Iterator[Blanked]:
    """Yield the questions that a sentence answers, at most one for each of its characters."""
    taken: list[tuple[int, int]] = []
    for pattern, words in _RULES:
        for found in pattern.finditer(sentence):
            start, end = found.span(1)
            if any(start < other_end and other < end for other, other_end in taken):
                continue
            question = _question(sentence, found.start(), start, end, chance.choice(words), chance)
            if question:
                taken.append((start, end))
                yield Blanked(question, start, end)


def _question(sentence: str, dropped: int, start: int, end: int, asks: str, chance: random.Random) -> str:
    """Return the words of the answer's clause behind a question word; empty when too few are left to ask by."""
    begin = max((cut.end() for cut in _CLAUSE.finditer(sentence, 0, dropped)), default=0)
    stop = next((cut.start() for cut in _CLAUSE.finditer(sentence, end)), len(sentence))
    if len(re.findall(r"\w{4,}", sentence[begin:dropped] + sentence[end:stop])) < 3:
        begin, stop = 0, len(sentence)
    before, after = sentence[begin:dropped].split(), sentence[end:stop].rstrip(" .").split()
    # A number is asked for together with what it counts; else what stands before the blank comes first.
    words = [*after[:1], *before, *after[1:]] if asks == "How many" else [*before, *after]
    if len(words) > _MOST_WORDS:
        near = max(0, min(len(before) - _MOST_WORDS // 2, len(words) - _MOST_WORDS))
        words = words[near : near + _MOST_WORDS]
    if len([word for word in words if len(word) > 3]) < 3:
        return ""
    if chance.random() < 0.3:  # nobody asks in an article's exact words
        words = [word for word in words if len(word) < 4 or chance.random() > 0.2]
    text = " ".join([asks, *words])
    return text + "?" if chance.random() < 0.7 else text
