"""Command line: ``qa COMMAND …``.  Results go to stdout, progress and notices to stderr.

Exit codes: 0 done (abstaining included), 1 error, damage found, or all input rejected, 2 usage, 3 partly rejected or a
removal not agreed to, 130 interrupted.
"""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from qa.errors import QaError
from qa.settings import archive_path
from ui import data
from ui.cli import backups, care, measure, output, search, serve
from ui.cli.options import ArchiveOption, JsonOption
from ui.cli.output import print_json, print_line, print_notice

app = typer.Typer(
    name="qa",
    help="Ask a folder of news articles; every answer is quoted and cited to the character.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        app(prog_name="qa")
    except QaError as error:
        print_notice(f"qa: {error}")
        sys.exit(1)
    except SystemExit as end:
        if isinstance(
            getattr(end.__context__, "__cause__", None), KeyboardInterrupt
        ):  # typer ends it without a message
            print_notice("qa: interrupted")
        raise
    except OSError as error:  # errors of files are QaErrors; this one comes from stdout itself
        print_notice(f"qa: the result cannot be written ({error.strerror or error}); check where stdout goes")
        sys.exit(1)


@app.command()
def add(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, and folders with all that is in them.")],
    archive: ArchiveOption = None,
    source: Annotated[str, typer.Option(help="The outlet, for files that do not state it.")] = "",
    date: Annotated[str, typer.Option(help="The date of publication, for files that do not state it.")] = "",
    url: Annotated[str, typer.Option(help="The address, for files that do not state it.")] = "",
    embedder: Annotated[
        str, typer.Option(help="A sentence-transformers model, by name or folder; fixed when the archive is made.")
    ] = "",
    precision: Annotated[
        str, typer.Option(help="float32, or bfloat16 (faster if the processor has it); fixed when the archive is made.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show how each file would be read; change nothing.")
    ] = False,
    sync: Annotated[
        bool, typer.Option("--sync", help="Also remove articles whose file is gone from the folders; asks first.")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="With --sync: skip the question. Without --yes and without a terminal, nothing is removed."
        ),
    ] = False,
    remove_most: Annotated[
        bool, typer.Option("--remove-most", help="With --sync --yes: remove even if most or all of a folder is gone.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Add files and folders: .txt .md .html .htm .jsonl .csv .tsv .eml .rss .atom .xml (also .gz .xz), .pdf .docx."""
    from ui.cli.add import add_files, given_defaults
    from ui.cli.add import dry_run as show_readings
    from ui.cli.sync import Consent

    defaults = given_defaults(source, date, url)
    consent = Consent(sync, yes, remove_most)
    folder = archive_path(archive)
    code = (
        show_readings(folder, paths, defaults, consent, as_json)
        if dry_run
        else add_files(folder, paths, defaults, consent, embedder, precision, as_json)
    )
    raise typer.Exit(code)


@app.command("list")
def list_(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """List the articles, newest first."""
    from qa.archive.archive import Archive

    with Archive.open(archive_path(archive)).view() as view:
        articles = view.articles()
    if as_json:
        print_json({"articles": [asdict(article) for article in articles]})
    else:
        rows = [(a.id, a.published[:10], a.source, str(a.passages), a.title) for a in articles]
        output.out().print(output.table(("id", "date", "outlet", "passages", "title"), rows))


@app.command()
def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="An article's id, as `qa list` shows it.")],
    digest: Annotated[
        str, typer.Option(help="Show the version whose text has a SHA-256 with these first digits, as in citations.")
    ] = "",
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an article, or an earlier version of it."""
    from qa.archive.archive import Archive
    from ui.render import terminal_text

    opened = Archive.open(archive_path(archive))
    article = data.known_article(opened, article_id, digest)
    if as_json:
        print_json(asdict(article))
        return
    output.out().print(terminal_text.article_text(article))
    with opened.view() as view:
        for version in view.versions(article_id):
            print_notice(f"earlier version until {version.replaced}: --digest {version.digest[:12]}")


@app.command()
def feedback(archive: ArchiveOption = None) -> None:
    """Write readers' votes and notes on answers to stdout, as a question file for `qa eval`."""
    from ui.pages.feedback import Feedback

    for line in Feedback(archive_path(archive)).questions():
        print_line(json.dumps(line, ensure_ascii=False))


app.command()(search.search)
app.command()(search.ask)
app.command("eval")(measure.eval_)
app.command()(measure.sweep)
app.command()(measure.compare)


app.command()(care.status)
app.command()(care.verify)
app.command()(care.rebuild)
app.command()(care.doctor)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Article ids, as `qa list` shows them.")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove articles."""
    from qa.archive.writer import ArchiveWriter

    with ArchiveWriter(archive_path(archive)) as writer:
        unknown = [article_id for article_id in dict.fromkeys(ids) if not writer.delete([article_id])]
        writer.commit()
    removed = len(set(ids)) - len(unknown)
    print_json({"removed": removed, "unknown": unknown}) if as_json else print_line(f"{removed} articles removed")
    for article_id in unknown:
        print_notice(f"article {article_id!r}: is not in the archive; qa list shows the ids")
    raise typer.Exit(0 if not unknown else 1 if not removed else 3)


app.command()(backups.backup)
app.command()(backups.restore)
app.command()(serve.chat)
app.command()(serve.password)
