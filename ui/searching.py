"""The command that searches: ``qa search``, for the best passages or, with ``--all``, for every match."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from qa.records import MatchedArticle
from qa.settings import AskSettings, archive_path
from ui.options import (
    DEFAULTS,
    AfterOption,
    ArchiveOption,
    ArticleOption,
    AsOfOption,
    BeforeOption,
    HitsOption,
    JsonOption,
    PerArticleOption,
    RerankerOption,
    SourceOption,
)


def search(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What to look for.")],
    archive: ArchiveOption = None,
    k: HitsOption = 5,
    source: SourceOption = [],  # noqa: B006 - typer copies it
    article: ArticleOption = [],  # noqa: B006
    after: AfterOption = "",
    before: BeforeOption = "",
    as_of: AsOfOption = "",
    per_article: PerArticleOption = 3,
    reranker: RerankerOption = DEFAULTS.reranker,
    every: Annotated[
        bool, typer.Option("--all", help='Every article that holds all these words and "quoted phrases", counted.')
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="With --all: print CSV on stdout, a line a match.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that best match a question, or every match of words."""
    filters = {"sources": source, "articles": article, "after": after, "before": before, "as_of": as_of}
    if every:
        for name, option in (("k", "-k"), ("per_article", "--per-article"), ("reranker", "--reranker")):
            given = context.get_parameter_source(name)
            if given and given.name == "COMMANDLINE":
                raise typer.BadParameter("--all gives every match, so that it has no use", param_hint=f"'{option}'")
        if as_csv and as_json:
            raise typer.BadParameter("cannot be given with --json", param_hint="'--csv'")
        _every(archive_path(archive), question, filters, as_csv, as_json)
        return
    if as_csv:
        raise typer.BadParameter("is for --all", param_hint="'--csv'")
    settings = AskSettings(reranker=reranker, reader="none")  # passages are shown whole
    _best(archive, question, k, filters, per_article, settings, as_json)


def _best(
    archive: Path | None,
    question: str,
    k: int,
    filters: dict[str, Any],
    per_article: int,
    settings: AskSettings,
    as_json: bool,
) -> None:
    from ui import dates, terminal
    from ui.cli import open_retriever, print_json, print_notice
    from ui.programs import search_data, undated_left_out

    retriever = open_retriever(archive, settings)
    hits = retriever.retrieve(question, k, **filters, per_article=per_article)
    bounded = dates.say_understood(retriever, question, filters["as_of"])
    undated = undated_left_out(retriever, filters, bounded)
    if as_json:
        print_json(search_data(question, hits, undated))
        return
    console = terminal.out()
    for rank, hit in enumerate(hits, 1):
        console.print(terminal.hit_text(rank, hit, question))
    if not hits:
        console.print("No passage passes the filters.")
    if undated:
        print_notice(f"{undated} undated articles were left out by the dates")


def _every(folder: Path, words: str, filters: dict[str, Any], as_csv: bool, as_json: bool) -> None:
    """Print every match as it is found; what is kept is counts and, for the table, a row an article."""
    from qa.archive import Archive
    from qa.exhaustive import find_all
    from qa.filters import DATED, where
    from ui.cli import print_notice

    archive, conditions = Archive.open(folder), where(**filters)
    found = find_all(archive, words, conditions)
    undated = 0
    if any(filters[name] for name in ("after", "before", "as_of")):
        others = where(filters["sources"], filters["articles"])
        with archive.view() as view:
            undated = view.count(others) - view.count((*others, DATED))
    if as_csv:
        _print_csv(found)
    elif as_json:
        _print_json(words, found, undated)
    else:
        _print_table(found)
    if undated and not as_json:
        print_notice(f"{undated} undated articles were left out by the dates")


def _print_csv(found: Iterator[MatchedArticle]) -> None:
    from ui.spreadsheet import MATCH_COLUMNS, csv_line, match_cells

    sys.stdout.write(csv_line(MATCH_COLUMNS))
    for article in found:
        sys.stdout.writelines(csv_line(match_cells(article, match)) for match in article.matches)
    sys.stdout.flush()


def _print_json(words: str, found: Iterator[MatchedArticle], undated: int) -> None:
    from qa.exhaustive import Tally, read_words

    def told(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    tally = Tally()
    sys.stdout.write(f'{{"words": {told(words)},\n "searched": {told([one.words for one in read_words(words)])},\n')
    sys.stdout.write(' "articles": [')
    for number, article in enumerate(found):
        tally.add(article)
        sys.stdout.write(f"{',' if number else ''}\n  {told(asdict(article))}")
    sys.stdout.write(f'],\n "totals": {told(asdict(tally.totals()))},\n "undated_left_out": {undated}}}\n')
    sys.stdout.flush()


def _print_table(found: Iterator[MatchedArticle]) -> None:
    from qa.exhaustive import Tally
    from ui import terminal
    from ui.cli import print_line
    from ui.render import counted

    tally, rows = Tally(), []
    for one in found:
        tally.add(one)
        rows.append((str(len(one.matches)), one.published[:10], one.source, one.id, one.title))
    totals, console = tally.totals(), terminal.out()
    print_line(f"{counted(totals.articles, 'article')}, {counted(totals.matches, 'match', 'matches')}")
    for name, counts in (("outlet", totals.by_source), ("month", totals.by_month)):
        if counts:
            cells = ((one.name or "unknown", f"{one.articles:,}", f"{one.matches:,}") for one in counts)
            console.print("", terminal.table((name, "articles", "matches"), cells), sep="\n")
    if rows:
        console.print("", terminal.table(("matches", "date", "outlet", "id", "title"), rows), sep="\n")
