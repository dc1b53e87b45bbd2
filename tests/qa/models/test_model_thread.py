"""The one thread that a model computes in, here without a model."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.models.batching import ModelThread
from tests.support.forks import in_a_fork


def test_all_that_is_computed_is_computed_in_one_thread_one_after_the_other() -> None:
    model, within, most = ModelThread(), 0, 0

    def compute() -> int:
        nonlocal within, most
        within += 1
        most = max(most, within)
        threading.Event().wait(0.005)
        within -= 1
        return threading.get_ident()

    with ThreadPoolExecutor(8) as threads:
        found = {one.result(30) for one in [threads.submit(model.run, compute) for _ in range(20)]}
    assert len(found) == 1
    assert most == 1
    assert found != {threading.get_ident()}


def test_what_fails_fails_where_it_was_asked_for_and_the_next_is_computed() -> None:
    model = ModelThread()
    with pytest.raises(ZeroDivisionError):
        model.run(lambda: 1 // 0)
    assert model.run(lambda: 1 + 1) == 2


def test_it_goes_on_in_a_fork() -> None:
    model = ModelThread()
    assert model.run(os.getpid) == os.getpid()
    assert in_a_fork(lambda: str(model.run(os.getpid) == os.getpid())) == "True"
    assert model.run(os.getpid) == os.getpid()
