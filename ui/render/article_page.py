"""Article page of a permalink, with the quoted words marked."""

from itertools import groupby

from ui.render.answer_text import Pieces
from ui.render.citation_view import NOT_HELD, Piece, Reading
from ui.render.escaping import line, one_for_one
from ui.render.templates import fill


def article_page(reading: Reading, home: str = "/") -> str:
    """Return the page of an article, or a page that says why there is none.

    Args:
        reading: the article and the marks in it.
        home: the address of the chat page.
    """
    return fill(
        "pages/article.html",
        title="Dateline" if reading["error"] else line(reading["title"], 200),
        home=home,
        not_held=reading["error"] == NOT_HELD,
        reading=reading,
        newest=home + reading["newest"] if reading["newest"] else "",
        stretches=_stretches(reading["pieces"]),
    )


def _stretches(pieces: list[Piece]) -> list[tuple[bool, Pieces]]:
    """Return the text in stretches, each with whether it is chosen and its pieces, each with whether it is exact."""
    return [
        (kind == "chosen", [(one_for_one(piece["text"]), piece["exact"]) for piece in group])
        for kind, group in groupby(pieces, key=lambda piece: piece["kind"])
    ]
