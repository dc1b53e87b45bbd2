"""JSON data for programs, the same from the terminal (``--json``), over HTTP and from the page's named endpoints."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.errors import InputError, check_text
from qa.filters import Filters
from qa.records import Answer, Article, Hit

if TYPE_CHECKING:
    from qa.archive.archive import Archive
    from qa.retrieval import Retriever

Data = dict[str, Any]


def to_json(value: Any) -> str:
    """Return a result as JSON; lone surrogates, which file names can hold, are escaped."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace").decode()


def search_data(question: str, hits: Sequence[Hit], undated_left_out: int) -> Data:
    """Return the data of a search, its hits best first."""
    found = [
        {
            "rank": rank, "score": hit.score, "why": [asdict(part) for part in hit.why], "passage": asdict(hit.passage),
            "citation": asdict(hit.citation), "copies": [asdict(copy) for copy in hit.copies],
        }
        for rank, hit in enumerate(hits, 1)
    ]  # fmt: skip
    return {"question": question, "asked": question, "hits": found, "undated_left_out": undated_left_out}


def answer_data(answer: Answer) -> Data:
    """Return the data of an answer, with ``abstained``."""
    return {**asdict(answer), "abstained": answer.abstained}


def known_article(archive: "Archive | Retriever", article_id: str, digest: str = "") -> Article:
    """Return an article, or the version of it whose text has a SHA-256 that begins with ``digest``.

    Raises:
        UnknownArticleError: if the archive does not hold the article, or has no such version of it.
        InputError: if the id or the digest is malformed.
    """
    article = archive.article(check_text(article_id, "article"), check_text(digest, "digest").lower())
    if article is None and digest and archive.article(article_id):
        raise UnknownArticleError(f"article {article_id!r}: no version with digest {digest!r}; leave digest out")
    if article is None:
        raise UnknownArticleError(f"article {article_id!r}: is not in the archive; qa list shows the ids")
    return article


def undated_left_out(retriever: "Retriever", filters: Filters, bound: bool) -> int:
    """Return how many undated articles a date filter left out, from the options or from the question itself.

    Args:
        retriever: the opened archive.
        filters: the options of the search.
        bound: whether dates in the question filter articles.
    """
    dated = bound or filters.get("after") or filters.get("before") or filters.get("as_of")
    return retriever.undated(filters.get("sources", ()), filters.get("articles", ())) if dated else 0


class UnknownArticleError(InputError):
    """An article that the archive does not hold."""
