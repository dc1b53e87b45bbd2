"""HTTP API: ``POST /api/search``, ``POST /api/ask`` and ``GET /api/article/<id>``, with the terminal's JSON.

A separate application, so that its errors are JSON too, mounted at ``/api`` of the application that serves the page.
Scripts of other sites cannot use it: a POST has to be declared as JSON, for which a browser first sends a CORS
preflight request, and no preflight request is allowed.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Annotated, Any, get_type_hints

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, create_model
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qa._version import __version__
from qa.errors import InputError, QaError
from qa.records import Answer, Article, Citation, Part, Passage
from qa.retrieval import Retriever
from qa.runtime.timing import tell
from qa.settings import LIMITS, Limits
from ui.api.articles import ArticlePages, article_id_of
from ui.api.docs_page import api_page
from ui.api.requests import AskRequest, SearchRequest, complaint
from ui.data import Data, UnknownArticleError, known_article, to_json
from ui.render import links
from ui.server.guard import QuotedPaths
from ui.server.server import FullError, Workers
from ui.server.visitors import Rate, TooOftenError, visitor_of

_log = logging.getLogger("ui.api")

PREFIX = "/api/article/"
_RETRY_SECONDS = 2
_FULL = f"too many requests are waiting; try again in {_RETRY_SECONDS} seconds"
_FAILED = "something went wrong, and it has been logged"
_TOO_LARGE = f"the body is larger than {LIMITS.request_bytes:,} bytes; ask for less at a time"
# Our messages in place of the framework's.
_SENTENCES = {
    "Not Found": "there is nothing at this address; GET /api/ lists the addresses",
    "Method Not Allowed": "this address does not allow this method; GET /api/ lists the methods",
    "There was an error parsing the body": "the body is not valid JSON",
    "Content Too Large": _TOO_LARGE,
}
_ABOUT = (
    "Ask a news archive. An answer is made of sentences from its articles, each with a citation that can be checked to "
    "the character."
)


class Problem(BaseModel):
    """An error, in one sentence."""

    error: str


class FoundHit(BaseModel):
    """A hit of a search; ``rank`` counts from 1."""

    rank: int
    score: float
    why: list[Part]
    passage: Passage
    citation: Citation
    copies: list[Citation]


class Found(BaseModel):
    """The hits of a search, best first; ``undated_left_out`` counts undated articles that a date filter left out."""

    question: str
    asked: str
    hits: list[FoundHit]
    undated_left_out: int


_ANSWER: dict[str, Any] = {field.name: (get_type_hints(Answer)[field.name], ...) for field in fields(Answer)}
Answered: type[BaseModel] = create_model("Answered", __doc__=Answer.__doc__, abstained=(bool, ...), **_ANSWER)

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"description": "An option cannot be used: a malformed date, or a question without words."},
    413: {"description": f"The body is larger than {LIMITS.request_bytes:,} bytes."},
    415: {"description": "The body is not declared as application/json."},
    422: {"description": "A field is missing, unknown, of the wrong type or out of range."},
    429: {"description": "Too many questions in a minute (see Retry-After)."},
}
_ALWAYS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Name and password are required (HTTP Basic), and are missing or wrong."},
    500: {"description": "An error of the server; its log has the details."},
    503: {"description": "Too many requests are waiting (see Retry-After), or the archive cannot be read."},
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "The archive does not hold this article."},
    422: {"description": "The id is longer than ids can be."},
}
# A character can take four bytes in UTF-8, and each byte takes three characters in percent-encoding.
_QuotedId = Annotated[str, Path(max_length=12 * LIMITS.id_characters, description="Percent-encoded, slashes too.")]

_Digest = Annotated[str, Query(max_length=64, description="The first digits of the SHA-256 of a version's text.")]


def _told(problems: dict[int | str, dict[str, Any]]) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, **problem} for status, problem in sorted({**problems, **_ALWAYS}.items())}


def serve_programs(
    app: FastAPI,
    retriever: Retriever,
    limits: Limits = LIMITS,
    rate: Rate | None = None,
    programs: Workers | None = None,
) -> None:
    """Add the API at ``/api`` and permalinks at ``/article`` to an application, before it mounts others.

    Args:
        app: the application.
        retriever: the opened archive.
        limits: of a request's size, of concurrent requests and of waiting requests.
        rate: the rate limit, shared with the page; None: a new one from ``limits``.
        programs: the threads that answer questions; None: as many as ``limits`` allows.
    """
    pages = ArticlePages(retriever, Workers(limits.requests_at_once, limits.requests_waiting))
    app.add_middleware(QuotedPaths, prefixes=(links.PREFIX, PREFIX))
    app.router.routes.append(Route(links.PREFIX + "{article_id:path}", pages.show))
    app.router.routes.append(Route("/api", _to_description))
    app.mount("/api", _sized(build_api(retriever, limits, rate, programs), limits.request_bytes))


def _sized(api: ASGIApp, most: int) -> ASGIApp:
    """Refuse, in JSON, a body whose Content-Length exceeds the limit; one without it is refused while it is read."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if length.isdecimal() and (len(length) > 15 or int(length) > most):
            await _json({"error": _TOO_LARGE}, 413)(scope, receive, send)
        else:
            await api(scope, receive, send)

    return answer


