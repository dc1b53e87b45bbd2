from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.errors import InputError
from qa.evaluation.comparison import ChangedQuestion, MeasureDifference, compare, compare_runs
from qa.evaluation.evaluator import evaluate
from qa.evaluation.measures import MEASURES
from qa.evaluation.questions import Gold, Target
from qa.evaluation.report import FoundPassage, QuestionResult, Report
from qa.evaluation.runs import Run, write_run
from qa.records import Answer, Article, Evidence, Question

MRR = "passage.answer.mrr@10"
F1 = "answers.f1"


def a_result(id: str, measures: Mapping[str, float], text: str = "Who?") -> QuestionResult:
    return QuestionResult(
        question=Question(
            id,
            text,
            ("Bo", "Ada"),
            (Evidence("a 1", "Bo\u2028swims", 3),),
            (("user", "Hm?"), ("assistant", "Ja.")),
            True,
            "who",
            "2020-01-02",
        ),
        gold=Gold(("a 1",), (Target("a 1", 3, 11),), (Target("a 1", 3, 5),), 1, 0, 0),
        asked="Who swims?",
        abstained=False,
        confidence=0.75,
        latency_ms=1.25,
        answer="Bo swims.",
        exact="Bo",
        first_rank={"article": 1},
        measures=measures,
        hits=(FoundPassage("p 1", "a 1", 0, 12, 0.5), FoundPassage("p%2", "a2", 4, 9, 0.25)),
        top_title="Swimming",
        top_text="So Bo swims.",
        error="",
    )


def a_run(name: str, *results: QuestionResult) -> Run:
    return Run(Path(name), {}, {}, results)


def a_report(*results: QuestionResult) -> Report:
    return replace(evaluate(Nobody(), []), questions={"given": len(results)}, results=results)


class Nobody:
    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
        return Answer(question, question, "", "", (), (), (), 0.0)

    def article(self, article_id: str) -> Article | None:
        return None


def test_differences_are_paired_by_question_and_measure(tmp_path: Path) -> None:
    a = [a_result("1", {MRR: 0.5}), a_result("2", {MRR: 0.0, F1: 1.0}), a_result("3", {MRR: 0.25})]
    b = [a_result("3", {MRR: 1.25}), a_result("2", {MRR: 2.0, F1: 1.0}), a_result("1", {MRR: 3.5})]
    found = compare_runs(a_run("a", *a), a_run("b", *b), resamples=5000)
    assert (found.both, found.only_a, found.only_b) == (3, 0, 0)
    # Differences 3, 2, 1: two of eight sign assignments are as far from 0; Holm doubles the smaller p of two.
    assert found.measures[0] == MeasureDifference(
        name=MRR,
        a=0.25,
        b=2.25,
        difference=2.0,
        low=1.0,
        high=3.0,
        p=0.25,
        p_holm=0.5,
        n=3,
        detectable=pytest.approx((4.30265 + 1.06066) / 3**0.5, abs=1e-4),  # t of 2 degrees of freedom; spread 1
    )
    assert found.measures[1] == MeasureDifference(
        name=F1, a=1.0, b=1.0, difference=0.0, low=0.0, high=0.0, p=1.0, p_holm=1.0, detectable=None, n=1
    )
    folders = [write_run(tmp_path / name, a_report(*one), {}) for name, one in (("a", a), ("b", b))]
    assert compare(*folders, resamples=5000) == found


def test_questions_of_one_run_only_are_counted_and_left_out() -> None:
    a = a_run("a", a_result("1", {MRR: 1.0}), a_result("2", {MRR: 1.0}), a_result("4", {MRR: 1.0}, "Then?"))
    b = a_run("b", a_result("1", {MRR: 1.0}), a_result("3", {MRR: 0.0}), a_result("4", {MRR: 0.0}, "Now?"))
    found = compare_runs(a, b, resamples=10)
    assert (found.both, found.only_a, found.only_b) == (1, 2, 2)
    assert (found.measures[0].n, found.measures[0].difference) == (1, 0.0)


def test_runs_without_a_common_question_cannot_be_compared() -> None:
    with pytest.raises(InputError, match="a and b share no question: evaluate the same question file"):
        compare_runs(a_run("a", a_result("1", {})), a_run("b", a_result("2", {})))


