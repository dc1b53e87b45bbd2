"""The chat page and its server: a Gradio page in a FastAPI application of our own.

Gradio's chat interface is not used: after an error it leaves its question box dead.  Each event here has a ``failure``
that gives the box back.
"""

import asyncio
import logging
import os
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

# Gradio reads this when it is imported; anything but "True" stops its reports and its look for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# How often it counts its requests, for a page of figures that is closed here: each time would be a table a request.
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"

import gradio as gr
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from qa.errors import QaError
from qa.question_dates import described
from qa.retrieval import Retriever
from qa.settings import LIMITS
from ui import render
from ui.api import serve_programs
from ui.filters import Filters
from ui.programs import Data
from ui.reading import Reading, reading, references, unreadable
from ui.requests import Endpoints
from ui.server import LOOPBACK, Guard, PageServer, address_of, listen

_log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_K = 5
_FAILED = "Something went wrong while answering, and it has been logged. Please ask again."
# Follow-ups lean on what was said last; a long conversation is not sent along whole.
_TURNS_KEPT = 20
_DATES = (("After", "This day or later."), ("Before", "Earlier than this day."))
_LONGEST_TITLE = 110
_READY = {"interactive": True, "submit_btn": "Ask"}

Message = dict[str, Any]
Turns = list[tuple[str, str]]


