import numpy as np
import pytest

from qa.evaluation.abstention import CoveragePoint, area_under_risk, calibrate, risk_coverage
from qa.evaluation.statistics import Figure


def flags(text: str) -> np.ndarray:
    return np.array([mark == "x" for mark in text])


def test_the_curve_of_four_questions_by_hand() -> None:
    wrong, confidence = flags("x.x."), np.array([0.2, 0.9, 0.6, 0.4])
    curve = risk_coverage(wrong, confidence, answered=confidence > 0.5, resamples=50)
    # In the order of confidence: right, wrong, right, wrong.
    assert [point.to_dict() for point in curve.points] == [
        {"coverage": 0.25, "risk": 0.0, "confidence": 0.9},
        {"coverage": 0.5, "risk": 0.5, "confidence": 0.6},
        {"coverage": 0.75, "risk": 0.333333, "confidence": 0.4},
        {"coverage": 1.0, "risk": 0.5, "confidence": 0.2},
    ]
    assert curve.area.value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert curve.chosen == CoveragePoint(0.5, 0.5, 0.6)


def test_questions_of_equal_confidence_share_their_risk() -> None:
    curve = risk_coverage(flags("x..x"), np.array([0.5, 0.5, 0.5, 0.1]), flags("xxx."), resamples=50)
    assert [point.risk for point in curve.points] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1 / 2])
    assert curve.area.value == pytest.approx((1 / 3 + 1 / 3 + 1 / 3 + 1 / 2) / 4)


def test_the_area_of_a_draw_is_that_of_the_questions_drawn() -> None:
    random = np.random.default_rng(5)
    wrong, confidence = random.random(60) < 0.3, random.integers(0, 200, 60) / 200
    drawn = random.integers(0, 60, 60)
    counts = np.bincount(drawn, minlength=60)[None].astype(float)
    orders = [sorted(drawn, key=lambda i: (-confidence[i], random.random())) for _ in range(3000)]
    risks = [np.cumsum(wrong[order]) / np.arange(1, 61) for order in orders]  # ties in random order
    assert area_under_risk(wrong, confidence)(counts)[0, 0] == pytest.approx(np.mean(risks), abs=0.002)


def test_a_perfect_order_has_a_smaller_area_than_a_blind_one() -> None:
    wrong = flags("x" * 20 + "." * 80)
    sure, blind = np.linspace(0, 1, 100), np.full(100, 0.5)
    ordered = area_under_risk(wrong, sure)(np.ones((1, 100)))[0, 0]
    assert ordered == pytest.approx(sum((k - 80) / k for k in range(81, 101)) / 100)
    assert area_under_risk(wrong, blind)(np.ones((1, 100)))[0, 0] == pytest.approx(0.2)


def test_a_curve_has_at_most_a_hundred_points_and_ends_with_everything_answered() -> None:
    random = np.random.default_rng(1)
    curve = risk_coverage(random.random(1234) < 0.4, random.random(1234), flags("." * 1234), resamples=50)
    assert len(curve.points) == 100
    assert curve.points[-1].coverage == 1.0
    assert curve.chosen is None


def test_calibration_by_hand() -> None:
    confidence = np.array([0.05, 0.15, 0.11, 1.0, 0.95, 0.9])
    found = calibrate(flags("..xxx."), confidence, resamples=50)
    assert [(one.low, one.high, one.right.n, one.right.value) for one in found.bins] == [
        (0.0, 0.1, 1, 0.0),
        (0.1, 0.2, 2, 0.5),
        (0.9, 1.0, 3, pytest.approx(2 / 3)),
    ]
    assert [one.confidence for one in found.bins] == pytest.approx([0.05, 0.13, 0.95])
    # (1 · .05 + 2 · .37 + 3 · .2833) / 6
    assert found.ece == pytest.approx((0.05 + 0.74 + 0.85) / 6)
    squares = [0.05**2, 0.15**2, 0.89**2, 0.0, 0.05**2, 0.9**2]
    assert found.brier.value == pytest.approx(np.mean(squares))


def test_a_bins_interval_is_wilsons() -> None:
    (one,) = calibrate(flags("xxxxxxxx.."), np.full(10, 0.75), resamples=50).bins
    assert (one.right.low, one.right.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_confidence_that_is_true_has_a_small_error_and_overconfidence_a_large_one() -> None:
    random = np.random.default_rng(2)
    confidence = random.random(20_000)
    assert calibrate(random.random(20_000) < confidence, confidence, resamples=2).ece == pytest.approx(0, abs=0.02)
    too_sure = calibrate(random.random(20_000) < confidence / 2, confidence, resamples=2)
    assert too_sure.ece == pytest.approx(0.25, abs=0.02)


def test_without_questions_there_is_no_figure() -> None:
    nothing, no_flags = np.zeros(0), np.zeros(0, bool)
    assert calibrate(no_flags, nothing).to_dict() == {
        "ece": None, "brier": {"value": None, "low": None, "high": None, "n": 0}, "bins": [],
    }  # fmt: skip
    curve = risk_coverage(no_flags, nothing, no_flags)
    assert (curve.area, curve.chosen, curve.points) == (Figure(None, None, None, 0), None, ())
