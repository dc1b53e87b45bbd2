"""Yes or no: the question as a statement, judged sentence by sentence, and said only where the reader is sure.

The reader tells a supported statement well from one that a text says nothing of, and badly from one that it contradicts
in other words.  So "No" is said only where a sentence also denies something.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from qa.answers.found import Found
from qa.answers.judging.candidates import Candidate
from qa.answers.layout import laid_out
from qa.answers.question.kind_patterns import AUXILIARY, OPENER
from qa.answers.question.qualifiers import held_terms, qualifiers
from qa.models.passage_reader import Verdict
from qa.records import Answer
from qa.text.sentences import sentence_spans

SUPPORTED = 0.6  # the least probability that a sentence supports the statement, for "Yes"
_LEAD = 0.25  # by how much it must exceed the probability that it contradicts it
_UNRELATED = 0.2  # the most that it may be neither, for "No"
_OPEN = 0.5  # the most that sentences on the topic are worth as an answer to "did it?"
_NO = 0.6  # how probable a "No" is
_JUDGED, _SHOWN = 8, 2  # sentences that are judged, and deciding ones that are given
_AGREEING, _OWN = 0.6, 0.3  # least share of the question's words in a sentence with its headline, and in it alone
_DENIES = re.compile(
    r"\b(?:not|never|no|nor|neither|none|nobody|cannot|without|unlikely|denie[ds]|spared|rejected|refused|ruled out"
    r"|failed|remains? (?:detained|in)|instead of|avoided|escaped|cleared|acquitted)\b|n[’']t\b",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"(?P<aux>{AUXILIARY})\s+(?P<rest>\S.*)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?P<subject>(?:(?:the|a|an|his|her|its|their|any|all|some) )?"
    r"(?:[A-Z][\w’'.-]*(?: (?:of |de |al-)?[A-Z][\w’'.-]*)*|\S+))\s+(?P<rest>.+)"
)
_DO = frozenset({"did", "do", "does"})

Judge = Callable[[str, Sequence[str]], Sequence[Verdict]]
"""Returns what each of some texts does to a statement."""


@dataclass(frozen=True, slots=True)
class _Judged:
    candidate: Candidate
    verdict: Verdict


def decided(answer: Answer, found: Found, judge: Judge) -> Answer:
    """Return an answer that begins with "Yes" or "No" where sentences decide, else the answer without marks.

    A deciding sentence holds most of the question, its article all names, and no other one says the opposite.
    """
    if answer.abstained or found.readings is None:
        return answer
    plain = tuple(replace(one, marks=()) for one in answer.sentences)
    open_answer = replace(answer, level="possible", exact="", confidence=min(answer.confidence, _OPEN), sentences=plain)
    statement = stated(found.question)
    places = _places(found)
    if not statement or not places:
        return open_answer
    verdicts = judge(statement, [one.text for one in places])
    judged = [_Judged(one, verdict) for one, verdict in zip(places, verdicts, strict=True)]
    yes = [one for one in judged if _supports(one)]
    no = [one for one in judged if _denies(one)]
    if bool(yes) == bool(no):
        return open_answer
    deciding = sorted(yes, key=lambda one: -one.verdict.supports) or sorted(
        no, key=lambda one: -one.verdict.contradicts
    )
    groups = [[one.candidate] for one in deciding[:_SHOWN]]
    shown = laid_out(found.question, groups, found.hits, "possible", found.articles)
    confidence = deciding[0].verdict.supports if yes else _NO
    return replace(
        open_answer, level="answer", exact="Yes" if yes else "No", confidence=confidence, reason="", text=shown.text,
        sentences=shown.sentences, citations=shown.citations,
    )  # fmt: skip


def stated(question: str) -> str:
    """Return a question that asks yes or no as a statement, "" for any other: "Was Hart ill?" is "Hart was ill."."""
    asked = _ASKS.fullmatch(OPENER.sub("", question).strip(" ?!.…"))
    if not asked:
        return ""
    auxiliary, rest = asked["aux"].lower(), asked["rest"]
    if auxiliary in _DO:
        return f"{rest[0].upper()}{rest[1:]}."
    found = _SUBJECT.fullmatch(rest)
    said = f"{found['subject']} {auxiliary} {found['rest']}" if found else f"{rest} {auxiliary}"
    return f"{said[0].upper()}{said[1:]}."


def _places(found: Found) -> list[Candidate]:
    """Return the sentences and headlines of the hits that hold most of the question."""
    names = qualifiers(found.question, found.weights)
    rated: list[tuple[float, Candidate]] = []
    seen: set[tuple[str, str]] = set()
    for number, hit in enumerate(found.hits[: found.read]):
        article = found.articles.get(hit.passage.article_id)
        if article is None or names.missing(held_terms([article.title, article.dek, article.text])):
            continue
        offset = hit.passage.start
        spans = [(offset + start, offset + end) for start, end in sentence_spans(hit.passage.text)]
        own = [Candidate(number, start, end, article.text[start:end]) for start, end in spans]
        if article.title:
            own.append(Candidate(number, 0, len(article.title), article.title, field="title"))
        for one in own:
            alone = names.covered(held_terms([one.text]))
            together = names.covered(held_terms([one.text, article.title]))
            if alone >= _OWN and together >= _AGREEING and (article.id, one.text) not in seen:
                seen.add((article.id, one.text))
                rated.append((alone + together, one))
    return [one for _, one in sorted(rated, key=lambda pair: -pair[0])[:_JUDGED]]


def _supports(one: _Judged) -> bool:
    lead = one.verdict.supports - one.verdict.contradicts
    return one.verdict.supports >= SUPPORTED and lead >= _LEAD and not _DENIES.search(one.candidate.text)


def _denies(one: _Judged) -> bool:
    return (
        bool(_DENIES.search(one.candidate.text))
        and one.verdict.contradicts >= one.verdict.supports
        and one.verdict.neither <= _UNRELATED
    )
