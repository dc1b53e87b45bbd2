"""The commands that measure: ``qa eval``, ``qa sweep`` and ``qa compare``."""

from pathlib import Path
from typing import Annotated

import typer

from qa.settings import AskSettings, archive_path
from ui.cli.options import DEFAULTS, ArchiveOption, JsonOption, PerArticleOption, ReaderOption, RerankerOption


def eval_(
    questions: Annotated[Path, typer.Argument(metavar="FILE", help="Questions, one JSON object a line.")],
    archive: ArchiveOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for the run: per-question lines, TREC file, report.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages to retrieve a question.")] = 10,
    per_article: PerArticleOption = 3,
    reranker: RerankerOption = DEFAULTS.reranker,
    reader: ReaderOption = DEFAULTS.reader,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a file and measure what comes back."""
    from ui.cli import measure

    settings = AskSettings(reranker=reranker, reader=reader)
    raise typer.Exit(measure.run(archive_path(archive), questions, out, k, per_article, settings, as_json))


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The sets and runs, in TOML or JSON.")],
    out: Annotated[Path, typer.Option("--out", help="A folder for the runs and the table; finished runs are kept.")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Evaluate several archives or settings over several question files, in one table."""
    from ui.cli import measure

    raise typer.Exit(measure.sweep(file, archive_path(archive), out, as_json))


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of one run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of another over the same questions.")],
    as_json: JsonOption = False,
) -> None:
    """Compare two runs: what differs, by how much, and whether by chance."""
    from ui.cli import measure

    measure.compare(a, b, as_json)
