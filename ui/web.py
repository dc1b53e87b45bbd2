"""The chat page's server: a Gradio page in a FastAPI application of our own."""

import asyncio
import warnings
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from qa.errors import InputError
from qa.retrieval import Retriever
from qa.settings import LIMITS
from ui.api import serve_programs
from ui.archive_adding import Adding, own_embedder
from ui.archive_layout import add_archive_page
from ui.archive_page import READERS, ArchivePage
from ui.guard import Guard
from ui.layout import STATIC, build_page
from ui.login import Login
from ui.page import Page
from ui.passwords import Users
from ui.quiet_gradio import gr
from ui.server import LOOPBACK, PageServer, address_of, check_alone, check_proxies, listen
from ui.uploads import Uploads
from ui.visitors import Rate

_LAST_SECONDS = 3  # that an addition gets to stop in when the server ends


def build_app(
    retriever: Retriever,
    *,
    examples: Sequence[str] = (),
    hosts: Sequence[str] = (),
    uploads: Uploads | None = None,
    users: Users | None = None,
) -> FastAPI:
    """Return a fresh application that serves the pages for an archive.

    Args:
        retriever: the opened archive.
        examples: questions to offer; none: they are made from titles of the archive.
        hosts: the host names that requests may be addressed to; none: any.
        uploads: where files lie that are sent to be added; None: none can be, and none removed.
        users: who may log in, and has to; None: whoever reaches the page may do all that can be done on it.
    """
    archive, rate = retriever.archive, Rate()
    own = own_embedder(retriever.embedder, archive.stamp.settings.precision)
    adding = Adding(archive, own, uploads) if uploads else None

    async def build() -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        # Gradio answers to the scripts of any site unless the application has a policy of its own; ours allows none.
        app.add_middleware(CORSMiddleware, allow_origins=[])
        if users:
            app.add_middleware(Login, users=users)
        app.add_middleware(Guard, hosts=hosts, uploads=uploads.refusal if uploads else None)
        serve_programs(app, retriever, rate=rate)
        page = Page(retriever, examples, upload=uploads is not None, rate=rate)
        blocks = build_page(page, logins=users is not None)
        closed = ArchivePage(archive, refusal=READERS) if adding else ArchivePage(archive)
        add_archive_page(blocks, ArchivePage(archive, adding), closed, logins=users is not None)
        # Closed to direct calls, which would pass by the queue and its limits.
        blocks.queue(
            default_concurrency_limit=LIMITS.requests_at_once, max_size=LIMITS.requests_waiting, api_open=False
        )
        page.waiting.watch(lambda: blocks._queue)
        # Fonts of the system: Gradio's own lack letters, and others would be fetched from elsewhere.
        theme = gr.themes.Base(
            neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        )
        with warnings.catch_warnings():
            # With several pages Gradio warns that it will not render them on the server, even where it was told not to.
            warnings.filterwarnings("ignore", "SSR mode is not supported", UserWarning)
            gr.mount_gradio_app(
                app, blocks, path="", theme=theme, css=_static("app.css", "archive.css"),
                js=_scripts("chat.js", "found.js", "pointing.js"), run_history=False, footer_links=[], show_error=False,
                enable_monitoring=False, max_file_size=LIMITS.upload_file_bytes if uploads else "1mb", ssr_mode=False,
                mcp_server=False,
            )  # fmt: skip
        app.state.adding = adding
        if uploads:
            for inner in _gradio_apps(app):
                inner.uploaded_file_dir = str(uploads.inbox)
        return app

    # Outside a loop Gradio makes some of its own and leaves them open.
    return asyncio.run(build())


def _gradio_apps(app: FastAPI) -> list[Any]:
    mounted = [getattr(route, "app", None) for route in app.routes]
    return [inner for inner in mounted if isinstance(inner, gr.routes.App)]


def _static(*names: str) -> str:
    return "".join((STATIC / name).read_text("utf-8") for name in names)


def _scripts(*names: str) -> str:
    """Return scripts, each a function, as one."""
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
) -> PageServer:
    """Return a server that holds its port and is ready to run; the arguments are those of ``serve``.

    Raises:
        InputError: if the port cannot be had, others would reach the page without a password, or the password file or
            a proxy's address cannot be used.
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
    # With a login other names do no harm: a page elsewhere that uses one of them has no login under it.
    names = () if users else (*LOOPBACK, host)
    app = build_app(retriever, examples=examples, hosts=names, uploads=uploads, users=users)

    def end() -> None:
        # A page that is open holds a response without end; its event ends it.
        for inner in _gradio_apps(app):
            inner.stop_event.set()
        if app.state.adding:
            app.state.adding.cancel()
            app.state.adding.wait(_LAST_SECONDS)

    return PageServer(app, listener, address_of(listener, host), on_ready, end, proxies)


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
) -> bool:
    """Serve the chat page until SIGINT or SIGTERM; return whether it was SIGINT.

    Args:
        retriever: the opened archive.
        host: the address to bind.
        port: the port to bind, exactly (0: any free one).
        open_browser: open the page once it is ready.
        examples: questions to offer; none: they are made from titles of the archive.
        allow_upload: let whoever opens the page add articles and remove them; with a password file, admins only.
        password_file: who may log in, and has to; None: whoever reaches the page may open it, which then has to be on
            this machine.
        proxies: the addresses or networks that say truly where a request comes from (X-Forwarded-For, -Proto).
        on_ready: called with the page's address, from another thread, once requests are answered.

    Raises:
        InputError: if the port cannot be had, others would reach the page without a password, or an option cannot be
            used; the message names it and the way out.
    """

    def ready(url: str) -> None:
        on_ready(url)
        if open_browser:
            webbrowser.open(url)

    uploads = Uploads() if allow_upload else None
    try:
        server = page_server(
            retriever, host, port, examples=examples, uploads=uploads, password_file=password_file, proxies=proxies,
            on_ready=ready,
        )  # fmt: skip
        server.run()
    finally:
        if uploads:
            uploads.close()
    return server.interrupted
