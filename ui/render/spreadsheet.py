"""Matches as lines of CSV."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

from qa.records import Match, MatchedArticle
from ui.render.escaping import one_for_one

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
    """Return a line of CSV (RFC 4180) that a spreadsheet shows and never calculates, whatever the articles say.

    A cell that begins as a formula does (= + - @, also full-width, a tab or a line end) gets an apostrophe before it;
    control characters become one sign each, so that offsets still count.
    """
    line = StringIO()
    csv.writer(line).writerow([_FORMULA.sub("'", one_for_one(cell)) for cell in cells])
    return line.getvalue()
