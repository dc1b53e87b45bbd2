from tests.support.users import cheap
from tests.ui.access.test_throttle import Clock
from ui.access import sessions
from ui.access.sessions import Remembered

ANNA = cheap("anna", "admin", "a password")


def test_who_was_here_is_known_by_the_secret_until_the_time_is_over() -> None:
    clock = Clock()
    known = Remembered(60, clock)
    known.add("token", ANNA)
    clock.now += 59
    assert known.find("token", {"anna": ANNA}) is ANNA
    assert (known.find("Token", {"anna": ANNA}), known.find("", {"anna": ANNA})) == (None, None)
    clock.now += 1
    assert known.find("token", {"anna": ANNA}) is None


def test_another_role_counts_at_once_and_another_password_ends_it() -> None:
    known = Remembered(60, Clock())
    known.add("token", ANNA)
    reader = cheap("anna", "reader", "a password")
    same = type(ANNA)("anna", "reader", ANNA.password)
    assert known.find("token", {"anna": same}) is same
    assert known.find("token", {"anna": reader}) is None
    assert known.find("token", {"anna": ANNA}) is None  # and does not come back


def test_who_leaves_or_is_removed_is_forgotten() -> None:
    known = Remembered(60, Clock())
    for secret in ("one", "two"):
        known.add(secret, ANNA)
    known.drop("one")
    assert [known.find(secret, {"anna": ANNA}) for secret in ("one", "two")] == [None, ANNA]
    assert known.find("two", {}) is None


def test_secrets_are_not_kept_and_of_too_many_the_one_that_was_used_longest_ago_goes() -> None:
    known = Remembered(60, Clock())
    for n in range(sessions._MOST + 1):
        known.add(f"token{n}", ANNA)
    assert known.find("token0", {"anna": ANNA}) is None
    assert known.find("token1", {"anna": ANNA}) is ANNA
    known.add("one more", ANNA)
    assert known.find("token1", {"anna": ANNA}) is ANNA  # for it was used
    assert known.find("token2", {"anna": ANNA}) is None
    assert not any(b"token" in key for key in known._kept)
