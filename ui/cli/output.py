"""Output of commands: results on stdout, notices on stderr, tables, consoles and exit codes."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ui.data import to_json
from ui.render.escaping import safe


def print_json(value: Any) -> None:
    """Write a result to stdout as JSON."""
    print_line(to_json(value))


def print_line(text: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_notice(text: str) -> None:
    """Write a line to stderr, without control characters."""
    sys.stderr.write(" ".join(safe(text).split()) + "\n")
    sys.stderr.flush()


def exit_code(done: int, rejected: Sequence[object]) -> int:
    """Return 0 if nothing was rejected, 1 if everything was, else 3."""
    return 0 if not rejected else 3 if done else 1


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a plain table; cells are shown literally, without markup."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        result.add_column(heading, no_wrap=heading == "id", overflow="fold")
    for row in rows:
        result.add_row(*(Text(safe(cell)) for cell in row))
    return result


def out() -> Console:
    """Return the console for results, as wide as the terminal (100 columns if there is none)."""
    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, emoji=False, width=100)


def notices() -> Console:
    """Return the console for progress and notices."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)
