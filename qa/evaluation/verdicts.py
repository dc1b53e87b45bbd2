"""Verdicts on answers: right, partly right, wrong, rightly or wrongly refused; by level."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qa.evaluation.measures import answer_measures
from qa.evaluation.questions import Gold
from qa.records import Answer, Passage, Question

Verdict = Literal["right", "partly", "wrong", "rightly refused", "wrongly refused"]
VERDICTS: tuple[Verdict, ...] = ("right", "partly", "wrong", "rightly refused", "wrongly refused")
GOOD = frozenset({"right", "rightly refused"})


def verdict(question: Question, answer: Answer, gold: Gold) -> Verdict | None:
    """Return the verdict on an answer; None where the question has no answers to compare with.

    An answer is right if its exact words or its sentences hold the words of a right answer one after the other, partly
    right if it cites a sentence that overlaps the evidence, else wrong.  An unanswerable question must be refused.
    """
    if not question.answerable:
        return "rightly refused" if answer.abstained else "wrong"
    if not question.answers:
        return None
    if answer.abstained:
        return "wrongly refused"
    text = " ".join((answer.exact, *(sentence.text for sentence in answer.sentences)))
    if answer_measures(answer.exact, text, question.answers)["contains"]:
        return "right"
    cited = [
        Passage("", one.article_id, one.start, one.end, one.quote) for one in answer.citations if one.field == "text"
    ]
    return "partly" if any(piece.overlaps(one) for piece in gold.evidence for one in cited) else "wrong"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers of each level had each verdict."""

    counts: dict[str, dict[Verdict, int]]

    @property
    def judged(self) -> int:
        """How many answers have a verdict."""
        return sum(sum(row.values()) for row in self.counts.values())

    def share(self, verdicts: Sequence[Verdict] | frozenset[str], level: str = "") -> float | None:
        """Return the share, of all judged answers, of those with one of these verdicts, at one level or any."""
        found = sum(
            count
            for name, row in self.counts.items()
            for given, count in row.items()
            if given in verdicts and level in ("", name)
        )
        return found / self.judged if self.judged else None

    def to_dict(self) -> dict[str, Any]:
        """Return the counts and the two shares that matter as in the report's JSON."""
        shares = {
            "right_or_rightly_refused": self.share(GOOD),
            "wrong_at_level_answer": self.share(("wrong",), "answer"),
        }
        rounded = {name: None if value is None else round(value, 6) for name, value in shares.items()}
        return {"judged": self.judged, **rounded, "by_level": self.counts}


def tally(judged: Sequence[tuple[str, Verdict]]) -> Tally:
    """Return the counts of (level, verdict) pairs, levels in their order."""
    counts: dict[str, dict[Verdict, int]] = {}
    for level in ("answer", "possible", "none"):
        own = [given for name, given in judged if name == level]
        if own:
            counts[level] = {one: own.count(one) for one in VERDICTS if one in own}
    return Tally(counts)
