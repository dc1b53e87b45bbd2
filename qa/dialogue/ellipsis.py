"""Follow-ups that are one phrase, "And in Idlib?", "And in 2019?": the question before with that phrase in it."""

import re

from qa.dialogue.focus import phrases
from qa.dialogue.follow_up_dates import dated, speaks_of_the_next, with_date
from qa.dialogue.question_words import AUXILIARIES, QUESTION_WORDS, take_apart

_ONE_PHRASE = re.compile(
    r"\W*(?:(?:and|but|or|so)\W+)?(?:(?P<about>what about|how about|what of)\s+)?"
    r"(?P<phrase>(?:(?P<preposition>in|at|on|for|from|near|with|during|about)\s+)?(?P<thing>[^?.!,;]{2,60}?))\s*[?.!]*\s*",
    re.IGNORECASE,
)
_ADDED = re.compile(r"\s*\([^()]*\)\s*$")  # what an earlier rewriting has put behind a question
_LONGEST = 300  # characters of a question that another phrase is put into
_END = re.compile(r"\s*[?.!]*\s*$")


def in_frame(question: str, last: str) -> str:
    """Return the last question with the phrase that the new one consists of in its place, "" where that is unclear.

    Args:
        question: one that depends on the last.
        last: the question before, as it was searched.
    """
    found = _ONE_PHRASE.fullmatch(question)
    opened = found and (found["about"] or re.match(r"\W*(?:and|but|or)\b", question, re.IGNORECASE))
    if not found or not opened or len(last) > _LONGEST or len(take_apart(last)) < 3:
        return ""
    words = take_apart(found["thing"])
    if len(words) > 6 or any(word.lower in AUXILIARIES | QUESTION_WORDS for word in words):
        return ""
    date = dated(found["phrase"])
    if (date and len(words) <= len(date.core.split()) + 2) or speaks_of_the_next(found["phrase"]):
        return _with_date(found["phrase"], last)
    things = [one for one in phrases(question) if one.start >= found.start("thing")]
    if len(things) != 1 or not things[0].name:
        return ""
    preposition = (found["preposition"] or "").lower()
    names = [one for one in phrases(last) if one.name]
    fit = [one for one in names if one.place == bool(preposition)]
    if preposition:
        fit = [one for one in fit if re.search(rf"\b{preposition}\s+(?:the\s+)?$", last[: one.start], re.IGNORECASE)]
    if len(fit) != 1:
        return ""
    return last[: fit[0].start] + found["thing"].strip() + last[fit[0].end :]


def _with_date(phrase: str, last: str) -> str:
    """Return the last question with another date."""
    frame = _ADDED.sub("", last)
    before = dated(frame)
    completed, left = with_date(phrase, dated(last))
    if left:
        return ""
    if before and before.phrase in frame:
        return frame.replace(before.phrase, completed, 1) + last[len(frame) :]
    end = _END.search(frame)
    at = end.start() if end else len(frame)
    added = dated(last[len(frame) :])
    rest = "" if added else last[len(frame) :]
    return f"{frame[:at]} {completed}{frame[at:]}{rest}"
