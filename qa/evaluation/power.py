"""How large a difference a set of questions could have shown: statistical power, said before anyone hopes."""

from math import sqrt

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
        power: in how many of such samples the difference would be found.

    Returns:
        The difference, or None where the questions cannot tell: fewer than two, or no spread among them.
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
    system mostly correlate more, so that a comparison shows smaller differences than foretold.
    """
    return deviation * sqrt(2 * (1 - correlation))
