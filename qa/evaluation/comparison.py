"""Comparison of two runs: differences of measures, with intervals and significance tests."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import InputError
from qa.evaluation.measures import MEASURES
from qa.evaluation.runs import Run, read_run
from qa.evaluation.statistics import Figure, Floats, bootstrap, holm, means, randomisation_test, smallest_difference


@dataclass(frozen=True, slots=True)
class MeasureDifference:
    """A measure's means in both runs over the ``n`` questions that both score; ``difference`` is b - a.

    ``low`` and ``high`` bound the difference (95 %), ``p`` is the probability of one as large if the runs were alike,
    ``p_holm`` the same corrected for the number of measures.  ``detectable`` is the smallest difference that a
    comparison like this one finds in 80 % of samples (see ``qa.evaluation.statistics``), None where it is undefined.
    """

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    detectable: float | None
    n: int


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question and the measure of it that changed most, from ``a`` to ``b``."""

    id: str
    question: str
    measure: str
    a: float
    b: float
    difference: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences between two runs, and how many questions they share."""

    both: int
    only_a: int
    only_b: int
    measures: tuple[MeasureDifference, ...]
    changed: tuple[ChangedQuestion, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON that ``qa compare`` prints."""
        measures = [asdict(one) for one in self.measures]
        for measure in measures:
            del measure["n"]
            measure.update({name: round(value, 6) for name, value in measure.items() if isinstance(value, float)})
        counts = {"both": self.both, "only_a": self.only_a, "only_b": self.only_b}
        return {"questions": counts, "measures": measures, "changed": [asdict(one) for one in self.changed]}


def compare(a: Path, b: Path, *, resamples: int = 10_000, seed: int = 0, most: int = 20) -> Comparison:
    """Compare two run folders; see ``compare_runs``."""
    return compare_runs(read_run(a), read_run(b), resamples=resamples, seed=seed, most=most)


def compare_runs(a: Run, b: Run, *, resamples: int = 10_000, seed: int = 0, most: int = 20) -> Comparison:
    """Compare two runs question by question, over those with the same id and text in both.

    Each measure's mean difference gets a bootstrap interval and a paired randomisation test, the tests Holm's
    correction over all measures listed.  ``changed`` holds at most ``most`` questions, largest change first.

    Raises:
        InputError: the runs share no question.
    """
    in_a = {(one.question.id, one.question.text): one for one in a.results}
    in_b = {(one.question.id, one.question.text): one for one in b.results}
    shared = [key for key in in_a if key in in_b]
    if not shared:
        raise InputError(f"{a.folder} and {b.folder} share no question: evaluate the same question file")
    values_a, values_b = (
        np.array([[run[key].measures.get(name, np.nan) for name in MEASURES] for key in shared]) for run in (in_a, in_b)
    )
    differences = values_b - values_a
    paired = ~np.isnan(differences)
    listed = [column for column in range(len(MEASURES)) if paired[:, column].any()]
    p_values = randomisation_test(differences[:, listed], seed=seed, resamples=resamples)
    figures: dict[int, Figure] = {}
    for rows in np.unique(paired[:, listed], axis=1).T:  # measures of the same questions share their draws
        columns = [column for column in listed if (paired[:, column] == rows).all()]
        sample = means(differences[rows][:, columns])
        found = bootstrap(sample, int(rows.sum()), seed=seed, resamples=resamples)
        figures.update(zip(columns, found, strict=True))
    spread = {column: _spread(differences[paired[:, column], column]) for column in listed}
    measures = tuple(
        MeasureDifference(
            name=MEASURES[column],
            a=float(values_a[paired[:, column], column].mean()),
            b=float(values_b[paired[:, column], column].mean()),
            difference=figures[column].value or 0.0,
            low=figures[column].low or 0.0,
            high=figures[column].high or 0.0,
            p=p,
            p_holm=p_holm,
            detectable=smallest_difference(spread[column], figures[column].n),
            n=figures[column].n,
        )
        for column, p, p_holm in zip(listed, p_values, holm(p_values), strict=True)
    )
    changed = tuple(islice(_changed(shared, values_a, values_b), most))
    return Comparison(len(shared), len(in_a) - len(shared), len(in_b) - len(shared), measures, changed)


def _spread(differences: Floats) -> float:
    return float(differences.std(ddof=1)) if len(differences) > 1 else 0.0


def _changed(keys: Sequence[tuple[str, str]], a: Floats, b: Floats) -> Iterator[ChangedQuestion]:
    sizes = np.abs(np.nan_to_num(b - a))
    largest, total = sizes.max(axis=1), sizes.sum(axis=1)
    # Many questions change by exactly 1 in some measure: of these, the ones that change in most come first.
    for row in sorted(range(len(keys)), key=lambda row: (-largest[row], -total[row], keys[row])):
        at = int(sizes[row].argmax())
        before, after = (round(float(run[row, at]), 6) for run in (a, b))
        if largest[row] > 0:
            yield ChangedQuestion(*keys[row], MEASURES[at], before, after, round(after - before, 6))
