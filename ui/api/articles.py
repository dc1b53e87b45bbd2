"""Permalinks of citations, and the article page behind them.

``/article/<id>?digest=…&start=…&end=…&quote=…&exact=…#quote`` holds the same values as a link of the chat page
(``ui.render.citation_view``).  An id may hold any character, so all of it is percent-encoded.  Browsers remove ``.``
and ``..`` from a path, so these two ids are given as ``?id=``.
"""

import logging
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from qa.errors import QaError
from qa.retrieval import Retriever
from ui.render.article_page import article_page
from ui.render.citation_view import Reading, Reference, reading, reference, unreadable, whole
from ui.render.links import DIGITS, PREFIX
from ui.render.refinding import QUOTE_DIGITS
from ui.server.server import FullError, Workers

_log = logging.getLogger("ui.permalinks")

_INCOMPLETE = "This link does not say which words it quotes, so none are marked."
_FULL = "Too many requests are waiting. Please open this page again in a moment."
_FAILED = "Something went wrong, and it has been logged. Please open this page again."


def article_id_of(request: Request, prefix: str = PREFIX) -> str:
    """Return the article id of a request whose path is still percent-encoded (``ui.server.guard.QuotedPaths``)."""
    name = request.scope["path"].partition(prefix)[2]
    return unquote(name, errors="replace") or request.query_params.get("id", "")


def reference_of(article_id: str, query: Mapping[str, str]) -> Reference | None:
    """Return the reference of a permalink; None if its query has none."""
    digest, words, exact = (query.get(name, "") for name in ("digest", "quote", "exact"))
    return reference(
        f"{quote(article_id, safe='')}:{query.get('start')}-{query.get('end')}:{digest[:DIGITS]}"
        + (f"-{words[:QUOTE_DIGITS]}" if words else "")
        + (f":{exact}" if exact else "")
        + (f"@{query['in']}" if query.get("in") else "")
    )


def shown(retriever: Retriever, links: Sequence[Reference]) -> Reading:
    """Return the article of some links, in the version that the first one quotes if that version is stored.

    Raises:
        DamageError: if the article no longer matches its hash.
    """
    if not links:
        return reading(None, [])
    chosen = links[0]
    article = retriever.article(chosen.article_id)
    return reading(article, links, retriever.article(chosen.article_id, chosen.digest) if article else None)


class ArticlePages:
    """Endpoint of ``/article/<id>``, the page of an article.

    Args:
        retriever: the opened archive.
        workers: the threads that read the articles.
    """

    def __init__(self, retriever: Retriever, workers: Workers) -> None:
        self._retriever = retriever
        self._workers = workers

    async def show(self, request: Request) -> Response:
        """Answer one request."""
        article_id, query = article_id_of(request), dict(request.query_params)
        headers = {"Cache-Control": "no-cache"}
        try:
            status, shown = await self._workers.run(lambda: self._read(article_id, query))
        except FullError:
            status, shown = 503, unreadable(_FULL)
            headers["Retry-After"] = "2"
        return HTMLResponse(article_page(shown, f"{request.scope.get('root_path', '')}/"), status, headers)

    def _read(self, article_id: str, query: Mapping[str, str]) -> tuple[int, Reading]:
        try:
            link = reference_of(article_id, query)
            if link:
                found = shown(self._retriever, [link])
                return 404 if found["error"] else 200, found
            article = self._retriever.article(article_id)
            if article is None:
                return 404, reading(None, [])
            return 200, whole(article, _INCOMPLETE if "start" in query or "digest" in query else "")
        except QaError as error:
            return 503, unreadable(str(error))
        except Exception:  # the page reports that something went wrong, and the log says what
            _log.exception("an article could not be shown")
            return 500, unreadable(_FAILED)
