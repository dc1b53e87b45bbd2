"""Results of questions as a report."""

from collections.abc import Sequence
from itertools import count

import pytest

from qa.evaluation.evaluator import evaluate
from qa.evaluation.report import Report
from tests.qa.evaluation.test_evaluator import Shelf, asked_for


def test_abstaining_is_scored_as_finding_the_unanswerable() -> None:
    questions = [
        asked_for("known, answered"),
        asked_for("known, refused"),
        asked_for("unknown, answered", answerable=False),
        asked_for("unknown, refused", answerable=False),
        asked_for("unknown, refused too", answerable=False),
    ]
    shelf = Shelf(
        {one.text: [("harbour", 0, 10)] for one in questions},
        abstains=["known, refused", "unknown, refused", "unknown, refused too"],
        confidence={
            "known, answered": 0.9,
            "known, refused": 0.2,
            "unknown, answered": 0.8,
            "unknown, refused": 0.1,
            "unknown, refused too": 0.2,
        },
    )
    report = evaluate(shelf, questions)
    values = {name: figure.value for name, figure in report.scores.abstention.items()}
    assert values == pytest.approx(
        {
            "precision": 2 / 3,
            "recall": 2 / 3,
            "f1": 2 / 3,
            "accuracy": 3 / 5,
            "auroc": 4.5 / 6,  # of the six pairs, 0.8 beats 0.2 wrongly and 0.2 ties with 0.2
            "answered": 2 / 5,
        }
    )
    assert [one.measures["abstention.accuracy"] for one in report.results] == [1.0, 0.0, 0.0, 1.0, 1.0]


def test_without_unanswerable_questions_finding_them_is_undefined() -> None:
    report = evaluate(Shelf({"a": [("harbour", 0, 10)]}), [asked_for("a"), asked_for("b")])
    values = {name: figure.value for name, figure in report.scores.abstention.items()}
    assert values == {
        "precision": 0.0,
        "recall": None,
        "f1": None,
        "accuracy": 0.5,
        "auroc": None,
        "answered": 0.5,
    }


def a_report(kinds: Sequence[str] = ("who", "", "who", "what")) -> Report:
    questions = [
        asked_for(f"Question {n}?", ("harbour", "Bo swims.."), answers=("Bo",), kind=kind)
        for n, kind in enumerate(kinds)
    ]
    found = {f"Question {n}?": [("harbour", 0, 10)] * (n % 3) + [("harbour", 10, 20)] for n in range(4)}
    ticks = count()
    return evaluate(Shelf(found), questions, seed=5, resamples=100, clock=lambda: next(ticks) / 1000)


def test_the_same_seed_gives_the_same_report() -> None:
    assert a_report().to_dict() == a_report().to_dict()


def test_types_are_reported_apart() -> None:
    report = a_report()
    assert {name: one.evidence["mrr@10"].n for name, one in report.by_type.items()} == {
        "untyped": 1,
        "what": 1,
        "who": 2,
    }
    assert report.by_type["who"].evidence["mrr@10"].value == pytest.approx((1 + 1 / 3) / 2, abs=1e-6)


def test_outlets_of_the_evidence_are_reported_apart_and_a_question_of_two_counts_under_both() -> None:
    found = {name: [("harbour", 10, 20)] for name in ("one", "other", "both", "lost", "none")}
    shelf = Shelf(found, sources={"harbour": "Courier", "forest": "Wire"})
    questions = [
        asked_for("one", ("harbour", "Bo swims..")),
        asked_for("other", ("forest", "Ed digs...")),
        asked_for("both", ("forest", "Ed digs..."), ("harbour", "Bo swims..")),
        asked_for("lost", ("desert", "Ida walks.")),
        asked_for("none", answerable=False),
    ]
    report = evaluate(shelf, questions)
    assert {name: (one.article["hit@1"].value, one.article["hit@1"].n) for name, one in report.by_source.items()} == {
        "Courier": (1.0, 2),
        "Wire": (0.5, 2),
        "unknown": (0.0, 1),
    }
    assert report.by_source["unknown"].abstention["accuracy"].n == 2
    assert [one.sources for one in report.results] == [("Courier",), ("Wire",), ("Wire", "Courier"), ("",), ()]


def test_a_first_hit_is_judged_by_the_level_that_most_questions_have() -> None:
    shelf = Shelf({name: [("harbour", 0, 10)] for name in "abcd"}, confidence={"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1})
    questions = [
        asked_for("a", ("harbour", "Ada sails."), answers=("Ada",)),
        asked_for("b", ("harbour", "")),
        asked_for("c", ("forest", "")),
        asked_for("d", answerable=False),
    ]
    report = evaluate(shelf, questions)
    assert (report.level, report.first_hit.area.n) == ("article", 4)
    assert [round(point.risk, 3) for point in report.first_hit.points] == [0, 0, 0.333, 0.5]
    assert [round(point.risk, 3) for point in report.unanswerable.points] == [0, 0, 0, 0.25]
    by_answer = evaluate(shelf, [questions[0], questions[3]])
    assert (by_answer.level, by_answer.first_hit.area.n) == ("passage.answer", 2)


def test_the_smallest_difference_shown_follows_from_the_spread_over_questions() -> None:
    report = a_report()
    # Reciprocal ranks 1, 1/2, 1/3, 1: their standard deviation is .34359, t(.975; 3) = 3.1824, t(.8; 3) = .97847.
    assert report.detectable["passage.answer.mrr@10"] == pytest.approx(0.34359 * (3.1824 + 0.97847) / 2, abs=1e-4)
    assert "article.mrr@10" not in report.detectable  # all questions score 1: nothing to tell from


def test_the_json_has_the_contracts_keys_and_figures() -> None:
    data = a_report().to_dict()
    assert list(data) == [
        "questions",
        "passage",
        "article",
        "answers",
        "abstention",
        "latency_ms",
        "risk_coverage",
        "calibration",
        "verdicts",
        "detectable",
        "by_type",
        "by_source",
    ]
    retrieval = ["recall@1", "recall@5", "recall@10", "hit@1", "hit@10", "mrr@10", "ndcg@10", "map"]
    assert {name: list(group) for name, group in data["passage"].items()} == {
        "evidence": retrieval,
        "answer": retrieval,
    }
    assert list(data["article"]) == retrieval
    assert list(data["answers"]) == ["exact_match", "f1", "contains"]
    assert list(data["abstention"]) == ["precision", "recall", "f1", "accuracy", "auroc", "answered"]
    assert list(data["latency_ms"]) == ["p50", "p99", "mean"]
    assert list(data["by_type"]["who"]) == ["passage", "article", "answers", "abstention", "latency_ms"]
    assert list(data["by_source"]["unknown"]) == list(data["by_type"]["who"])
    assert list(data["risk_coverage"]["first_hit"]) == ["level", "area", "chosen", "points"]
    assert list(data["risk_coverage"]["unanswerable"]) == ["area", "chosen", "points"]
    assert list(data["calibration"]) == ["ece", "brier", "bins"]
    assert list(data["detectable"]) == ["alpha", "power", "correlation", "measures"]
    assert data["article"]["hit@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 4}
    assert data["latency_ms"]["mean"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 4}
