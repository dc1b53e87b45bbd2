"""Links of citations, and the reading panel's view of the article behind a link.

A link is complete in itself, so it works in every answer of a conversation, after a reload and when it is pasted:
``cite-<article id>:<start>-<end>:<first digits of the SHA-256 of the text>-<those of the quotation>``, followed by
``:<start>-<end>,…`` for the exact words, also as offsets into the article, and by ``@title`` or ``@dek`` if these are
quoted and not the body.  The text is cut here, by code points, because the browser counts in UTF-16.  With the second
hash a quotation can be found in an article that has changed; older links do not have it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict
from urllib.parse import quote, unquote, urlsplit

from qa.archive.storage.hashing import text_digest
from qa.records import Article, Citation, Field, Hit
from ui.render.answer_text import Marks, pieces
from ui.render.escaping import line
from ui.render.links import DIGITS, address, spans_text
from ui.render.refinding import QUOTE_DIGITS, find_again, quote_hash, searched_whole

_SPAN = r"\d{1,9}-\d{1,9}"
_LINK = re.compile(
    rf"#?(?:cite-)?([^:#]{{1,6000}}):(\d{{1,9}})-(\d{{1,9}}):([0-9a-f]{{12}})(?:-([0-9a-f]{{{QUOTE_DIGITS}}}))?"
    rf"(?::({_SPAN}(?:,{_SPAN}){{0,15}}))?(?:@(title|dek))?"
)
NOT_HELD = "This article is not in the archive."
_EARLIER = "This is the version that was quoted. The article has been updated since"
_STILL = f"{_EARLIER}; it still contains the quoted words."
_NO_LONGER = f"{_EARLIER}; it no longer contains the quoted words."
_STANDS = "The article has changed since it was quoted. It still contains the quoted words."
_GONE = "The article has changed since it was quoted. It no longer contains the quoted words."
_NOT_FOUND = (
    "The article has changed since it was quoted. It is long, so only the text near the old place was searched; the "
    "quoted words are not there."
)
_UNKNOWN = "The article has changed since it was quoted, so the quoted words cannot be marked."
_DAMAGED = "This link is damaged: the quoted words are not at the place that it states, so none are marked."
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# Characters that the panel shows on each side of the quotation; a whole book is too long for it.
_AROUND = 200_000
_MOST_LINKS = 100
_LONGEST = 1_000  # characters of a title, dek or byline
_LONGEST_ADDRESS = 4_000


@dataclass(frozen=True, slots=True)
class Reference:
    """A quotation of an article, ``[start:end]`` of its ``field`` in the version with this digest, and the marks in it.

    ``digest`` and ``quote`` are the first digits of the SHA-256 of the whole text and of the quotation (``""``:
    unknown).
    """

    article_id: str
    start: int
    end: int
    digest: str
    marks: tuple[tuple[int, int], ...] = ()
    quote: str = ""
    field: Field = "text"


class Piece(TypedDict):
    """A piece of text; ``kind`` is ``plain``, ``cited`` (by the same answer) or ``chosen``; ``exact``: it answers."""

    text: str
    kind: str
    exact: bool


class Reading(TypedDict):
    """Contents of the reading panel; with ``error`` all other fields are empty; ``notice`` is shown above the text.

    If an earlier version is shown, ``newest`` is the address of the newest one, relative to the page.  ``head`` is
    ``title`` or ``dek`` if these words are quoted.
    """

    error: str
    notice: str
    newest: str
    title: str
    dek: str
    source: str
    published: str
    authors: str
    url: str
    host: str
    head: str
    pieces: list[Piece]


def fragment(citation: Citation, marks: Marks = ()) -> str:
    """Return the link to a citation, without its ``#``; ``marks`` are offsets into the article, inside the citation."""
    name = quote(citation.article_id, safe="", errors="replace")
    exact = spans_text(marks)
    hashes = f"{citation.digest[:DIGITS]}-{quote_hash(citation.quote)}"
    where = "" if citation.field == "text" else f"@{citation.field}"
    return f"cite-{name}:{citation.start}-{citation.end}:{hashes}" + (f":{exact}" if exact else "") + where


def reference(link: object) -> Reference | None:
    """Return the reference of a link; None for anything that is not such a link."""
    match = _LINK.fullmatch(link) if isinstance(link, str) else None
    if not match:
        return None
    start, end, *exact = map(int, re.findall(r"\d+", f"{match[2]} {match[3]} {match[6] or ''}"))
    if start >= end or [start, *exact, end] != sorted((start, *exact, end)):
        return None
    marks = tuple(zip(exact[::2], exact[1::2], strict=True))
    field: Field = "title" if match[7] == "title" else "dek" if match[7] == "dek" else "text"
    return Reference(unquote(match[1]), start, end, match[4], marks, match[5] or "", field)


def references(links: object) -> list[Reference]:
    """Return the references of a list of links, the chosen one first; empty unless that one is a valid link."""
    if not isinstance(links, list) or not links:
        return []
    found = [reference(link) for link in links[:_MOST_LINKS]]
    return [item for item in found if item] if found[0] else []


