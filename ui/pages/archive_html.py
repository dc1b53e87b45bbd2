"""The parts of the Archive page as HTML: what the archive holds, what was found, how far an addition is, its report.

All text of articles, outlets and files goes through ``render.inert``; ids stand quoted, so that none is changed by
being an attribute.
"""

from collections.abc import Sequence
from urllib.parse import quote

from qa.archive.ingest import AddReport
from qa.archive.view import Listed
from qa.settings import LIMITS
from ui.pages.additions import Progress
from ui.pages.uploads import megabytes
from ui.render.answer_html import add_command_html, counted, timeline_html
from ui.render.citation_view import outlet_name, shown_date
from ui.render.escaping import inert, line
from ui.render.links import address
from ui.render.timeline import bars, period

_MOST_REJECTIONS = 200
_MOST_NOTES = 50
_OUTLETS_SHOWN = 12


def holdings_html(articles: int, outlets: int, days: Sequence[tuple[str, int]]) -> str:
    """Return how much there is and from when.

    Args:
        articles: how many.
        outlets: how many.
        days: dates of publication as ISO 8601, ``""`` unknown, and how many articles have each.
    """
    first, last = period(days)
    undated = sum(number for day, number in days if not day)
    facts = [f"<strong>{counted(articles, 'article')}</strong> from <strong>{counted(outlets, 'outlet')}</strong>"]
    if first:
        ends = dict.fromkeys((shown_date(first), shown_date(last)))
        facts.append(f"published {' – '.join(map(inert, ends))}")
    if undated:
        facts.append("none of them dated" if undated == articles else f"{undated:,} without a date")
    return f"<p>{', '.join(facts)}</p>{timeline_html(bars(days), 'article')}"


def outlets_html(outlets: Sequence[tuple[str, int]]) -> str:
    """Return the outlets, largest first, each a button that knows its place in ``outlets``."""
    places = sorted(range(len(outlets)), key=lambda place: (-outlets[place][1], outlets[place][0]))
    items = [
        f'<li><button type="button" class="outlet" data-place="{place}">{inert(outlet_name(outlets[place][0]))}'
        f' <span class="number">{outlets[place][1]:,}</span></button></li>'
        for place in places
    ]
    shown = f'<ul class="outlets">{"".join(items[:_OUTLETS_SHOWN])}</ul>'
    if len(items) <= _OUTLETS_SHOWN:
        return shown
    rest = f'<ul class="outlets">{"".join(items[_OUTLETS_SHOWN:])}</ul>'
    return f"{shown}<details><summary>{len(items) - _OUTLETS_SHOWN:,} more</summary>{rest}</details>"


def entries_html(articles: Sequence[Listed], removable: bool) -> str:
    """Return articles as items of a list, each with a button that removes it if that is possible."""
    return "".join(_entry(article, removable) for article in articles)


def _entry(article: Listed, removable: bool) -> str:
    title = _short(article.title) or "Untitled"
    facts = [inert(outlet_name(article.source))]
    facts += (
        f'<span class="fact">{fact}</span>'
        for fact in (inert(shown_date(article.published)), counted(article.passages, "passage"))
    )
    button = (
        f'<button type="button" class="remove" data-id="{quote(article.id, safe="")}">Remove'
        f'<span class="hidden-text"> “{title}”</span></button>'
    )
    return (
        f'<li class="entry"><p><a class="source" dir="auto" href="{address(".", article.id)}">{title}</a>'
        f'<span class="meta">{" · ".join(facts)}</span></p>{button if removable else ""}</li>'
    )


def empty_html(folder: str, upload: bool) -> str:
    """Return how articles come into an archive that holds none."""
    first = "<p>Drop files above, or add a folder of them" if upload else "<p>Add a folder of articles"
    return (
        '<div class="empty"><p class="lead">This archive is still empty.</p>'
        f"{first} in a terminal:</p><pre>{add_command_html(folder)}</pre>"
        f"<p>{_formats()} are read. What was added can be asked at once, without starting again.</p></div>"
    )


def closed_html(folder: str) -> str:
    """Return how articles are added to an archive whose page takes none."""
    return f"<p>Articles are added in a terminal:</p><pre>{add_command_html(folder)}</pre><p>{_formats()} are read.</p>"


def _formats() -> str:
    return "Text, Markdown, HTML and JSON Lines files (also as .gz or .xz)"


def limits_html() -> str:
    """Return what may be dropped."""
    return (
        f"{_formats()}; up to {LIMITS.upload_files:,} at once, {megabytes(LIMITS.upload_file_bytes)} each, "
        f"{megabytes(LIMITS.upload_bytes)} together."
    )


def progress_html(progress: Progress) -> str:
    """Return how far an addition is, in words."""
    if not progress.read:
        return "Looking through the files …"
    parts = [f"{progress.read:,} of {counted(progress.articles, 'article')} read"]
    if progress.passages:
        parts.append(f"{counted(progress.passages, 'passage')} embedded, {progress.rate:,.0f} a second")
    if progress.left >= 0:
        parts.append(f"{duration(progress.left)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """Return a time that is an estimate, roughly."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} seconds"
    if seconds < 5400:
        return f"about {counted(round(seconds / 60), 'minute')}"
    return f"about {counted(round(seconds / 3600), 'hour')}"


def report_html(progress: Progress) -> str:
    """Return what became of what was given; ``""`` while nothing has ended."""
    report = progress.report
    if report is None:
        return ""
    done = report.added + report.updated + report.unchanged
    if progress.problem:
        lead = f'<p class="problem">{inert(progress.problem)}</p>'
    elif progress.cancelled:
        lead = "<p><strong>Cancelled.</strong> What had been added stays, the rest was not added.</p>"
    elif done and not report.rejected:
        lead = "<p><strong>Done.</strong> These articles can be asked and found now.</p>"
    else:
        rejected = counted(len(report.rejected), "article")
        lead = f"<p><strong>Done, but {rejected} could not be read.</strong></p>"
    sums = (
        f'<p class="sums">{report.given:,} given = {report.added:,} added + {report.updated:,} updated + '
        f"{report.unchanged:,} unchanged + {len(report.rejected):,} rejected</p>"
    )
    languages = f"<p>{inert(report.language_note)}</p>" if report.language_note else ""
    return lead + sums + languages + _rejections(report) + _notes(report)


def _rejections(report: AddReport) -> str:
    if not report.rejected:
        return ""
    rows = "".join(
        f"<li><span>{_place(one.file, one.line)}</span> {inert(one.reason)}</li>"
        for one in report.rejected[:_MOST_REJECTIONS]
    )
    more = len(report.rejected) - _MOST_REJECTIONS
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    return f'<ul class="rejections">{rows}{rest}</ul>'


def _notes(report: AddReport) -> str:
    if not report.notes:
        return ""
    rows = "".join(
        f"<li><span>{_place(file, line)}</span> {inert(note)}</li>" for file, line, note in report.notes[:_MOST_NOTES]
    )
    more = len(report.notes) - _MOST_NOTES
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    heading = counted(len(report.notes), "note")
    return f'<details><summary>{heading} on what was read</summary><ul class="rejections">{rows}{rest}</ul></details>'


def _place(file: str, line: int) -> str:
    return _short(file) + (f", line {line:,}" if line else "")


def _short(text: str) -> str:
    return inert(line(text))
