"""Commands for evaluation: ``qa eval``, ``qa sweep`` and ``qa compare``."""

from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track

from qa.settings import AskSettings, archive_path
from ui.cli import output
from ui.cli.options import DEFAULTS, ArchiveOption, JsonOption, PerArticleOption, ReaderOption, RerankerOption
from ui.cli.output import exit_code, print_json, print_line, print_notice

if TYPE_CHECKING:
    from qa.evaluation.report import Report
    from qa.evaluation.statistics import Figure
    from qa.evaluation.sweep import SweepRow, SweepTable, SweepTrial

_HEADLINES = ("hit@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "map")
_SHOWS = "shows: the smallest difference that these questions show in 80 % of samples (one paired test, alpha .05)"


def eval_(
    questions: Annotated[Path, typer.Argument(metavar="FILE", help="Questions, one JSON object a line.")],
    archive: ArchiveOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for the run: per-question lines, TREC file, report.")
    ] = None,
    k: Annotated[
        int, typer.Option("-k", min=1, max=1000, help="How many passages to retrieve for each question.")
    ] = 10,
    per_article: PerArticleOption = 3,
    reranker: RerankerOption = DEFAULTS.reranker,
    reader: ReaderOption = DEFAULTS.reader,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a file and measure the results."""
    settings = AskSettings(reranker=reranker, reader=reader)
    raise typer.Exit(_run(archive_path(archive), questions, out, k, per_article, settings, as_json))


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The sets and runs, in TOML or JSON.")],
    out: Annotated[Path, typer.Option("--out", help="A folder for the runs and the table; finished runs are reused.")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate several archives or settings over several question files, in one table."""
    raise typer.Exit(_sweep(file, archive_path(archive), out, as_json))


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of one run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of another run with the same questions.")],
    as_json: JsonOption = False,
) -> None:
    """Compare two runs: paired differences with p-values, and the questions that changed most."""
    _compare(a, b, as_json)


def _run(
    archive: Path, file: Path, out: Path | None, k: int, per_article: int, settings: AskSettings, as_json: bool
) -> int:
    """Evaluate a question file, write the run folder if one is named, print the figures; return the exit code."""
    from qa.evaluation.trial import Trial

    trial = Trial(file, archive, settings, k, {"per_article": per_article})
    bar = _Bar()
    report, rejected = trial.perform(out, begin=bar.begin)
    bar.close()
    for one in rejected:
        print_notice(f"rejected: {file}:{one.line}: {one.reason}")
    if out:
        from ui.render.reports.run_report import write_report

        print_notice(f"report: {write_report(out)}")
    print_json(report.to_dict()) if as_json else _print(report)
    return exit_code(report.questions["given"] - len(rejected), rejected)


def _sweep(file: Path, archive: Path, out: Path, as_json: bool) -> int:
    """Perform the missing runs of a sweep file, write and print the table; return the exit code."""
    from qa.evaluation.sweep import perform, read_sweep
    from ui.render.reports.run_report import write_report
    from ui.render.reports.sweep_report import write_table

    bar = _Bar()
    partly: list[int] = []

    def begin(one: "SweepTrial", total: int) -> Callable[[int, int], None]:
        print_notice(f"{one.set}: {one.run}: {total} questions")
        return bar.begin(total)

    def reused(one: "SweepTrial") -> None:
        print_notice(f"{one.set}: {one.run}: reused; to run it again remove {one.folder(out)}")

    def done(one: "SweepTrial", rejected: int) -> None:
        bar.close()
        write_report(one.folder(out))
        if rejected:
            partly.append(rejected)
            print_notice(f"rejected: {rejected} lines of {one.trial.questions}")

    table = perform(read_sweep(file, archive), out, begin=begin, reused=reused, done=done)
    print_notice(f"report: {write_table(out, table)}")
    print_json(table.to_dict()) if as_json else _print_table(table)
    return exit_code(1, partly)


