"""Dates in questions: precision and recall of the recognised windows on 250 questions of our own.

    python -m lab.benchmarks.quality.question_dates

The rules were developed on the first hundred.  The second set was written when they were done, and the third when they
had been corrected after the second.  A window is right when both its ends and its kind are.  dateparser's own
search over the same texts is printed beside it, as one day for each date that it finds.
"""

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from qa.dates.question_windows import windows

FILE = Path(__file__).with_name("question_windows.jsonl")

Found = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, the day it is asked on, and the window it speaks of: (after, before, kind), None for none."""

    set: str
    question: str
    today: date
    window: Found | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Counts of windows: right (with its kind), with right ends, found at all, labelled; and of questions all right."""

    right: int
    right_ends: int
    found: int
    labelled: int
    exact_questions: int
    questions: int

    @property
    def precision(self) -> float:
        """Right windows among those found."""
        return self.right / max(1, self.found)

    @property
    def recall(self) -> float:
        """Right windows among those labelled."""
        return self.right / max(1, self.labelled)


def read() -> list[Labelled]:
    """Return the labelled questions."""
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    return [
        Labelled(
            row["set"], row["question"], date.fromisoformat(row["today"]),
            None if row["kind"] == "none" else (row["after"], row["before"], row["kind"]),
        )
        for row in rows
    ]  # fmt: skip


def ours(question: str, today: date) -> list[Found]:
    """Return the windows that Dateline finds."""
    return [(window.after, window.before, window.kind) for window in windows(question, today)]


def dateparsers(question: str, today: date) -> list[Found]:
    """Return the dates that dateparser's search finds, a day each."""
    from dateparser.search import search_dates

    settings = {"RELATIVE_BASE": datetime.combine(today, time(12)), "PREFER_DATES_FROM": "past"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = search_dates(question, languages=["en"], settings=settings) or []
    days = [moment.date() for _, moment in found]
    return [(day.isoformat(), (day + timedelta(days=1)).isoformat(), "preference") for day in days]


def measure(labelled: Sequence[Labelled], find: Callable[[str, date], list[Found]]) -> Accuracy:
    """Compare what is found with the labels."""
    right = right_ends = count = exact = 0
    for one in labelled:
        found = find(one.question, one.today)
        wanted = [one.window] if one.window else []
        right += sum(window in wanted for window in found)
        right_ends += sum(window[:2] in [gold[:2] for gold in wanted] for window in found)
        count += len(found)
        exact += found == wanted
    return Accuracy(right, right_ends, count, sum(bool(one.window) for one in labelled), exact, len(labelled))


def main() -> None:
    """Measure and print."""
    labelled = read()
    none = [one for one in labelled if one.window is None]
    print(f"{len(labelled)} questions, {len(none)} of them without a window")
    print(f"{'':<22}{'precision':>10}{'recall':>8}{'exact questions':>18}{'ends right':>12}")
    for name in ("first", "second", "third"):
        chosen = [one for one in labelled if one.set == name]
        for title, find in ((name, ours), (f"  dateparser {name}", dateparsers)):
            a = measure(chosen, find)
            exact = f"{a.exact_questions} of {a.questions}"
            print(f"{title:<22}{a.precision:>10.3f}{a.recall:>8.3f}{exact:>18}{a.right_ends / a.labelled:>12.3f}")
    for one in labelled:
        if (found := ours(one.question, one.today)) != ([one.window] if one.window else []):
            print(f"  {one.set}, asked {one.today}: {one.question}\n    wanted {one.window}, found {found or None}")


if __name__ == "__main__":
    main()
