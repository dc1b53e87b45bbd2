"""Layout of the Archive page: a second page of the Gradio application, drawn by one script over one template."""

from collections.abc import Callable
from typing import Any

from qa.intake.files.kinds import COMPRESSED, SUFFIXES
from ui.pages.archive import ArchivePage
from ui.pages.chat_layout import STATIC, rooms
from ui.pages.gradio_setup import gr
from ui.render.templates import fill
from ui.server.visitors import visitor_through

# Functions that the page's script calls, and the methods of ArchivePage behind them.
_LOOKING = {"holdings": "holdings", "find_articles": "find"}
_CHANGING = {
    "may_add": "may_add", "add_files": "add", "step": "step", "cancel_adding": "cancel", "remove_article": "remove",
}  # fmt: skip


def add_archive_page(blocks: Any, page: ArchivePage, closed: ArchivePage, *, logins: bool) -> None:
    """Add the Archive page, at ``/archive``, to the chat page's application.

    Args:
        blocks: the application.
        page: the actions for visitors who may change the archive.
        closed: the actions for all other visitors.
        logins: whether visitors log in.
    """
    functions = {**_LOOKING, **_CHANGING} if page.adding else _LOOKING
    with blocks.route("Archive", "archive", show_in_navbar=False), gr.Column(elem_id="archive-column", min_width=0):
        with gr.Row(elem_id="masthead"):
            gr.HTML("<h1>Dateline</h1>", elem_id="holds", apply_default_css=False)
            rooms("archive", logins=logins)
        gr.HTML(
            html_template=_template(),
            js_on_load=(STATIC / "archive.js").read_text("utf-8"),
            server_functions=[_served(name, method, page, closed) for name, method in functions.items()],
            apply_default_css=False,
        )


def _template() -> str:
    """Return the page's template, with the suffixes of the files that are read."""
    return fill("archive_page/page.html", suffixes=",".join((*SUFFIXES, *COMPRESSED)))


def _served(name: str, method: str, page: ArchivePage, closed: ArchivePage) -> Callable[..., Any]:
    """Return a function for the page's script that calls the method on the visitor's own version of the page."""

    def called(given: Any, request: gr.Request) -> Any:
        return getattr(page if visitor_through(request).admin else closed, method)(given)

    called.__name__ = name
    return called
