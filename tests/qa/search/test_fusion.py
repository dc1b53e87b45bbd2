import pytest

from qa.records import Part
from qa.search.fusion import Scores, add, fuse, min_max, rerank


def test_scores_are_scaled_between_worst_and_best() -> None:
    assert min_max({"a": 3.0, "b": 1.0, "c": 2.0}) == {"a": 1.0, "b": 0.0, "c": 0.5}
    assert min_max({"a": 2.0, "b": 2.0}) == {"a": 1.0, "b": 1.0}
    assert min_max({"a": 0.0}) == {"a": 0.0}
    assert min_max({}) == {}


def test_every_score_weighs_as_told() -> None:
    bm25 = Scores("bm25", {"a": 8.0, "b": 4.0}, 0.75)
    dense = Scores("dense", {"a": 0.2, "b": 0.6, "c": 1.0}, 0.25, ranks={"c": 1, "b": 2})
    ranked = fuse(["c", "b", "a"], [bm25, dense])
    assert [item.passage_id for item in ranked] == ["a", "b", "c"]
    assert [item.score for item in ranked] == pytest.approx([0.75, 0.5, 0.25])
    assert ranked[0].why == (Part("bm25", 1, 8.0, 0.75), Part("dense", 0, 0.2, 0.0))
    assert ranked[2].why == (Part("bm25", 0, 0.0, 0.0), Part("dense", 1, 1.0, 0.25))


def test_a_score_that_means_the_same_everywhere_is_not_scaled() -> None:
    ranked = fuse(["a", "b"], [Scores("lead", {"a": 0.5, "b": 0.25}, 0.5, scaled=True)])
    assert [(item.passage_id, item.score) for item in ranked] == [("a", 0.25), ("b", 0.125)]


def test_a_score_without_weight_takes_no_part() -> None:
    assert fuse(["a"], [Scores("bm25", {"a": 3.0}, 1.0), Scores("title", {"a": 3.0}, 0.0)])[0].why == (
        Part("bm25", 1, 3.0, 1.0),
    )


def test_nothing_found_is_an_empty_ranking() -> None:
    assert fuse([], [Scores("bm25", {}, 1.0)]) == []


def test_equal_scores_are_in_the_order_of_their_ids() -> None:
    assert [item.passage_id for item in fuse(["b", "c", "a"], [Scores("bm25", {}, 1.0)])] == ["a", "b", "c"]


def test_a_later_score_reorders_and_is_listed_last() -> None:
    first = fuse(["a", "b"], [Scores("bm25", {"a": 2.0, "b": 1.0}, 0.5)])
    found = add(first, [Scores("sentence", {"b": 0.8}, 1.0, scaled=True)])
    assert [(item.passage_id, item.score) for item in found] == [("b", 0.8), ("a", 0.5)]
    assert found[1].why == (Part("bm25", 1, 2.0, 0.5), Part("sentence", 0, 0.0, 0.0))


def test_a_reranker_reorders_what_it_read_before_what_it_did_not() -> None:
    ranked = fuse(["a", "b", "c"], [Scores("dense", {"a": 1.0, "b": 0.8, "c": 0.0}, 1.0)])
    found = rerank(ranked, {"a": -2.0, "b": 3.0}, 0.5)
    assert [(item.passage_id, item.score) for item in found] == [("b", pytest.approx(0.9)), ("a", 0.5), ("c", 0.0)]
    assert found[0].why[-1] == Part("reranker", 1, 3.0, 0.5)
    assert all(sum(part.share for part in item.why) == item.score for item in found)


def test_what_a_reranker_did_not_read_never_stands_before_what_it_read() -> None:
    ranked = fuse(["a", "b"], [Scores("dense", {"a": 1.0, "b": 0.9}, 1.0)])
    assert [item.passage_id for item in rerank(ranked, {"b": 0.1}, 0.0)] == ["b", "a"]
