"""How the evaluation asks: history, time, progress, depth."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from qa.errors import InputError
from qa.evaluation.evaluator import evaluate
from qa.evaluation.runs import read_run, write_run
from qa.records import Answer, Question, Sentence
from tests.qa.evaluation.test_evaluator import Shelf, asked_for


def ticking(*milliseconds: float) -> Iterator[float]:
    now = 0.0
    for one in milliseconds:
        yield now
        now += one / 1000
        yield now


def test_marks_and_reasons_are_kept_and_read_back(tmp_path: Path) -> None:
    class Marking(Shelf):
        def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
            found = super().ask(question, history, k)
            if found.abstained:
                return replace(found, reason="The name “Zoe” never occurs in the archive.")
            first, second = Sentence("Bo swims.", (1,), ((3, 8),)), Sentence("Ada sings.", (1,), ((0, 3), (4, 9)))
            return replace(found, sentences=(first, second), exact="swims")

    shelf = Marking({"Who?": [("harbour", 10, 20)]})
    questions = [asked_for("Who?", ("harbour", "Bo swims.")), asked_for("Zoe?", answerable=False)]
    report = evaluate(shelf, questions, resamples=2)
    for result, refused in (report.results, read_run(write_run(tmp_path / "run", report, {})).results):
        assert result.answer == "Bo swims. Ada sings."
        assert result.marks == ((3, 8), (10, 13), (14, 19))
        assert [result.answer[start:end] for start, end in result.marks] == ["swims", "Ada", "sings"]
        assert (refused.marks, refused.reason) == ((), "The name “Zoe” never occurs in the archive.")


@pytest.mark.parametrize("k", [0, -1, 1001])
def test_a_depth_out_of_range_is_refused_before_anything_is_asked(k: int) -> None:
    shelf = Shelf({})
    with pytest.raises(InputError, match=rf"k={k} is out of range: give 1 to 1000"):
        evaluate(shelf, [asked_for("Who?")], k)
    assert shelf.asked == []


def test_latency_is_measured_around_each_question() -> None:
    clock = ticking(10, 30, 20, 100)
    report = evaluate(Shelf({}), [asked_for(name) for name in "abcd"], clock=lambda: next(clock))
    assert [one.latency_ms for one in report.results] == [10.0, 30.0, 20.0, 100.0]
    assert report.scores.latency_ms["p50"].value == pytest.approx(25.0)
    assert report.scores.latency_ms["p99"].value == pytest.approx(97.9)
    assert report.scores.latency_ms["mean"].value == pytest.approx(40.0)


def test_history_reaches_the_asker() -> None:
    shelf = Shelf({})
    turns = (("user", "Who?"), ("assistant", "Bo."))
    evaluate(shelf, [Question("1", "And then?", (), (), turns, True, "", "")], k=3)
    assert shelf.asked == [("And then?", turns, 3)]


def test_progress_and_each_result_are_told_as_they_come() -> None:
    told: list[object] = []
    shelf = Shelf({})
    evaluate(
        shelf,
        [asked_for("a"), asked_for("b")],
        progress=lambda done, total: told.append((done, total)),
        each=lambda result: told.append((result.question.id, len(shelf.asked))),
    )
    assert told == [("a", 1), (1, 2), ("b", 2), (2, 2)]


def test_no_questions_give_a_report_without_figures() -> None:
    report = evaluate(Shelf({}), [])
    assert report.questions["given"] == 0
    assert report.to_dict()["latency_ms"]["p50"] == {"value": None, "low": None, "high": None, "n": 0}
    assert report.to_dict()["abstention"]["f1"] == {"value": None, "low": None, "high": None, "n": 0}
