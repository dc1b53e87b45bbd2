"""Results of reading a file: an article with the lines dropped from its page, or a rejection."""

from collections.abc import Callable
from dataclasses import dataclass

from qa.anatomy.page import Dropped
from qa.records import Article

# Called with a record's line, from 1, before the record is parsed; False skips it.
Gate = Callable[[int], bool]


def open_gate(line: int) -> bool:
    """Let every record through."""
    return True


@dataclass(frozen=True, slots=True)
class Defaults:
    """Values for all files of one add, each used only where a file states none."""

    source: str = ""
    published: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An article that was read from a file.

    ``article.id`` is the record's own id, ``""`` when the file gives none.  ``line`` counts from 1: the line of a
    ``.jsonl``, the one where a row of a table begins, the item of a feed; 0 for a file that is one article.
    """

    article: Article
    file: str
    line: int
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file or record that was not read, and the reason; line 0 means the file as a whole."""

    file: str
    line: int
    reason: str
