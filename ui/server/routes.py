"""The names under which requests are counted and logged: few, and none made of what somebody sends."""

import re

_WHOLE = frozenset((
    "/", "/archive", "/article/", "/api/", "/api/search", "/api/ask", "/api/openapi.json", "/signin", "/signout",
    "/healthz", "/metrics", "/config", "/theme.css", "/gradio_api/queue/join", "/gradio_api/queue/data",
    "/gradio_api/component_server", "/gradio_api/upload", "/gradio_api/upload_progress", "/gradio_api/cancel",
    "/gradio_api/reset", "/gradio_api/info",
))  # fmt: skip
_BEGINNINGS = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"/article/.", "/article/{id}"),
        (r"/api/article/", "/api/article/{id}"),
        (r"/gradio_api/heartbeat/", "/gradio_api/heartbeat/{session}"),
        (r"/gradio_api/call/(v2/)?[^/]*/?$", "/gradio_api/call/{name}"),
        (r"/gradio_api/call/", "/gradio_api/call/{name}/{event}"),
        (r"/gradio_api/", "/gradio_api/{other}"),
        (r"/(assets|static)/", "/assets/{file}"),
    )
)
OTHER = "{other}"
METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))
# Streams that last as long as a page is open; the time they take says nothing, and no end has to wait for them.
ENDLESS = "/gradio_api/heartbeat/{session}"
STREAM = "/gradio_api/queue/data"
# What puts a question into the page's queue, and what has it answered at once.
JOINS = frozenset(("/gradio_api/queue/join", "/gradio_api/call/{name}"))
QUESTIONS = frozenset(("/api/search", "/api/ask"))
# Requests that are only of interest when they go wrong.
QUIET = frozenset((ENDLESS, STREAM, "/assets/{file}", "/healthz", "/metrics", "/theme.css", "/config"))


def route_of(path: str) -> str:
    """Return the name of the route that a path leads to."""
    if path in _WHOLE:
        return path
    return next((name for pattern, name in _BEGINNINGS if pattern.match(path)), OTHER)
