"""Reliability of the confidence: risk-coverage curves and calibration.

A question is answered when its confidence reaches a threshold.  *Coverage* is the share of questions answered,
*risk* the share of those that should not have been.  There are two risks: ``unanswerable``, the archive holds no
answer; and ``first_hit``, it holds none or the best hit is not relevant.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.statistics import Figure, Floats, Statistic, bootstrap, means, ratio

BINS = 10
POINTS = 100

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """The risk when the share ``coverage`` of the questions, the most confident, is answered."""

    coverage: float
    risk: float
    confidence: float

    def to_dict(self) -> dict[str, float]:
        """Return the point as in the report's JSON."""
        return {
            "coverage": round(self.coverage, 6),
            "risk": round(self.risk, 6),
            "confidence": round(self.confidence, 6),
        }


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """A risk over all coverages; ``area`` is the area under the curve, ``chosen`` the point at the threshold in use.

    ``chosen`` is None when nothing was answered; its ``confidence`` is the lowest that was answered.
    """

    area: Figure
    chosen: CoveragePoint | None
    points: tuple[CoveragePoint, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as in the report's JSON."""
        chosen = self.chosen.to_dict() if self.chosen else None
        return {"area": self.area.to_dict(), "chosen": chosen, "points": [one.to_dict() for one in self.points]}


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The questions whose confidence lies in [low, high): its mean, and the share that was right."""

    low: float
    high: float
    confidence: float
    right: Figure

    def to_dict(self) -> dict[str, Any]:
        """Return the bin as in the report's JSON."""
        confidence = round(self.confidence, 6)
        return {"low": self.low, "high": self.high, "confidence": confidence, "right": self.right.to_dict()}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence against the truth; ``ece`` is None without questions.  Empty bins are left out."""

    ece: float | None
    brier: Figure
    bins: tuple[CalibrationBin, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration as in the report's JSON."""
        ece = None if self.ece is None else round(self.ece, 6)
        return {"ece": ece, "brier": self.brier.to_dict(), "bins": [one.to_dict() for one in self.bins]}


def risk_coverage(
    wrong: Flags, confidence: Floats, answered: Flags, *, seed: int = 0, resamples: int = 2000
) -> RiskCoverage:
    """Return the risk-coverage curve of questions, all arrays (questions,), at up to 100 coverages.

    El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification (JMLR 11, 2010).  Questions of
    equal confidence are answered in random order: the risk among them is its expectation.
    """
    if not len(wrong):
        return RiskCoverage(Figure(None, None, None, 0), None, ())
    (area,) = bootstrap(area_under_risk(wrong, confidence), len(wrong), seed=seed, resamples=resamples)
    order, starts = _tied(confidence)
    sizes = np.diff(np.r_[starts, len(wrong)])
    share = np.add.reduceat(wrong[order].astype(np.float64), starts) / sizes
    risk = np.cumsum(np.repeat(share, sizes)) / np.arange(1, len(wrong) + 1)
    places = np.unique(np.ceil(np.arange(1, POINTS + 1) / POINTS * len(wrong)).astype(np.int64))
    points = tuple(
        CoveragePoint(float(place / len(wrong)), float(risk[place - 1]), float(confidence[order[place - 1]]))
        for place in places
    )
    chosen = None
    if answered.any():
        lowest = float(confidence[answered].min())
        chosen = CoveragePoint(float(answered.mean()), float(wrong[answered].mean()), lowest)
    return RiskCoverage(area, chosen, points)


def area_under_risk(wrong: Flags, confidence: Floats) -> Statistic:
    """Return the area under the risk-coverage curve (AURC): the mean, over k, of the risk of the k most confident.

    Geifman and El-Yaniv, Selective Classification for Deep Neural Networks (NeurIPS 2017).  The question on place i
    counts in the risks of all k ≥ i, so the area is the mean of wrong(i) · (1/i + 1/(i+1) + … + 1/n).
    """
    n = len(wrong)
    order, starts = _tied(confidence)
    inverse = np.r_[0.0, np.cumsum((1 / np.arange(1, n + 1))[::-1])[::-1]]
    upto = np.cumsum(inverse)  # the weights of places 1 to i
    weight = wrong[order].astype(np.float64)

    def statistic(counts: Floats) -> Floats:
        ranked = counts[:, order]
        drawn = np.add.reduceat(ranked, starts, axis=1)
        share = np.nan_to_num(ratio(np.add.reduceat(ranked * weight, starts, axis=1), drawn))
        ends = np.rint(np.cumsum(drawn, axis=1)).astype(np.int64)
        spans = np.diff(upto[ends], axis=1, prepend=0.0)
        result: Floats = (share * spans).sum(axis=1, keepdims=True) / n
        return result

    return statistic


def calibrate(right: Flags, confidence: Floats, *, seed: int = 0, resamples: int = 2000) -> Calibration:
    """Compare confidence in [0, 1] with how often the answer was right; arrays are (answers,).

    ``ece``, the expected calibration error, is the mean distance between the two over ten bins of equal width,
    weighed by their questions (Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017).  It has no
    interval: noise only ever adds to a distance, so that resampling shifts it upwards.  ``brier`` is the mean
    squared distance by question (Brier, Monthly Weather Review 78, 1950), with a bootstrap interval.  A bin's
    interval is Wilson's (JASA 22, 1927).
    """
    n = len(right)
    if not n:
        return Calibration(None, Figure(None, None, None, 0), ())
    truth = right.astype(np.float64)
    (brier,) = bootstrap(means(((confidence - truth) ** 2)[:, None]), n, seed=seed, resamples=resamples)
    place = np.clip((confidence * BINS).astype(np.int64), 0, BINS - 1)
    bins = []
    for number in np.unique(place):
        inside = place == number
        share = _wilson(int(right[inside].sum()), int(inside.sum()))
        mean = float(confidence[inside].mean())
        bins.append(CalibrationBin(number / BINS, (number + 1) / BINS, mean, share))
    ece = sum(abs(one.confidence - (one.right.value or 0.0)) * one.right.n for one in bins) / n
    return Calibration(float(ece), brier, tuple(bins))


def _wilson(successes: int, n: int) -> Figure:
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    return Figure(successes / n, float(interval.low), float(interval.high), n)


def _tied(confidence: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the questions from the most confident down, and where each run of equal confidence starts."""
    order = np.argsort(-confidence, kind="stable")
    return order, np.flatnonzero(np.r_[True, np.diff(confidence[order]) < 0])
