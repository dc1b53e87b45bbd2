"""Statements with a verdict: what a passage supports, and the same with something changed, which it contradicts.

Questions become statements by rule where their word order allows it (``stated``).
"""

import calendar
import random
import re
from collections.abc import Iterator

from lab.training.groups import CONTRADICTS, SUPPORTS
from lab.training.swaps import names_in
from qa.text.sentences import sentence_spans

_NO_AUXILIARY = r"(?!(?:did|do|does|is|are|was|were|has|had|have|will|would|can|could|should)\b)"
_VERB = r"(?:\w+(?:ed|ew|ote|ame|ook|ave)|won|led|made|said|built|held|told|left|lost|met|ran|sent|sings|leads|owns)"
_NO_DO = r"(?:(?! (?:did|do|does) ).)*"
# words that look like verbs, and "happened", before which a clause does not fit
_NO_NOUN = (
    r"(?!(?:bed|book|breed|cave|crew|few|frame|game|happened|hundred|interview|name|need|new|nickname|red|review|seed|"
    r"speed|surname|united|view|wave)\b)"
)
_SUBJECT = re.compile(rf"(?:Who|What|Which [a-z]+(?: [a-z]+)?) {_NO_NOUN}({_VERB}\b{_NO_DO})", re.I)
_PREDICATE = re.compile(r"(?:Who|What) (is|was|are|were) (the .+)", re.I)
_COUNTED = re.compile(rf"How many (\w+) ({_NO_AUXILIARY}(?:(?! (?:did|do|does|is|are|was|were) ).)+)", re.I)
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+\b|(?<![\d.,])\d+(?:\.\d+)?\b(?!,\d)")
_WORDS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty", "forty"]
_WORD_NUMBER = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_AUXILIARY = re.compile(
    r"\b(is|was|are|were|has|have|had|will|would|can|could|should|must|may)\b(?! not\b| never\b| no\b|n['’]t\b)"
)
_NEGATION = re.compile(r"\b(is|was|are|were|has|have|had|will|would|could|should|must|may|did|do|does) not\b")
_MONTHS = list(calendar.month_name[1:])
_DAYS = list(calendar.day_name)
_DAY = re.compile(rf"\b(?:{'|'.join(_MONTHS + _DAYS)})\b")


def made(question: str, answer: str, text: str, chance: random.Random) -> Iterator[tuple[str, int]]:
    """Yield statements about a passage, each with its verdict.

    Args:
        question: one that the passage answers.
        answer: its answer, verbatim.
        text: the passage.
        chance: which statements are made, and what is changed in them.
    """
    wrong = other_answer(answer, question, text, chance)
    yield stated(question, answer), SUPPORTS
    if wrong:
        yield stated(question, wrong), CONTRADICTS
    spans = [(start, end) for start, end in sentence_spans(text) if 40 <= end - start <= 260]
    if spans and chance.random() < 0.5:
        start, end = chance.choice(spans)
        sentence = text[start:end]
        yield sentence, SUPPORTS
        changed = chance.choice(CHANGES)(sentence, text, chance)
        if changed:
            yield changed, CONTRADICTS


def stated(question: str, answer: str) -> str:
    """Return question and answer as a statement, or one behind the other where no rule applies.

    "Who wrote it?" and "Ann Lee" make "Ann Lee wrote it." (Demszky, Guu and Liang, "Transforming Question Answering
    Datasets Into Natural Language Inference Datasets", 2018, whose rules need a parser).
    """
    asked = question.strip().rstrip("?").strip()
    if found := _COUNTED.fullmatch(asked):
        counted = "" if found[1].lower() in answer.lower().split() else f" {found[1]}"
        said = f"{answer}{counted} {found[2]}"
    elif found := _PREDICATE.fullmatch(asked):
        said = f"{found[2]} {found[1]} {answer}"
    elif found := _SUBJECT.fullmatch(asked):
        said = f"{answer} {found[1]}"
    else:
        return f"{question} {answer}"
    return said[0].upper() + said[1:].rstrip(".") + "."


def other_answer(answer: str, question: str, text: str, chance: random.Random) -> str:
    """Return a wrong answer of the same kind as the right one: another name or number of the passage; "" if none."""
    if _NUMBER.search(answer) or _WORD_NUMBER.search(answer):
        return number_changed(answer, text, chance)
    if answer[:1].isupper():
        others = [one for one in names_in(text) if one not in question and one not in answer and answer not in one]
        return chance.choice(others) if others else ""
    return ""


def number_changed(sentence: str, text: str, chance: random.Random) -> str:
    """Return a sentence with one of its numbers changed; "" if it has none."""
    found = [*_NUMBER.finditer(sentence), *_WORD_NUMBER.finditer(sentence)]
    if not found:
        return ""
    place = chance.choice(found)
    if place[0].isalpha():
        new = chance.choice([word for word in _WORDS if word != place[0]])
    else:
        value = float(place[0].replace(",", ""))
        year = 1500 < value < 2100 and "," not in place[0] and "." not in place[0]
        moved = value + chance.choice([-9, -4, -2, -1, 1, 2, 4, 9]) if year else value * chance.choice([0.5, 2, 3, 10])
        moved = moved if moved != value and moved > 0 else value + 3
        new = f"{moved:.0f}" if year else f"{moved:,.1f}" if "." in place[0] else f"{max(1, round(moved)):,}"
    return "" if new == place[0] else sentence[: place.start()] + new + sentence[place.end() :]


def name_changed(sentence: str, text: str, chance: random.Random) -> str:
    """Return a sentence with one of its names exchanged for another of the passage; "" if there is none."""
    own = names_in(sentence)
    if not own:
        return ""
    old = chance.choice(own)
    others = [one for one in names_in(text) if one not in sentence and old not in one]  # not a longer form of the name
    if not others:
        return ""
    new = chance.choice(others)
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, sentence, count=1)


def negation_changed(sentence: str, text: str, chance: random.Random) -> str:
    """Return a sentence with a negation added or taken away; "" where there is no verb to add one to."""
    if found := _NEGATION.search(sentence):
        return sentence[: found.end(1)] + sentence[found.end() :]
    found = _AUXILIARY.search(sentence)
    return sentence[: found.end()] + " not" + sentence[found.end() :] if found else ""


def day_changed(sentence: str, text: str, chance: random.Random) -> str:
    """Return a sentence with a month or weekday exchanged; "" if it has none."""
    found = _DAY.search(sentence)
    if not found:
        return ""
    among = _MONTHS if found[0] in _MONTHS else _DAYS
    return (
        sentence[: found.start()] + chance.choice([one for one in among if one != found[0]]) + sentence[found.end() :]
    )


CHANGES = (number_changed, name_changed, negation_changed, day_changed)
