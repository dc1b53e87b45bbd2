from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from qa.settings import LIMITS
from tests.ui.access.test_throttle import Clock
from ui.server import visitors
from ui.server.visitors import Rate, TooOftenError, Visitor, address_of, spoken, visitor_of

FEW = replace(LIMITS, answers_per_minute=3, answers_per_minute_unnamed=6)


def asked(rate: Rate, *visitors: Visitor) -> Sequence[int]:
    """Ask once for each; return the seconds that each is told to wait, 0 where the question is answered."""
    waits = []
    for visitor in visitors:
        try:
            rate.take(visitor)
            waits.append(0)
        except TooOftenError as error:
            waits.append(error.seconds)
    return waits


def test_one_who_is_logged_in_asks_so_many_at_once_and_then_as_they_come_back() -> None:
    clock = Clock()
    rate, anna = Rate(FEW, clock), Visitor("anna", True, "here")
    assert asked(rate, *[anna] * 5) == [0, 0, 0, 20, 20]
    clock.now += 19
    assert asked(rate, anna) == [1]
    clock.now += 1
    assert asked(rate, anna, anna) == [0, 20]
    clock.now += 600
    assert asked(rate, *[anna] * 4) == [0, 0, 0, 20]


def test_users_are_counted_by_name_and_all_others_by_address() -> None:
    rate = Rate(FEW, Clock())
    assert asked(rate, *(Visitor("anna", True, f"10.0.0.{n}") for n in range(4))) == [0, 0, 0, 20]
    assert asked(rate, Visitor("rolf", False, "10.0.0.1")) == [0]
    assert asked(rate, *[Visitor("", True, "anna")] * 7) == [0, 0, 0, 0, 0, 0, 10]
    assert asked(rate, Visitor("", True, "10.0.0.2")) == [0]


def test_no_more_are_counted_than_fit_and_nobody_for_longer_than_a_minute() -> None:
    clock = Clock()
    rate = Rate(FEW, clock)
    anna = Visitor("anna", True, "here")
    others = [Visitor("", True, f"address{n}") for n in range(visitors._MOST - 1)]
    assert asked(rate, *[anna] * 3, *others) == [0] * (visitors._MOST + 2)
    assert asked(rate, anna) == [20]
    assert asked(rate, Visitor("", True, "one more"), anna) == [0, 20]  # who asked last is still counted
    assert len(rate._spent) == visitors._MOST
    clock.now += 60
    assert (len(rate._spent), asked(rate, *[anna] * 4)) == (0, [0, 0, 0, 20])


def test_one_too_many_is_told_the_limit_its_setting_and_when_to_ask_again() -> None:
    rate = Rate(FEW, Clock())
    asked(rate, *[Visitor("anna", True, "")] * 3)
    told = r"^too many questions: at most 3 a minute are answered \(answers_per_minute\); ask again in 20 seconds$"
    with pytest.raises(TooOftenError, match=told):
        rate.take(Visitor("anna", True, ""))


@pytest.mark.parametrize(
    ("client", "address"),
    [(("10.0.0.1", 50_000), "10.0.0.1"), (("::ffff:10.0.0.1", 1), "10.0.0.1"),
     (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"), (("2001:db8:1:2::9", 1), "2001:db8:1:2::/64"),
     (("fe80::1%eth0", 1), "fe80::/64"), (("testclient", 1), "testclient"), (None, "")],
)  # fmt: skip
def test_an_address_is_that_of_one_customer(client: Any, address: str) -> None:
    assert address_of({"client": client}) == address


def test_where_nobody_logs_in_anybody_may_do_all() -> None:
    assert visitor_of({"client": ("127.0.0.1", 1)}) == Visitor("", True, "127.0.0.1")
    rolf = Visitor("rolf", False, "10.0.0.1")
    assert visitor_of({"client": ("127.0.0.1", 1), "user": rolf}) is rolf


def test_times_are_told_in_seconds_and_long_ones_in_minutes() -> None:
    assert [spoken(seconds) for seconds in (1, 2, 119, 120, 600, 601)] == [
        "1 second", "2 seconds", "119 seconds", "2 minutes", "10 minutes", "11 minutes",
    ]  # fmt: skip
