"""HTML of the Archive page: contents of the archive, found articles, progress and report of an addition.

The templates make all text of articles, outlets and files inert.  Ids are percent-encoded, so that they come back
unchanged from an attribute.
"""

from collections.abc import Sequence
from urllib.parse import quote

from qa.archive.view import Listed
from qa.intake.files.kinds import COMPRESSED, DOCUMENTS, TEXTS
from qa.settings import LIMITS
from ui.pages.additions import Progress
from ui.pages.uploads import megabytes
from ui.render.answer_html import add_command_html, counted, timeline_html
from ui.render.citation_view import outlet_name, shown_date
from ui.render.escaping import line
from ui.render.links import address
from ui.render.templates import fill, trusted
from ui.render.timeline import bars, period

_MOST_REJECTIONS = 200
_MOST_NOTES = 50
_OUTLETS_SHOWN = 12
_FORMATS = f"{', '.join(TEXTS)} (also as {' or '.join(COMPRESSED)}), {' and '.join(DOCUMENTS)}"


def holdings_html(articles: int, outlets: int, days: Sequence[tuple[str, int]]) -> str:
    """Return the size of the archive and its range of dates.

    Args:
        articles: the number of articles.
        outlets: the number of outlets.
        days: dates of publication as ISO 8601, ``""`` unknown, and the number of articles of each.
    """
    first, last = period(days)
    undated = sum(number for day, number in days if not day)
    without = "none of them dated" if undated == articles else f"{undated:,} without a date"
    return fill(
        "archive_page/holdings.html",
        articles=counted(articles, "article"),
        outlets=counted(outlets, "outlet"),
        ends=list(dict.fromkeys((shown_date(first), shown_date(last)))) if first else [],
        undated=without if undated else "",
        timeline=trusted(timeline_html(bars(days), "article")),
    )


def outlets_html(outlets: Sequence[tuple[str, int]]) -> str:
    """Return the outlets, largest first, each a button with its index in ``outlets``."""
    places = sorted(range(len(outlets)), key=lambda place: (-outlets[place][1], outlets[place][0]))
    items = [(place, outlet_name(outlets[place][0]), f"{outlets[place][1]:,}") for place in places]
    first, more = items[:_OUTLETS_SHOWN], items[_OUTLETS_SHOWN:]
    return fill("archive_page/outlets.html", first=first, more=more, count=f"{len(more):,}")


def entries_html(articles: Sequence[Listed], removable: bool) -> str:
    """Return articles as list items; ``removable``: each with a button to remove it."""
    entries = [
        {
            "address": address(".", article.id), "id": quote(article.id, safe=""),
            "title": line(article.title) or "Untitled", "outlet": outlet_name(article.source),
            "date": shown_date(article.published), "passages": counted(article.passages, "passage"),
        }
        for article in articles
    ]  # fmt: skip
    return fill("archive_page/entries.html", entries=entries, removable=removable)


def empty_html(folder: str, upload: bool) -> str:
    """Return the instructions for adding articles to an empty archive."""
    command = trusted(add_command_html(folder))
    return fill("archive_page/empty.html", upload=upload, command=command, formats=_FORMATS)


def closed_html(folder: str) -> str:
    """Return the instructions for adding articles in a terminal, for a page that cannot add any."""
    return fill("archive_page/closed.html", command=trusted(add_command_html(folder)), formats=_FORMATS)


def limits_html() -> str:
    """Return the kinds, number and size of files that may be dropped."""
    return (
        f"{_FORMATS} files; up to {LIMITS.upload_files:,} at once, {megabytes(LIMITS.upload_file_bytes)} each, "
        f"{megabytes(LIMITS.upload_bytes)} together."
    )


def progress_html(progress: Progress) -> str:
    """Return the progress of an addition in words."""
    if not progress.read:
        return "Looking through the files …"
    parts = [f"{progress.read:,} of {counted(progress.articles, 'article')} read"]
    if progress.passages:
        parts.append(f"{counted(progress.passages, 'passage')} embedded, {progress.rate:,.0f} a second")
    if progress.left >= 0:
        parts.append(f"{duration(progress.left)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return an estimated duration in words, rounded."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} seconds"
    if seconds < 5400:
        return f"about {counted(round(seconds / 60), 'minute')}"
    return f"about {counted(round(seconds / 3600), 'hour')}"


def report_html(progress: Progress) -> str:
    """Return the report of the newest addition; ``""`` before it has ended."""
    report = progress.report
    if report is None:
        return ""
    rejected, notes = len(report.rejected), len(report.notes)
    return fill(
        "archive_page/report.html",
        problem=progress.problem,
        cancelled=progress.cancelled,
        complete=report.added + report.updated + report.unchanged and not rejected,
        rejected=counted(rejected, "article"),
        sums=f"{report.given:,} given = {report.added:,} added + {report.updated:,} updated + "
        f"{report.unchanged:,} unchanged + {rejected:,} rejected",
        languages=report.language_note,
        rejections=[_row(one.file, one.line, one.reason) for one in report.rejected[:_MOST_REJECTIONS]],
        more_rejections=_more(rejected, _MOST_REJECTIONS),
        noted=counted(notes, "note"),
        notes=[_row(*note) for note in report.notes[:_MOST_NOTES]],
        more_notes=_more(notes, _MOST_NOTES),
    )


def _row(file: str, number: int, text: str) -> tuple[str, str, str]:
    return line(file), f"{number:,}" if number else "", text


def _more(number: int, shown: int) -> str:
    return f"{number - shown:,}" if number > shown else ""
