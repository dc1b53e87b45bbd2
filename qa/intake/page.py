"""What the lines of a page say, as it is gathered."""

from dataclasses import dataclass

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
