import numpy as np

from lab.benchmarks.quality.fit_answering import signed_logistic


def test_what_speaks_for_an_answer_may_not_count_against_it_in_the_fit() -> None:
    rng = np.random.default_rng(1)
    signal = rng.normal(size=400)
    truth = signal + rng.normal(size=400) > 0
    twin = signal + 0.1 * rng.normal(size=400) - 0.3 * truth  # nearly the same, and lower where there is an answer
    features = np.column_stack([signal, twin])
    free = signed_logistic(features, truth, (0, 0))
    bound = signed_logistic(features, truth, (1, 1))
    assert free.weights[0] > 0 > free.weights[1]
    assert bound.weights[0] > 0 == bound.weights[1]
    agreed = (bound(features) > 0.5) == truth
    assert agreed.mean() > 0.7
