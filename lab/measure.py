"""What every benchmark needs: a median with its spread, and where a result was measured."""

import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from datetime import date


def spread(values: Sequence[float], unit: str = "", digits: int = 2) -> str:
    """Return the median and the range of some measurements."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f}-{high:.{digits}f})".replace("  ", " ")


def where() -> str:
    """Return date, commit and machine, to be printed above a result."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return f"{date.today()}, commit {commit or 'unknown'}, {os.cpu_count()} cores, Python {platform.python_version()}"
