"""Dateline: question answering over a news archive, with citations that can be checked.

    import qa

    for hit in qa.retrieve("Who took Jisr al-Shughour?", k=3):
        print(hit.citation.source, hit.citation.published, hit.passage.text)

    answer = qa.ask("How many air strikes did the army fly?")

``retrieve`` and ``ask`` open the archive at the first call and keep it open.  Use ``Retriever`` to open it yourself.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa._version import __version__ as __version__
from qa.errors import ArchiveError, BusyError, DamageError, InputError, ModelError, QaError
from qa.records import (
    Answer,
    Article,
    Citation,
    Evidence,
    Hit,
    Match,
    MatchedArticle,
    Part,
    Passage,
    Question,
    Sentence,
)
from qa.settings import archive_path

if TYPE_CHECKING:
    from typing import Unpack

    from qa.dialogue.conversation import Turn
    from qa.filters import Conditions
    from qa.retrieval import Retriever

__all__ = [
    "Answer", "ArchiveError", "Article", "BusyError", "Citation", "DamageError", "Evidence", "Hit", "InputError",
    "Match", "MatchedArticle", "ModelError", "Part", "Passage", "QaError", "Question", "Retriever", "Sentence", "ask",
    "retrieve",
]  # fmt: skip


def retrieve(
    question: str, k: int = 5, archive: str | Path | None = None, **options: "Unpack[Conditions]"
) -> list[Hit]:
    """Return the ``k`` passages that best match a question; the options are those of ``Retriever.retrieve``.

    Args:
        question: plain text.
        k: how many hits.
        archive: the archive's folder (default: ``QA_ARCHIVE``, else ``./archive``); opened once, then kept open.
        **options: ``sources``, ``articles``, ``after``, ``before``, ``as_of``, ``per_article``.
    """
    return _opened(archive_path(archive).absolute()).retrieve(question, k, **options)


def ask(
    question: str,
    history: "Iterable[Turn]" = (),
    k: int = 5,
    archive: str | Path | None = None,
    **options: "Unpack[Conditions]",
) -> Answer:
    """Answer a question in the archive's own words, or abstain; the options are those of ``Retriever.ask``."""
    return _opened(archive_path(archive).absolute()).ask(question, history, k, **options)


@lru_cache(maxsize=4)
def _opened(folder: Path) -> "Retriever":
    from qa.retrieval import Retriever

    return Retriever.open(folder)


def __getattr__(name: str) -> Any:
    # The retriever imports tantivy and, once opened, torch; a program that does not use it loads neither.
    if name == "Retriever":
        from qa.retrieval import Retriever

        return Retriever
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