async def _to_description(request: Request) -> Response:
    return RedirectResponse("api/")


def build_api(
    retriever: Retriever, limits: Limits = LIMITS, rate: Rate | None = None, programs: Workers | None = None
) -> FastAPI:
    """Return the API's application; its OpenAPI description is at ``/openapi.json``, and as a page at ``/``.

    Args:
        retriever: the opened archive.
        limits: of a request's size, of concurrent requests and of waiting requests.
        rate: the rate limit, shared with the page; None: a new one from ``limits``.
        programs: the threads that answer questions; None: as many as ``limits`` allows.
    """
    api = FastAPI(
        title="Dateline", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None,
        max_body_size=limits.request_bytes,
    )  # fmt: skip
    rate = rate or Rate(limits)

    async def seldom_enough(request: Request) -> None:
        try:
            rate.take(visitor_of(request.scope))
        except TooOftenError as error:
            raise HTTPException(429, str(error), {"Retry-After": str(error.seconds)}) from None

    question: list[Any] = [Depends(seldom_enough), Depends(_declared_as_json)]
    asking, reading = (Workers(limits.requests_at_once, limits.requests_waiting) for _ in range(2))
    asking = programs or asking
    retriever.load.also(lambda: asking.waiting)

    @api.post("/search", response_model=Found, responses=_told(_PROBLEMS), dependencies=question)
    async def search(wanted: SearchRequest) -> Response:
        """Find the passages that best match a question."""
        return await _done(asking, _timed(lambda: wanted.search(retriever)))

    @api.post("/ask", response_model=Answered, responses=_told(_PROBLEMS), dependencies=question)
    async def ask(wanted: AskRequest) -> Response:
        """Answer a question in the archive's own words, or say that it holds no answer."""
        return await _done(asking, _timed(lambda: wanted.ask(retriever)))

    @api.get("/article/{article_id:path}", response_model=Article, responses=_told(_UNKNOWN))
    async def article(article_id: _QuotedId, request: Request, digest: _Digest = "") -> Response:
        """Return a whole article, or the version of it whose text has a SHA-256 that begins with `digest`."""
        wanted = article_id_of(request, PREFIX)
        return await _done(reading, lambda: asdict(known_article(retriever, wanted, digest)))

    @api.get("/", include_in_schema=False)
    async def described(request: Request) -> Response:
        return HTMLResponse(api_page(api.openapi(), f"{request.base_url}api"))

    @api.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:
        return _json({"error": complaint(error.errors())}, 422)

    @api.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: StarletteHTTPException) -> Response:
        told = _SENTENCES.get(str(error.detail), str(error.detail))
        return _json({"error": told}, error.status_code, dict(error.headers or {}))

    return api


async def _declared_as_json(request: Request) -> None:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != "application/json":
        raise HTTPException(415, "the body has to be declared as JSON: send the header Content-Type: application/json")


def _timed(work: Callable[[], Data]) -> Callable[[], Data]:
    """Return a function that reports how long it waited from now until its turn, and then does the work."""
    begin = time.perf_counter()

    def begun() -> Data:
        tell("wait", time.perf_counter() - begin)
        return work()

    return begun


async def _done(workers: Workers, work: Callable[[], Data]) -> Response:
    try:
        return _json(await workers.run(work))
    except FullError:
        raise HTTPException(503, _FULL, {"Retry-After": str(_RETRY_SECONDS)}) from None
    except UnknownArticleError as error:
        raise HTTPException(404, str(error)) from None
    except InputError as error:
        raise HTTPException(400, str(error)) from None
    except QaError as error:
        raise HTTPException(503, str(error)) from None
    except Exception:  # the client learns that it was not its fault, and the log says what went wrong
        _log.exception("a request could not be answered")
        raise HTTPException(500, _FAILED) from None


def _json(value: Data, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(f"{to_json(value)}\n", status, headers, "application/json")