def test_the_questions_that_changed_most_come_first() -> None:
    before = {"1": (0.5, 1.0), "2": (0.0, 0.0), "3": (1.0, 1.0), "4": (0.2, 0.0), "5": (0.0, 1.0)}
    after = {"1": (0.5, 0.75), "2": (1.0, 0.5), "3": (1.0, 1.0), "4": (0.2, 1.0), "5": (0.5, 0.0)}
    a, b = (
        a_run("run", *(a_result(id, {MRR: mrr, F1: f1}) for id, (mrr, f1) in run.items())) for run in (before, after)
    )
    found = compare_runs(a, b, resamples=10)
    assert found.changed == (
        ChangedQuestion("2", "Who?", MRR, 0.0, 1.0, 1.0),  # of equal size: the larger sum first
        ChangedQuestion("5", "Who?", F1, 1.0, 0.0, -1.0),
        ChangedQuestion("4", "Who?", F1, 0.0, 1.0, 1.0),
        ChangedQuestion("1", "Who?", F1, 1.0, 0.75, -0.25),
    )
    assert compare_runs(a, b, resamples=10, most=2).changed == found.changed[:2]


def test_the_json_has_the_contracts_keys() -> None:
    a, b = a_run("a", a_result("1", {MRR: 1 / 3})), a_run("b", a_result("1", {MRR: 1.0}))
    assert compare_runs(a, b, resamples=10).to_dict() == {
        "questions": {"both": 1, "only_a": 0, "only_b": 0},
        "measures": [
            {
                "name": MRR,
                "a": 0.333333,
                "b": 1.0,
                "difference": 0.666667,
                "low": 0.666667,
                "high": 0.666667,
                "p": 1.0,
                "p_holm": 1.0,
                "detectable": None,
            }
        ],
        "changed": [{"id": "1", "question": "Who?", "measure": MRR, "a": 0.333333, "b": 1.0, "difference": 0.666667}],
    }


def test_every_measure_of_the_evaluation_is_compared() -> None:
    question = Question("1", "Who?", ("Bo",), (Evidence("a", "Bo", 0),), (), True, "", "")
    (result,) = evaluate(Nobody(), [question], resamples=2).results
    assert set(MEASURES) == {
        *(name for name in result.measures if not name.startswith("passage.answer")),
        *(name.replace("evidence", "answer") for name in result.measures if "evidence" in name),
    }


def simulated(random: np.random.Generator, better: float = 0.0) -> tuple[Run, Run]:
    """Two runs over 40 questions with reciprocal ranks; b finds ``better`` of the answers at once."""
    ranks = random.integers(1, 9, (2, 40))
    ranks[1][random.random(40) < better] = 1
    return tuple(  # type: ignore[return-value]
        a_run(name, *(a_result(str(n), {MRR: 1 / rank}) for n, rank in enumerate(row)))
        for name, row in zip("ab", ranks, strict=True)
    )


def test_two_runs_of_equal_systems_seldom_differ_significantly() -> None:
    random = np.random.default_rng(21)
    found = [compare_runs(*simulated(random), resamples=999).measures[0] for _ in range(400)]
    assert 0.025 <= np.mean([one.p <= 0.05 for one in found]) <= 0.08
    # The interval, made in another way, says the same: it leaves out 0 about as often.
    assert 0.025 <= np.mean([not one.low <= 0 <= one.high for one in found]) <= 0.09


def test_a_planted_improvement_is_found() -> None:
    random = np.random.default_rng(22)
    found = [compare_runs(*simulated(random, better=0.5), resamples=999).measures[0] for _ in range(50)]
    assert np.mean([one.p <= 0.05 and one.difference > 0 for one in found]) >= 0.95


def test_of_many_measures_without_a_difference_holm_lets_hardly_one_through() -> None:
    random = np.random.default_rng(23)
    raw, corrected = 0, 0
    for _ in range(100):
        rows = random.normal(0, 1, (2, 40, len(MEASURES)))
        a, b = (
            a_run("run", *(a_result(str(n), dict(zip(MEASURES, one, strict=True))) for n, one in enumerate(row)))
            for row in rows
        )
        measures = compare_runs(a, b, resamples=999).measures
        raw += min(one.p for one in measures) <= 0.05
        corrected += min(one.p_holm for one in measures) <= 0.05
    assert raw >= 60  # 28 chances of 5 %: at least one in 76 % of the pairs
    assert corrected <= 12
