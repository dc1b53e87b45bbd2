"""``qa add --sync`` in the terminal: which articles' files are gone, whether they may go too, and what was removed."""

import sys
from dataclasses import asdict, dataclass

from qa.archive.sync import Plan
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


class Agreement:
    """Shows what would be removed and finds out whether it may be.

    ``plan`` is the one shown last, ``code`` the exit code of a refusal: 3 when nobody agreed, 1 when so much would go
    that it takes --remove-most.
    """

    def __init__(self, consent: Consent, as_json: bool) -> None:
        self._consent = consent
        self._as_json = as_json
        self.plan = Plan((), (), 0)
        self.code = 0

    def __call__(self, plan: Plan) -> bool:
        """Return whether a plan is agreed to."""
        self.plan = plan
        show_plan(plan)
        if plan.most and not (self._consent.yes and self._consent.remove_most):
            print_notice(
                "qa: nothing was removed, for that is most of what was read from there: see that the folder is mounted "
                "and whole, or give --yes and --remove-most"
            )
            self.code = 1
        elif not (self._consent.yes or (not self._as_json and _agreed(len(plan.gone)))):
            print_notice("qa: nothing was removed, for nobody agreed: give --yes")
            self.code = 3
        return not self.code


def show_plan(plan: Plan) -> None:
    """Show which articles' files are gone."""
    for one in plan.gone[:_SHOWN]:
        print_notice(f"file gone: {one.file}: article {one.id} “{one.title}”")
    if len(plan.gone) > _SHOWN:
        print_notice(f"… and {len(plan.gone) - _SHOWN} more (all with --json)")
    count = len(plan.gone)
    lost = f"{count} articles have lost their file" if count != 1 else "1 article has lost its file"
    print_notice(f"{lost}, of {plan.articles} that were read from there")


def gone_data(plan: Plan) -> list[dict[str, str]]:
    """Return the articles of a plan as JSON."""
    return [asdict(one) for one in plan.gone]


def _agreed(count: int) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"Remove {count} article{'' if count == 1 else 's'}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}
