"""Layout and events of the chat page.

Gradio's chat interface is not used, because its question box stays disabled after an error.  Each event here has a
``failure`` that enables the box again.
"""

import logging
from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

from qa.errors import QaError
from ui.data import Data
from ui.pages.chat import Page
from ui.pages.gradio_setup import gr
from ui.pages.queue import ANSWERS
from ui.render.answer_html import rooms_html

_log = logging.getLogger("ui.layout")

_FAILED = "something went wrong, and it has been logged"
STATIC = Path(__file__).parents[1] / "static"
_DATES = (("After", "This day or later."), ("Before", "Earlier than this day."))
# Writes the filters into the page's address, so that it can be bookmarked, shared and reloaded.
_TO_ADDRESS = """(sources, after, before) => {
  const fields = [...(sources ?? []).map(name => ['outlet', name]), ['after', after], ['before', before]];
  const query = new URLSearchParams(fields.filter(([name, value]) => name === 'outlet' || value?.trim()));
  history.replaceState(null, '', (query.size ? `?${query}` : location.pathname) + location.hash);
  return [sources, after, before];
}"""
_FROM_ADDRESS = "() => [location.search]"
_ANSWERED = "() => { document.dispatchEvent(new Event('answered')) }"
# A message that comes before the greeting waits for it, because the greeting would replace it.
_ONCE_GREETED = """async (...given) => {
  if (!document.documentElement.dataset.greeted) {
    await new Promise(done => document.addEventListener('greeted', done, { once: true }));
  }
  return given;
}"""
_GREETED = """() => {
  document.documentElement.dataset.greeted = 'yes';
  document.dispatchEvent(new Event('greeted'));
}"""


def rooms(here: str, *, logins: bool) -> None:
    """Add the links between the pages at the current place; ``here`` is ``ask`` or ``archive``."""
    gr.HTML(rooms_html(here, logins), elem_id="rooms", apply_default_css=False)


