"""``qa add --sync``: lists articles whose file is gone, asks for consent, and removes them."""

import sys
from dataclasses import asdict, dataclass

from qa.archive.sync import Plan
from qa.errors import InputError
from ui.cli.output import print_notice

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Consent:
    """Consent on the command line: ``--sync``, ``--yes`` (no question) and ``--remove-most``."""

    sync: bool = False
    yes: bool = False
    remove_most: bool = False

    def __post_init__(self) -> None:
        for option, given in (("--yes", self.yes), ("--remove-most", self.remove_most)):
            if given and not self.sync:
                raise InputError(f"{option} goes with --sync only")


class Agreement:
    """Consent to a removal: shows the plan, asks, and remembers a refusal.

    ``plan`` is the last one shown.  ``code`` is the exit code of a refusal: 3 without consent, 1 if most of a folder
    would go and --remove-most was not given.
    """

    def __init__(self, consent: Consent, as_json: bool) -> None:
        self._consent = consent
        self._as_json = as_json
        self.plan = Plan((), (), 0)
        self.code = 0

    def __call__(self, plan: Plan) -> bool:
        """Show a plan and return whether its articles may be removed."""
        self.plan = plan
        show_plan(plan)
        if plan.most and not (self._consent.yes and self._consent.remove_most):
            print_notice(
                "qa: nothing was removed, because these are most of the articles from there: check that the folder is "
                "mounted and complete, or give --yes and --remove-most"
            )
            self.code = 1
        elif not (self._consent.yes or (not self._as_json and _agreed(len(plan.gone)))):
            print_notice(
                "qa: nothing was removed, because the removal was not confirmed: give --yes to skip the question"
            )
            self.code = 3
        return not self.code


def show_plan(plan: Plan) -> None:
    """Show the articles whose file is gone."""
    for one in plan.gone[:_SHOWN]:
        print_notice(f"file gone: {one.file}: article {one.id} “{one.title}”")
    if len(plan.gone) > _SHOWN:
        print_notice(f"… and {len(plan.gone) - _SHOWN} more (all with --json)")
    count = len(plan.gone)
    lost = f"{count} articles have lost their file" if count != 1 else "1 article has lost its file"
    print_notice(f"{lost}, of {plan.articles} from these folders")


def gone_data(plan: Plan) -> list[dict[str, str]]:
    """Return the articles of a plan as data."""
    return [asdict(one) for one in plan.gone]


def _agreed(count: int) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"Remove {count} article{'' if count == 1 else 's'}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}
