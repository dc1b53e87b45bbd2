"""Questions → Report: what is retrieved, answered and refused, each figure with its interval over questions.

Two passage measures are always given.  ``evidence``: a hit is relevant when it overlaps the quoted evidence;
``answer``: when the characters of an answer lie wholly inside it.  ``article`` ranks the distinct articles by
their best hit.  A question without hits, or with evidence that the archive does not hold, scores 0.
"""

import re
import string
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from qa.errors import InputError
from qa.questions import Gold, locate
from qa.records import Answer, Article, Question
from qa.resampling import Figure, Statistic, bootstrap, detection, means, percentiles, together
from qa.settings import LIMITS

RETRIEVAL = ("recall@1", "recall@5", "recall@10", "hit@1", "hit@10", "mrr@10", "ndcg@10", "map")
ANSWERS = ("exact_match", "f1", "contains")
ABSTENTION = ("precision", "recall", "f1", "accuracy", "auroc", "answered")
LEVELS = ("passage.evidence", "passage.answer", "article")


class Asker(Protocol):
    """What is evaluated; ``qa.Retriever`` is one."""

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
        """Return the answer and its ``k`` best hits."""

    def article(self, article_id: str) -> Article | None:
        """Return an article of the archive, or ``None``."""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """Where a hit stands, best first in its result; ``score`` is comparable only within one question."""

    passage_id: str
    article_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What one question got.

    ``first_rank`` is the rank of the first relevant hit (article) by level, 0 when no hit is relevant, and
    ``measures`` the scores by full name (``passage.answer.mrr@10``); both hold only what the question is
    scored for.  ``top_title`` and ``top_text`` are the first hit's; ``error`` is why a question was refused.
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

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as in the report's JSON."""
        passage = {"evidence": _plain(self.evidence), "answer": _plain(self.answer)}
        groups = {"article": self.article, "answers": self.answers, "abstention": self.abstention}
        return {"passage": passage, **{name: _plain(figures) for name, figures in groups.items()}}


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation: counts of questions, figures, and one result a question in the order asked."""

    questions: Mapping[str, int]
    scores: Scores
    latency_ms: Mapping[str, Figure]
    by_type: Mapping[str, Scores]
    latency_by_type: Mapping[str, Mapping[str, Figure]]
    results: tuple[QuestionResult, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what ``qa eval`` prints."""
        by_type = {
            name: {**scores.to_dict(), "latency_ms": _plain(self.latency_by_type[name])}
            for name, scores in self.by_type.items()
        }
        scores = {"questions": dict(self.questions), **self.scores.to_dict()}
        return {**scores, "latency_ms": _plain(self.latency_ms), "by_type": by_type}


