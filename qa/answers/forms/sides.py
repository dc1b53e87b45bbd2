"""Comparisons: both sides are looked up and cited, and the winner is said where both are clear amounts."""

import re
from dataclasses import dataclass, replace

from qa.answers.equivalence import compared as in_one_unit
from qa.answers.forms.several import joined
from qa.records import Answer

_SIDES = re.compile(
    r"^(?P<frame>.+?)[,:]? (?P<one>(?:the |a |an )?[^,:]{2,60}?),? or (?P<other>(?:the |a |an )?[^,?]{2,60}?)\??$",
    re.IGNORECASE,
)
_ASKS = re.compile(r"^(?:which|who|whose|what)\b(?: of (?:the|these|them)(?: two)?| one)?(?P<rest>.*)$", re.IGNORECASE)
_ADJECTIVES = {
    "older": ("How old", 1), "younger": ("How old", -1), "bigger": ("How big", 1), "larger": ("How large", 1),
    "smaller": ("How big", -1), "longer": ("How long", 1), "shorter": ("How long", -1), "higher": ("How high", 1),
    "lower": ("How high", -1), "taller": ("How tall", 1), "deeper": ("How deep", 1), "faster": ("How fast", 1),
    "quicker": ("How fast", 1), "slower": ("How fast", -1), "cheaper": ("How much", -1), "dearer": ("How much", 1),
    "heavier": ("How heavy", 1), "further": ("How far", 1), "farther": ("How far", 1), "more": ("How much", 1),
    "less": ("How much", -1), "fewer": ("How many", -1),
}  # fmt: skip
_COMPARATIVE = re.compile(rf"\b(?:{'|'.join(_ADJECTIVES)})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two things that are compared, the question about each, and whether the larger (1) or the smaller (-1) wins."""

    things: tuple[str, str]
    questions: tuple[str, str]
    larger: int


def sides(question: str) -> Sides | None:
    """Return what a question compares, None where its wording does not say it: "Which is older, A or B?" does."""
    found = _SIDES.match(question.strip())
    if not found:
        return None
    comparative = _COMPARATIVE.search(found["frame"])
    if not comparative:
        return None
    how, larger = _ADJECTIVES[comparative[0].lower()]
    asks = _ASKS.match(found["frame"])
    rest = asks["rest"] if asks else found["frame"]
    bare = " ".join(_COMPARATIVE.sub("", rest, count=1).split()).strip(" ,:")
    things = (found["one"].strip(), found["other"].strip())
    if how == "How much" and re.match(
        r"(?:people|men|women|votes|seats|goals|points|\w+s)\b", rest.split(" more ")[-1].strip()
    ):
        how = "How many"
    one, other = (" ".join(f"{how} {bare} {thing}?".split()) for thing in things)
    return Sides(things, (one, other), larger)


def compared(question: str, found: Sides, answers: tuple[Answer, Answer]) -> Answer:
    """Return the answers about both sides as one; its exact words are the winner where both are marked amounts."""
    both = replace(joined(question, answers), kind="comparison")
    amounts = in_one_unit(answers[0].exact, answers[1].exact)
    if both.level != "answer" or amounts is None or amounts[0] == amounts[1]:
        plain = tuple(replace(sentence, marks=()) for sentence in both.sentences)
        return replace(both, level="none" if both.abstained else "possible", exact="", sentences=plain)
    winner = found.things[0] if (amounts[0] > amounts[1]) == (found.larger > 0) else found.things[1]
    return replace(both, exact=winner)
