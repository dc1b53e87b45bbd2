"""What the trials of this folder expect."""


def check(found: object, expected: object) -> None:
    if found != expected:
        raise AssertionError(f"{found!r}, not {expected!r}")


def within(seconds: float, most: float) -> None:
    if seconds > most:
        raise AssertionError(f"{seconds:.1f} s, at most {most:.1f}")
