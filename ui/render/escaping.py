"""Escaping of text from articles and questions, so that none of it becomes markup.

``inert`` returns one line, fit for a chat message, which is rendered as Markdown, sanitised and put on the page:
nothing in the text can become a tag, a link, an image, a formula or a list.  ``plain`` and ``verbatim`` are for pages.
"""

import re
from functools import lru_cache
from html import escape

from qa.text.terms import terms
from qa.text.words import FUNCTION_WORDS
from ui.render.answer_text import Marks, pieces

# Control characters, marks that reverse or hide the text around them, and tag characters, which are invisible letters.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
# Control characters (an escape sequence can rewrite a terminal), marks that reverse or hide text, and lone surrogates
# (from file names that are not UTF-8), which cannot be written.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")
_LONGEST = 300  # characters of a title or a name: no headline is longer, but a file may hold anything
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WORD = re.compile(r"\w+")
_PUNCTUATION = re.compile(r"[^\w ]|_")
_TAILS = {"s", "t"}  # of "it's" and "don't"


def inert(text: str) -> str:
    """Return text that HTML and Markdown show literally: on one line, all punctuation as entities."""
    return _entities(visible(text))


def plain(text: str) -> str:
    """Return text as HTML that is readable as source; hidden characters are dropped, line ends and spaces stay."""
    return escape(_HIDDEN.sub("", text))


def verbatim(text: str) -> str:
    """Return text as HTML with no character dropped: for addresses, form values and the text of an article."""
    return escape(text)


def visible(text: str) -> str:
    """Return text on one line, without control characters and marks that reverse or hide the text around them."""
    return _SPACE.sub(" ", _HIDDEN.sub("", text))


def line(text: str, most: int = _LONGEST) -> str:
    """Return visible text, cut after ``most`` characters."""
    return visible(text if len(text) <= most else text[:most] + " …").strip()


def _entities(text: str) -> str:
    return _PUNCTUATION.sub(lambda match: f"&#{ord(match[0])};", text)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return next(iter(terms(word)), "")


def marked(text: str, question: str) -> str:
    """Return inert text with the question's words, in any inflection, in ``<mark>``."""
    wanted = {_stem(word) for word in _WORD.findall(question) if word.casefold() not in FUNCTION_WORDS | _TAILS} - {""}
    text = visible(text)
    parts: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        if _stem(match[0]) in wanted:
            parts += [_entities(text[end : match.start()]), f"<mark>{_entities(match[0])}</mark>"]
            end = match.end()
    return "".join(parts) + _entities(text[end:])


def exact_html(text: str, marks: Marks) -> str:
    """Return inert text with the marked parts, cut by their offsets, in ``<mark>``."""
    cut = ((inert(piece), exact) for piece, exact in pieces(text, marks))
    return "".join(f"<mark>{piece}</mark>" if exact and piece else piece for piece, exact in cut)


def one_for_one(text: str) -> str:
    """Return text with each control character but line ends and tabs replaced by one sign; offsets stay valid."""
    return _CONTROL.sub("�", text)


def safe(text: str) -> str:
    """Return text with control and bidirectional characters replaced, so that it can be printed."""
    return _UNPRINTABLE.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
