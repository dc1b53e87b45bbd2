"""Where an article's page is."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

PREFIX = "/article/"


def address(base_url: str, article_id: str, query: Mapping[str, object] | None = None) -> str:
    """Return the address of an article's page."""
    values, name = dict(query or {}), quote(article_id, safe="", errors="replace")
    if name in {"", ".", ".."}:
        values, name = {"id": article_id, **values}, ""
    return f"{base_url.rstrip('/')}{PREFIX}{name}" + (f"?{urlencode(values, safe=',')}" if values else "")