def evaluate(
    asker: Asker,
    questions: Sequence[Question],
    k: int = 10,
    *,
    rejected: int = 0,
    seed: int = 0,
    resamples: int = 2000,
    progress: Callable[[int, int], None] | None = None,
    each: Callable[[QuestionResult], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Report:
    """Ask every question once, in order, and measure what comes back.

    Measures are computed on ``k`` hits; where ``k`` is below a measure's cut-off, on what there is.
    ``rejected`` is how many lines of the file were not usable, ``each`` gets a result as soon as it is known,
    ``clock`` counts seconds.  A question that the asker refuses with an InputError counts as without hits.
    """
    if not 1 <= k <= LIMITS.hits:
        raise InputError(f"k={k} is out of range: give 1 to {LIMITS.hits}")
    article = lru_cache(maxsize=64)(asker.article)  # questions about one article mostly follow each other
    results: list[QuestionResult] = []
    for done, question in enumerate(questions, start=1):
        started, error = clock(), ""
        try:
            answer = asker.ask(question.text, question.history, k=k)
        except InputError as refusal:
            answer = Answer(question.text, question.text, "", "", (), (), (), 0.0)
            error = str(refusal)
        latency_ms = (clock() - started) * 1000
        results.append(_result(question, answer, locate(question, article), latency_ms, error))
        if each is not None:
            each(results[-1])
        if progress is not None:
            progress(done, len(questions))
    types: dict[str, list[QuestionResult]] = {}
    for result in results:
        types.setdefault(result.question.type or "untyped", []).append(result)
    return Report(
        _counts(results, rejected),
        _scores(results, seed, resamples),
        _latency(results, seed, resamples),
        {name: _scores(types[name], seed, resamples) for name in sorted(types)},
        {name: _latency(types[name], seed, resamples) for name in sorted(types)},
        tuple(results),
    )


def retrieval_measures(covered: Sequence[Sequence[int]], items: int) -> dict[str, float]:
    """Score a ranked list of hits, each given as the numbers, below ``items``, of the items that it covers.

    An item counts once, for the first hit that covers it; a hit that covers nothing new is not relevant.  A
    hit that covers several new items takes as many consecutive ranks in nDCG and MAP, so that both are 1 only
    for a list that covers every item without detour.  recall@k and hit@k count hits, and the reciprocal rank
    is that of the first hit that covers anything.  Computed by ir-measures.
    """
    import ir_measures
    from ir_measures import AP, RR, R, Success, nDCG

    ranked: list[str] = []
    ends = [0]
    for rank, covers in enumerate(covered):
        new = [name for name in (f"item {item}" for item in dict.fromkeys(covers)) if name not in ranked]
        ranked += new or [f"nothing new at {rank}"]
        ends.append(len(ranked))
    if not ranked:
        return dict.fromkeys(RETRIEVAL, 0.0)
    recalls = [R @ ends[min(k, len(covered))] for k in (1, 5, 10)]
    measures = dict(zip(RETRIEVAL, [*recalls, Success @ 1, Success @ 10, RR @ 10, nDCG @ 10, AP], strict=True))
    relevant = [ir_measures.Qrel("q", f"item {item}", 1) for item in range(items)]
    run = [ir_measures.ScoredDoc("q", name, float(-place)) for place, name in enumerate(ranked)]
    found = {one.measure: one.value for one in ir_measures.iter_calc(set(measures.values()), relevant, run)}
    return {name: round(found[measure], 6) for name, measure in measures.items()}


def answer_measures(exact: str, text: str, answers: Sequence[str]) -> dict[str, float]:
    """Score an answer against the right ones, at least one, the best of which counts.

    ``exact_match`` and ``f1`` (over words) are those of the exact words, of the text where there are none, as
    in SQuAD's evaluate-v1.1; ``contains``: the words of a right answer follow each other in the text.
    """
    given = _words(exact or text)
    whole = f" {' '.join(_words(text or exact))} "
    right = [_words(answer) for answer in answers]
    return {
        "exact_match": float(given in right),
        "f1": round(max(_word_f1(given, words) for words in right), 6),
        "contains": float(any(f" {' '.join(words)} " in whole for words in right)),
    }


def _words(text: str) -> list[str]:
    bare = text.lower().translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\b(a|an|the)\b", " ", bare).split()


def _word_f1(given: list[str], right: list[str]) -> float:
    return 2 * (Counter(given) & Counter(right)).total() / max(1, len(given) + len(right))


def _result(question: Question, answer: Answer, gold: Gold, latency_ms: float, error: str) -> QuestionResult:
    # A sentence's text is without the citation markers that Answer.text is rendered with.
    text = " ".join(sentence.text for sentence in answer.sentences) or answer.text
    measures = {"abstention.accuracy": float(answer.abstained != question.answerable)}
    first_rank: dict[str, int] = {}
    passages = [hit.passage for hit in answer.hits]
    if question.answerable and gold.pieces:
        articles = dict.fromkeys(passage.article_id for passage in passages)
        wanted = [[n for n, right in enumerate(gold.articles) if right == one] for one in articles]
        overlapping = [[n for n, item in enumerate(gold.evidence) if item.overlaps(one)] for one in passages]
        holding = [[n for n, item in enumerate(gold.answers) if item.lies_in(one)] for one in passages]
        sizes = (len(gold.evidence), len(gold.answers), len(gold.articles))
        for level, covered, items in zip(LEVELS, (overlapping, holding, wanted), sizes, strict=True):
            if items:
                first_rank[level] = next((rank for rank, covers in enumerate(covered, 1) if covers), 0)
                scores = retrieval_measures(covered, items)
                measures |= {f"{level}.{name}": value for name, value in scores.items()}
    if question.answerable and question.answers:
        words = answer_measures(answer.exact, text, question.answers)
        measures |= {f"answers.{name}": 0.0 if answer.abstained else value for name, value in words.items()}
    best = answer.hits[0] if answer.hits else None
    return QuestionResult(
        question=question,
        gold=gold,
        asked=answer.asked,
        abstained=answer.abstained,
        confidence=round(answer.confidence, 6),
        latency_ms=round(latency_ms, 3),
        answer="" if answer.abstained else text,
        exact="" if answer.abstained else answer.exact,
        first_rank=first_rank,
        measures=measures,
        hits=tuple(
            FoundPassage(one.id, one.article_id, one.start, one.end, hit.score)
            for one, hit in zip(passages, answer.hits, strict=True)
        ),
        top_title=best.citation.title if best else "",
        top_text=best.passage.text if best else "",
        error=error,
    )


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

    unanswerable = np.array([not one.question.answerable for one in results], dtype=bool)
    abstained = np.array([one.abstained for one in results], dtype=bool)
    refusing = detection(unanswerable, abstained, np.array([1 - one.confidence for one in results]))
    evidence, answer, article = (mean(level, RETRIEVAL) for level in LEVELS)
    abstention = _figures(ABSTENTION, refusing, len(results), seed, resamples)
    return Scores(evidence, answer, article, mean("answers", ANSWERS), abstention)


def _latency(results: Sequence[QuestionResult], seed: int, resamples: int) -> Mapping[str, Figure]:
    latencies = np.array([result.latency_ms for result in results])
    statistic = together(percentiles(latencies, (50, 99)), means(latencies[:, None]))
    return _figures(("p50", "p99", "mean"), statistic, len(results), seed, resamples)


def _figures(names: Sequence[str], of: Statistic, n: int, seed: int, resamples: int) -> dict[str, Figure]:
    if not n:
        return dict.fromkeys(names, Figure(None, None, None, 0))
    return dict(zip(names, bootstrap(of, n, seed=seed, resamples=resamples), strict=True))


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: figure.to_dict() for name, figure in figures.items()}
