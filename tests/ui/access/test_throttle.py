from ui.access import throttle
from ui.access.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def wait(throttle: Throttle, clock: Clock, name: str, address: str, tries: int) -> list[int]:
    """Try wrong passwords, each as soon as it is looked at; return the seconds waited before each."""
    waited = []
    for _ in range(tries):
        seconds = throttle.begin(name, address)
        if seconds:
            clock.now += seconds
            assert throttle.begin(name, address) == 0
        waited.append(seconds)
    return waited


def test_after_five_wrong_passwords_an_address_waits_ever_longer_whatever_names_it_tries() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    waited = [wait(throttle, clock, f"name{n}", "10.0.0.1", 1)[0] for n in range(17)]
    assert waited == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert throttle.begin("name17", "10.0.0.2") == 0


def test_a_name_waits_whatever_addresses_try_it_but_never_long() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    waited = [wait(throttle, clock, "anna", f"10.0.0.{n}", 1)[0] for n in range(12)]
    assert waited == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_a_try_counts_before_it_is_looked_at_so_that_many_at_once_are_not_all_looked_at() -> None:
    throttle = Throttle(Clock())
    assert [throttle.begin("anna", "10.0.0.1") for _ in range(8)] == [0, 0, 0, 0, 0, 1, 1, 1]


def test_who_has_logged_in_before_does_not_wait_for_what_strangers_try_elsewhere() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert throttle.begin("anna", "home") == 0
    throttle.passed("anna", "home")
    wait(throttle, clock, "anna", "elsewhere", 12)
    assert throttle.begin("anna", "a third place") == 30
    assert throttle.begin("anna", "home") == 0
    throttle.passed("anna", "home")
    assert throttle.begin("anna", "a third place") == 30


def test_right_passwords_never_add_up_and_give_no_free_tries_to_their_address() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(20):
        assert throttle.begin("rolf", "here") == 0
        throttle.passed("rolf", "here")
    waited, own = [], []
    for n in range(8):
        waited += wait(throttle, clock, f"other{n}", "here", 1)
        own += wait(throttle, clock, "rolf", "here", 1)
        throttle.passed("rolf", "here")
    assert waited == [0] * 8
    assert own == [0, 0, 0, 0, 1, 2, 4, 8]


def test_what_did_not_count_is_taken_back() -> None:
    throttle = Throttle(Clock())
    for _ in range(20):
        assert throttle.begin("anna", "here") == 0
        throttle.undo("anna", "here")


def test_all_is_forgotten_after_an_hour_of_quiet_and_no_more_is_kept_than_fits() -> None:
    clock = Clock()
    tries = Throttle(clock)
    wait(tries, clock, "anna", "here", 12)
    clock.now += 3_601
    assert [tries.begin("anna", "here") for _ in range(5)] == [0] * 5
    for n in range(throttle._MOST):
        tries.begin(f"name{n}", f"address{n}")
    assert len(tries._tries) == throttle._MOST


def test_the_hour_begins_anew_with_each_try_that_counts() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    wait(throttle, clock, "anna", "here", 5)
    for _ in range(3):
        clock.now += 3_500
        assert throttle.begin("anna", "here") == 0
    assert throttle.begin("anna", "here") == 8


def test_tries_that_are_refused_push_nobody_out() -> None:
    clock = Clock()
    tries = Throttle(clock)
    for n in range(5):
        assert tries.begin("anna", f"10.0.0.{n}") == 0
        assert tries.begin("rolf", "10.0.1.1") == 0
    refused = [tries.begin(f"name{n}", "10.0.1.1") for n in range(throttle._MOST)]
    assert set(refused) == {1}
    assert tries.begin("anna", "10.0.2.1") == 1


def test_of_too_many_who_have_logged_in_before_those_who_did_so_last_are_known() -> None:
    clock = Clock()
    tries = Throttle(clock)
    for n in range(throttle._MOST + 1):
        tries.passed("anna", f"home{n}")
    clock.now += 30 * 86_400
    wait(tries, clock, "anna", "elsewhere", 12)
    assert [tries.begin("anna", f"home{n}") for n in (0, 1)] == [30, 0]
