"""The Archive page's parts: a second page of the Gradio application, drawn by one script over one template."""

from typing import Any

from ui.archive_page import ArchivePage
from ui.layout import STATIC, rooms, served
from ui.quiet_gradio import gr


def add_archive_page(blocks: Any, page: ArchivePage) -> None:
    """Add the Archive page, at ``/archive``, to the chat page's application."""
    looking = {"holdings": page.holdings, "find_articles": page.find}
    changing = {
        "may_add": page.may_add, "add_files": page.add, "step": page.step, "cancel_adding": page.cancel,
        "remove_article": page.remove,
    }  # fmt: skip
    functions = {**looking, **changing} if page.adding else looking
    with blocks.route("Archive", "archive", show_in_navbar=False), gr.Column(elem_id="archive-column", min_width=0):
        with gr.Row(elem_id="masthead"):
            gr.HTML("<h1>Dateline</h1>", elem_id="holds", apply_default_css=False)
            rooms("archive")
        gr.HTML(
            html_template=(STATIC / "archive.html").read_text("utf-8"),
            js_on_load=(STATIC / "archive.js").read_text("utf-8"),
            server_functions=[served(name, function) for name, function in functions.items()],
            apply_default_css=False,
        )
