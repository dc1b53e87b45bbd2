"""Parser for Markdown: the fields of the front matter, and plain lines under their line numbers."""

import re
from typing import TYPE_CHECKING

from qa.anatomy.page import Page
from qa.anatomy.page_lines import Unit, split_units

if TYPE_CHECKING:
    from markdown_it.token import Token

_FENCE = re.compile(r"---[ \t]*")
_ENTRY = re.compile(r"([A-Za-z][\w -]{0,40}?)\s*:\s*(.*)")
_NAMES = {
    "title": "title", "headline": "title", "dek": "dek", "description": "dek", "subtitle": "dek",
    "standfirst": "dek",
    "summary": "dek", "date": "published", "published": "published", "pubdate": "published",
    "updated": "updated",
    "modified": "updated", "lastmod": "updated", "source": "source", "outlet": "source",
    "publisher": "source",
    "author": "authors", "authors": "authors", "byline": "authors", "url": "url", "link": "url",
    "canonical_url": "url", "language": "language", "lang": "language",
}  # fmt: skip
_TAG = re.compile(r"<[^<>]*>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Return the fields of the ``key: value`` lines between ``---`` at the top, and their number of lines.

    Values may be quoted; a list, in brackets or on lines of its own, is joined by ", ".  Unknown keys are
    left out.
    """
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        return {}, 0
    end = next(
        (number for number, line in enumerate(lines[1:200], start=1) if re.fullmatch(r"(?:---|\.\.\.)[ \t]*", line)),
        0,
    )
    if not end:
        return {}, 0
    values: dict[str, str] = {}
    name = ""
    for line in lines[1:end]:
        if (item := re.fullmatch(r"\s*-\s+(.*)", line)) and name:
            values[name] = ", ".join(filter(None, (values.get(name, ""), _unquote(item[1]))))
        elif match := _ENTRY.fullmatch(line):
            name = _NAMES.get(match[1].strip().casefold(), "")
            value = match[2].strip()
            if value.startswith("[") and value.endswith("]"):
                value = ", ".join(_unquote(part) for part in value[1:-1].split(","))
            if name and not values.get(name):
                values[name] = _unquote(value)
        elif line.strip() and not line.startswith(("#", " ", "\t")):
            return {}, 0  # not fields: a page that begins with a rule
    return {key: value for key, value in values.items() if value}, end + 1


def _unquote(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'" else value


def markdown_units(text: str, skip: int) -> tuple[list[Unit], str]:
    """Return the units of the text below its first ``skip`` lines, and the first level-one heading or "".

    A link's text is kept, a picture is dropped, a heading stands alone, list marks stay.
    """
    from markdown_it import MarkdownIt

    body = "\n".join(text.split("\n")[skip:])
    tokens = (
        MarkdownIt("commonmark", {"html": True, "maxNesting": 50}).enable("table").parse(_COMMENT.sub(_blank, body))
    )
    units: list[Unit] = []
    title = ""
    lists: list[int] = []  # the number of the next item, 0 in a list with bullets
    mark = heading = ""
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrGet("start") or 1) if token.type[0] == "o" else 0)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            mark = f"{lists[-1]}. " if lists[-1] else "- "
            lists[-1] += bool(lists[-1])
        elif token.type == "heading_open":
            heading = token.tag
        elif token.type in ("inline", "code_block", "fence", "html_block"):
            plain = _plain(token)
            if plain.strip():
                if heading == "h1" and not title:
                    title = plain.strip()
                _append(units, mark + plain, skip + (token.map[0] if token.map else 0), bool(heading))
            mark = heading = ""
    return units, title


def _append(units: list[Unit], plain: str, lines_above: int, whole: bool) -> None:
    """Add a block's units; their offsets have no meaning in Markdown and are 0."""
    block = units[-1].block + 1 if units else 0
    if whole:
        units.append(Unit(" ".join(plain.split()), lines_above + 1, 0, 0, block))
        return
    units += [Unit(unit.text, lines_above + unit.line, 0, 0, block + unit.block) for unit in split_units(plain)]


def _plain(token: "Token") -> str:
    if token.type in ("code_block", "fence"):
        return token.content
    if token.type == "html_block":
        return _TAG.sub("", token.content)
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts)


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment.group().count("\n")


def read_markdown(text: str) -> tuple[list[Unit], Page]:
    """Return a Markdown file's units and the metadata of its front matter and title."""
    values, skip = front_matter(text)
    units, title = markdown_units(text, skip)
    known = Page(**values)  # type: ignore[arg-type]  # the keys are those of _NAMES
    if title and not known.title:
        known = Page(**(values | {"title": title}))  # type: ignore[arg-type]
    return units, known
