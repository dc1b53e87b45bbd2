import pytest

from qa.fusion import add_part, fuse, min_max
from qa.records import Part


def test_scores_are_scaled_between_worst_and_best() -> None:
    assert min_max({"a": 3.0, "b": 1.0, "c": 2.0}) == {"a": 1.0, "b": 0.0, "c": 0.5}
    assert min_max({"a": 2.0, "b": 2.0}) == {"a": 1.0, "b": 1.0}
    assert min_max({"a": 0.0}) == {"a": 0.0}


def test_both_rankings_weigh_as_told() -> None:
    ranked = fuse({"a": 8.0, "b": 4.0}, {"a": 0.2, "b": 0.6, "c": 1.0}, {"c": 1, "b": 2}, weight=0.25)
    assert [item.passage_id for item in ranked] == ["a", "b", "c"]
    assert [item.score for item in ranked] == pytest.approx([0.75, 0.5, 0.25])
    assert ranked[0].why == (Part("bm25", 1, 8.0, 0.75), Part("dense", 0, 0.2, 0.0))
    assert ranked[2].why == (Part("bm25", 0, 0.0, 0.0), Part("dense", 1, 1.0, 0.25))


def test_nothing_found_is_an_empty_ranking() -> None:
    assert fuse({}, {}, {}, 0.5) == []


def test_without_lexical_matches_the_dense_ranking_stands() -> None:
    assert [item.passage_id for item in fuse({}, {"b": 0.9, "a": 0.1}, {"b": 1, "a": 2}, 0.5)] == ["b", "a"]


def test_a_reranker_reorders_what_it_read_before_what_it_did_not() -> None:
    ranked = fuse({}, {"a": 1.0, "b": 0.8, "c": 0.0}, {"a": 1, "b": 2, "c": 3}, 1.0)
    found = add_part(ranked, {"a": -2.0, "b": 3.0}, 0.5)
    assert [(item.passage_id, item.score) for item in found] == [("b", pytest.approx(0.9)), ("a", 0.5), ("c", 0.0)]
    assert found[0].why[-1] == Part("reranker", 1, 3.0, 0.5)
    assert all(sum(part.share for part in item.why) == item.score for item in found)
