"""``qa add --sync`` in the terminal: which articles' files are gone, whether they may go too, and what was removed."""

import sys
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from qa.archive import sync
from qa.errors import InputError
from ui.cli.output import print_notice

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to on the command line: to look for what is gone, to remove it unasked, and even most of it."""

    sync: bool = False
    yes: bool = False
    remove_most: bool = False

    def __post_init__(self) -> None:
        for option, given in (("--yes", self.yes), ("--remove-most", self.remove_most)):
            if given and not self.sync:
                raise InputError(f"{option} goes with --sync only")


class Removing:
    """Finds, shows and removes articles whose file is gone; without --sync it does nothing.

    ``code`` is the exit code when something is left to be done: 3 when nobody agreed, 1 when it was refused.

    Args:
        folder: the archive's.
        paths: the folders to compare with it.
        consent: what was agreed to.

    Raises:
        InputError: if one of them cannot be compared.
    """

    def __init__(self, folder: Path, paths: Sequence[str], consent: Consent) -> None:
        self._folder = folder
        self._consent = consent
        self._removed = self.code = 0
        self._paths: list[Path] = []
        self._known = 0
        self._plan = sync.Plan((), (), 0)
        if consent.sync:
            self._paths = sync.check_folders(paths)
            self._known = sync.count_known(folder, self._paths)

    def look(self, contents: Container[str] = ()) -> None:
        """Find what is gone; what was read but not added is known by its ``contents``."""
        if self._consent.sync:
            self._plan = sync.plan(self._folder, self._paths, self._known, contents)

    def show(self) -> None:
        """Show what would be removed."""
        for one in self._plan.gone[:_SHOWN]:
            print_notice(f"file gone: {one.file}: article {one.id} “{one.title}”")
        if len(self._plan.gone) > _SHOWN:
            print_notice(f"… and {len(self._plan.gone) - _SHOWN} more (all with --json)")
        if self._consent.sync:
            count = len(self._plan.gone)
            lost = f"{count} articles have lost their file" if count != 1 else "1 article has lost its file"
            print_notice(f"{lost}, of {self._known} that were read from there")

    def ask_and_remove(self, as_json: bool) -> None:
        """Show what would be removed, and remove it if that is agreed."""
        plan = self._plan
        if not plan.gone:
            if plan.origins:
                sync.carry_out(self._folder, self._paths, plan)
            return
        self.show()
        if plan.most and not (self._consent.yes and self._consent.remove_most):
            print_notice(
                "qa: nothing was removed, for that is most of what was read from there: see that the folder is mounted "
                "and whole, or give --yes and --remove-most"
            )
            self.code = 1
        elif self._consent.yes or (not as_json and _agreed(len(plan.gone))):
            self._removed = sync.carry_out(self._folder, self._paths, plan)
        else:
            print_notice("qa: nothing was removed, for nobody agreed: give --yes")
            self.code = 3

    def gone(self) -> dict[str, Any]:
        """Return what is gone, as JSON; nothing without --sync."""
        return {"gone": [asdict(one) for one in self._plan.gone]} if self._consent.sync else {}

    def counts(self) -> dict[str, Any]:
        """Return what was removed and what is gone, as JSON; nothing without --sync."""
        return {"removed": self._removed, **self.gone()} if self._consent.sync else {}

    def told(self) -> str:
        """Return what was removed, in words."""
        return f"; {self._removed} removed" if self._consent.sync else ""


def _agreed(count: int) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"Remove {count} article{'' if count == 1 else 's'}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}
