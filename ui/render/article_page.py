"""The page of an article, with the words that a permalink quotes marked in it."""

from html import escape
from itertools import groupby

from ui.render.citation_view import NOT_HELD, Piece, Reading
from ui.render.escaping import inert, line, one_for_one
from ui.render.shell import shell

_CSS = """
:root{--quote:#ffe9a8;--quote-ink:#1c1917;--quote-line:#b45309}
@media(prefers-color-scheme:dark){:root{--quote:#f5d06f;--quote-line:#fbbf24}}
main{max-width:42rem}
a{color:var(--mark)}
nav{font:600 .9rem system-ui,sans-serif;margin:0 0 2rem;padding-bottom:.7rem;border-bottom:1px solid var(--line)}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
h1{font-size:clamp(1.6rem,5vw,2.2rem);line-height:1.2;text-wrap:balance;margin:.2rem 0 .6rem}
.dek{font-size:1.15rem;line-height:1.45;color:var(--soft);margin:0 0 .7rem;overflow-wrap:anywhere}
.soft{overflow-wrap:anywhere}
.notice{font-family:system-ui,sans-serif;font-size:.95rem;border-left:3px solid var(--quote-line);
padding:.15rem 0 .15rem .8rem;margin:1.4rem 0}
.text{font-size:1.125rem;line-height:1.7;white-space:pre-wrap;overflow-wrap:anywhere;margin-top:1.6rem;
unicode-bidi:isolate}
.text mark{background:var(--quote);color:var(--quote-ink);border-radius:2px;padding:.1em 0;unicode-bidi:isolate;
box-decoration-break:clone;-webkit-box-decoration-break:clone;scroll-margin-top:50vh}
@media print{nav{display:none}.text mark{background:none;border-bottom:2px solid}}
"""


def article_page(reading: Reading, home: str = "/") -> str:
    """Return the page of an article, or the page that says why there is none.

    Args:
        reading: the article and what is marked in it.
        home: where the chat page is.
    """
    top = f'<nav aria-label="Dateline"><a href="{escape(home)}">Dateline</a></nav>\n'
    if reading["error"]:
        helped = _HELP if reading["error"] == NOT_HELD else ""
        return shell("Dateline", f"{top}<h1>{inert(reading['error'])}</h1>\n{helped}", _CSS)
    title = inert(reading["title"])
    parts = [top, f'<p class="soft" dir="auto">{inert(reading["source"])} · {inert(reading["published"])}</p>\n']
    parts.append(f'<h1 dir="auto">{title}</h1>\n')
    if reading["dek"]:
        parts.append(f'<p class="dek" dir="auto">{inert(reading["dek"])}</p>\n')
    if reading["authors"]:
        parts.append(f'<p class="soft" dir="auto">By {inert(reading["authors"])}</p>\n')
    if reading["url"]:
        parts.append(
            f'<p class="soft"><a href="{escape(reading["url"])}" rel="noopener noreferrer nofollow">'
            f"Read at {inert(reading['host'])}</a></p>\n"
        )
    if reading["notice"]:
        link = f' <a href="{escape(home + reading["newest"])}">Read the newest version</a>' if reading["newest"] else ""
        parts.append(f'<p class="notice" role="status">{inert(reading["notice"])}{link}</p>\n')
    parts.append(f'<div class="text" dir="auto">{_text(reading["pieces"])}</div>\n')
    return shell(line(reading["title"], 200), "".join(parts), _CSS)


_HELP = (
    "<p>It may have been removed, or the link may belong to another archive. What this one holds can be asked on its "
    "front page.</p>\n"
)


def _text(pieces: list[Piece]) -> str:
    """Return the text as HTML: the chosen words in one ``<mark>``, in it those that answer in ``<strong>``."""
    result = []
    for kind, group in groupby(pieces, key=lambda piece: piece["kind"]):
        cut = [(escape(one_for_one(piece["text"])), piece["exact"]) for piece in group]
        inner = "".join(f"<strong>{text}</strong>" if exact else text for text, exact in cut)
        result.append(f'<mark id="quote">{inner}</mark>' if kind == "chosen" else inner)
    return "".join(result)
