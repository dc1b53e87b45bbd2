"""What the lines of a page say, as it is gathered."""

from dataclasses import dataclass

from qa.intake.units import Unit
from qa.intake.values import Dropped


@dataclass(frozen=True, slots=True)
class Page:
    """What a page's lines say; ``text`` is the body alone, paragraphs parted by an empty line."""

    text: str = ""
    title: str = ""
    dek: str = ""
    source: str = ""
    authors: str = ""
    url: str = ""
    published: str = ""
    updated: str = ""
    dateline_text: str = ""
    language: str = ""
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()


NOTHING = Page()


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document's units, what it states apart from them, and what holds only where nothing else is said.

    ``fallback`` has what a file's properties say of whoever made it and of the day: an article's own lines and what
    is given for the whole add go before it.
    """

    units: list[Unit]
    stated: Page = NOTHING
    fallback: Page = NOTHING