def served(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that a page's scripts can call by this name; Gradio marks it, which a method does not allow."""

    def called(given: Any = None) -> Any:
        return function(given)

    called.__name__ = name
    return called


def build_page(page: Page, *, logins: bool = False) -> Any:
    """Return the Gradio page with its layout and events; ``logins``: visitors can log out."""
    with gr.Blocks(title="Dateline", fill_height=True, fill_width=True, analytics_enabled=False) as blocks:
        with gr.Row(elem_id="shell"):
            with gr.Column(elem_id="chat-column", min_width=0):
                with gr.Row(elem_id="masthead"):
                    masthead = gr.HTML("<h1>Dateline</h1>", apply_default_css=False)
                    rooms("ask", logins=logins)
                    gr.Button("History", elem_id="past", size="sm", scale=0, min_width=0)
                    fresh = gr.Button("New conversation", elem_id="fresh", size="sm", scale=0, min_width=0)
                chat = gr.Chatbot(
                    label="Answers", show_label=False, container=False, elem_id="chat", layout="panel", buttons=[],
                    latex_delimiters=[], allow_tags=False, autoscroll=False, group_consecutive_messages=False,
                )  # fmt: skip
                with gr.Accordion("Filters", open=False, elem_id="filters") as fold:
                    sources = gr.Dropdown(
                        [], label="Sources", multiselect=True, info="Only these outlets. If none is chosen: all."
                    )
                    with gr.Row(elem_id="dates"):
                        after, before = (
                            gr.Textbox(
                                label=label, info=info, placeholder="YYYY-MM-DD", min_width=140, elem_id=label.lower()
                            )
                            for label, info in _DATES
                        )
                    times = gr.HTML("", elem_id="times", apply_default_css=False)
                    date_error = gr.HTML("", elem_id="date-error", apply_default_css=False)
                # Here Gradio draws a question's place in the queue, which chat.js reads, or why it was refused.
                place = gr.HTML("", elem_id="place", apply_default_css=False)
                box = gr.Textbox(
                    label="Question", show_label=False, placeholder="Ask about the news", max_lines=6, autofocus=True,
                    elem_id="question", submit_btn="Ask",
                )  # fmt: skip
            with gr.Column(elem_id="reading-column", min_width=0):
                gr.HTML(
                    html_template=(STATIC / "reading.html").read_text("utf-8"),
                    js_on_load=(STATIC / "reading.js").read_text("utf-8"),
                    server_functions=[served("read_article", page.read_article), served("quotation", page.quotation)],
                    apply_default_css=False,
                )
        kept = gr.HTML(
            "", html_template="<div></div>", js_on_load=(STATIC / "history.js").read_text("utf-8"),
            server_functions=[served("vote", page.vote), served("markdown", page.markdown)],
            apply_default_css=False, elem_id="kept",
        )  # fmt: skip
        turns = gr.State([])
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        direct: dict[str, Any] = {**quiet, "queue": False}
        slow: dict[str, Any] = {
            "api_visibility": "private", "show_progress": "minimal", "show_progress_on": place,
            "concurrency_limit": page.limits.requests_at_once, "concurrency_id": ANSWERS,
        }  # fmt: skip
        given, shown = [chat, turns, sources, after, before], [box, chat, turns, date_error, fold, kept]
        asked = box.submit(page.answer, [box, *given], shown, js=_ONCE_GREETED, **slow)
        chosen = chat.option_select(page.answer_chosen, given, shown, **slow)
        for event in (asked, chosen):  # a full queue, a lost server, a crash: the box must work again
            event.failure(page.refuse, None, [box, place], js=_ANSWERED, **direct)
            event.then(None, js=_ANSWERED)
        fresh.click(page.start_over, None, [box, chat, turns], cancels=[asked, chosen], **direct)
        kept.submit(page.restore, kept, [chat, turns], js=_ONCE_GREETED, **direct)
        # One call at a time, the last one with the newest values: of concurrent calls an older one could end last.
        gr.on(
            [sources.change, after.blur, after.submit, before.blur, before.submit], page.note_filters,
            [sources, after, before], [date_error, fold], js=_TO_ADDRESS, trigger_mode="always_last", **direct,
        )  # fmt: skip
        greeted = [masthead, chat, sources, after, before, box, times, fold]
        greeting = blocks.load(page.greet, box, greeted, js=_FROM_ADDRESS, **direct)
        for ended in (greeting.then, greeting.failure):
            ended(None, js=_GREETED)
        for endpoint in (page.endpoints.ask, page.endpoints.search, page.endpoints.article):
            counted = page.count if endpoint != page.endpoints.article else None
            gr.api(
                _for_program(endpoint, counted), api_name=endpoint.__name__,
                concurrency_limit=page.limits.requests_at_once, concurrency_id=ANSWERS,
            )  # fmt: skip
    return blocks


def _for_program(endpoint: Callable[..., Data], counted: Callable[[gr.Request], None] | None) -> Callable[..., Data]:
    """Return an endpoint that reports its errors to programs, because Gradio reports only its own kind.

    Args:
        endpoint: a plain function.
        counted: called with each request before it is answered; it may refuse.
    """

    def shown(request: gr.Request, *given: Any, **named: Any) -> Data:
        try:
            if counted:
                counted(request)
            return endpoint(*given, **named)
        except QaError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:  # Gradio would print its message, which may repeat the question
            _log.exception("a request could not be answered")
            raise gr.Error(_FAILED, print_exception=False) from error

    # Gradio reads the parameters from the signature, and passes in the request if one is asked for.
    known = signature(endpoint)
    first = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    shown.__signature__ = known.replace(parameters=[first, *known.parameters.values()])  # type: ignore[attr-defined]
    shown.__annotations__ = {**endpoint.__annotations__, "request": gr.Request}
    shown.__name__, shown.__doc__ = endpoint.__name__, endpoint.__doc__
    return shown
