import numpy as np
import pytest

from qa.models.passage_reader import PassageReading, Span, Verdict, best_spans, verdict

OFFSETS = [(0, 3), (4, 7), (8, 11), (12, 15)]


def logits(starts: list[float], ends: list[float]) -> np.ndarray:
    return np.array([starts, ends], np.float32).T


def test_the_best_span_has_the_highest_start_and_end_together() -> None:
    found = best_spans(logits([0, 5, 1, 0], [0, 1, 4, 0]), OFFSETS, 1)
    assert found == (Span(4, 11, 9.0),)


def test_no_span_ends_before_it_starts() -> None:
    (found,) = best_spans(logits([0, 0, 9, 0], [9, 0, 1, 0]), OFFSETS, 1)
    assert (found.start, found.end) == (8, 11)


def test_further_spans_overlap_none_before_them() -> None:
    found = best_spans(logits([5, 0, 4, 0], [0, 5, 0, 4]), OFFSETS, 3)
    assert [(span.start, span.end) for span in found] == [(0, 7), (8, 15)]


def test_an_answer_has_at_most_thirty_tokens() -> None:
    starts, ends = [0.0] * 40, [0.0] * 40
    starts[0], ends[29], ends[30] = 5.0, 3.0, 9.0
    (found,) = best_spans(logits(starts, ends), [(i, i + 1) for i in range(40)], 1)
    assert found == Span(1, 31, 9.0)  # not 0 to 31, which would have 14


def test_a_passage_without_tokens_has_no_span() -> None:
    assert best_spans(np.zeros((0, 2), np.float32), []) == ()


def test_the_logits_of_a_verdict_become_probabilities() -> None:
    found = verdict(np.log(np.array([6, 3, 1], np.float32)))
    assert (found.supports, found.contradicts, found.neither) == pytest.approx((0.6, 0.3, 0.1))


def test_high_logits_of_a_verdict_stay_numbers() -> None:
    assert verdict(np.array([-2000, 1000, 0], np.float32)) == Verdict(0.0, 1.0, 0.0)


def test_a_model_without_a_verdict_says_that_a_passage_does_neither() -> None:
    assert PassageReading().verdict == Verdict(0.0, 0.0, 1.0)
