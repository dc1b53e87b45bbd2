"""Values that change: a toll, a price, who holds an office.  All that were found, each with its outlet and day.

"How many died?" asked of a running story has as many answers as there are reports.  The newest comes first; for "Did it
go up?" they are told in order of time.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from qa.answers.equivalence import same_answer
from qa.answers.judging.candidates import Candidate
from qa.answers.judging.judgement import Judged, is_certain
from qa.answers.layout import laid_out, quoted, renumbered
from qa.answers.question.expected import fits
from qa.answers.question.kind_patterns import one_of
from qa.answers.question.question_kinds import Asked
from qa.dates.iso import in_words
from qa.records import Answer, Citation

_MOST = 5  # values that are given
_YEAR = re.compile(r"\b(?:1[6-9]|20)\d\d\b")
_MOVED = one_of(
    "rises? risen rose rising falls? fallen falling change[ds]? changing increase[ds]? increasing decrease[ds]? "
    "decreasing grows? grown grew growing shrinks? shrunk shrinking vary varied varies differ(?:s|ed|ent)? "
    "disagree[ds]? over_time go_up gone_up go_down gone_down"
)
_CHANGES = re.compile(
    rf"\b(?:{_MOVED}|than (?:had been|was) (?:thought|expected|estimated|reported|needed))\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"\b(?:tolls?|numbers?|prices?|rates?|figures?|shares?|levels?|counts?|bills?|costs?|estimates?|sums?|totals?|sizes?"
    r"|unemployment|inflation|population|damage|deaths|dead|same|how (?:many|much)|more|less|fewer)\b",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"^\W*(?i:correction)\b|\b(?:figures?|tolls?|numbers?|counts?|totals?|reports?) (?:was|were|has been|have been) "
    r"(?:corrected|revised|restated)\b"
)
_LOOKS_BACK = re.compile(
    r"\b(?:at first|initially|earlier|originally|previously|up from|down from|former|at the time"
    r"|had (?:been|killed|died|risen|said|reported))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Report:
    candidate: Candidate
    day: str
    probability: float


@dataclass(slots=True)
class _Value:
    """A value with the first report of it, and the last one that does not look back, if there is one."""

    first: _Report
    last: _Report | None

    @property
    def newest(self) -> _Report:
        """The report that says until when it was the value."""
        return self.last or self.first


def is_changing(asked: Asked, question: str) -> bool:
    """Return whether a question asks for the newest of several values, or how an amount changed."""
    if asked.kind == "latest":
        return True
    return asked.kind in ("comparison", "yes-no") and bool(_CHANGES.search(question) and _AMOUNT.search(question))


def over_time(judged: Judged) -> Answer:
    """Return the newest value with the earlier ones, or how a value changed; the usual answer where there is one only.

    Values are those of the likely candidates that agree with the question; each but the newest stands with the first
    report of it.
    """
    changed = judged.asked.kind != "latest"
    values = _values(judged)
    if judged.level == "none" or len(values) < 2:
        return quoted(judged)
    values.sort(key=lambda one: one.first.day if changed else one.newest.day, reverse=not changed)
    reports = [one.first for one in values[:_MOST]]
    if not changed:
        reports = [values[0].newest, *sorted(reports[1:], key=lambda one: one.day, reverse=True)]
    found, scored = judged.found, judged.scored
    # The reader says which place answers best, not which is newest.
    newest = reports[-1] if changed else reports[0]
    right = scored.right * newest.probability / float(scored.probabilities[0])
    certain = not changed and judged.level == "answer" and is_certain(found, right)
    groups = [[one.candidate] for one in reports]
    answer = laid_out(found.question, groups, found.hits, "answer" if certain else "possible", found.articles)
    told = []
    for place, (sentence, one) in enumerate(zip(answer.sentences, reports, strict=True)):
        citation = answer.citations[sentence.citations[0] - 1]
        older = "Earlier" if one.day < newest.day else "Reported"
        label = "Reported" if changed else older if place else "Newest"
        if _CORRECTED.search(sentence.text):
            label += ", a correction"
        marks = sentence.marks if not place else ()
        told.append(replace(sentence, notes=(_said(citation, label), *sentence.notes), marks=marks))
    answer = renumbered(answer, told)
    return replace(answer, confidence=right if certain else scored.held)  # a reason would be about another candidate


def _values(judged: Judged) -> list[_Value]:
    """Return the distinct values of the likely candidates of dated articles."""
    found, asked, scored = judged.found, judged.asked, judged.scored
    kept: list[_Value] = []
    for place, one in enumerate(scored.near("possible")):
        day = found.hits[one.hit].citation.published[:10]
        wrong_kind = asked.single in ("number", "who", "where") and fits(asked, found.question, one.words) != "yes"
        if not day or not one.marks or wrong_kind or judged.stated.missing(scored.around[place].near):
            continue
        if _of_other_years(one.text, found.question, day):
            continue
        report = _Report(one, day, float(scored.probabilities[place]))
        known = next((value for value in kept if same_answer(value.first.candidate.words, one.words)), None)
        if known is None:
            if any(value.first.candidate.text == one.text for value in kept):
                continue  # another number of the same sentence
            kept.append(_Value(report, None))
        value = known or kept[-1]
        value.first = min(value.first, report, key=lambda one: one.day)
        if not _LOOKS_BACK.search(one.text):
            value.last = max(value.last or report, report, key=lambda one: one.day)
    return kept


def _of_other_years(text: str, question: str, day: str) -> bool:
    """Return whether a sentence speaks of a year that is neither asked for nor about the article's own."""
    near = {int(day[:4]) - 1, int(day[:4])} | {int(year) for year in _YEAR.findall(question)}
    years = {int(year) for year in _YEAR.findall(text)}
    return bool(years) and not years & near


def _said(citation: Citation, word: str) -> str:
    """Return where and when a value was reported: "Earlier: 27 April 2015, Courier"."""
    when = _spoken(citation.published)
    return f"{word}: {when}, {citation.source}" if citation.source else f"{word}: {when}"


def _spoken(published: str) -> str:
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return published[:10]
    return in_words(day)
