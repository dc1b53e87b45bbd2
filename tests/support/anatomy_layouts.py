"""Labelled pages and how well the page reader tells their lines apart."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from qa.anatomy.dissection import dissect
from qa.anatomy.page import Page
from qa.anatomy.page_lines import split_units
from tests.support.places import FIXTURES

LAYOUTS = FIXTURES / "anatomy"


@dataclass(frozen=True, slots=True)
class Score:
    """How one kind of line was found: right, given wrongly, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The share of lines given this kind that are of this kind."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share of lines of this kind that were given it."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def load(path: Path) -> tuple[str, dict[int, str]]:
    """Return the page's text and each line's label by its number from 1."""
    pairs = [line.split("|", 1) for line in path.read_text("utf-8").splitlines()]
    labels = {number: label for number, (label, _) in enumerate(pairs, start=1) if label != "blank"}
    return "\n".join(text for _, text in pairs), labels


def predict(text: str) -> tuple[dict[int, str], Page]:
    """Return the kind that the page reader gives each line, and the page."""
    units = split_units(text)
    page = dissect(units)
    reasons = {dropped.line: dropped.reason for dropped in page.dropped}
    given = {}
    for unit in units:
        for line in range(unit.line, unit.line + unit.text.count("\n") + 1):
            given[line] = reasons.get(unit.line, "body")
    return given, page


def measure(paths: list[Path]) -> tuple[dict[str, Score], list[str]]:
    """Return each kind's score over the pages' lines ("boilerplate": all but body), and the errors."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    errors = []
    for path in paths:
        text, labels = load(path)
        given, _ = predict(text)
        for line, label in labels.items():
            coarse, coarse_found = _coarse(label), _coarse(given[line])
            pairs = {(label, given[line]), (coarse, coarse_found)}
            for expected, found in pairs:
                right[expected] += expected == found
            if label != given[line]:
                for kind in {label, coarse} if coarse != coarse_found else {label}:
                    missed[kind] += 1
                for kind in {given[line], coarse_found} if coarse != coarse_found else {given[line]}:
                    wrong[kind] += 1
            if label != given[line]:
                errors.append(f"{path.name}:{line} {label} read as {given[line]}: {text.splitlines()[line - 1][:80]}")
    kinds = sorted(right.keys() | wrong.keys() | missed.keys())
    return {kind: Score(right[kind], wrong[kind], missed[kind]) for kind in kinds}, errors


def _coarse(label: str) -> str:
    return label if label == "body" else "boilerplate"


def table(scores: dict[str, Score]) -> str:
    """Return the scores as a Markdown table."""
    rows = ["| lines | n | precision | recall |", "|---|---:|---:|---:|"]
    order = ["body", "boilerplate", *sorted(scores.keys() - {"body", "boilerplate"})]
    rows += [
        f"| {kind} | {scores[kind].right + scores[kind].missed} | {scores[kind].precision:.3f} |"
        f" {scores[kind].recall:.3f} |"
        for kind in order
        if kind in scores
    ]
    return "\n".join(rows)
