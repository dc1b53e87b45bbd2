"""Statistics of evaluations: bootstrap intervals, paired randomisation tests, Holm's correction, statistical power.

A statistic is written once, over *counts*: how often each question was drawn.  All ones gives the figure
itself, a row of draws with replacement gives one bootstrap replicate, and thousands of rows are computed
together.  Equal values, seed and number of resamples give equal results.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From counts, (replicates, questions), to values, (replicates, figures); NaN where a figure is undefined."""

_CELLS = 2_000_000  # numbers held at once: 16 MB a matrix


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval over ``n`` questions; all ``None`` where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def to_dict(self) -> dict[str, float | int | None]:
        """Return the figure as JSON; six decimals, so that equal runs give equal bytes."""
        value, low, high = map(_rounded, (self.value, self.low, self.high))
        return {"value": value, "low": low, "high": high, "n": self.n}


def bootstrap(
    statistic: Statistic, n: int, *, seed: int = 0, resamples: int = 2000, level: float = 0.95
) -> list[Figure]:
    """Return a statistic's figures with percentile intervals over questions.

    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.  ``n`` is the number of
    questions, at least 1.  Replicates in which a figure is undefined (no unanswerable question was drawn,
    say) are left out of its interval.
    """
    values = statistic(np.ones((1, n)))[0]
    replicates = np.concatenate([statistic(counts) for counts in _draws(n, resamples, seed)])
    tail = 50 * (1 - level)
    figures = []
    for value, column in zip(values, replicates.T, strict=True):
        defined = column[~np.isnan(column)]
        if np.isnan(value) or not len(defined):
            figures.append(Figure(None, None, None, n))
        else:
            low, high = np.percentile(defined, [tail, 100 - tail])
            figures.append(Figure(float(value), float(low), float(high), n))
    return figures


def means(values: Floats) -> Statistic:
    """Return the means of the columns of ``values``, (questions, figures)."""

    def statistic(counts: Floats) -> Floats:
        result: Floats = counts @ values / len(values)
        return result

    return statistic


def together(*statistics: Statistic) -> Statistic:
    """Return the figures of several statistics of the same questions, one after the other."""
    return lambda counts: np.concatenate([statistic(counts) for statistic in statistics], axis=1)


def percentiles(values: Floats, wanted: Sequence[float]) -> Statistic:
    """Return percentiles (0 to 100) of ``values``, (questions,), interpolated linearly as in NumPy."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]

    def statistic(counts: Floats) -> Floats:
        upto = np.cumsum(counts[:, order], axis=1)
        columns = []
        for percent in wanted:
            place = (len(ranked) - 1) * percent / 100
            below = ranked[(upto <= np.floor(place)).sum(axis=1)]
            above = ranked[(upto <= np.ceil(place)).sum(axis=1)]
            columns.append(below + (above - below) * (place - np.floor(place)))
        return np.stack(columns, axis=1)

    return statistic


def area_under_curve(positive: NDArray[np.bool_], scores: Floats) -> Statistic:
    """Return the area under the ROC curve: how often a positive scores above a negative, ties counting half.

    This is Mann-Whitney's U over the number of pairs (Hanley and McNeil, Radiology 143, 1982).
    """
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    weight = positive[order].astype(np.float64)

    def statistic(counts: Floats) -> Floats:
        ranked = counts[:, order]
        positives = np.add.reduceat(ranked * weight, starts, axis=1)
        negatives = np.add.reduceat(ranked * (1 - weight), starts, axis=1)
        beaten = np.cumsum(negatives, axis=1) - negatives / 2
        pairs = positives.sum(axis=1) * negatives.sum(axis=1)
        return ratio((positives * beaten).sum(axis=1), pairs)[:, None]

    return statistic


def detection(positive: NDArray[np.bool_], flagged: NDArray[np.bool_], scores: Floats) -> Statistic:
    """Return precision, recall, F1, accuracy, area under the scores' ROC curve, and the share not flagged.

    All arrays are (questions,).  Precision is undefined when nothing is flagged, recall and F1 when nothing
    is positive, the area unless both kinds are there.
    """
    curve = area_under_curve(positive, scores)
    flags = np.stack([positive & flagged, positive, flagged, positive == flagged], axis=1).astype(np.float64)

    def statistic(counts: Floats) -> Floats:
        both, wanted, given, right = (counts @ flags).T
        f1 = ratio(2 * both, np.where(wanted > 0, wanted + given, 0))
        shares = [right / len(flags), curve(counts)[:, 0], 1 - given / len(flags)]
        return np.stack([ratio(both, given), ratio(both, wanted), f1, *shares], axis=1)

    return statistic


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide, giving NaN (undefined) where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.full_like(denominator, np.nan), where=denominator != 0)


def randomisation_test(differences: Floats, *, seed: int = 0, resamples: int = 10_000) -> list[float]:
    """Return the two-sided p-values of paired differences, (questions, measures); NaN marks a missing pair.

    Under the null hypothesis each question's difference could as well have had the other sign.  The p-value
    is the share of sign assignments whose sum is at least as far from 0 as the observed one: of all of them
    where a measure has at most ``resamples``, else of random ones as (count + 1) / (resamples + 1), never 0
    (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9, 2010).
    """
    paired = np.nan_to_num(differences)  # a missing pair adds nothing to a sum, and neither does its sign
    changed = (paired != 0).sum(axis=0)
    values = np.ones(paired.shape[1])
    exact = [measure for measure, count in enumerate(changed) if 1 < count < resamples.bit_length()]
    for measure in exact:
        column = paired[:, measure]
        values[measure] = _sign_flips(column[column != 0][:, None], resamples, seed)[0]
    sampled = changed >= resamples.bit_length()
    if sampled.any():
        values[sampled] = _sign_flips(paired[:, sampled], resamples, seed)
    return [float(value) for value in values]


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm, Scandinavian Journal of Statistics 6, 1979).

    The smallest of m is multiplied by m, the next by m - 1, …; none falls below a smaller one's or exceeds 1.
    """
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for done, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, p_values[index] * (len(p_values) - done)))
        corrected[index] = largest
    return corrected


