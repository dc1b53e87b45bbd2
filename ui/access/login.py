"""Lets in who is named in the password file: a login page with a cookie for browsers, HTTP Basic for programs.

Stands before all of the application, so that what is not named here needs a login, Gradio's own routes included.
"""

import asyncio
import base64
import binascii
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.errors import InputError
from ui.access.login_page import login_page
from ui.access.passwords import User, Users
from ui.access.sessions import Remembered
from ui.access.throttle import Throttle
from ui.server.request_log import seen
from ui.server.server import FullError, Workers
from ui.server.visitors import Visitor, address_of, spoken

SIGN_IN, SIGN_OUT = "/signin", "/signout"
# For programs that watch the server; they tell who is not logged in next to nothing.
_OPEN = frozenset(("/healthz", "/metrics"))
COOKIE = "dateline-session"
_SESSION_SECONDS = 12 * 3_600
_BASIC_SECONDS = 300  # for which a program's password is not hashed again
_CHECKS_AT_ONCE, _CHECKS_WAITING = 1, 64  # each takes 64 MB, and up to four cores for a moment
_MOST_BYTES = 20_000  # of the form
_LONGEST_NAME = 65
_UPLOAD = "/gradio_api/upload"
# Nothing that a browser reads as the address of another site: "//host", "/\host", a tab or a line end in between.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,8000}")

_WRONG = "This name and password do not belong together."
_NEEDED = "Log in first: load the page again, or give name and password with HTTP Basic (curl --user NAME)."
_ADMINS = "Only an admin may add articles."
_BROKEN = "The password file cannot be used at the moment, so nobody can log in; the server's log says why."
_BUSY = "Many log in at this moment. Please try again in 2 seconds."


# Why a request is not let in, for figures and logs, where the sentence does not say it in a word.
_REASONS = {_NEEDED: "login needed", _WRONG: "login wrong", _ADMINS: "not an admin", _BUSY: "full"}


class RefusedError(Exception):
    """A request is not let in: with which status, sentence and headers."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}

    @property
    def reason(self) -> str:
        """Why, in a word or two."""
        return "throttled" if self.status == 429 else _REASONS.get(self.sentence, "login unusable")


class Login:
    """Passes on the requests of those who have logged in, each with its ``Visitor`` as ``scope["user"]``.

    Plain ASGI, because Starlette's BaseHTTPMiddleware sits badly on responses that never end.

    Args:
        app: the application behind.
        users: who may log in.
        clock: seconds.
    """

    def __init__(self, app: ASGIApp, users: Users, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._users = users
        self._sessions = Remembered(_SESSION_SECONDS, clock)
        self._programs = Remembered(_BASIC_SECONDS, clock)
        self._throttle = Throttle(clock)
        self._workers = Workers(_CHECKS_AT_ONCE, _CHECKS_WAITING)
        self._checks: dict[tuple[str, bytes, str], asyncio.Task[User | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":  # nothing here speaks over web sockets
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] == SIGN_IN:
            await (await self._sign_in(Request(scope, receive)))(scope, receive, send)
        elif scope["path"] == SIGN_OUT and scope["method"] == "POST":
            await self._sign_out(scope)(scope, receive, send)
        else:
            try:
                user = await self._known(scope)
                if scope["path"].startswith(_UPLOAD) and not user.admin:
                    raise RefusedError(403, _ADMINS)
            except RefusedError as refused:
                if scope["path"] in _OPEN and "authorization" not in Headers(scope=scope):
                    await self._app({**scope, "user": Visitor("", False, address_of(scope))}, receive, send)
                    return
                seen(scope).refusal = refused.reason
                await _refusal(scope, refused)(scope, receive, send)
            else:
                visitor = seen(scope).visitor = Visitor(user.name, user.admin, address_of(scope))
                await self._app({**scope, "user": visitor}, receive, _kept_private(send))

    async def _known(self, scope: Scope) -> User:
        """Return whose request this is.

        Raises:
            RefusedError: if it is nobody's.
        """
        try:
            if user := self._sessions.find(_token(scope), self._users.current()):
                return user
            if not (given := _basic(Headers(scope=scope))):
                raise RefusedError(401, _NEEDED)
            secret = "\0".join(given)
            if user := self._programs.find(secret, self._users.current()):
                return user
        except InputError:
            raise RefusedError(503, _BROKEN) from None
        user = await self._check(*given, address_of(scope))
        self._programs.add(secret, user)
        return user

    async def _check(self, name: str, password: str, address: str) -> User:
        """Return whose name and password these are; the same, sent many times at once, are looked at once.

        Raises:
            RefusedError: if they are nobody's, or cannot be looked at now.
        """
        key = name, hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest(), address
        if key not in self._checks:
            if seconds := self._throttle.begin(name, address):
                told = f"Too many wrong passwords. Please try again in {spoken(seconds)}."
                raise RefusedError(429, told, {"Retry-After": str(seconds)})
            self._checks[key] = asyncio.create_task(self._look(name, password, address))
            self._checks[key].add_done_callback(lambda _: self._checks.pop(key))
        try:
            user = await asyncio.shield(self._checks[key])  # others may wait for it too
        except FullError:
            raise RefusedError(503, _BUSY, {"Retry-After": "2"}) from None
        except InputError:
            raise RefusedError(503, _BROKEN) from None
        if user is None:
            raise RefusedError(401, _WRONG)
        return user

    async def _look(self, name: str, password: str, address: str) -> User | None:
        try:
            user = await self._workers.run(partial(self._users.check, name, password))
        except (FullError, InputError):
            self._throttle.undo(name, address)
            raise
        if user:
            self._throttle.passed(name, address)
        return user

    async def _sign_in(self, request: Request) -> Response:
        if request.method in {"GET", "HEAD"}:
            onward = _own_path(request.query_params.get("next", ""))
            return _form(onward=onward)
        if request.method != "POST":
            return PlainTextResponse("method not allowed\n", 405, {"Allow": "GET, HEAD, POST"})
        try:
            given = await _fields(request)
            name, password, onward = (given.get(field, [""])[0] for field in ("name", "password", "next"))
        except RefusedError as refused:
            return _form(refused)
        name, onward = _typed(name), _own_path(onward)
        try:
            user = await self._check(name, password, address_of(request.scope))
        except RefusedError as refused:
            seen(request.scope).refusal = refused.reason
            return _form(refused, name, onward)
        seen(request.scope).visitor = Visitor(user.name, user.admin, address_of(request.scope))
        self._sessions.drop(_token(request.scope))
        token = secrets.token_urlsafe(32)
        self._sessions.add(token, user)
        response = RedirectResponse(onward, 303)
        secure = request.scope.get("scheme") == "https"
        response.set_cookie(COOKIE, token, _SESSION_SECONDS, httponly=True, samesite="lax", secure=secure)
        return response

    def _sign_out(self, scope: Scope) -> Response:
        self._sessions.drop(_token(scope))
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=scope.get("scheme") == "https")
        return response


def _token(scope: Scope) -> str:
    return Request(scope).cookies.get(COOKIE, "")


def _typed(name: str) -> str:
    """Return a name as it stands in the file; one that is too long stays too long."""
    return name.strip().lower()[:_LONGEST_NAME]


def _basic(headers: Headers) -> tuple[str, str] | None:
    """Return the name and password that a program sends; None: it sends none."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError(400, "The header Authorization cannot be read as HTTP Basic.") from None
    return (_typed(name), password) if colon else None


