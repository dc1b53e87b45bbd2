import threading
import time

import pytest

from qa.runtime.load import Load


def test_questions_are_counted_while_they_are_worked_on_with_those_that_wait() -> None:
    load = Load()
    with load.question() as first, load.question() as second:
        assert (first, second) == (1, 2)
    load.also(lambda: 5)
    load.also(lambda: 2)
    with load.question() as next_one:
        assert next_one == 8


def test_a_question_that_fails_is_counted_no_longer() -> None:
    load = Load()
    with pytest.raises(ValueError, match="unlucky"), load.question():
        raise ValueError("unlucky")
    with load.question() as alone:
        assert alone == 1


def test_a_question_alone_has_all_its_passages_read_however_slow_the_machine() -> None:
    load = Load()
    load.read(1, 100.0)
    assert load.passages(10, 5, seconds=2.0, at_once=1) == 10


def test_before_anything_was_read_nothing_is_held_back() -> None:
    assert Load().passages(10, 5, seconds=2.0, at_once=50) == 10


def test_those_who_ask_at_once_share_the_time_and_none_gets_less_than_an_answer_needs() -> None:
    load = Load()
    load.read(10, 0.5)  # 0.05 s each
    assert load.seconds_per_passage == 0.05
    assert [load.passages(10, 5, 2.0, at_once) for at_once in (2, 4, 5, 6, 8, 64)] == [10, 10, 8, 6, 5, 5]
    assert load.passages(3, 5, 2.0, 64) == 3


def test_a_slower_machine_reads_less() -> None:
    fast, slow = Load(), Load()
    fast.read(1, 0.01)
    slow.read(1, 0.1)
    assert [load.passages(10, 1, 2.0, 4) for load in (fast, slow)] == [10, 5]


def test_what_a_passage_costs_follows_slowly() -> None:
    load = Load()
    load.read(10, 1.0)
    load.read(10, 2.0)
    assert load.seconds_per_passage == pytest.approx(0.11)


def test_threads_do_not_lose_count() -> None:
    load = Load()

    def ask() -> None:
        for _ in range(500):
            with load.question():
                pass

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with load.question() as alone:
        assert alone == 1


def test_one_question_reads_after_the_other_and_waiting_for_another_is_no_cost() -> None:
    load = Load()
    reading, go_on, read = threading.Event(), threading.Event(), threading.Event()
    took: list[float] = []

    def read_slowly() -> None:
        with load.reading(1):
            begin = time.monotonic()
            reading.set()
            assert go_on.wait(30)
            took.append(time.monotonic() - begin)

    def read_at_once() -> None:
        with load.reading(1):
            read.set()

    first, second = threading.Thread(target=read_slowly), threading.Thread(target=read_at_once)
    first.start()
    assert reading.wait(30)
    second.start()
    assert not read.wait(0.5)
    go_on.set()
    first.join()
    second.join()
    assert 0.85 * took[0] < load.seconds_per_passage < 0.97 * took[0]  # nine tenths of the first
