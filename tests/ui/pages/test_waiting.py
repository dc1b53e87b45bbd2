import time
from types import SimpleNamespace
from typing import Any

import pytest

from qa.runtime.load import Load
from qa.runtime.timing import listen
from ui.pages.queue import ANSWERS, Waiting


def queue(waiting: int, working: tuple[Any, ...] = ()) -> Any:
    """A queue such as Gradio's, as far as it is looked at."""
    part = SimpleNamespace(queue=list(range(waiting)))
    return SimpleNamespace(event_queue_per_concurrency_id={ANSWERS: part}, active_jobs=[None, *working])


def test_what_waits_in_the_queue_counts_as_asked() -> None:
    load = Load()
    waiting = Waiting(load, 4)
    assert waiting.count() == 0
    waiting.watch(lambda: queue(7))
    with load.question() as at_once:
        assert at_once == 8


def test_whose_turn_it_is_is_said_to_have_waited_since_the_question_came() -> None:
    events = [SimpleNamespace(session_hash=name, enqueue_time=time.monotonic() - 3.0) for name in ("one", "two")]
    waiting = Waiting(Load(), 4)
    waiting.watch(lambda: queue(0, (events,)))
    heard: list[tuple[str, float]] = []
    end = listen(lambda stage, amount: heard.append((stage, amount)))
    try:
        request: Any = SimpleNamespace(session_hash="two")
        waiting.begun(request)
        waiting.begun(None)
        waiting.begun(SimpleNamespace(session_hash="nobody"))  # type: ignore[arg-type]
    finally:
        end()
    assert [stage for stage, _ in heard] == ["wait"]
    assert heard[0][1] == pytest.approx(3.0, abs=0.5)


def test_who_is_not_taken_learns_how_many_wait_and_when_to_ask_again() -> None:
    load = Load()
    waiting = Waiting(load, 4)
    waiting.watch(lambda: queue(64))
    assert waiting.refusal() == (
        "The question was not asked, because 64 others are waiting. Please ask again in 2 seconds."
    )
    load._length = 1.5  # seconds that a question took; four are worked on at a time
    assert waiting.refusal().endswith("because 64 others are waiting. Please ask again in 24 seconds.")
    waiting.watch(lambda: queue(0))
    assert waiting.refusal() == (
        "The question was not asked, because the connection to the server was lost. Please ask again."
    )
