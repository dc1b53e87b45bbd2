"""A sweep's table → table.json and table.html in its folder."""

import json
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from qa.errors import InputError
from qa.evaluation.statistics import ALPHA, POWER
from qa.evaluation.sweep import SweepRow, SweepTable
from ui.render.shell import cell, table, write_page

_HEAD = ("value", "n", "against the first", "p", "p (Holm)", "shows")


def write_table(folder: Path, found: SweepTable) -> Path:
    """Write a sweep's table and return the path of the page.

    Raises:
        InputError: the folder cannot be written.
    """
    path = folder / "table.json"
    try:
        path.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}): free space or access") from error
    return write_page(folder / "table.html", f"Sweep: {folder.resolve().name}", "".join(_parts(folder, found)))


def _parts(folder: Path, found: SweepTable) -> Iterator[str]:
    tests = sum(row.versus is not None for row in found.rows)
    yield (
        '<p class="soft">Below each figure its 95 % interval over questions. The first run of a set is what the others '
        f"are tested against, question by question (randomisation test); Holm's correction is over all {tests} "
        f"comparisons. “Shows” is the smallest difference that one such test at α = {ALPHA} finds in {POWER:.0%} of "
        "samples like this one.</p>\n"
    )
    for name, rows in groupby(found.rows, lambda row: row.set):
        yield f"<h2>{escape(name)}</h2>\n"
        for measure, cells in groupby(rows, lambda row: row.measure):
            yield table(escape(measure), _HEAD, ((escape(row.run), _cells(row)) for row in cells))
    yield "<h2>Runs</h2>\n"
    yield table("Milliseconds a question", ("p50", "p99"), _runs(folder, found))


def _cells(row: SweepRow) -> list[str]:
    cells = [cell(row.figure.to_dict()), f"<td>{row.figure.n:,}</td>"]
    versus = row.versus
    if versus is None or row.p_holm is None:
        return cells + ["<td></td>"] * 4
    difference = f"{versus.difference:+.3f}<span>{versus.low:+.3f} to {versus.high:+.3f}</span>"
    shows = "–" if versus.detectable is None else f"{versus.detectable:.3f}"
    return cells + [f"<td>{text}</td>" for text in (difference, f"{versus.p:.4f}", f"{row.p_holm:.4f}", shows)]


def _runs(folder: Path, found: SweepTable) -> Iterator[tuple[str, list[str]]]:
    for one, run in found.runs:
        link = quote(one.folder(folder).relative_to(folder).as_posix()) + "/report.html"
        name = f'<a href="{escape(link)}">{escape(f"{one.set}: {one.run}")}</a>'
        yield name, [cell(run.report["latency_ms"][key]) for key in ("p50", "p99")]
