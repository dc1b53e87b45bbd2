"""The sixty attacks on four surfaces: what of them ran, was fetched or was planted, from one run of their tests.

``python -m tests.lanes.safety.surfaces SURFACE`` runs the tests of one surface and prints what was counted as JSON.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lanes.browser.attacks import ATTACKS
from tests.lanes.faults.outcomes import Outcome
from tests.support.places import PROJECT

_CHAT, _ARCHIVE, _TEXT = (
    "tests/lanes/browser/test_attacks.py", "tests/lanes/browser/test_attacks_on_archive.py",
    "tests/lanes/safety/test_exports.py",
)  # fmt: skip
SURFACES = {
    "chat page": [
        f"{_CHAT}::test_{name}_show_attacks_as_text"
        for name in (
            "answers_passages_and_copies", "a_refusal_its_reason_and_the_question_searched", "kept_conversations",
            "filters",
        )
    ],
    "article page and reading pane": [
        f"{_CHAT}::test_the_reading_pane_shows_attacks_as_text",
        f"{_CHAT}::test_pages_of_articles_and_answers_to_programs_show_attacks_as_text",
    ],
    "Archive page": [_ARCHIVE],
    "API, exports and terminal": [f"{_CHAT}::test_what_is_copied_and_taken_away_is_text", _TEXT],
}  # fmt: skip


def attacks(place: Path) -> Outcome:
    """Run the attacks' tests; each attack counts once a surface."""
    outcome = Outcome(f"{len(ATTACKS)} attacks on {len(SURFACES)} surfaces")
    fetched = 0
    for surface in SURFACES:
        environment = {**os.environ, "PYTEST_ADDOPTS": f"--basetemp={place / 'tests'}"}
        command = [sys.executable, "-m", "tests.lanes.safety.surfaces", surface]
        done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, env=environment)
        counted: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}
        outcome.tried += len(ATTACKS)
        if not counted or counted["failed"]:
            outcome.failures.append(f"{surface}: {counted.get('failed') or done.stdout[-300:] + done.stderr[-300:]}")
            continue
        outcome.survived += len(ATTACKS) - len(counted["fired"])
        outcome.failures += [f"{surface}: attack {number}" for number in counted["fired"]]
        fetched += counted["fetched"]
        outcome.notes[f"{surface}: tests"] = counted["tests"]
    outcome.notes["requests to other hosts"] = fetched
    return outcome


class _Tally:
    """Counts tests, and remembers those that failed."""

    def __init__(self) -> None:
        self.tests = 0
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tests += report.when == "call"
        if not report.passed:
            self.failed.append(f"{report.nodeid} {report.outcome}")


def _count(surface: str) -> dict[str, Any]:
    tally = _Tally()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *SURFACES[surface]], [tally])
    from tests.lanes.browser.watching import OPENED

    heard = [one for tab in OPENED for one in tab.bad]
    known = {attack.number for attack in ATTACKS}
    markers = {(int(found) - 1000) // 10 for one in heard for found in re.findall(r"\b(1\d{3})\b", one)}
    failed = tally.failed or ([f"pytest ended with {int(code)}"] if code else [])
    return {
        "tests": tally.tests, "failed": failed if not heard else [], "fired": sorted(markers & known),
        "fetched": sum(one.startswith("fetched") for one in heard),
    }  # fmt: skip


if __name__ == "__main__":
    found = _count(sys.argv[1])
    sys.stdout.write(f"\n{json.dumps(found)}\n")
