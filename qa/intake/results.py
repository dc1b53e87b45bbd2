"""What reading a file gives: an article with what was dropped from its page, or a rejection."""

from collections.abc import Callable
from dataclasses import dataclass

from qa.anatomy.page import Dropped
from qa.records import Article

# Called with a record's line, from 1, before the record is taken apart; False passes over it.
Gate = Callable[[int], bool]


def open_gate(line: int) -> bool:
    """Let every record through."""
    return True


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file does not say, given for all of an add; used only where the file says nothing."""

    source: str = ""
    published: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as it was read.

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
    """What could not be read and why; line 0 means the file as a whole."""

    file: str
    line: int
    reason: str
