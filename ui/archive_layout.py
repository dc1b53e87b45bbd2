"""The Archive page's parts: a second page of the Gradio application, drawn by one script over one template."""

from typing import Any

from ui.archive_page import ArchivePage
from ui.layout import STATIC, rooms
from ui.quiet_gradio import gr


def add_archive_page(blocks: Any, page: ArchivePage) -> None:
    """Add the Archive page, at ``/archive``, to the chat page's application."""

    # Gradio marks the functions that it is given, which a method does not allow.
    def holdings(nothing: object) -> Any:
        return page.holdings(nothing)

    def find_articles(wanted: object) -> Any:
        return page.find(wanted)

    def may_add(given: object) -> Any:
        return page.may_add(given)

    def add_files(given: object) -> Any:
        return page.add(given)

    def step(nothing: object) -> Any:
        return page.step(nothing)

    def cancel_adding(nothing: object) -> Any:
        return page.cancel(nothing)

    def remove_article(article_id: object) -> Any:
        return page.remove(article_id)

    changing = [may_add, add_files, step, cancel_adding, remove_article] if page.adding else []
    with blocks.route("Archive", "archive", show_in_navbar=False), gr.Column(elem_id="archive-column", min_width=0):
        with gr.Row(elem_id="masthead"):
            gr.HTML("<h1>Dateline</h1>", elem_id="holds", apply_default_css=False)
            rooms("archive")
        gr.HTML(
            html_template=(STATIC / "archive.html").read_text("utf-8"),
            js_on_load=(STATIC / "archive.js").read_text("utf-8"),
            server_functions=[holdings, find_articles, *changing],
            apply_default_css=False,
        )
