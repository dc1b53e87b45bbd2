"""What the lines of a page say, as it is gathered."""

from dataclasses import dataclass

from qa.anatomy.page_lines import Unit


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of the page that is not body.

    ``line`` counts from 1, in the file for text and Markdown, in the extracted text for all else.  ``reason`` is
    one of banner, section, title, dek, byline, date, credit, related, social, footer, navigation,
    advertisement, newsletter and header.
    """

    line: int
    text: str
    reason: str


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
