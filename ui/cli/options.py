"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from qa.settings import AskSettings

ArchiveOption = Annotated[
    Path | None,
    typer.Option("--archive", help="The archive's folder (default: $QA_ARCHIVE, else ./archive)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
HitsOption = Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")]
SourceOption = Annotated[list[str], typer.Option("--source", help="Only this outlet (may be repeated).")]
ArticleOption = Annotated[list[str], typer.Option("--article", help="Only this article id (may be repeated).")]
AfterOption = Annotated[str, typer.Option("--after", help="Only articles published at or after this date.")]
BeforeOption = Annotated[str, typer.Option("--before", help="Only articles published before this date.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="Only articles published on or before this date.")]
PerArticleOption = Annotated[
    int, typer.Option("--per-article", min=0, help="Hits of one article before those of others (0: no cap).")
]
RerankerOption = Annotated[
    str,
    typer.Option(
        "--reranker",
        help="The model that reads the best passages again: packaged, none, or a sentence-transformers CrossEncoder "
        "(name or folder).",
    ),
]
ReaderOption = Annotated[
    str,
    typer.Option(
        "--reader",
        help="The model that finds the exact words: packaged, none, or a transformers question-answering model "
        "(name or folder).",
    ),
]
DEFAULTS = AskSettings()