async def _fields(request: Request) -> dict[str, list[str]]:
    """Return the fields of the form."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise RefusedError(415, "This is not what the form sends.")
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                raise RefusedError(413, "This is more than the form sends.")
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=10)
    except (ValueError, ClientDisconnect):
        raise RefusedError(400, "This is not what the form sends.") from None


def _own_path(onward: str) -> str:
    """Return where to go after the login: a path of this page, else its beginning."""
    path = onward if _OWN_PATH.fullmatch(onward) else "/"
    return "/" if path.startswith((SIGN_IN, SIGN_OUT)) else path


def _form(refused: RefusedError | None = None, name: str = "", onward: str = "/") -> Response:
    """Return the login page, with what went wrong if something did."""
    problem, status, headers = (refused.sentence, refused.status, refused.headers) if refused else ("", 200, {})
    return HTMLResponse(login_page(SIGN_IN, onward, name, problem), status, {"Cache-Control": "no-store", **headers})


def _refusal(scope: Scope, refused: RefusedError) -> Response:
    """Return the way to the login page to who opens a page, a sentence to all others."""
    path, headers = scope["path"], Headers(scope=scope)
    told = {"Cache-Control": "no-store", **refused.headers}
    opens = scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", "")
    if refused.status == 401 and opens and not path.startswith("/gradio_api") and "authorization" not in headers:
        raw = scope.get("raw_path") or scope["path"].encode()
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = raw.decode("latin-1") + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}" if wanted != "/" else SIGN_IN, 303, told)
    if path.startswith("/api"):
        # Only here: a page whose login is over would have its browser ask in a window of its own.
        if refused.status == 401:
            told["WWW-Authenticate"] = 'Basic realm="Dateline", charset="UTF-8"'
        sentence = json.dumps({"error": refused.sentence}, ensure_ascii=False, indent=1) + "\n"
        return Response(sentence, refused.status, told, "application/json")
    if path.startswith("/gradio_api") and scope["method"] == "POST" and path != _UPLOAD:
        return JSONResponse({"detail": refused.sentence, "error": refused.sentence}, refused.status, told)
    return PlainTextResponse(f"{refused.sentence}\n", refused.status, told)


def _kept_private(send: Send) -> Send:
    """Keep what only some may read out of caches that others share, where a response says nothing of its own."""

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "private, no-cache")
        await send(message)

    return private
