import numpy as np
import pytest
from scipy import stats

from qa.evaluation.statistics import (
    Figure,
    area_under_curve,
    bootstrap,
    detection,
    holm,
    means,
    percentiles,
    randomisation_test,
    together,
)

NAN = float("nan")


def once(n: int) -> np.ndarray:
    return np.ones((1, n))


def test_a_mean_gets_its_value_and_a_percentile_interval() -> None:
    # Two questions, 0 and 1: resampled means are 0, 1/2, 1 with chances 1/4, 1/2, 1/4.
    assert bootstrap(means(np.array([[0.0], [1.0]])), 2) == [Figure(0.5, 0.0, 1.0, 2)]


def test_a_bootstrap_interval_agrees_with_scipys() -> None:
    values = np.random.default_rng(1).normal(3, 2, 80)
    (figure,) = bootstrap(means(values[:, None]), 80, resamples=4000)
    peer = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=2)
    assert figure.value == pytest.approx(values.mean())
    assert figure.low == pytest.approx(peer.confidence_interval.low, abs=0.05)
    assert figure.high == pytest.approx(peer.confidence_interval.high, abs=0.05)


def test_nineteen_of_twenty_intervals_hold_the_true_mean() -> None:
    values = np.random.default_rng(3).normal(0.4, 1, (100, 400))
    held = [one.low <= 0.4 <= one.high for one in bootstrap(means(values), 100)]
    assert 0.91 <= np.mean(held) <= 0.98


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    statistic = means(np.random.default_rng(1).random((50, 1)))
    assert bootstrap(statistic, 50, seed=7) == bootstrap(statistic, 50, seed=7)
    assert bootstrap(statistic, 50, seed=7) != bootstrap(statistic, 50, seed=8)


def test_an_interval_does_not_depend_on_the_figures_computed_with_it() -> None:
    values = np.random.default_rng(1).random((50, 3))
    together_ = bootstrap(means(values), 50)
    assert together_[1].low == pytest.approx(bootstrap(means(values[:, 1:2]), 50)[0].low, abs=1e-12)


def test_every_draw_is_as_large_as_the_sample_even_when_drawn_in_parts() -> None:
    sizes: list[np.ndarray] = []

    def statistic(counts: np.ndarray) -> np.ndarray:
        sizes.append(counts.sum(axis=1))
        return counts[:, :1]

    bootstrap(statistic, 3000, resamples=1500)
    assert len(sizes) > 2  # the sample itself, then more than one part
    assert sum(map(len, sizes[1:])) == 1500
    assert {float(size) for part in sizes for size in part} == {3000.0}


def test_a_figure_that_is_undefined_has_no_value_and_no_interval() -> None:
    assert bootstrap(means(np.array([[NAN], [1.0]])), 2) == [Figure(None, None, None, 2)]


def test_a_figure_is_rounded_to_six_decimals_in_json() -> None:
    figure = Figure(1 / 3, -0.00000001, 2 / 3, 9)
    assert figure.to_dict() == {"value": 0.333333, "low": 0.0, "high": 0.666667, "n": 9}
    assert str(figure.to_dict()["low"]) == "0.0"
    assert Figure(None, None, None, 0).to_dict() == {"value": None, "low": None, "high": None, "n": 0}


def test_percentiles_of_the_sample_and_of_a_draw_are_numpys() -> None:
    values = np.array([9.0, 1.0, 5.0, 5.0, 2.0, 30.0, 4.0])
    drawn = np.array([[0, 3, 0, 1, 1, 2, 0]], dtype=float)
    statistic = percentiles(values, (0, 50, 99, 100))
    assert statistic(once(7))[0].tolist() == pytest.approx([1, 5, 28.74, 30])
    assert statistic(drawn)[0].tolist() == pytest.approx(
        np.percentile([1, 1, 1, 5, 2, 30, 30], (0, 50, 99, 100)).tolist()
    )


