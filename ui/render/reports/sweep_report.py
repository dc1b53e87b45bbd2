"""Table of a sweep as ``table.json`` and ``table.html``."""

import json
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from qa.errors import InputError
from qa.evaluation.statistics import ALPHA, POWER
from qa.evaluation.sweep import SweepRow, SweepTable
from ui.render.tables import Cell, Table, bare, cell, write_page

_HEAD = ("value", "n", "against the first", "p", "p (Holm)", "shows")


def write_table(folder: Path, found: SweepTable) -> Path:
    """Write a sweep's table and return the path of the page.

    Raises:
        InputError: if the folder cannot be written.
    """
    path = folder / "table.json"
    try:
        path.write_text(json.dumps(found.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror}): free disk space or allow writing") from error
    return write_page(
        folder / "table.html",
        "documents/sweep_report.html",
        name=folder.resolve().name,
        tests=sum(row.versus is not None for row in found.rows),
        alpha=ALPHA,
        power=f"{POWER:.0%}",
        sets=[(name, _tables(list(rows))) for name, rows in groupby(found.rows, lambda row: row.set)],
        runs=_runs(folder, found),
    )


def _tables(rows: list[SweepRow]) -> list[Table]:
    """Return one table for each measure."""
    return [
        Table(measure, bare(*_HEAD), [(row.run, _cells(row)) for row in cells])
        for measure, cells in groupby(rows, lambda row: row.measure)
    ]


def _cells(row: SweepRow) -> list[Cell]:
    cells = [cell(row.figure.to_dict()), (f"{row.figure.n:,}", "")]
    versus = row.versus
    if versus is None or row.p_holm is None:
        return [*cells, *bare("", "", "", "")]
    shows = "–" if versus.detectable is None else f"{versus.detectable:.3f}"
    difference = (f"{versus.difference:+.3f}", f"{versus.low:+.3f} to {versus.high:+.3f}")
    return [*cells, difference, *bare(f"{versus.p:.4f}", f"{row.p_holm:.4f}", shows)]


def _runs(folder: Path, found: SweepTable) -> Table:
    rows = []
    for one, run in found.runs:
        link = quote(one.folder(folder).relative_to(folder).as_posix()) + "/report.html"
        name = {"link": link, "name": f"{one.set}: {one.run}"}
        rows.append((name, [cell(run.report["latency_ms"][key]) for key in ("p50", "p99")]))
    return Table("Milliseconds a question", bare("p50", "p99"), rows)
