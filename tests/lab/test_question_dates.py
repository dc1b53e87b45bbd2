import pytest

from lab.benchmarks.quality import question_dates as labelled


@pytest.mark.parametrize(("name", "at_least"), [("first", 1.0), ("second", 0.95), ("third", 0.96)])
def test_the_labelled_questions_get_their_windows(name: str, at_least: float) -> None:
    accuracy = labelled.measure([one for one in labelled.read() if one.set == name], labelled.ours)
    assert accuracy.exact_questions / accuracy.questions >= at_least
    assert accuracy.precision == 1.0


def test_fifty_of_the_labelled_questions_and_more_speak_of_no_time() -> None:
    questions = labelled.read()
    assert len(questions) == 250
    assert sum(one.window is None for one in questions) == 68
