"""Helpers of every benchmark: a median with its spread, date and machine of a result, tables in the guide."""

import os
import platform
import re
import statistics
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

MEASUREMENTS = Path(__file__).parents[1] / "docs" / "guide" / "measurements.md"


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Return the median and the range of some measurements."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}-{high:.{digits}f})".replace("  ", " ")


def where() -> str:
    """Return date, commit and machine, to be printed above a result."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return f"{date.today()}, commit {commit or 'unknown'}, {os.cpu_count()} cores, Python {platform.python_version()}"


def write_between(page: Path, marks: tuple[str, str], text: str) -> None:
    """Replace what stands between two marks of a page, each on a line of its own.

    Raises:
        ValueError: if the page does not have both marks exactly once, in this order.
    """
    begin, end = marks
    before = page.read_text()
    pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
    if before.count(begin) != 1 or before.count(end) != 1 or not re.search(pattern, before, re.DOTALL):
        raise ValueError(f"{page}: needs the marks {begin} and {end}, once each")
    page.write_text(re.sub(pattern, lambda _: f"{begin}\n{text}\n{end}", before, flags=re.DOTALL))