def _compare(a: Path, b: Path, as_json: bool) -> None:
    """Compare two run folders and print the differences."""
    from qa.evaluation import comparison

    found = comparison.compare(a, b)
    if as_json:
        print_json(found.to_dict())
        return
    console = output.out()
    rows = [
        (
            *(m.name, f"{m.a:.3f}", f"{m.b:.3f}", f"{m.difference:+.3f}", f"{m.low:+.3f} to {m.high:+.3f}"),
            *(f"{m.p:.4f}", f"{m.p_holm:.4f}", _shown(m.detectable)),
        )
        for m in found.measures
    ]
    console.print(output.table(("measure", "A", "B", "B - A", "95 %", "p", "p (Holm)", "shows"), rows))
    print_line(f"\n{_SHOWS}")
    if found.changed:
        print_line("\nThe questions that changed most:")
        changed = [(f"{c.a:.2f} → {c.b:.2f}", c.measure, c.id, c.question[:60]) for c in found.changed]
        console.print(output.table(("A → B", "measure", "id", "question"), changed))


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print_table(table: "SweepTable") -> None:
    console = output.out()
    width = max((len(row.run) for row in table.rows), default=0)
    head = ("".ljust(width), "value [95 %]", "against the first [95 %]", "p", "p (Holm)", "shows")
    for (name, measure), rows in groupby(table.rows, lambda row: (row.set, row.measure)):
        print_line(f"{name}: {measure}")
        console.print(output.table(head, map(_line, rows)), "")
    tests = sum(row.versus is not None for row in table.rows)
    print_line(f"{_SHOWS}; Holm's correction is over the {tests} comparisons of the table")


def _line(row: "SweepRow") -> tuple[str, ...]:
    figure, versus = row.figure, row.versus
    value = f"{_shown(figure.value)} [{_shown(figure.low)}, {_shown(figure.high)}]"
    if versus is None or row.p_holm is None:
        return row.run, value, "the first", "", "", ""
    difference = f"{versus.difference:+.3f} [{versus.low:+.3f}, {versus.high:+.3f}]"
    return row.run, value, difference, f"{versus.p:.4f}", f"{row.p_holm:.4f}", _shown(versus.detectable)


def _print(report: "Report") -> None:
    from qa.evaluation.statistics import CORRELATION
    from qa.evaluation.verdicts import GOOD

    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.questions.items())
    print_line(f"questions: {counts}\n")
    scores = report.scores
    groups = {
        "passage.evidence": (scores.evidence, _HEADLINES),
        "passage.answer": (scores.answer, _HEADLINES),
        "article": (scores.article, _HEADLINES),
        "answers": (scores.answers, tuple(scores.answers)),
        "abstention": (scores.abstention, tuple(scores.abstention)),
        "risk-coverage": (
            {"area: unanswerable": report.unanswerable.area, "area: first hit": report.first_hit.area},
            (),
        ),
        "calibration": ({"ece": _alone(report.calibration.ece), "brier": report.calibration.brier}, ()),
        "verdicts": (
            {
                "right or rightly refused": _alone(report.verdicts.share(GOOD)),
                "wrong at level answer": _alone(report.verdicts.share(("wrong",), "answer")),
            },
            (),
        ),
        "latency, ms": (scores.latency_ms, tuple(scores.latency_ms)),
    }
    rows = []
    for group, (figures, names) in groups.items():
        label = group
        for name in names or figures:
            figure = figures[name]
            if figure.value is not None:
                interval = (f"{v:.3f}" if v is not None else "" for v in (figure.value, figure.low, figure.high))
                shows = report.detectable.get(f"{group}.{name}")
                rows.append((label, name, *interval, str(figure.n or ""), _shown(shows) if shows else ""))
                label = ""
    output.out().print(output.table(("", "measure", "value", "95 % from", "to", "n", "shows"), rows))
    print_line(f"\n{_SHOWS}, if the other system's scores correlate by {CORRELATION} with these")


def _alone(value: float | None) -> "Figure":
    from qa.evaluation.statistics import Figure

    return Figure(value, None, None, 0)


class _Bar:
    """Progress on stderr, in a terminal; one evaluation at a time."""

    def __init__(self) -> None:
        self._steps: Iterator[int] | None = None

    def begin(self, total: int) -> Callable[[int, int], None]:
        console = output.notices()
        if console.is_terminal:
            self._steps = iter(track(range(total + 1), "asking", total=total, console=console))
        return self._show

    def close(self) -> None:
        self._show(0, 0)
        self._steps = None

    def _show(self, done: int, total: int) -> None:
        if self._steps:
            next(self._steps, None)
