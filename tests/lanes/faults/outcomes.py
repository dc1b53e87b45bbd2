"""What a fault test found out: how many faults were tried, and how many the archive came through."""

from collections.abc import Callable
from dataclasses import dataclass, field


class Broken(AssertionError):
    """An archive that did not come through a fault."""


@dataclass(slots=True)
class Outcome:
    """Counts of one kind of fault; ``survived`` of ``tried`` did no harm, ``failures`` says what the others did.

    ``notes`` holds counts worth knowing besides, by name.
    """

    name: str
    seed: int = 0
    tried: int = 0
    survived: int = 0
    failures: list[str] = field(default_factory=list)
    notes: dict[str, int | float | str] = field(default_factory=dict)

    def trial(self, what: str, test: Callable[[], None]) -> None:
        """Run one test and count it."""
        self.tried += 1
        try:
            test()
        except Exception as error:  # whatever happens to an archive is a finding
            self.failures.append(f"{what}: {type(error).__name__}: {error}")
        else:
            self.survived += 1

    def count(self, name: str) -> None:
        """Add one to a note."""
        self.notes[name] = int(self.notes.get(name, 0)) + 1

    def assert_whole(self, least: int) -> None:
        """Fail unless at least so many faults were tried and every one was survived."""
        assert not self.failures, "\n".join(self.failures[:10])
        assert self.survived == self.tried >= least, (self.survived, self.tried, least)
