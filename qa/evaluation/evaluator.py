"""Evaluation of questions: retrieval, answers and refusals, each figure with its interval over questions.

Two passage measures are always given.  ``evidence``: a hit is relevant when it overlaps the quoted evidence;
``answer``: when the characters of an answer lie wholly inside it.  ``article`` ranks the distinct articles by
their best hit.  A question without hits, or with evidence that the archive does not hold, scores 0.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from qa.errors import InputError
from qa.evaluation.measures import ACCURACY, LEVELS, answer_measures, retrieval_measures
from qa.evaluation.questions import Gold, locate
from qa.evaluation.report import FoundPassage, QuestionResult, Report, summarise
from qa.evaluation.verdicts import verdict
from qa.records import Answer, Article, Question
from qa.settings import LIMITS


class Asker(Protocol):
    """Interface of an evaluated system; ``qa.Retriever`` is one."""

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
        """Return the answer and its ``k`` best hits."""

    def article(self, article_id: str) -> Article | None:
        """Return an article of the archive, or ``None``."""


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
    """Ask every question once, in order, and measure the answers.

    Measures are computed on ``k`` hits; where ``k`` is below a measure's cut-off, on those ``k``.
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
        gold = locate(question, article)
        found = (article(article_id) for article_id in gold.articles)
        sources = tuple(dict.fromkeys(one.source if one else "" for one in found))
        results.append(replace(_result(question, answer, gold, latency_ms, error), sources=sources))
        if each is not None:
            each(results[-1])
        if progress is not None:
            progress(done, len(questions))
    return summarise(results, rejected=rejected, seed=seed, resamples=resamples)


def _result(question: Question, answer: Answer, gold: Gold, latency_ms: float, error: str) -> QuestionResult:
    # A sentence's text is without the citation markers that Answer.text is rendered with.
    text = " ".join(sentence.text for sentence in answer.sentences) or answer.text
    measures = {ACCURACY: float(answer.abstained != question.answerable)}
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
        marks=_marks(answer),
        reason=answer.reason,
        level=answer.level,
        verdict=verdict(question, answer, gold),
    )


def _marks(answer: Answer) -> tuple[tuple[int, int], ...]:
    """Return where the sentences' marks stand when the sentences are joined by spaces."""
    marks: list[tuple[int, int]] = []
    begin = 0
    for sentence in answer.sentences:
        marks += [(begin + start, begin + end) for start, end in sentence.marks]
        begin += len(sentence.text) + 1
    return tuple(marks)
