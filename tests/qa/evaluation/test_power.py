from math import sqrt

import numpy as np
import pytest
from scipy import stats

from qa.evaluation.statistics import between_systems, randomisation_test, smallest_difference


def test_three_questions_with_a_spread_of_one_by_the_tables_of_t() -> None:
    # t(.975; 2) = 4.3027 and t(.8; 2) = 1.0607, over the root of 3.
    assert smallest_difference(1.0, 3) == pytest.approx((4.3027 + 1.0607) / sqrt(3), abs=1e-4)
    # With many questions the normal quantiles: 1.9600 + 0.8416.
    assert smallest_difference(0.5, 1_000_000) == pytest.approx(2.8016 * 0.5 / 1000, abs=1e-7)


def test_four_times_the_questions_show_half_the_difference() -> None:
    few, many = smallest_difference(0.4, 500), smallest_difference(0.4, 2000)
    assert few is not None
    assert many == pytest.approx(few / 2, rel=0.01)


@pytest.mark.parametrize("n", [20, 100, 1000])
def test_a_t_test_finds_the_difference_in_four_of_five_samples(n: int) -> None:
    smallest = smallest_difference(0.3, n)
    assert smallest is not None
    beyond = stats.t.ppf(0.975, n - 1)
    shifted = stats.nct(n - 1, smallest / (0.3 / sqrt(n)))
    assert 1 - shifted.cdf(beyond) + shifted.cdf(-beyond) == pytest.approx(0.8, abs=0.01)


def test_our_own_test_finds_the_difference_in_four_of_five_samples() -> None:
    smallest = smallest_difference(1.0, 80)
    assert smallest is not None
    found = randomisation_test(np.random.default_rng(3).normal(smallest, 1.0, (80, 1000)), resamples=2000)
    # 1,000 samples: 99.9 % of the counts to expect lie within these bounds.
    low, high = stats.binom.ppf([0.0005, 0.9995], 1000, 0.8)
    assert low <= sum(p <= 0.05 for p in found) <= high


@pytest.mark.parametrize(("deviation", "n"), [(0.3, 0), (0.3, 1), (0.0, 50), (float("nan"), 50)])
def test_questions_that_cannot_tell_say_so(deviation: float, n: int) -> None:
    assert smallest_difference(deviation, n) is None


def test_two_systems_that_go_together_differ_less() -> None:
    assert between_systems(0.4) == pytest.approx(0.4)
    assert between_systems(0.4, correlation=0.0) == pytest.approx(0.4 * sqrt(2))
    assert between_systems(0.4, correlation=1.0) == 0.0
    random = np.random.default_rng(1)
    a, b = random.multivariate_normal([0, 0], [[0.16, 0.112], [0.112, 0.16]], 200_000).T  # correlated by 0.7
    assert between_systems(0.4, correlation=0.7) == pytest.approx((a - b).std(), abs=0.002)
