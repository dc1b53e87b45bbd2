"""Addresses of article pages, and permalinks of citations."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from qa.records import Citation
from ui.render.answer_text import Marks
from ui.render.refinding import quote_hash

PREFIX = "/article/"
DIGITS = 12  # of an article's digest, in links
_MOST_MARKS = 16


def address(base_url: str, article_id: str, query: Mapping[str, object] | None = None) -> str:
    """Return the address of an article's page."""
    values, name = dict(query or {}), quote(article_id, safe="", errors="replace")
    if name in {"", ".", ".."}:
        values, name = {"id": article_id, **values}, ""
    return f"{base_url.rstrip('/')}{PREFIX}{name}" + (f"?{urlencode(values, safe=',')}" if values else "")


def permalink(base_url: str, citation: Citation, marks: Marks = ()) -> str:
    """Return the permalink of a citation.

    Args:
        base_url: the address of the page, such as ``http://127.0.0.1:7860/``; ``""`` for a relative link.
        citation: the citation.
        marks: the exact words in it, as offsets into the article.
    """
    query = {
        "digest": citation.digest[:DIGITS], "start": citation.start, "end": citation.end,
        "quote": quote_hash(citation.quote),
    }  # fmt: skip
    if citation.field != "text":
        query["in"] = citation.field
    if marks:
        query["exact"] = spans_text(marks)
    return f"{address(base_url, citation.article_id, query)}#quote"


def spans_text(marks: Marks) -> str:
    """Return marks in the form of links, ``34-54,86-92``."""
    return ",".join(f"{start}-{end}" for start, end in marks[:_MOST_MARKS])
