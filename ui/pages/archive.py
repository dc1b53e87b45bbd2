"""Actions of the Archive page: functions that its script calls, without the layout.

Anyone who can open the page can call them with any arguments, so each checks its input.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypedDict

from qa import filters
from qa.archive.archive import Archive
from qa.errors import InputError, QaError, check_text
from qa.settings import LIMITS
from ui.pages import archive_html as render
from ui.pages.additions import Adding
from ui.pages.filters import Filters
from ui.pages.uploads import too_much
from ui.render.answer_html import counted, masthead_html
from ui.render.citation_view import outlet_name
from ui.render.escaping import inert
from ui.render.timeline import period

_log = logging.getLogger("ui.archive_page")

_MOST = 1_000  # articles in one response, when the page shows a longer list again
_FAILED = "Something went wrong, and it has been logged. Please try again."
_CLOSED = "Articles cannot be added or removed on this page, because it was started without --allow-upload."
READERS = "Only the admins of this page can add and remove articles."
_NONSENSE = "The page does not send such a request. Please load it again."


class Holdings(TypedDict, total=False):
    """Contents of the archive; ``outlets`` are pairs of name and label, ``problem`` is a sentence, the rest HTML."""

    problem: str
    masthead: str
    holdings: str
    outlets: list[tuple[str, str]]
    outlet_list: str
    empty: str
    closed: str
    limits: str


class Found(TypedDict, total=False):
    """Found articles: ``entries`` are HTML, ``heading`` a sentence, ``next`` the offset of the next page, 0: none."""

    problem: str
    complaint: str
    heading: str
    entries: str
    next: int


class Step(TypedDict, total=False):
    """Progress of an addition: ``share`` is the part read, from 0 to 1; ``said`` and ``report`` are HTML."""

    problem: str
    state: str
    number: int
    share: float
    said: str
    report: str


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, with every error reported as ``problem``, in a sentence."""

    @wraps(function)
    def told(*given: Any) -> Any:
        try:
            return function(*given)
        except QaError as error:
            return {"problem": inert(str(error))}
        except Exception:  # the page reports that something went wrong, and the log says what
            _log.exception("the Archive page could not do this")
            return {"problem": inert(_FAILED)}

    return told


class ArchivePage:
    """Actions of the Archive page.

    Args:
        archive: the opened archive.
        adding: adds and removes articles; None: the page cannot.
        refusal: why it cannot, in a sentence.
    """

    def __init__(self, archive: Archive, adding: Adding | None = None, refusal: str = _CLOSED) -> None:
        self._archive = archive
        self._refusal = refusal
        self.adding = adding
        self._held: tuple[str, Holdings] = ("", Holdings())

    @_told
    def holdings(self, _: object = None) -> Holdings:
        """Return the contents of the archive, counted once for each state of it."""
        with self._archive.view() as view:
            digest, held = self._held
            if digest == view.digest:
                return held
            digest, count, outlets, days = view.digest, view.count(), view.facets("source"), view.facets("day")
        folder = str(self._archive.folder)
        held = Holdings(
            problem="",
            masthead=masthead_html(count, len(outlets), *period(days)),
            holdings=render.holdings_html(count, len(outlets), days) if count else "",
            outlets=[(name, f"{outlet_name(name)} ({number:,})") for name, number in outlets],
            outlet_list=render.outlets_html(outlets),
            empty="" if count else render.empty_html(folder, self.adding is not None),
            closed="" if self.adding or not count else render.closed_html(folder),
            limits=render.limits_html() if self.adding else "",
        )
        self._held = digest, held
        return held

    @_told
    def find(self, wanted: object) -> Found:
        """Return the articles that match ``[words, outlet or null, after, before, offset, limit]``."""
        words, outlet, after, before, offset, limit = _wanted(wanted)
        chosen = Filters.of([] if outlet is None else [outlet], after, before)
        if complaint := chosen.complaint():
            return Found(problem="", complaint=inert(complaint))
        where = filters.where({"sources": chosen.sources, "after": chosen.after, "before": chosen.before})
        with self._archive.view() as view:
            if words.strip():
                listed, total = view.find_articles(words, where, offset, limit)
            else:
                listed, total = view.articles(where, "published", offset, limit), view.count(where)
        end = offset + len(listed)
        return Found(
            problem="", complaint="", heading=inert(_heading(words, chosen, total)),
            entries=render.entries_html(listed, self.adding is not None), next=end if listed and end < total else 0,
        )  # fmt: skip

    @_told
    def may_add(self, given: object) -> Step:
        """Return as ``problem`` why files cannot be added, given ``[number, total bytes, bytes of the largest]``."""
        if not isinstance(given, list) or [type(one) for one in given] != [int] * 3:
            raise InputError(_NONSENSE)
        return Step(problem=inert(too_much(*given) or self._adds().waits()))

    @_told
    def add(self, given: object) -> Step:
        """Add files that were uploaded: ``[[path, name], …]``."""
        if not isinstance(given, list) or len(given) > LIMITS.upload_files:
            raise InputError(_NONSENSE)
        sent = [(check_text(path, "path"), check_text(name, "name")) for path, name in map(tuple, given)]
        problem = self._adds().start(sent)
        return Step(problem=inert(problem)) if problem else self._step()

    @_told
    def step(self, _: object = None) -> Step:
        """Return the progress of the newest addition."""
        return self._step()

    def _step(self) -> Step:
        now = self._adds().progress()
        return Step(
            problem="", state=now.state, number=now.number, share=now.read / now.articles if now.articles else 0.0,
            said=render.progress_html(now) if now.state == "running" else "", report=render.report_html(now),
        )  # fmt: skip

    @_told
    def cancel(self, _: object = None) -> Step:
        """Stop the addition."""
        self._adds().cancel()
        return self._step()

    @_told
    def remove(self, article_id: object) -> dict[str, str]:
        """Remove an article; ``said`` reports the removal."""
        title, problem = self._adds().remove(check_text(article_id, "article"))
        said = "" if problem else f"“{title or 'Untitled'}” was removed."
        return {"problem": inert(problem), "said": inert(said)}

    def _adds(self) -> Adding:
        if self.adding is None:
            raise InputError(self._refusal)
        return self.adding


def _wanted(wanted: object) -> tuple[str, str | None, str, str, int, int]:
    if not isinstance(wanted, list) or len(wanted) != 6:
        raise InputError(_NONSENSE)
    words, outlet, after, before, offset, limit = wanted
    if type(offset) is not int or type(limit) is not int or offset < 0:
        raise InputError(_NONSENSE)
    for text, name in ((words, "words"), (outlet or "", "outlet"), (after, "after"), (before, "before")):
        check_text(text, name)
    if len(words) > LIMITS.question_characters:
        raise InputError(f"The words are longer than the {LIMITS.question_characters:,} characters allowed.")
    return words, outlet, after, before, offset, min(max(limit, 1), _MOST)


def _heading(words: str, chosen: Filters, total: int) -> str:
    found = counted(total, "article")
    if words.strip():
        short = words.strip() if len(words) <= 80 else words.strip()[:80] + " …"
        found = f"{found if total else 'No article'} with “{short}”" + (", best first" if total > 1 else "")
    elif not total:
        found = "No article"
    else:
        found += ", newest first" if total > 1 else ""
    limits = chosen.described()
    return f"{found}; only {', '.join(limits)}" if limits else found