def _draws(n: int, resamples: int, seed: int) -> Iterator[Floats]:
    random = np.random.default_rng(seed)
    left = resamples
    while left:
        rows = min(left, max(1, _CELLS // n))
        drawn = random.integers(0, n, (rows, n)) + np.arange(rows)[:, None] * n
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)
        left -= rows


def _sign_flips(paired: Floats, resamples: int, seed: int) -> Floats:
    """Return the p-value of each column of ``paired``, (questions, measures), over the signs of its rows."""
    from scipy.stats import permutation_test

    # Sums of the same numbers in another order differ in the last digits; rounded, such ties count.
    scaled = paired / np.abs(paired).max(axis=0)
    result = permutation_test(
        (scaled,),
        lambda sample, axis: np.abs(np.round(sample.sum(axis=axis), 9)),
        permutation_type="samples",  # of one sample: the sign of each row
        alternative="greater",
        n_resamples=resamples,
        batch=max(1, _CELLS // scaled.size),
        vectorized=True,
        axis=0,
        rng=seed,
    )
    p_values: Floats = result.pvalue
    return p_values


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6) + 0.0  # + 0.0 turns -0.0 into 0.0


ALPHA = 0.05
POWER = 0.8
CORRELATION = 0.5
"""Assumed between two systems' scores of a question where only one was run; see ``between_systems``."""


def smallest_difference(deviation: float, n: int, *, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """Return the smallest mean difference that a paired, two-sided test of ``n`` questions finds with ``power``.

    This is (t(1 - alpha/2) + t(power)) · deviation / √n with n - 1 degrees of freedom: the minimum detectable
    difference of Zar, Biostatistical Analysis (5th edition 2010), section 7.7; its use in retrieval is that of
    Webber, Moffat and Zobel, Statistical Power in Retrieval Experimentation (CIKM 2008).  It is for a single
    test: one among many that are corrected for finds less.

    Args:
        deviation: the standard deviation of the paired differences (divisor n - 1).
        n: how many questions both systems score.
        alpha: the level of the test.
        power: the share of such samples in which the difference would be found.

    Returns:
        The difference, or None where it is undefined: with fewer than two questions, or no spread among them.
    """
    if n < 2 or not deviation > 0:
        return None
    from scipy.special import stdtrit

    quantiles = stdtrit(n - 1, 1 - alpha / 2) + stdtrit(n - 1, power)
    return float(quantiles * deviation / sqrt(n))


def between_systems(deviation: float, correlation: float = CORRELATION) -> float:
    """Return the standard deviation of paired differences to expect from that of one system's scores.

    Two systems whose scores spread alike and correlate by ρ over questions differ with deviation · √(2 (1 - ρ))
    (the variance of a difference).  At the ρ of 0.5 that is assumed this is the deviation itself; variants of one
    system mostly correlate more, so that a comparison detects smaller differences than predicted.
    """
    return deviation * sqrt(2 * (1 - correlation))
