"""Metadata from a document's properties, used only where an author can have meant it."""

import re

from qa.dates.iso import normalise
from qa.text.words import word_set

_PROGRAM = re.compile(
    r"(?i)^(?:microsoft\s+(?:word|powerpoint|excel|office\S*)\s*[-–:]\s*|word\s+document$|untitled|print(?:ing)?$|about:)"
)
_FILE = re.compile(r"(?i)\.(?:docx?|pdf|indd|odt|rtf|txt|html?|qxp|tmp|tex|dvi|pages)$")
_NOBODY = word_set("admin administrator user owner root unknown anonymous author guest default test python-docx")
_SOFTWARE = re.compile(
    r"(?i)\b(?:microsoft|office\s+user|adobe|indesign|acrobat|quark|latex|windows|converter|scanner)\b"
)


def sensible_title(title: str) -> str:
    """Return a title, "" if it is a program's or a file's name."""
    title = " ".join(title.split())
    if len(title.split()) < 2 or len(title) > 300 or "://" in title or _PROGRAM.match(title) or _FILE.search(title):
        return ""
    return title if any(character.isalpha() for character in title) else ""


def sensible_author(author: str) -> str:
    """Return an author's name, "" if it is a login, a program or a placeholder."""
    author = " ".join(author.split())
    if not 3 <= len(author) <= 200 or author.casefold() in _NOBODY or _SOFTWARE.search(author) or "@" in author:
        return ""
    return author if " " in author and any(character.isupper() for character in author) else ""


def made_on(created: str, modified: str) -> str:
    """Return the day on which a file was made, "" if it was changed on another: the day may be that of a template."""
    made, changed = normalise(created)[:10], normalise(modified)[:10]
    return made if len(made) == 10 and changed in ("", made) else ""
