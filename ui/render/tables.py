"""Template values for ``html/documents``: tables, figures and shortened text; and writing a page to a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from textwrap import shorten
from typing import Any

from qa.errors import InputError
from ui.render.answer_text import Marks, Pieces, pieces
from ui.render.templates import fill

Figures = Mapping[str, Mapping[str, Any]]
# The text of a cell, and a smaller text below it; "" is nothing.
Cell = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a row is a name, which the template renders, and its cells."""

    caption: str
    head: Sequence[Cell]
    rows: Sequence[tuple[object, Sequence[Cell]]]


def write_page(path: Path, template: str, **values: object) -> Path:
    """Write a page and return its path; ``values`` are those of its template.

    Raises:
        InputError: if the file cannot be written.
    """
    page = fill(template, **values)
    temporary = path.with_name(f"{path.name}.partial")
    try:
        temporary.write_text(page, encoding="utf-8", newline="\n")
        return temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"{temporary} cannot be written ({error.strerror}): free disk space or allow writing"
        ) from error


def bare(*texts: str) -> list[Cell]:
    """Return cells without a smaller text below."""
    return [(text, "") for text in texts]


def cell(figure: Mapping[str, Any]) -> Cell:
    """Return a figure as a cell, with its interval below."""
    if figure["value"] is None:
        return "–", ""
    form = ".3f" if (figure["high"] or 0) <= 1 else ",.1f"
    interval = f"{figure['low']:{form}}–{figure['high']:{form}}" if figure["high"] is not None else ""
    return f"{figure['value']:{form}}", interval


def at(groups: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path of names joined by dots."""
    return reduce(lambda group, name: group[name], path.split("."), groups)


def short(text: str, most: int = 320) -> str:
    """Return text on one line, cut between words."""
    return shorten(text, most, placeholder=" …")


def whole(text: str) -> Pieces:
    """Return text as one piece without a mark."""
    return [(text, False)]


def marked(text: str, marks: Marks, most: int = 600) -> Pieces:
    """Return a text in pieces, each with whether it is marked; a long text is cut between words."""
    end = len(text) if len(text) <= most else max(text.rfind(" ", 0, most), 0) or most
    return [*pieces(text[:end], marks), *([(" …", False)] if end < len(text) else [])]
