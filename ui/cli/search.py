"""Commands for questions: ``qa ask``, and ``qa search`` for the best passages or, with ``--all``, for every match."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.filters import DATED, Conditions, Filters, where
from qa.records import MatchedArticle
from qa.settings import AskSettings, archive_path
from ui.cli import output
from ui.cli.options import (
    DEFAULTS,
    AfterOption,
    ArchiveOption,
    ArticleOption,
    AsOfOption,
    BeforeOption,
    HitsOption,
    JsonOption,
    PerArticleOption,
    ReaderOption,
    RerankerOption,
    SourceOption,
)
from ui.cli.output import print_json, print_line, print_notice

if TYPE_CHECKING:
    from qa.retrieval import Retriever


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
        bool,
        typer.Option("--all", help='Every article that contains all these words and "quoted phrases", with counts.'),
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="With --all: print CSV on stdout, one line for each match.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that best match a question, or every match of words."""
    conditions: Conditions = {
        "sources": source, "articles": article, "after": after, "before": before, "as_of": as_of,
        "per_article": per_article,
    }  # fmt: skip
    if every:
        for name, option in (("k", "-k"), ("per_article", "--per-article"), ("reranker", "--reranker")):
            given = context.get_parameter_source(name)
            if given and given.name == "COMMANDLINE":
                raise typer.BadParameter("has no effect with --all, which gives every match", param_hint=f"'{option}'")
        if as_csv and as_json:
            raise typer.BadParameter("cannot be given with --json", param_hint="'--csv'")
        _every(archive_path(archive), question, conditions, as_csv, as_json)
        return
    if as_csv:
        raise typer.BadParameter("needs --all", param_hint="'--csv'")
    settings = AskSettings(reranker=reranker, reader="none")  # passages are shown whole
    _best(archive, question, k, conditions, settings, as_json)


def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    archive: ArchiveOption = None,
    k: HitsOption = 5,
    source: SourceOption = [],  # noqa: B006
    article: ArticleOption = [],  # noqa: B006
    after: AfterOption = "",
    before: BeforeOption = "",
    as_of: AsOfOption = "",
    per_article: PerArticleOption = 3,
    reranker: RerankerOption = DEFAULTS.reranker,
    reader: ReaderOption = DEFAULTS.reader,
    as_json: JsonOption = False,
) -> None:
    """Answer a question in the archive's own words, or say that it holds no answer."""
    from qa.retrieval import Retriever
    from ui.data import answer_data
    from ui.render import terminal_text

    retriever = Retriever.open(archive_path(archive), AskSettings(reranker=reranker, reader=reader))
    answer = retriever.ask(
        question, (), k,
        sources=source, articles=article, after=after, before=before, as_of=as_of, per_article=per_article,
    )  # fmt: skip
    if _say_understood(retriever, question, as_of) and not answer.hits:
        print_notice("no passage has these dates of publication, so none could answer")
    if as_json:
        print_json(answer_data(answer))
    else:
        output.out().print(terminal_text.answer_text(answer))


def _best(
    archive: Path | None,
    question: str,
    k: int,
    conditions: Conditions,
    settings: AskSettings,
    as_json: bool,
) -> None:
    from qa.retrieval import Retriever
    from ui.data import search_data, undated_left_out
    from ui.render import terminal_text

    retriever = Retriever.open(archive_path(archive), settings)
    hits = retriever.retrieve(question, k, **conditions)
    bounded = _say_understood(retriever, question, str(conditions["as_of"]))
    undated = undated_left_out(retriever, conditions, bounded)
    if as_json:
        print_json(search_data(question, hits, undated))
        return
    console = output.out()
    for rank, hit in enumerate(hits, 1):
        console.print(terminal_text.hit_text(rank, hit, question))
    if not hits:
        console.print("No passage passes the filters.")
    if undated:
        _say_undated(undated)


def _every(folder: Path, words: str, filters: Filters, as_csv: bool, as_json: bool) -> None:
    """Print every match as it is found; only counts and, for the table, one row for each article stay in memory."""
    from qa.archive.archive import Archive
    from qa.search.exhaustive import find_all

    archive = Archive.open(folder)
    found = find_all(archive, words, where(filters))
    undated = 0
    if filters["after"] or filters["before"] or filters["as_of"]:
        others = where({"sources": filters["sources"], "articles": filters["articles"]})
        with archive.view() as view:
            undated = view.count(others) - view.count((*others, DATED))
    if as_csv:
        _print_csv(found)
    elif as_json:
        _print_json(words, found, undated)
    else:
        _print_table(found)
    if undated and not as_json:
        _say_undated(undated)


def _print_csv(found: Iterator[MatchedArticle]) -> None:
    from ui.render.export import MATCH_COLUMNS, csv_line, match_cells

    sys.stdout.write(csv_line(MATCH_COLUMNS))
    for article in found:
        sys.stdout.writelines(csv_line(match_cells(article, match)) for match in article.matches)
    sys.stdout.flush()


def _print_json(words: str, found: Iterator[MatchedArticle], undated: int) -> None:
    from qa.search.exhaustive import Tally, read_words

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
    from qa.search.exhaustive import Tally
    from ui.render.answer_html import counted

    tally, rows = Tally(), []
    for one in found:
        tally.add(one)
        rows.append((str(len(one.matches)), one.published[:10], one.source, one.id, one.title))
    totals, console = tally.totals(), output.out()
    print_line(f"{counted(totals.articles, 'article')}, {counted(totals.matches, 'match', 'matches')}")
    for name, counts in (("outlet", totals.by_source), ("month", totals.by_month)):
        if counts:
            cells = ((one.name or "unknown", f"{one.articles:,}", f"{one.matches:,}") for one in counts)
            console.print("", output.table((name, "articles", "matches"), cells), sep="\n")
    if rows:
        console.print("", output.table(("matches", "date", "outlet", "id", "title"), rows), sep="\n")


def _say_understood(retriever: "Retriever", question: str, as_of: str) -> bool:
    """Print the dates of publication in a question to stderr; return whether they leave articles out."""
    from qa.dates.question_windows import described

    windows = retriever.understood(question, as_of=as_of)
    for window in windows:
        kind = "only these" if window.kind == "bound" else "preferred"
        print_notice(f"understood: {described(window)} ({kind}), from “{question[window.start : window.end]}”")
    filtered = bool(retriever.binding(question, as_of=as_of))
    if not filtered and any(window.kind == "bound" for window in windows):
        print_notice("no article of this archive is dated, so none is left out")
    return filtered


def _say_undated(count: int) -> None:
    from ui.render.answer_html import counted

    print_notice(f"{counted(count, 'undated article')} {'was' if count == 1 else 'were'} left out by the date filter")
