"""Evaluation report: the results of questions, and figures with intervals, overall, by type and by outlet.

Every figure is made from ``QuestionResult`` values alone, so that equal results and an equal seed give an equal report.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.evaluation.abstention import Calibration, Flags, RiskCoverage, calibrate, risk_coverage
from qa.evaluation.measures import ANSWERS, LEVELS, MEASURES, RETRIEVAL
from qa.evaluation.questions import Gold
from qa.evaluation.statistics import (
    ALPHA,
    CORRELATION,
    POWER,
    Figure,
    Floats,
    Statistic,
    between_systems,
    bootstrap,
    detection,
    means,
    percentiles,
    smallest_difference,
    together,
)
from qa.evaluation.verdicts import Tally, Verdict, tally
from qa.records import Question

ABSTENTION = ("precision", "recall", "f1", "accuracy", "auroc", "answered")


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """The position of a hit; a result lists the best first.  ``score`` is comparable only within one question."""

    passage_id: str
    article_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The result of one question.

    ``first_rank`` is the rank of the first relevant hit (article) by level, 0 when no hit is relevant, and
    ``measures`` the scores by full name (``passage.answer.mrr@10``); both hold only what the question is
    scored for.  ``marks`` are the offsets of the words in ``answer`` that answer, as in ``Sentence``; ``reason`` is the
    answer's.  ``sources`` are the outlets of its evidence's articles, ``""`` for an unknown one; ``top_title`` and
    ``top_text`` are the first hit's; ``error`` is why a question could not be asked.  ``level`` is the answer's,
    ``verdict`` what it is worth (``qa.evaluation.verdicts``; None where that is not known).
    """

    question: Question
    gold: Gold
    asked: str
    abstained: bool
    confidence: float
    latency_ms: float
    answer: str
    exact: str
    first_rank: Mapping[str, int]
    measures: Mapping[str, float]
    hits: tuple[FoundPassage, ...]
    top_title: str
    top_text: str
    error: str
    sources: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    level: str = ""
    verdict: Verdict | None = None

    @property
    def scored(self) -> bool:
        """Whether the question counts for retrieval."""
        return self.question.answerable and self.gold.pieces > 0


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of a set of questions, by measure."""

    evidence: Mapping[str, Figure]
    answer: Mapping[str, Figure]
    article: Mapping[str, Figure]
    answers: Mapping[str, Figure]
    abstention: Mapping[str, Figure]
    latency_ms: Mapping[str, Figure]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as in the report's JSON."""
        passage = {"evidence": _plain(self.evidence), "answer": _plain(self.answer)}
        names = ("article", "answers", "abstention", "latency_ms")
        return {"passage": passage, **{name: _plain(getattr(self, name)) for name in names}}


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation: counts of questions, figures, and one result a question in the order asked.

    A question counts under every outlet of its evidence in ``by_source``.  ``detectable`` is, by measure's full name,
    the smallest difference from another system that these questions can be expected to detect (see
    ``statistics``); ``level`` is the level at which ``first_hit`` judges a first hit, that of the most
    questions.
    """

    questions: Mapping[str, int]
    scores: Scores
    unanswerable: RiskCoverage
    first_hit: RiskCoverage
    level: str
    calibration: Calibration
    verdicts: Tally
    detectable: Mapping[str, float]
    by_type: Mapping[str, Scores]
    by_source: Mapping[str, Scores]
    results: tuple[QuestionResult, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON that ``qa eval`` prints."""
        first_hit = {"level": self.level, **self.first_hit.to_dict()}
        found = {name: round(value, 6) for name, value in self.detectable.items()}
        return {
            "questions": dict(self.questions),
            **self.scores.to_dict(),
            "risk_coverage": {"unanswerable": self.unanswerable.to_dict(), "first_hit": first_hit},
            "calibration": self.calibration.to_dict(),
            "verdicts": self.verdicts.to_dict(),
            "detectable": {"alpha": ALPHA, "power": POWER, "correlation": CORRELATION, "measures": found},
            "by_type": {name: scores.to_dict() for name, scores in self.by_type.items()},
            "by_source": {name: scores.to_dict() for name, scores in self.by_source.items()},
        }