class Page:
    """What the page does; every method is a plain function of what the page sends.

    Args:
        retriever: the opened archive.
        examples: questions to offer; none: they are made from titles of the archive.
    """

    def __init__(self, retriever: Retriever, examples: Sequence[str] = ()) -> None:
        self._retriever = retriever
        self._examples = tuple(examples)
        self.endpoints = Endpoints(retriever)

    def greet(self) -> tuple[str, list[Message], Any]:
        """Return what a fresh page shows: the masthead, the first message, and the outlets to choose from."""
        try:
            with self._retriever.archive.view() as view:
                outlets = view.facets("source")
                days = sorted(day for day, _ in view.facets("day") if day)
                count = view.count()
        except QaError as error:
            return render.masthead_html(0, 0, "", ""), [_said(render.notice_html(str(error)))], gr.skip()
        masthead = render.masthead_html(count, len(outlets), days[0] if days else "", days[-1] if days else "")
        choices = [(f"{name or 'Unknown outlet'} ({number})", name) for name, number in outlets]
        return masthead, self.opening(), gr.update(choices=choices, value=[])

    def opening(self) -> list[Message]:
        """Return the first message of a conversation, with questions to choose from."""
        options = [{"value": question, "label": question} for question in self._examples or self._suggestions()]
        return [{**_said(render.welcome_html()), "options": options}]

    def _suggestions(self) -> list[str]:
        with self._retriever.archive.view() as view:
            titles = [article.title for article in view.articles(order="published", limit=200)]
        listed = [title for title in titles if 0 < len(title) <= _LONGEST_TITLE]
        # The newest, and three more spread over the archive, so that one story does not take all the places.
        step = max(1, len(listed) // 4)
        return [f"What is reported about “{title}”?" for title in dict.fromkeys(listed[::step][:4])]

    def answer(
        self, question: str, messages: list[Message], turns: Turns, sources: list[str], after: str, before: str
    ) -> Iterator[tuple[Any, ...]]:
        """Answer a question: yield the box, the messages, the turns, the message at the dates, the filters' fold."""
        question = (question or "").strip()
        filters = Filters.of(sources, after, before)
        if not question:
            yield (gr.skip(),) * 5
            return
        if complaint := filters.complaint():
            yield gr.skip(), gr.skip(), gr.skip(), render.field_error_html(complaint), gr.update(open=True)
            return
        asked = [*messages, {"role": "user", "content": render.question_html(question)}]
        busy = gr.update(value="", interactive=False, submit_btn=False)
        yield busy, [*asked, _said(render.searching_html())], turns, "", gr.skip()
        reply, turns = self._reply(question, turns, filters)
        yield gr.update(**_READY), [*asked, _said(reply)], turns, "", gr.skip()

    def _reply(self, question: str, turns: Turns, filters: Filters) -> tuple[str, Turns]:
        try:
            answer = self._retriever.ask(
                question, turns, _K, sources=filters.sources, after=filters.after, before=filters.before
            )
            limits = [*filters.described(), *map(described, self._retriever.binding(question, answer.asked))]
        except QaError as error:
            return render.notice_html(str(error)), turns
        except Exception:  # whatever it is, the page says so, the log says what, and the box can be used again
            _log.exception("a question could not be answered")
            return render.notice_html(_FAILED), turns
        turns = [*turns, ("user", question), ("assistant", answer.text)]
        return render.answer_html(answer, limits), turns[-_TURNS_KEPT:]

    def answer_chosen(
        self, messages: list[Message], turns: Turns, sources: list[str], after: str, before: str, event: gr.SelectData
    ) -> Iterator[tuple[Any, ...]]:
        """Answer one of the questions offered."""
        yield from self.answer(str(event.value), messages, turns, sources, after, before)

    def start_over(self) -> tuple[Any, list[Message], Turns]:
        """Begin a new conversation; the filters stay."""
        return gr.update(value="", **_READY), self.greet()[1], []

    def note_filters(self, sources: list[str], after: str, before: str) -> tuple[str, Any]:
        """Return the message at the date fields, and the filters' heading, which says what is set."""
        filters = Filters.of(sources, after, before)
        complaint = filters.complaint()
        heading = "" if complaint else "; ".join(filters.described())
        return render.field_error_html(complaint), gr.update(label=f"Filters: {heading}" if heading else "Filters")

    def read_article(self, links: object) -> Reading:
        """Return what the panel shows for links; anyone can call this with anything."""
        found = references(links)
        try:
            return reading(self._retriever.article(found[0].article_id) if found else None, found)
        except QaError as error:
            return unreadable(str(error))


def _for_program(endpoint: Callable[..., Data]) -> Callable[..., Data]:
    """Return an endpoint whose errors are shown to programs; Gradio shows none but its own."""

    @wraps(endpoint)
    def shown(*given: Any, **named: Any) -> Data:
        try:
            return endpoint(*given, **named)
        except QaError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return shown


def _said(html: str) -> Message:
    return {"role": "assistant", "content": html}


def build_page(page: Page) -> Any:
    """Return the Gradio page: what is where, and which event calls what."""

    def read_article(links: object) -> Reading:  # Gradio marks what it is given, which a method does not allow
        return page.read_article(links)

    with gr.Blocks(title="Dateline", fill_height=True, fill_width=True, analytics_enabled=False) as blocks:
        with gr.Row(elem_id="shell"):
            with gr.Column(elem_id="chat-column", min_width=0):
                with gr.Row(elem_id="masthead"):
                    masthead = gr.HTML("<h1>Dateline</h1>", apply_default_css=False)
                    fresh = gr.Button("New conversation", elem_id="fresh", size="sm", scale=0, min_width=0)
                chat = gr.Chatbot(
                    label="Answers", show_label=False, container=False, elem_id="chat", layout="panel", buttons=[],
                    latex_delimiters=[], allow_tags=False, autoscroll=False, group_consecutive_messages=False,
                )  # fmt: skip
                with gr.Accordion("Filters", open=False, elem_id="filters") as fold:
                    sources = gr.Dropdown(
                        [], label="Sources", multiselect=True, info="Only these outlets; none chosen: all."
                    )
                    with gr.Row(elem_id="dates"):
                        after, before = (
                            gr.Textbox(label=label, info=info, placeholder="YYYY-MM-DD", min_width=140)
                            for label, info in _DATES
                        )
                    date_error = gr.HTML("", elem_id="date-error", apply_default_css=False)
                box = gr.Textbox(
                    label="Question", show_label=False, placeholder="Ask about the news", max_lines=6, autofocus=True,
                    elem_id="question", submit_btn="Ask",
                )  # fmt: skip
            with gr.Column(elem_id="reading-column", min_width=0):
                gr.HTML(
                    html_template=(_STATIC / "reading.html").read_text("utf-8"),
                    js_on_load=(_STATIC / "reading.js").read_text("utf-8"),
                    server_functions=[read_article],
                    apply_default_css=False,
                )
        turns = gr.State([])
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        direct: dict[str, Any] = {**quiet, "queue": False}
        slow: dict[str, Any] = {**quiet, "concurrency_limit": LIMITS.requests_at_once, "concurrency_id": "answer"}
        given, shown = [chat, turns, sources, after, before], [box, chat, turns, date_error, fold]
        asked = box.submit(page.answer, [box, *given], shown, **slow)
        chosen = chat.option_select(page.answer_chosen, given, shown, **slow)
        for event in (asked, chosen):  # a full queue, a lost server, a crash: never leave the box dead
            event.failure(lambda: gr.update(**_READY), None, box, **direct)
        fresh.click(page.start_over, None, [box, chat, turns], cancels=[asked, chosen], **direct)
        for changed in (sources.change, after.blur, after.submit, before.blur, before.submit):
            changed(page.note_filters, [sources, after, before], [date_error, fold], **direct)
        blocks.load(page.greet, None, [masthead, chat, sources], **direct)
        for endpoint in (page.endpoints.ask, page.endpoints.search, page.endpoints.article):
            gr.api(
                _for_program(endpoint), api_name=endpoint.__name__,
                concurrency_limit=LIMITS.requests_at_once, concurrency_id="answer",
            )  # fmt: skip
    return blocks


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
            app, blocks, path="", theme=theme, css=(_STATIC / "app.css").read_text("utf-8"),
            js=(_STATIC / "chat.js").read_text("utf-8"), run_history=False, footer_links=[], show_error=False,
            enable_monitoring=False, max_file_size="1mb", ssr_mode=False, mcp_server=False,
        )  # fmt: skip

    # Outside a loop Gradio makes some of its own and leaves them open.
    return asyncio.run(build())


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
