"""What a ranking and an answer score."""

import ir_measures
import pytest

from qa.evaluation.measures import answer_measures, retrieval_measures


def test_a_list_of_hits_with_one_item_each_scores_as_in_ir_measures() -> None:
    covered = [[2], [], [0], [], [], [4], [], [], [], [], [1]]
    scores = retrieval_measures(covered, 6)
    relevant = {"q": {f"d{item}": 1 for item in range(6)}}
    names = [f"d{covers[0]}" if covers else f"x{rank}" for rank, covers in enumerate(covered)]
    run = {"q": {name: 100.0 - rank for rank, name in enumerate(names)}}
    measures = {
        "recall@1": "R@1",
        "recall@5": "R@5",
        "recall@10": "R@10",
        "hit@1": "Success@1",
        "hit@10": "Success@10",
        "mrr@10": "RR@10",
        "ndcg@10": "nDCG@10",
        "map": "AP",
    }
    for name, peer in measures.items():
        expected = ir_measures.calc_aggregate([ir_measures.parse_measure(peer)], relevant, run)
        assert [scores[name]] == pytest.approx(list(expected.values()), abs=1e-6)


def test_no_order_of_hits_beats_one_that_covers_everything_at_once() -> None:
    perfect = dict.fromkeys(retrieval_measures([[0]], 1), 1.0)
    assert retrieval_measures([[0, 1, 2]], 3) == perfect
    assert retrieval_measures([[0, 1, 2], [1], []], 3) == perfect
    one_each = retrieval_measures([[0], [1], [2]], 3)
    assert one_each == {**perfect, "recall@1": 0.333333}


def test_a_hit_that_repeats_an_item_is_not_relevant_again() -> None:
    scores = retrieval_measures([[0], [0], [1]], 2)
    assert scores["map"] == 0.833333  # (1/1 + 2/3) / 2
    assert scores["recall@5"] == 1.0


def test_the_first_relevant_rank_is_that_of_the_hit_whatever_came_before() -> None:
    assert retrieval_measures([[]] * 9 + [[0, 1]], 2)["mrr@10"] == 0.1
    late = retrieval_measures([[]] * 10 + [[0]], 1)
    assert (late["mrr@10"], late["hit@10"], late["recall@10"]) == (0.0, 0.0, 0.0)
    assert late["map"] == 0.090909


def test_without_hits_every_measure_is_zero() -> None:
    assert set(retrieval_measures([], 2).values()) == {0.0}
    assert set(retrieval_measures([[], []], 2).values()) == {0.0}


@pytest.mark.parametrize(
    ("exact", "text", "answers", "scores"),
    [
        ("the  Eiffel Tower!", "", ("Eiffel tower",), (1.0, 1.0, 1.0)),
        ("Paris", "It stands in Paris, France.", ("Paris, France",), (0.0, 0.666667, 1.0)),
        ("", "It stands in Paris.", ("Paris",), (0.0, 0.4, 1.0)),
        ("Lyon", "It stands in Lyon.", ("Paris",), (0.0, 0.0, 0.0)),
        ("in 1973", "in 1973", ("19", "1973 crisis"), (0.0, 0.5, 0.0)),
        ("two of two", "", ("two two two",), (0.0, 0.666667, 0.0)),
        ("red", "", ("blue", "red"), (1.0, 1.0, 1.0)),
    ],
)
def test_answers_are_scored_as_in_squad(
    exact: str, text: str, answers: tuple[str, ...], scores: tuple[float, float, float]
) -> None:
    assert tuple(answer_measures(exact, text, answers).values()) == scores
