"""Export of citations as Markdown footnotes and plain text, and of matches as CSV, safe from markup and formulas."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

from qa.records import Citation, Match, MatchedArticle
from ui.render.citation_view import shown_date
from ui.render.escaping import line, one_for_one, visible

# Characters that CommonMark and its usual extensions read as markup: each gets a backslash.  A colon before two slashes
# and a dot after "www" would turn an address into a link.
_MARKUP = re.compile(r"[\\`*_\[\]<>&|~^$!{}=#@]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def markdown(text: str) -> str:
    """Return text on one line that Markdown shows literally, anywhere but at the beginning of a line."""
    return _MARKUP.sub(r"\\\g<0>", visible(text).strip())


def footnote(citation: Citation, link: str, number: int = 1) -> str:
    """Return a citation as a Markdown footnote: ``[^1]: “quote”, *Title*, Outlet, 11 May 2015. <link>``.

    Unknown parts are left out.

    Args:
        citation: the citation.
        link: its permalink.
        number: the number of the footnote.
    """
    title = markdown(line(citation.title))
    told = [
        f"“{markdown(citation.quote)}”",
        f"*{title}*" if title else "",
        markdown(citation.source),
        markdown(_date(citation)),
    ]
    return f"[^{number}]: {', '.join(filter(None, told))}. <{link}>"


def plain_quotation(citation: Citation) -> str:
    """Return a citation as plain text: its quotation, and on a second line outlet, title and date if known."""
    title = line(citation.title)
    told = [visible(citation.source).strip(), f"“{title}”" if title else "", _date(citation)]
    about = ", ".join(filter(None, told))
    return f"“{visible(citation.quote).strip()}”" + (f"\n{about}" if about else "")


def _date(citation: Citation) -> str:
    return visible(shown_date(citation.published)).strip() if citation.published else ""


_FORMULA = re.compile(r"^(?=[=+\-@\t\r\n＝＋－＠])")

MATCH_COLUMNS = (
    "article_id", "title", "source", "published", "url", "words", "field", "start", "end", "match",
    "sentence_start", "sentence_end", "sentence", "digest",
)  # fmt: skip


def match_cells(article: MatchedArticle, match: Match) -> tuple[str, ...]:
    """Return the cells of ``MATCH_COLUMNS`` for a match."""
    cited = match.citation
    return (
        article.id, article.title, article.source, article.published, article.url,
        match.words, match.field, str(match.start), str(match.end), match.quote,
        str(cited.start), str(cited.end), cited.quote, cited.digest,
    )  # fmt: skip


def csv_line(cells: Sequence[str]) -> str:
    """Return a line of CSV (RFC 4180) of which a spreadsheet never calculates a cell.

    A cell that begins like a formula (= + - @, also full-width, a tab or a line end) gets an apostrophe before it.
    Control characters become one sign each, so that offsets stay valid.
    """
    line = StringIO()
    csv.writer(line).writerow([_FORMULA.sub("'", one_for_one(cell)) for cell in cells])
    return line.getvalue()
