"""The chat page's server: a Gradio page in a FastAPI application of our own."""

import asyncio
import webbrowser
from collections.abc import Callable, Sequence

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from qa.retrieval import Retriever
from qa.settings import LIMITS
from ui.api import serve_programs
from ui.layout import STATIC, build_page
from ui.page import Page
from ui.quiet_gradio import gr
from ui.server import LOOPBACK, Guard, PageServer, address_of, listen


def build_app(retriever: Retriever, *, examples: Sequence[str] = (), hosts: Sequence[str] = ()) -> FastAPI:
    """Return a fresh application that serves the page for an archive.

    Args:
        retriever: the opened archive.
        examples: questions to offer; none: they are made from titles of the archive.
        hosts: the host names that requests may be addressed to; none: any.
    """

    async def build() -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        # Gradio answers to the scripts of any site unless the application has a policy of its own; ours allows none.
        app.add_middleware(CORSMiddleware, allow_origins=[])
        app.add_middleware(Guard, hosts=hosts)
        serve_programs(app, retriever)
        blocks = build_page(Page(retriever, examples))
        blocks.queue(default_concurrency_limit=LIMITS.requests_at_once, max_size=LIMITS.requests_waiting)
        # Fonts of the system: Gradio's own lack letters, and others would be fetched from elsewhere.
        theme = gr.themes.Base(
            neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
        )
        return gr.mount_gradio_app(  # type: ignore[no-any-return]
            app, blocks, path="", theme=theme, css=(STATIC / "app.css").read_text("utf-8"),
            js=_scripts("chat.js", "found.js"), run_history=False, footer_links=[], show_error=False,
            enable_monitoring=False, max_file_size="1mb", ssr_mode=False, mcp_server=False,
        )  # fmt: skip

    # Outside a loop Gradio makes some of its own and leaves them open.
    return asyncio.run(build())


def _scripts(*names: str) -> str:
    """Return scripts, each a function, as one."""
    calls = [f"({(STATIC / name).read_text('utf-8').rstrip()})();\n" for name in names]
    return f"() => {{\n{''.join(calls)}}}"


def page_server(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    examples: Sequence[str] = (),
    on_ready: Callable[[str], None] = lambda url: None,
) -> PageServer:
    """Return a server that holds its port and is ready to run.

    Raises:
        InputError: if the port cannot be had.
    """
    listener = listen(host, port)
    app = build_app(retriever, examples=examples, hosts=(*LOOPBACK, host) if host in LOOPBACK else ())

    def end_streams() -> None:
        # A page that is open holds a response without end; its event ends it.
        for route in app.routes:
            if isinstance(inner := getattr(route, "app", None), gr.routes.App):
                inner.stop_event.set()

    return PageServer(app, listener, address_of(listener, host), on_ready, end_streams)


def serve(
    retriever: Retriever,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    open_browser: bool = False,
    examples: Sequence[str] = (),
    on_ready: Callable[[str], None] = lambda url: None,
) -> bool:
    """Serve the chat page until SIGINT or SIGTERM; return whether it was SIGINT.

    Args:
        retriever: the opened archive.
        host: the address to bind.
        port: the port to bind, exactly (0: any free one).
        open_browser: open the page once it is ready.
        examples: questions to offer; none: they are made from titles of the archive.
        on_ready: called with the page's address, from another thread, once requests are answered.

    Raises:
        InputError: if the port cannot be had; the message names it and the way out.
    """

    def ready(url: str) -> None:
        on_ready(url)
        if open_browser:
            webbrowser.open(url)

    server = page_server(retriever, host, port, examples=examples, on_ready=ready)
    server.run()
    return server.interrupted
