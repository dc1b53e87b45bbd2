"""Application and server of the pages: Gradio pages in a FastAPI application."""

import asyncio
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.routing import Route

from qa.errors import InputError
from qa.retrieval import Retriever
from qa.runtime import timing
from qa.settings import LIMITS, Limits
from ui.access.login import Login
from ui.access.passwords import Users
from ui.api.routes import serve_programs
from ui.pages.additions import Adding, own_embedder
from ui.pages.archive import READERS, ArchivePage
from ui.pages.archive_layout import add_archive_page
from ui.pages.chat import Page
from ui.pages.chat_layout import STATIC, build_page
from ui.pages.gradio_setup import gr
from ui.pages.queue import PageQueue, Turnstile
from ui.pages.uploads import Uploads
from ui.server.guard import Guard
from ui.server.health import Health
from ui.server.metrics import Metrics
from ui.server.question_log import CountedRate, question_log
from ui.server.request_log import Finished, Running, Watch, log_request
from ui.server.server import LOOPBACK, Ending, PageServer, Workers, address_of, check_alone, check_proxies, listen


def build_app(
    retriever: Retriever,
    *,
    examples: Sequence[str] = (),
    hosts: Sequence[str] = (),
    uploads: Uploads | None = None,
    users: Users | None = None,
    log_questions: bool = False,
    limits: Limits = LIMITS,
) -> FastAPI:
    """Return a fresh application that serves the pages for an archive.

    Args:
        retriever: the opened archive.
        examples: questions to offer; none: they are made from titles of the archive.
        hosts: the host names that requests may be addressed to; none: any.
        uploads: the folder of uploaded files; None: articles cannot be added or removed on the page.
        users: the users, who have to log in; None: anyone who can reach the page has all rights on it.
        log_questions: whether the log may hold questions.
        limits: of concurrent questions, of waiting questions, and of the questions of one visitor.
    """
    archive, running = retriever.archive, Running()
    health = Health(archive, running)
    metrics = Metrics(health)
    rate, programs = CountedRate(metrics.refused, limits), Workers(limits.requests_at_once, limits.requests_waiting)
    queue: list[PageQueue] = []  # the page's, once it is built
    own_page, own_api = (
        retriever.observed(question_log(surface, metrics.answered, questions=log_questions))
        for surface in ("page", "api")
    )

    def finished(request: Finished) -> None:
        metrics.finished(request)
        log_request(request)

    own = own_embedder(retriever.embedder, archive.stamp.settings.precision)
    adding = Adding(archive, own, uploads) if uploads else None

    async def build() -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        # Gradio allows scripts of any site unless the application has its own CORS policy; ours allows none.
        app.add_middleware(CORSMiddleware, allow_origins=[])
        app.add_middleware(Turnstile, waiting=lambda: queue[0] if queue else None, limits=limits)
        if users:
            app.add_middleware(Login, users=users)
        app.add_middleware(Guard, hosts=hosts, uploads=uploads.refusal if uploads else None)
        app.add_middleware(Watch, state=running, told=finished)
        app.router.routes += [Route("/healthz", health.answer), Route("/metrics", metrics.answer)]
        serve_programs(app, own_api, limits, rate, programs)
        page = Page(own_page, examples, upload=uploads is not None, rate=rate, limits=limits)
        blocks = build_page(page, logins=users is not None)
        closed = ArchivePage(archive, refusal=READERS) if adding else ArchivePage(archive)
        add_archive_page(blocks, ArchivePage(archive, adding), closed, logins=users is not None)
        # No direct calls, because they would bypass the queue and its limits.
        blocks.queue(
            default_concurrency_limit=limits.requests_at_once, max_size=limits.requests_waiting, api_open=False
        )
        page.waiting.watch(lambda: blocks._queue)
        blocks.state_session_capacity = limits.sessions  # Gradio's default of 10,000 would take gigabytes
        # System fonts: Gradio's own lack letters, and others would be loaded from other machines.
        theme = gr.themes.Base(
            neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        )
        with warnings.catch_warnings():
            # With several pages Gradio warns that it will not render them on the server, even with ssr_mode=False.
            warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)
            gr.mount_gradio_app(
                app, blocks, path="", theme=theme, css=_static("app.css", "archive.css"),
                js=_scripts("chat.js", "found.js", "pointing.js"), run_history=False, footer_links=[], show_error=False,
                enable_monitoring=False, max_file_size=LIMITS.upload_file_bytes if uploads else "1mb", ssr_mode=False,
                mcp_server=False,
            )  # fmt: skip
        queue.append(PageQueue(blocks))
        metrics.gauges(
            (f"dateline_{surface}_{what}", f"Questions {told}, {surface}", partial(getattr, work, what))
            for surface, work in (("page", queue[0]), ("api", programs))
            for what, told in (("busy", "being answered"), ("waiting", "that wait"))
        )
        app.state.adding, app.state.running, app.state.metrics, app.state.queue = adding, running, metrics, queue[0]
        if uploads:
            for inner in _gradio_apps(app):
                inner.uploaded_file_dir = str(uploads.inbox)
        return app

    # Outside an event loop Gradio makes loops of its own and leaves them open.
    return asyncio.run(build())


