"""The shell and the tables of pages without a script: one file that asks for nothing, so that it opens offline too."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from html import escape
from pathlib import Path
from textwrap import shorten
from typing import Any

from qa.errors import InputError
from ui.render.answer_text import Marks, pieces

Figures = Mapping[str, Mapping[str, Any]]
_CSS = """
:root{color-scheme:light dark;--paper:#fbfaf7;--ink:#23262b;--soft:#666c75;--line:#e0ddd5;
--card:#fff;--mark:#2f6aa6}
@media(prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e4e2dc;--soft:#9ba1aa;--line:#34383f;
--card:#1d2025;--mark:#7fb2e5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 Georgia,'Times New Roman',serif}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.75rem 0 .9rem}h3{font-size:1.05rem;margin:0 0 .5rem;overflow-wrap:anywhere}
p{margin:.4rem 0}.soft,dt,figcaption,th span,td span{color:var(--soft)}
table,.soft,dl,figure,.tag{font-family:system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;
font-size:.875rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1.25rem;
align-items:start}
.wide,figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;
padding:.9rem 1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption,figcaption{text-align:left;padding-bottom:.5rem;font-weight:600;color:var(--ink)}
th,td{padding:.35rem .5rem;text-align:right;vertical-align:top;font-weight:400;
border-top:1px solid var(--line)}
tr:first-child>*{border-top:0;font-weight:600;vertical-align:bottom}
tr>:first-child{text-align:left;padding-left:0}
.tables{columns:2 25rem;column-gap:1.25rem}.tables>*{break-inside:avoid;margin-bottom:1.25rem}
th span,td span{display:block;font-size:.75rem;font-weight:400;white-space:nowrap}
svg{width:100%;height:auto;display:block;overflow:visible}svg text{font-family:inherit!important}
article{border-top:1px solid var(--line);padding:1.1rem 0}
dl{display:grid;grid-template-columns:7rem 1fr;gap:.25rem .8rem;margin:0}
dt,dd{margin:0;min-width:0;overflow-wrap:anywhere}
dd mark{background:none;color:inherit;font-weight:700;border-bottom:2px solid var(--mark)}
.tag{color:var(--mark);margin-right:.6rem;font-weight:400}
a:focus-visible{outline:2px solid var(--mark);outline-offset:2px;border-radius:3px}
@media(max-width:32rem){main{padding:1.25rem 1rem 3rem}h1{font-size:1.5rem}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}.wide,figure{padding:.75rem}th,td{padding:.3rem 0 .3rem .3rem}}
@media print{figure,article,tr{break-inside:avoid}}
"""


def shell(title: str, body: str, css: str = "") -> str:
    """Return a page that asks for nothing else; ``title`` is text, ``body`` HTML, ``css`` comes after that of all."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}{css}</style></head>\n"
        f"<body><main>\n{body}</main></body></html>\n"
    )


def write_page(path: Path, title: str, body: str) -> Path:
    """Write a page and return its path; ``title`` is text, ``body`` HTML.

    Raises:
        InputError: the file cannot be written.
    """
    page = shell(title, f"<h1>{escape(title)}</h1>\n{body}")
    temporary = path.with_name(f"{path.name}.partial")
    try:
        temporary.write_text(page, encoding="utf-8", newline="\n")
        return temporary.replace(path)
    except OSError as error:
        raise InputError(f"{temporary} cannot be written ({error.strerror}): free space or access") from error


def grid(caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> str:
    """Return a table of figures; ``caption`` and ``head`` are HTML, the names of rows are text."""
    return table(caption, head, ((escape(name), list(map(cell, cells))) for name, cells in rows))


def table(caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return a table whose every part is HTML, each cell with its ``<td>``."""
    top = "".join(f'<th scope="col">{one}</th>' for one in head)
    body = "".join(f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>\n' for name, cells in rows)
    return f'<div class="wide"><table><caption>{caption}</caption>\n<tr><td></td>{top}</tr>\n{body}</table></div>\n'


def cell(figure: Mapping[str, Any]) -> str:
    """Return a figure as a table's cell, its interval below it."""
    if figure["value"] is None:
        return "<td>–</td>"
    form = ".3f" if (figure["high"] or 0) <= 1 else ",.1f"
    interval = f"<span>{figure['low']:{form}}–{figure['high']:{form}}</span>" if figure["high"] is not None else ""
    return f"<td>{figure['value']:{form}}{interval}</td>"


def at(groups: Mapping[str, Any], path: str) -> Any:
    """Return what stands under names joined by dots."""
    return reduce(lambda group, name: group[name], path.split("."), groups)


def listed(facts: Iterable[tuple[str, str]]) -> str:
    """Return names and texts as a list of definitions."""
    return defined((name, escape(text)) for name, text in facts)


def defined(facts: Iterable[tuple[str, str]]) -> str:
    """Return names, as text, and what they stand for, as HTML, as a list of definitions."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{html}</dd>' for name, html in facts)}</dl>"


def short(text: str, most: int = 320) -> str:
    """Return text on one line, cut between words."""
    return shorten(text, most, placeholder=" …")


def marked(text: str, marks: Marks, most: int = 600) -> str:
    """Return as HTML a text with the marked stretches in ``<mark>``, cut between words."""
    end = len(text) if len(text) <= most else max(text.rfind(" ", 0, most), 0) or most
    cut = ((escape(piece), exact) for piece, exact in pieces(text[:end], marks))
    return "".join(f"<mark>{piece}</mark>" if exact else piece for piece, exact in cut) + " …" * (end < len(text))