def test_the_area_under_the_curve_counts_pairs_and_half_of_the_ties() -> None:
    positive = np.array([True, True, False, False, False])
    scores = np.array([0.9, 0.5, 0.5, 0.1, 0.95])
    # 0.9 beats 0.5 and 0.1, 0.5 ties with 0.5 and beats 0.1: (2 + 1.5) of 6 pairs.
    assert area_under_curve(positive, scores)(once(5))[0, 0] == pytest.approx(3.5 / 6)


def test_the_area_under_the_curve_is_mann_whitneys_u_over_the_pairs() -> None:
    random = np.random.default_rng(5)
    positive, scores = random.random(60) < 0.4, random.integers(0, 12, 60) / 12
    u = stats.mannwhitneyu(scores[positive], scores[~positive]).statistic
    expected = u / (positive.sum() * (~positive).sum())
    assert area_under_curve(positive, scores)(once(60))[0, 0] == pytest.approx(expected)
    counts = random.integers(0, 3, (1, 60)).astype(float)
    repeat = np.repeat(np.arange(60), counts[0].astype(int))
    drawn, flags = scores[repeat], positive[repeat]
    u = stats.mannwhitneyu(drawn[flags], drawn[~flags]).statistic
    expected = u / (flags.sum() * (~flags).sum())
    assert area_under_curve(positive, scores)(counts)[0, 0] == pytest.approx(expected)


def test_detection_measures_follow_from_the_four_counts() -> None:
    positive = np.array([True, True, True, False, False, False, False, False])
    flagged = np.array([True, True, False, True, False, False, False, False])
    scores = flagged.astype(float)
    found = detection(positive, flagged, scores)(once(8))[0].tolist()
    # 2 true and 1 false alarm, 1 missed, 4 rightly left: of 15 pairs 8 are won and 6 tied.
    assert found == pytest.approx([2 / 3, 2 / 3, 2 / 3, 6 / 8, 11 / 15, 5 / 8])


def test_detection_is_undefined_where_it_divides_by_nothing() -> None:
    none, all_ = np.array([False, False]), np.array([True, True])
    scores = np.array([0.2, 0.4])
    assert np.isnan(detection(none, none, scores)(once(2))[0]).tolist() == [
        True,
        True,
        True,
        False,
        True,
        False,
    ]
    nothing_flagged = detection(all_, none, scores)(once(2))[0]
    assert np.isnan(nothing_flagged).tolist() == [True, False, False, False, True, False]
    assert nothing_flagged[[1, 2, 3, 5]].tolist() == [0, 0, 0, 1]


def test_statistics_of_the_same_questions_stand_side_by_side() -> None:
    values = np.array([1.0, 2.0, 6.0])
    both = together(percentiles(values, (50,)), means(values[:, None]))
    assert both(once(3)).tolist() == [[2.0, 3.0]]


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.2]) == [0.2]
    assert holm([]) == []


def test_a_small_randomisation_test_is_exact() -> None:
    # Of the 8 sign assignments of 1, 2, 3 two (all plus, all minus) are as far from 0 as +6.
    assert randomisation_test(np.array([[1.0], [2.0], [3.0]])) == [0.25]
    # Unchanged questions tell nothing.
    assert randomisation_test(np.array([[1.0], [2.0], [0.0], [3.0], [NAN]])) == [0.25]
    assert randomisation_test(np.array([[0.0], [0.0]])) == [1.0]


def test_differences_that_cancel_out_are_not_a_difference() -> None:
    assert randomisation_test(np.array([[0.1], [0.2], [-0.3]])) == [1.0]


@pytest.mark.parametrize("n", [8, 12])
def test_the_exact_p_value_is_scipys(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.4, 1, n)
    peer = stats.permutation_test(
        (differences, np.zeros(n)),
        lambda a, b: np.mean(a - b),
        permutation_type="samples",
        n_resamples=10_000,
    )
    assert randomisation_test(differences[:, None]) == [pytest.approx(peer.pvalue)]