def summarise(results: Sequence[QuestionResult], *, rejected: int = 0, seed: int = 0, resamples: int = 2000) -> Report:
    """Return the report of results; ``rejected`` is how many lines of the question file were not usable."""
    types: dict[str, list[QuestionResult]] = {}
    outlets: dict[str, list[QuestionResult]] = {}
    for result in results:
        types.setdefault(result.question.type or "untyped", []).append(result)
        for source in result.sources or ("",):
            outlets.setdefault(source or "unknown", []).append(result)
    level = _level(results)
    judged = [one for one in results if one.verdict]
    given = [one for one in judged if not one.abstained]
    return Report(
        questions=_counts(results, rejected),
        scores=_scores(results, seed, resamples),
        unanswerable=_risk(results, [not one.question.answerable for one in results], seed, resamples),
        first_hit=_first_hit(results, level, seed, resamples),
        level=level,
        calibration=calibrate(_flags(one.verdict == "right" for one in given), _confidence(given),
                              seed=seed, resamples=resamples),
        verdicts=tally([(one.level, one.verdict) for one in judged if one.verdict]),
        detectable=_detectable(results),
        by_type={name: _scores(types[name], seed, resamples) for name in sorted(types)},
        by_source={name: _scores(outlets[name], seed, resamples) for name in sorted(outlets)},
        results=tuple(results),
    )  # fmt: skip


def _counts(results: Sequence[QuestionResult], rejected: int) -> dict[str, int]:
    scored = [one for one in results if one.scored]
    return {
        "given": len(results) + rejected,
        "rejected": rejected,
        "failed": sum(bool(one.error) for one in results),
        "scored": len(scored),
        "unanswerable": sum(not one.question.answerable for one in results),
        "without_evidence": sum(one.question.answerable and not one.scored for one in results),
        "evidence_not_found": sum(not one.gold.found for one in scored),
        "articles_not_found": sum(one.gold.articles_missing for one in scored),
        "quotes_not_found": sum(one.gold.quotes_missing for one in scored),
        "without_answer_position": sum(not one.gold.answers for one in scored),
    }


def _scores(results: Sequence[QuestionResult], seed: int, resamples: int) -> Scores:
    def mean(group: str, names: Sequence[str]) -> Mapping[str, Figure]:
        full = [f"{group}.{name}" for name in names]
        rows = [[one.measures[name] for name in full] for one in results if full[0] in one.measures]
        return _figures(names, means(np.array(rows)), len(rows), seed, resamples)

    unanswerable = _flags(not one.question.answerable for one in results)
    refusing = detection(unanswerable, _flags(one.abstained for one in results), 1 - _confidence(results))
    evidence, answer, article = (mean(level, RETRIEVAL) for level in LEVELS)
    abstention = _figures(ABSTENTION, refusing, len(results), seed, resamples)
    return Scores(evidence, answer, article, mean("answers", ANSWERS), abstention, _latency(results, seed, resamples))


def _latency(results: Sequence[QuestionResult], seed: int, resamples: int) -> Mapping[str, Figure]:
    latencies = np.array([result.latency_ms for result in results])
    statistic = together(percentiles(latencies, (50, 99)), means(latencies[:, None]))
    return _figures(("p50", "p99", "mean"), statistic, len(results), seed, resamples)


def _level(results: Sequence[QuestionResult]) -> str:
    scored = {level: sum(level in one.first_rank for one in results) for level in LEVELS}
    # Holding the answer says more than overlapping the evidence, that more than the article.
    return max(("passage.answer", "passage.evidence", "article"), key=scored.__getitem__)


def _first_hit(results: Sequence[QuestionResult], level: str, seed: int, resamples: int) -> RiskCoverage:
    known = [one for one in results if level in one.first_rank or not one.question.answerable]
    return _risk(known, [one.first_rank.get(level) != 1 for one in known], seed, resamples)


def _risk(results: Sequence[QuestionResult], wrong: Sequence[bool], seed: int, resamples: int) -> RiskCoverage:
    answered = _flags(not one.abstained for one in results)
    return risk_coverage(_flags(wrong), _confidence(results), answered, seed=seed, resamples=resamples)


def _detectable(results: Sequence[QuestionResult]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in MEASURES:
        values = [one.measures[name] for one in results if name in one.measures]
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        smallest = smallest_difference(between_systems(spread), len(values))
        if smallest is not None:
            found[name] = smallest
    return found


def _confidence(results: Sequence[QuestionResult]) -> Floats:
    return np.array([one.confidence for one in results], dtype=np.float64)


def _flags(values: Iterable[bool]) -> Flags:
    return np.array(list(values), dtype=bool)


def _figures(names: Sequence[str], of: Statistic, n: int, seed: int, resamples: int) -> dict[str, Figure]:
    if not n:
        return dict.fromkeys(names, Figure(None, None, None, 0))
    return dict(zip(names, bootstrap(of, n, seed=seed, resamples=resamples), strict=True))


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: figure.to_dict() for name, figure in figures.items()}
