import threading
from collections.abc import Callable, Sequence

import pytest

from qa.models.batching import Together


class Kettle:
    """Works on texts in the order of a list, one call at a time; the first call lasts until it is let go."""

    def __init__(self, most: int = 8) -> None:
        self.calls: list[list[str]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._turn = threading.Lock()
        self.together = Together(self.work, lambda text: text.count("x"), self.turn, most)

    def turn(self, work: Callable[[], None]) -> None:
        with self._turn:
            work()

    def work(self, texts: Sequence[str]) -> list[str]:
        self.calls.append(list(texts))
        if len(self.calls) == 1:
            self.begun.set()
            assert self.go_on.wait(30)
        if "bad" in "".join(texts):
            raise ValueError("one is bad")
        return [text.upper() for text in texts]

    def all_at_once(self, texts: Sequence[str]) -> dict[str, object]:
        """Bring the first text, and while it is worked on all others; return what came of each."""
        found: dict[str, object] = {}

        def bring(text: str) -> None:
            try:
                found[text] = self.together.do(text)
            except ValueError as error:
                found[text] = str(error)

        threads = [threading.Thread(target=bring, args=(text,), daemon=True) for text in texts]
        threads[0].start()
        assert self.begun.wait(30)
        for thread in threads[1:]:
            thread.start()
        while len(self.together._waiting) < len(texts):
            threading.Event().wait(0.005)
        self.go_on.set()
        for thread in threads:
            thread.join(30)
        return found


def test_what_waits_while_another_is_worked_on_is_worked_on_together() -> None:
    kettle = Kettle()
    found = kettle.all_at_once(["one x", "two x", "three x", "four x"])
    assert found == {"one x": "ONE X", "two x": "TWO X", "three x": "THREE X", "four x": "FOUR X"}
    assert [len(call) for call in kettle.calls] == [1, 3]


def test_only_what_is_of_one_kind_is_worked_on_together() -> None:
    kettle = Kettle()
    assert len(kettle.all_at_once(["one x", "two xx", "three xx", "four x"])) == 4
    assert sorted(map(sorted, kettle.calls)) == [["four x"], ["one x"], ["three xx", "two xx"]]


def test_what_has_no_kind_stays_alone() -> None:
    kettle = Kettle()
    assert kettle.all_at_once(["one", "two", "three"]) == {"one": "ONE", "two": "TWO", "three": "THREE"}
    assert sorted(kettle.calls) == [["one"], ["three"], ["two"]]


def test_no_more_than_allowed_are_worked_on_together() -> None:
    kettle = Kettle(most=2)
    assert len(kettle.all_at_once([f"{number} x" for number in range(6)])) == 6
    assert sorted(len(call) for call in kettle.calls) == [1, 1, 2, 2]


def test_what_fails_fails_alone() -> None:
    kettle = Kettle()
    found = kettle.all_at_once(["one x", "bad x", "three x"])
    assert found == {"one x": "ONE X", "bad x": "one is bad", "three x": "THREE X"}
    with pytest.raises(ValueError, match="one is bad"):
        kettle.together.do("bad again")
    assert kettle.together.do("fine") == "FINE"


def test_what_was_worked_on_with_another_is_not_worked_on_again_and_all_is_forgotten() -> None:
    first_waits, first_may, calls = threading.Event(), threading.Event(), list[list[str]]()

    def turn(work: Callable[[], None]) -> None:
        if threading.current_thread() is first:
            first_waits.set()
            assert first_may.wait(30)
        work()

    def work(texts: Sequence[str]) -> list[str]:
        calls.append(list(texts))
        return [text.upper() for text in texts]

    together, found = Together(work, lambda text: 1, turn, 8), list[str]()
    first = threading.Thread(target=lambda: found.append(together.do("one")), daemon=True)
    first.start()
    assert first_waits.wait(30)
    assert [together.do("two"), together.do("three")] == ["TWO", "THREE"]
    first_may.set()
    first.join(30)
    assert found == ["ONE"]
    assert calls == [["two", "one"], ["three"]]
    assert together._waiting == []