def test_the_sampled_p_value_is_near_scipys() -> None:
    differences = np.random.default_rng(4).normal(0.25, 1, 60)
    peer = stats.permutation_test(
        (differences, np.zeros(60)),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        n_resamples=20_000,
        vectorized=True,
        rng=1,
    )
    (p,) = randomisation_test(differences[:, None], resamples=20_000)
    assert p == pytest.approx(peer.pvalue, abs=0.01)


def test_a_sampled_p_value_is_never_zero() -> None:
    assert randomisation_test(np.ones((200, 1)), resamples=999) == [1 / 1000]


@pytest.mark.parametrize("questions", [1023, 1024, 2129])
def test_any_number_of_changed_questions_can_be_tested(questions: int) -> None:
    one_way, both_ways = np.ones(questions), np.where(np.arange(questions) % 2, 1.0, -1.0)
    sure, unsure = randomisation_test(np.stack([one_way, both_ways], axis=1), resamples=199)
    assert (sure, unsure >= 0.5) == (1 / 200, True)


def test_two_equal_systems_differ_significantly_about_as_often_as_alpha_allows() -> None:
    random = np.random.default_rng(11)
    # 600 pairs of runs over 40 questions; scores like reciprocal ranks, many of them ties.
    a, b = 1 / random.integers(1, 8, (2, 40, 600))
    p_values = np.array(randomisation_test(a - b, resamples=2000))
    assert 0.03 <= (p_values <= 0.05).mean() <= 0.07
    assert 0.07 <= (p_values <= 0.10).mean() <= 0.13


@pytest.mark.parametrize("kind", ["reciprocal ranks", "hits", "overlaps"])
def test_of_a_thousand_null_pairs_about_one_in_twenty_differs_significantly(kind: str) -> None:
    random = np.random.default_rng(31)
    shape = (2, 60, 1000)
    a, b = {
        "reciprocal ranks": 1 / random.integers(1, 8, shape),
        "hits": (random.random(shape) < 0.6).astype(float),
        "overlaps": random.beta(0.4, 0.6, shape),
    }[kind]
    significant = sum(p <= 0.05 for p in randomisation_test(a - b, resamples=2000))
    low, high = stats.binom.ppf([0.0005, 0.9995], 1000, 0.05)  # 29 and 73
    assert significant <= high
    # Few different sums make a test of hits cautious: its p-values step over .05.
    assert significant >= (low if kind != "hits" else 10)


def test_planted_effects_are_found_as_often_as_scipys_paired_tests_find_them() -> None:
    random = np.random.default_rng(32)
    effects = np.repeat([0.0, 0.2, 0.35, 0.6], 250)
    differences = random.normal(effects, 1.0, (60, 1000))
    ours = np.array(randomisation_test(differences, resamples=4000))
    t_test = stats.ttest_rel(differences, np.zeros_like(differences)).pvalue
    ranks = stats.wilcoxon(differences).pvalue
    assert np.abs(ours - t_test).max() < 0.04  # 4,000 resamples err by 0.008 at .5; three p-values hardly differ
    assert np.mean((ours <= 0.05) == (t_test <= 0.05)) >= 0.98
    assert np.mean((ours <= 0.05) == (ranks <= 0.05)) >= 0.92
    for effect in (0.2, 0.35, 0.6):
        shifted = stats.nct(59, effect * np.sqrt(60))
        beyond = stats.t.ppf(0.975, 59)
        power = 1 - shifted.cdf(beyond) + shifted.cdf(-beyond)
        low, high = stats.binom.ppf([0.0005, 0.9995], 250, power)
        assert low <= (ours[effects == effect] <= 0.05).sum() <= high


def test_a_planted_effect_is_found() -> None:
    random = np.random.default_rng(12)
    differences = random.normal(0.5, 1, (60, 200))  # a z-test would find this in 97 %
    p_values = np.array(randomisation_test(differences, resamples=2000))
    assert (p_values <= 0.05).mean() >= 0.93