def reading(article: Article | None, links: Sequence[Reference], quoted: Article | None = None) -> Reading:
    """Return an article with the first link's words marked as chosen, and those of other links to it as cited.

    The words that answer are marked as exact too, in all of them.

    Args:
        article: the newest version; None if there is none.
        links: the references, the chosen one first.
        quoted: the version that the chosen link quotes, if it is stored; this version is then shown.
    """
    if article is None or not links:
        return unreadable(NOT_HELD)
    chosen, *others = links
    if chosen.field != "text":
        return _headed(article, chosen, quoted)
    digest = text_digest(article.text)
    found, notice = _placed(article.text, digest, chosen)
    newest = ""
    if quoted and quoted.text != article.text:
        then = text_digest(quoted.text)
        there, _ = _placed(quoted.text, then, chosen)
        if there:
            notice, newest = _STILL if found else _NO_LONGER, address("", article.id).lstrip("/")
            article, digest, found = quoted, then, there
    if found is None:
        return whole(article, notice)
    same = [link for link in others if link.article_id == article.id and digest.startswith(link.digest)]
    spans = _spans((found.start, found.end), sorted({(one.start, min(one.end, len(article.text))) for one in same}))
    shown = _cut(article.text, spans, sorted({mark for one in (found, *same) for mark in one.marks}))
    return {**_shown(article), "notice": notice, "newest": newest, "pieces": shown}


def _headed(article: Article, link: Reference, quoted: Article | None) -> Reading:
    """Return an article whose title or dek is quoted: the version that has these words, else the newest."""
    for one in (article, *([quoted] if quoted else [])):
        if _placed(getattr(one, link.field), link.digest, link)[0]:
            return {**whole(one), "head": link.field}
    return whole(article, _GONE)


def cited(article: Article, link: Reference) -> tuple[Citation, Marks] | None:
    """Return the citation of a link in the current article, and its exact words; None if the words are gone."""
    digest = text_digest(article.text)
    quotable = getattr(article, link.field)
    found, _ = _placed(quotable, digest if link.field == "text" else link.digest, link)
    if found is None:
        return None
    origin = (article.id, article.title, article.source, article.url, article.published)
    words = quotable[found.start : found.end]
    return Citation(*origin, found.start, found.end, words, digest, link.field), found.marks


def whole(article: Article, notice: str = "") -> Reading:
    """Return an article with nothing marked."""
    return {**_shown(article), "notice": notice, "pieces": _cut(article.text, [(0, 0, "chosen")])}


def _placed(text: str, digest: str, link: Reference) -> tuple[Reference | None, str]:
    """Return a link moved to the place of its words in a text with this digest, None if unknown, and a notice."""
    if digest.startswith(link.digest):
        stands = link.end <= len(text) and link.quote in ("", quote_hash(text[link.start : link.end]))
        return (link, "") if stands else (None, _DAMAGED)
    if not link.quote:
        return None, _UNKNOWN
    length = link.end - link.start
    place = find_again(text, link.start, length, link.quote)
    if place is None:
        return None, _GONE if searched_whole(text, length) else _NOT_FOUND
    moved = place - link.start
    marks = tuple((start + moved, end + moved) for start, end in link.marks)
    return replace(link, start=place, end=place + length, marks=marks), _STANDS


def copies_of(citation: Citation, hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Return the copies of the passage that contains a citation."""
    for hit in hits:
        whole = hit.citation
        if whole.article_id == citation.article_id and whole.start <= citation.start and citation.end <= whole.end:
            return hit.copies
    return ()


def shown_date(published: str) -> str:
    """Return an ISO 8601 date of any precision in words: ``11 May 2015``, ``May 2015``, ``2015``."""
    match = re.match(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?", published)
    if not match:
        return published or "undated"
    year, month, day = match.groups()
    return " ".join(
        part for part in (str(int(day)) if day else "", _MONTHS[int(month) - 1] if month else "", year) if part
    )


def outlet_name(source: str) -> str:
    """Return an outlet's name for display."""
    return line(source) or "Unknown outlet"


def unreadable(message: str) -> Reading:
    """Return the contents of the panel if there is no article to show."""
    return Reading(
        error=message,
        notice="",
        newest="",
        title="",
        dek="",
        source="",
        published="",
        authors="",
        url="",
        host="",
        head="",
        pieces=[],
    )


def _shown(article: Article) -> Reading:
    url, host = _address(article.url)
    return Reading(
        error="", notice="", newest="", title=line(article.title, _LONGEST) or "Untitled",
        dek=line(article.dek, _LONGEST),
        source=outlet_name(article.source), published=line(shown_date(article.published)),
        authors=line(article.authors, _LONGEST), url=url, host=line(host), head="", pieces=[],
    )  # fmt: skip


def _address(url: str) -> tuple[str, str]:
    """Return an address that is safe as a link, and its host; two empty texts otherwise."""
    if len(url) > _LONGEST_ADDRESS:
        return "", ""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return "", ""
    return (url.strip(), host) if parts.scheme in {"http", "https"} and host else ("", "")


def _spans(chosen: tuple[int, int], others: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """Return the spans to mark, in order and without overlap: the chosen one whole, the others outside of it."""
    spans = [(*chosen, "chosen")]
    for start, end in others:
        spans += [(start, min(end, chosen[0]), "cited"), (max(start, chosen[1]), end, "cited")]
    result: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans):
        begin = max(start, result[-1][1]) if result else start
        if begin < end:
            result.append((begin, end, kind))
    return result


def _cut(text: str, spans: Sequence[tuple[int, int, str]], marks: Marks = ()) -> list[Piece]:
    """Return the text around the chosen span in pieces; an ellipsis stands for text that is left out."""
    start, end = next((start, end) for start, end, kind in spans if kind == "chosen")
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    found = [Piece(text="[…] ", kind="plain", exact=False)] if first else []
    position = first
    for begin, finish, kind in spans:
        if first <= begin < finish <= last:
            found.append(Piece(text=text[position:begin], kind="plain", exact=False))
            inside = [(max(one, begin) - begin, min(other, finish) - begin) for one, other in marks]
            found += [Piece(text=cut, kind=kind, exact=exact) for cut, exact in pieces(text[begin:finish], inside)]
            position = finish
    found.append(Piece(text=text[position:last] + (" […]" if last < len(text) else ""), kind="plain", exact=False))
    return [piece for piece in found if piece["text"]]
