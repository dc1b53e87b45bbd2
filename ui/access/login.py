"""Authentication by the password file: a login page with a cookie for browsers, HTTP Basic for programs.

The middleware stands before the whole application, so every route that is not named here needs a login, even Gradio's.
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
from ui.access.passwords import User, Users
from ui.access.sessions import Remembered
from ui.access.throttle import Throttle
from ui.render.templates import fill
from ui.server.request_log import seen
from ui.server.server import FullError, Workers
from ui.server.visitors import Visitor, address_of, spoken


def login_page(address: str, onward: str = "", name: str = "", problem: str = "") -> str:
    """Return the login page as HTML.

    Args:
        address: the address that the form is sent to.
        onward: the path to open after the login, with its query.
        name: the name that was typed before.
        problem: why the login failed, in a sentence.
    """
    return fill("pages/login.html", address=address, onward=onward, name=name, problem=problem)


SIGN_IN, SIGN_OUT = "/signin", "/signout"
# For monitoring; without a login they reveal next to nothing.
_OPEN = frozenset(("/healthz", "/metrics"))
COOKIE = "dateline-session"
_SESSION_SECONDS = 12 * 3_600
_BASIC_SECONDS = 300  # during which a program's password is not hashed again
_CHECKS_AT_ONCE, _CHECKS_WAITING = 1, 64  # each takes 64 MB, and up to four cores for a moment
_MOST_BYTES = 20_000  # of the form
_LONGEST_NAME = 65
_UPLOAD = "/gradio_api/upload"
# A path of this site.  Browsers read "//host" and "/\host", even with a tab or a line end in between, as another site.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,8000}")

_WRONG = "Wrong name or password."
_NEEDED = "Log in first: load the page again, or give name and password with HTTP Basic (curl --user NAME)."
_ADMINS = "Only an admin may add articles."
_BROKEN = "The password file cannot be used at the moment, so nobody can log in; the server's log says why."
_BUSY = "Too many logins are waiting. Please try again in 2 seconds."


# Short names of the reasons for metrics and logs, by their message.
_REASONS = {_NEEDED: "login needed", _WRONG: "login wrong", _ADMINS: "not an admin", _BUSY: "full"}


class RefusedError(Exception):
    """A request is refused, with a status, a message and headers."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}

    @property
    def reason(self) -> str:
        """The reason in a word or two."""
        return "throttled" if self.status == 429 else _REASONS.get(self.sentence, "login unusable")


class Login:
    """ASGI middleware that passes on requests of logged-in users only, with their ``Visitor`` as ``scope["user"]``.

    Plain ASGI, because Starlette's BaseHTTPMiddleware does not suit responses that never end.

    Args:
        app: the application behind it.
        users: the users of the password file.
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
        elif scope["type"] != "http":  # web sockets are not used
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
        """Return the user who sent a request.

        Raises:
            RefusedError: if the request has no valid login.
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
        """Return the user with this name and password; concurrent requests with the same pair share one check.

        Raises:
            RefusedError: if the pair is wrong, or cannot be checked now.
        """
        key = name, hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest(), address
        if key not in self._checks:
            if seconds := self._throttle.begin(name, address):
                told = f"Too many wrong passwords. Please try again in {spoken(seconds)}."
                raise RefusedError(429, told, {"Retry-After": str(seconds)})
            self._checks[key] = asyncio.create_task(self._look(name, password, address))
            self._checks[key].add_done_callback(lambda _: self._checks.pop(key))
        try:
            user = await asyncio.shield(self._checks[key])  # other requests may wait for the same check
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
    """Return a name as the file writes it; a name that is too long stays too long."""
    return name.strip().lower()[:_LONGEST_NAME]


def _basic(headers: Headers) -> tuple[str, str] | None:
    """Return the name and password of an HTTP Basic header; None if there are none."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise RefusedError(400, "The Authorization header is not HTTP Basic, as curl --user NAME sends it.") from None
    return (_typed(name), password) if colon else None


async def _fields(request: Request) -> dict[str, list[str]]:
    """Return the fields of the login form."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise RefusedError(415, "The login form does not send such a request. Please log in below.")
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > _MOST_BYTES:
                raise RefusedError(413, "This request is larger than the login form allows. Please log in below.")
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=10)
    except (ValueError, ClientDisconnect):
        raise RefusedError(400, "The login form does not send such a request. Please log in below.") from None


def _own_path(onward: str) -> str:
    """Return the path to open after the login: the given one if it is on this site, else ``/``."""
    path = onward if _OWN_PATH.fullmatch(onward) else "/"
    return "/" if path.startswith((SIGN_IN, SIGN_OUT)) else path


def _form(refused: RefusedError | None = None, name: str = "", onward: str = "/") -> Response:
    """Return the login page, with the reason if a login was refused."""
    problem, status, headers = (refused.sentence, refused.status, refused.headers) if refused else ("", 200, {})
    return HTMLResponse(login_page(SIGN_IN, onward, name, problem), status, {"Cache-Control": "no-store", **headers})


def _refusal(scope: Scope, refused: RefusedError) -> Response:
    """Return the response to a refused request: for a browser's page load a redirect to the login, else a message."""
    path, headers = scope["path"], Headers(scope=scope)
    told = {"Cache-Control": "no-store", **refused.headers}
    opens = scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", "")
    if refused.status == 401 and opens and not path.startswith("/gradio_api") and "authorization" not in headers:
        raw = scope.get("raw_path") or scope["path"].encode()
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = raw.decode("latin-1") + (f"?{query}" if query else "")
        return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}" if wanted != "/" else SIGN_IN, 303, told)
    if path.startswith("/api"):
        # Only below /api: on an open page whose session has ended, the browser would show its own password dialog.
        if refused.status == 401:
            told["WWW-Authenticate"] = 'Basic realm="Dateline", charset="UTF-8"'
        sentence = json.dumps({"error": refused.sentence}, ensure_ascii=False, indent=1) + "\n"
        return Response(sentence, refused.status, told, "application/json")
    if path.startswith("/gradio_api") and scope["method"] == "POST" and path != _UPLOAD:
        return JSONResponse({"detail": refused.sentence, "error": refused.sentence}, refused.status, told)
    return PlainTextResponse(f"{refused.sentence}\n", refused.status, told)


def _kept_private(send: Send) -> Send:
    """Mark responses as private to shared caches, unless they state their own Cache-Control."""

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "private, no-cache")
        await send(message)

    return private
