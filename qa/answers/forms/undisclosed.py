"""What is not told: a sentence that says that what is asked for is not known or was not disclosed.

"How much was paid for it?" has a better answer in "Terms of the sale were not disclosed." than in another amount out of
the same article.
"""

import re
from collections.abc import Mapping, Set
from dataclasses import replace

from qa.answers import reasons
from qa.answers.judging.candidates import Candidate
from qa.answers.judging.features import surroundings
from qa.answers.judging.judgement import Judged
from qa.answers.layout import laid_out, renumbered
from qa.answers.question.question_kinds import Asked
from qa.records import Answer
from qa.text.sentences import sentence_spans
from qa.text.terms import terms

_TOLD = "disclosed|released|revealed|announced|published|specified|known|clear|made public|given"
_NOT_TOLD = (
    rf"(?:is|are|was|were|has|have|had)(?: not|n[’']t| never)(?: \w+ly| yet)?(?: been)?(?: \w+ly)? (?:{_TOLD})"
    r"|(?:remains?|is|are|was|were) (?:unknown|unclear|undisclosed)"
)
_DECLINES = (
    r"(?:declined|refused) to (?:say|disclose|reveal|give|specify)"
    r"|(?:did|does|would)(?: not|n[’']t) (?:say|disclose|reveal)"
)
_BETWEEN = r"[^.;:?!,]{0,60}(?:,[^.;:?!,]{1,80},)?[^.;:?!,]{0,20}?"  # an insertion stands between two commas


def _withholding(thing: str, other: str) -> re.Pattern[str]:
    """Return a pattern for sentences that say that a thing is not told, or that match another pattern."""
    return re.compile(
        rf"\b(?:{thing})\b{_BETWEEN}\b(?:{_NOT_TOLD})\b|\b(?:{_DECLINES}) (?:the )?(?:{thing})\b|{other}",
        re.IGNORECASE,
    )


_WITHHELD: Mapping[str, re.Pattern[str]] = {
    "money": _withholding(
        r"how much|prices?|costs?|fees?|sum|amount|value|salary|terms|(?:financial )?details of the (?:deal|sale)",
        r"\bundisclosed (?:sum|amount|fee|price)\b",
    ),
    "name": _withholding(
        r"names?|identity|identities",
        r"\b(?P<who>[a-z]+) (?:has|have|had|was|were)(?: not|n[’']t| yet to)(?: yet| been| be)* "
        r"(?:named|identified|come forward)\b",
    ),
    "cause": _withholding(
        r"causes?|reasons?|motives?|why",
        r"\bno (?:cause|reason|motive) (?:was|has been) (?:given|determined|established|found)\b",
    ),
}
_MONEY = re.compile(r"\b(?:prices?|costs?|pay|paid|fees?|sum|salary|amount|sold|bought|spend|spent|earn)\b", re.I)
_NAMED = re.compile(r"^\W*(?:what(?:[’']s| is| was| were| are) the )?(?:names?|identity) of\b|^\W*who\b", re.I)
_DOES = {
    "winner": "win won", "buyer": "buy bought", "seller": "sell sold", "driver": "drive drove", "killer": "kill killed",
    "attacker": "attack attacked", "gunman": "shoot shot", "owner": "own owns owned", "donor": "give gave donated",
}  # fmt: skip
"""What a person called so does: "who won?" asks for the winner."""
_AGREEING = 0.5  # least share of the question's words in a sentence with what stands around it


def noted(answer: Answer, judged: Judged) -> Answer:
    """Return an answer that begins with the sentence that says that it is not known; the answer itself without one.

    The sentence must stand in the article that the answer was taken from: what one article does not know, another may.
    Such an answer is possible at most.
    """
    sentence = None if answer.abstained else _withheld(judged)
    if sentence is None:
        return answer
    found = judged.found
    shown = laid_out(found.question, [[sentence]], found.hits, "possible", found.articles)
    citations, sentences = list(shown.citations), list(shown.sentences)
    for one in answer.sentences:
        numbers = tuple(len(citations) + place for place in range(1, len(one.citations) + 1))
        citations += [answer.citations[number - 1] for number in one.citations]
        caveat = "" if one.caveat == sentence.text else one.caveat
        sentences.append(replace(one, citations=numbers, marks=(), caveat=caveat))
    whole = renumbered(replace(shown, citations=tuple(citations)), sentences)
    return replace(whole, confidence=judged.scored.held, kind=answer.kind, reason=reasons.NOT_DISCLOSED)


def _withheld(judged: Judged) -> Candidate | None:
    """Return the sentence that says that what is asked for is not known; None if the article has none."""
    found, best = judged.found, judged.scored.candidates[0]
    kind = _kind(judged.asked, found.question)
    if not kind:
        return None
    asked = set(terms(found.question))
    places: list[Candidate] = []
    for number, hit in enumerate(found.hits[: found.read]):
        if hit.passage.article_id != found.hits[best.hit].passage.article_id:
            continue
        for start, end in sentence_spans(hit.passage.text):
            text, first, last = hit.passage.text[start:end], hit.passage.start + start, hit.passage.start + end
            said = _WITHHELD[kind].search(text)
            own = best.field == "text" and first < best.end and best.start < last
            if said and not own and _is_asked(said, asked):
                places.append(Candidate(number, first, last, text))
    rated = [
        (judged.stated.covered(around.near), place)
        for place, around in zip(places, surroundings(places, found.hits, found.articles), strict=True)
        if not judged.stated.missing(around.near)
    ]
    best_rated = max(rated, key=lambda pair: pair[0], default=None)
    return best_rated[1] if best_rated and best_rated[0] >= _AGREEING else None


def _kind(asked: Asked, question: str) -> str:
    """Return what a sentence must withhold: money, a name or a cause; "" where nothing is known of that."""
    if asked.kind == "number" and _MONEY.search(question):
        return "money"
    if asked.kind in ("who", "fact") and _NAMED.search(question):
        return "name"
    return "cause" if asked.kind == "reason" else ""


def _is_asked(said: re.Match[str], asked: Set[str]) -> bool:
    """Return whether a person who is not named is one that the question asks for: "the winner", of "who won?"."""
    who = said.groupdict().get("who")
    return not who or not asked.isdisjoint(terms(f"{who} {_DOES.get(who.lower(), '')}"))