def _gradio_apps(app: FastAPI) -> list[Any]:
    mounted = [getattr(route, "app", None) for route in app.routes]
    return [inner for inner in mounted if isinstance(inner, gr.routes.App)]


def _static(*names: str) -> str:
    return "".join((STATIC / name).read_text("utf-8") for name in names)


def _scripts(*names: str) -> str:
    """Return one script that calls the functions of several."""
    calls = [f"({_static(name).rstrip()})();\n" for name in names]
    return f"() => {{\n{''.join(calls)}}}"


def page_server(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    examples: Sequence[str] = (),
    uploads: Uploads | None = None,
    password_file: Path | None = None,
    proxies: Sequence[str] = (),
    on_ready: Callable[[str], None] = lambda url: None,
    log_questions: bool = False,
    limits: Limits = LIMITS,
) -> PageServer:
    """Return a server that has bound its port and is ready to run; the arguments are those of ``serve``.

    Of ``limits``, those of questions, connections, sessions, times and visitors apply.

    Raises:
        InputError: if the port cannot be bound, other machines could open the page without a password, or the password
            file or a proxy's address cannot be used.
    """
    users = Users(password_file) if password_file else None
    check_proxies(proxies)
    listener = listen(host, port)
    if not users:
        try:
            check_alone(listener, host)
        except InputError:
            listener.close()
            raise
    # With a login, other names do no harm: a foreign page that uses one of them has no session under it.
    names = () if users else (*LOOPBACK, host)
    app = build_app(
        retriever, examples=examples, hosts=names, uploads=uploads, users=users, log_questions=log_questions,
        limits=limits,
    )  # fmt: skip

    server = PageServer(app, listener, address_of(listener, host), on_ready, _PageEnding(app, uploads), proxies, limits)
    metrics: Metrics = app.state.metrics
    metrics.gauges(
        (f"dateline_connections_{what}", f"Connections {told}", partial(getattr, server.places, what))
        for what, told in (("open", "open"), ("refused", "refused so far"), ("too_slow", "ended as too slow so far"))
    )
    return server


class _PageEnding(Ending):
    """Shutdown of the pages' server.

    Args:
        app: the application.
        uploads: the folder of uploaded files.
    """

    def __init__(self, app: FastAPI, uploads: Uploads | None) -> None:
        self._running: Running = app.state.running
        self._adding: Adding | None = app.state.adding
        self._queue: PageQueue = app.state.queue
        self._app = app
        self._uploads = uploads
        self._unheard = timing.listen(app.state.metrics.stage)

    def begin(self) -> None:
        """Refuse new requests, and cancel a running addition; acknowledged articles stay."""
        self._running.ending = True
        if self._adding:
            self._adding.cancel()

    def busy(self) -> bool:
        """Return whether requests are running, questions of the page are waiting, or an addition is running."""
        asked = self._running.requests + self._queue.waiting + self._queue.busy
        return asked > 0 or (self._adding is not None and self._adding.progress().state == "running")

    def finish(self) -> None:
        """End the streams of open pages, through Gradio's stop event."""
        self.unanswered = self._running.requests
        self._unheard()
        for inner in _gradio_apps(self._app):
            inner.stop_event.set()

    def clean(self) -> None:
        """Remove uploaded files."""
        if self._uploads:
            self._uploads.close()


def serve(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    open_browser: bool = False,
    examples: Sequence[str] = (),
    allow_upload: bool = False,
    password_file: Path | None = None,
    proxies: Sequence[str] = (),
    on_ready: Callable[[str], None] = lambda url: None,
    log_questions: bool = False,
) -> bool:
    """Serve the chat page until SIGINT or SIGTERM; return whether it was SIGINT.

    Args:
        retriever: the opened archive.
        host: the address to bind.
        port: the port to bind, exactly (0: any free one).
        open_browser: open the page once it is ready.
        examples: questions to offer; none: they are made from titles of the archive.
        allow_upload: let anyone who opens the page add and remove articles; with a password file, admins only.
        password_file: the users, who have to log in; None: no login, and ``host`` has to be a loopback address.
        proxies: addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted.
        on_ready: called with the page's address, from another thread, once requests are answered.
        log_questions: write questions into the log.

    Raises:
        InputError: if the port cannot be bound, other machines could open the page without a password, or an option
            cannot be used; the message names it and the way out.
    """

    def ready(url: str) -> None:
        on_ready(url)
        if open_browser:
            webbrowser.open(url)

    uploads = Uploads() if allow_upload else None
    try:
        server = page_server(
            retriever, host, port, examples=examples, uploads=uploads, password_file=password_file, proxies=proxies,
            on_ready=ready, log_questions=log_questions,
        )  # fmt: skip
        server.run()
    finally:
        if uploads:
            uploads.close()
    return server.interrupted
