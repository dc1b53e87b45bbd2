"""Rewriting of follow-ups into stand-alone questions, by rules and without a model.

A question that depends on earlier turns (``qa.dialogue.dependence``) receives the names, topic words and date that it
lacks (``qa.dialogue.focus``), so that a user can read the searched question and change it.  Any other question stays
exactly as it is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from qa.dialogue.dependence import PERSONAL, POSSESSIVES, reason, unbound
from qa.dialogue.focus import SEVERAL, Focus, Phrase, phrases
from qa.dialogue.follow_up_dates import carried_date, dated, speaks_of_the_next, with_date
from qa.dialogue.question_words import AUXILIARIES, QUESTION_WORDS, is_plural, parse_words
from qa.dialogue.short_follow_ups import about_another, asks_for_more, expanded
from qa.errors import InputError, check_text

_ONE_PHRASE = re.compile(
    r"\W*(?:(?:and|but|or|so)\W+)?(?:(?P<about>what about|how about|what of)\s+)?"
    r"(?P<phrase>(?:(?P<preposition>in|at|on|for|from|near|with|during|about)\s+)?(?P<thing>[^?.!,;]{2,60}?))\s*[?.!]*\s*",
    re.IGNORECASE,
)
_ADDED = re.compile(r"\s*\([^()]*\)\s*$")  # words that an earlier rewriting appended
_ARTICLE = re.compile(r"\bthe $", re.IGNORECASE)  # of the phrase that is replaced
_LONGEST = 300  # characters of a question in which a phrase is replaced
_END = re.compile(r"\s*[?.!]*\s*$")


def in_frame(question: str, last: str) -> str:
    """Return the last question with one phrase replaced by that of the new question, "" where this is unclear.

    Args:
        question: one that depends on the last.
        last: the question before, as it was searched.
    """
    found = _ONE_PHRASE.fullmatch(question)
    opened = found and (found["about"] or re.match(r"\W*(?:and|but|or)\b", question, re.IGNORECASE))
    if not found or not opened or len(last) > _LONGEST or len(parse_words(last)) < 3:
        return ""
    words = parse_words(found["thing"])
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
    fit = names if len(names) == 1 and not preposition else fit
    if len(fit) != 1:
        return ""
    before = last[: fit[0].start]
    if words[0].lower != "the":
        before = _ARTICLE.sub("", before)
    return before + found["thing"].strip() + last[fit[0].end :]


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


Turn = tuple[str, str] | Mapping[str, str]

_TURNS = 16  # turns that are read; earlier ones have faded
_CHARACTERS = 600  # characters read of each turn
_PHRASES, _WORDS = 3, 8  # most phrases carried over, and most words in all of them
_RELATED = 0.45  # least weight of a carried phrase, relative to the heaviest
_CLEAR, _CLEARER = 1.5, 2.5  # least ratio to any other weight to replace "he" or "she", and another pronoun
_REPLACED = frozenset({"he", "she", "him", "it", "they", "them", "her"})


def turns(history: Iterable[Turn]) -> list[tuple[str, str]]:
    """Return the turns of a conversation as (role, text), oldest first; ``agent`` means ``assistant``.

    Raises:
        InputError: if a turn has another role or no text.
    """
    result = []
    for turn in () if history is None else history:
        try:
            role, text = (turn["role"], turn["text"]) if isinstance(turn, Mapping) else turn
        except (KeyError, TypeError, ValueError):
            raise InputError(f"history: {turn!r} is not a turn; give (role, text) pairs") from None
        role = "assistant" if role == "agent" else role
        if role not in ("user", "assistant"):
            raise InputError(f"history: role {role!r} is not known; give user or assistant")
        result.append((role, check_text(text, "history")))
    return result


def stand_alone(question: str, history: Iterable[Turn]) -> str:
    """Return the question to search for, given the earlier turns: unchanged if it stands alone.

    "Who led it?" after "What happened to the Alma ferry in Ostra?" becomes "Who led the Alma ferry? (Ostra)".

    Raises:
        InputError: if a turn cannot be used.
    """
    said = [(role, text[:_CHARACTERS].strip()) for role, text in turns(history) if text.strip()][-_TURNS:]
    if not any(role == "user" for role, _ in said):
        return question
    talk = _Talk()
    for role, text in said:
        if role == "user":
            talk.ask(text)
        else:
            talk.focus.hear(text)
    return talk.rewritten(question)


class _Talk:
    """A conversation so far: its focus, the questions of its topic, and the last question as searched."""

    def __init__(self) -> None:
        self.focus = Focus()
        self.dates: list[str] = []  # newest first
        self.last = ""

    def ask(self, question: str) -> None:
        """Add a question to the conversation."""
        asked = self.rewritten(question)
        self.dates = [asked, *([] if self.focus.ask(question) else self.dates)]
        self.last = asked

    def rewritten(self, question: str) -> str:
        """Return a question, completed from the conversation if it depends on it."""
        if other := about_another(question, self.last):
            return other
        sign = reason(question, self.focus.said) if self.last else ""
        if not sign:
            return question
        if complete := expanded(question, self.last) or in_frame(question, self.last):
            return complete
        pronoun = sign.removeprefix("pronoun ")
        ranked = self.focus.ranked(question, pronoun)
        chosen = _chosen(ranked, self.focus, pronoun)
        asked, rest = _replaced(question, ranked, chosen, self.focus)
        asked, date = with_date(asked, carried_date(self.dates))
        added = [phrase.text for phrase in rest]
        if date and not any(date.split()[-1] in text for text in added):
            added.append(date)
        if added and asks_for_more(question):
            return f"Tell me more about {', '.join(added)}"
        return f"{asked} ({', '.join(added)})" if added else asked


def _chosen(ranked: Sequence[Phrase], focus: Focus, pronoun: str) -> list[Phrase]:
    """Return the phrases to carry over: for "he" or "she" the first name, else the heaviest phrases."""
    if not ranked or (pronoun in PERSONAL and ranked[0].name):
        return list(ranked[:1])
    least = _RELATED * max(focus.weights[phrase] for phrase in ranked)
    chosen: list[Phrase] = []
    for phrase in ranked:
        fits = sum(len(one.stems) for one in (*chosen, phrase)) <= _WORDS
        if len(chosen) < _PHRASES and focus.weights[phrase] >= least and (not chosen or (fits and not phrase.verb)):
            chosen.append(phrase)
    return chosen


def _replaced(
    question: str, ranked: Sequence[Phrase], chosen: Sequence[Phrase], focus: Focus
) -> tuple[str, Sequence[Phrase]]:
    """Return the question, its pronoun replaced by the first phrase where that is clear, and the phrases left."""
    words = parse_words(question)
    place = unbound(words)
    if place is None or not chosen:
        return question, chosen
    first, pronoun = chosen[0], words[place]
    personal = pronoun.lower in PERSONAL
    rivals = [phrase for phrase in ranked if phrase is not first and not phrase.verb]
    needed = _CLEAR if personal else _CLEARER
    clear = first is focus.person or all(focus.weights[first] >= needed * focus.weights[other] for other in rivals)
    after = words[place + 1] if place + 1 < len(words) else None
    owns = pronoun.lower in POSSESSIVES
    if pronoun.lower == "her":
        owns = after is not None and after.joined and after.content
    agrees = personal or first.name or is_plural(first.text) == (pronoun.lower in SEVERAL)
    if not clear or not agrees or not (owns or pronoun.lower in _REPLACED) or (personal and not first.name):
        return question, chosen
    text = f"the {first.text}" if first.article else first.text
    ending = "" if not owns else "'" if text.endswith("s") else "'s"
    return question[: pronoun.start] + text + ending + question[pronoun.end :], chosen[1:]
