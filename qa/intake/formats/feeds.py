"""Parser for saved feeds (RSS, Atom, RDF): one article per item, made from its longest text."""

import io
import logging
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.dates.iso import normalise
from qa.errors import InputError, in_short
from qa.intake.files import decoding
from qa.intake.formats.html import visible_text
from qa.intake.formats.record_fields import article_of
from qa.intake.results import Defaults, Gate, Reading, Rejection, open_gate
from qa.settings import Limits

_ROOTS = ("rss", "feed", "rdf")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_ROOT = re.compile(r"\s*<([\w.-]+:)?([\w.-]{1,60})")
_CUT = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|&#8230;)\]|(?:read|continue|see|full) (?:more|reading|article|story)\W*)$", re.I
)
_WHOLE = 1000  # characters; a summary this long counts as the article, unless it breaks off


def read_feed(path: Path, defaults: Defaults, limits: Limits, gate: Gate = open_gate) -> Iterator[Reading | Rejection]:
    """Yield each item's article or rejection; ``line`` is the item's number in the feed, from 1.

    Raises:
        InputError: It is empty, over the limit, another kind of file, or not a feed.
        OSError: It cannot be opened or read.
    """
    file = str(path)
    content = decoding.read_bytes(path, limits.feed_bytes, "feed_bytes")
    decoding.refuse_binary(content)
    _check_root(content)
    feed, items, problem = _parse(content)
    if not items:
        raise InputError(f"the feed has no items{f' ({problem})' if problem else ''}")
    ids = Counter(_text(item, "id") for item in items)
    for number, item in enumerate(items, start=1):
        if not gate(number):
            continue
        notes: list[str] = []
        if problem and number == 1:
            notes.append(f"the feed is not well-formed XML ({problem}): its items were read as far as possible")
        try:
            record = _record(item, feed, notes, ids)
            yield Reading(article_of(record, defaults, limits, notes), file, number, (), tuple(notes))
        except InputError as error:
            yield Rejection(file, number, f"item {number} of the feed: {error}")


def _check_root(content: bytes) -> None:
    """Check that the first element is a feed's.

    Raises:
        InputError: It is another one, or there is none.
    """
    head = decoding.clean(decoding.decode(content[: 1 << 16])[0])[0].lstrip("\ufeff")
    place = 0
    while match := _PROLOG.match(head, place):
        place = match.end()
    root = _ROOT.match(head, place)
    if root is None:
        raise InputError("the content is not a feed: it does not begin with <rss>, <feed> or <rdf:RDF>")
    name = root[2].casefold()
    if name not in _ROOTS:
        way_out = "save it as .html" if name == "html" else "save its articles as .txt, .html or .jsonl"
        raise InputError(f"its root is <{root[1] or ''}{root[2]}>; of XML only RSS and Atom feeds are read: {way_out}")


def _parse(content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """Return the feed's metadata, its items, and the problem with its XML ("" for none).

    feedparser gets a stream, so that it opens no address and no file.  It loads no external entity, and expat limits
    the expansion of the others.
    """
    from xml.sax import SAXException

    import feedparser

    logging.getLogger("feedparser").setLevel(logging.CRITICAL)
    try:
        found = feedparser.parse(io.BytesIO(content))
    except (RecursionError, ValueError, AssertionError, LookupError) as error:
        raise InputError(f"the feed cannot be read ({in_short(error)}): save its articles as .html") from error
    problem = dict.get(found, "bozo_exception")
    told = str(problem).removeprefix("<unknown>:")[:80] if isinstance(problem, SAXException) else ""
    return dict.get(found, "feed") or {}, dict.get(found, "entries") or [], told


def _record(item: dict[str, Any], feed: dict[str, Any], notes: list[str], ids: Counter[str]) -> dict[str, str | None]:
    text, teaser = _body(item)
    if not text.strip():
        raise InputError("it has no text: add the page itself")
    if teaser:
        notes.append("only the feed's summary: add the page itself for the whole article")
    published, updated = _stamp(item, "published"), _stamp(item, "updated")
    if updated and not published:
        published = updated
        notes.append("dated by its update: the feed states no other date")
    link = _text(item, "link")
    source = dict.get(item, "source")
    return {
        "id": _identifier(item, ids),
        "title": _plain(item, "title"),
        "text": text,
        "source": (_plain(source, "title") if isinstance(source, dict) else "") or _plain(feed, "title"),
        "authors": ", ".join(filter(None, (_text(author, "name") for author in _people(item))))
        or _text(item, "author"),
        "url": link if link.casefold().startswith(("http://", "https://")) else "",
        "published": published,
        "updated": updated if updated != published else "",
        "language": _text(feed, "language"),
    }


def _identifier(item: dict[str, Any], ids: Counter[str]) -> str:
    """Return the item's id if it is globally unique (an address, tag: or urn:) and no other item has it, else ""."""
    given = _text(item, "id")
    return given if re.match(r"(?i)(?:https?|tag|urn):", given) and ids[given] == 1 and len(given) <= 500 else ""


def _body(item: dict[str, Any]) -> tuple[str, bool]:
    """Return the longest text of an item, and whether it is only a teaser."""
    whole = max((_value(part) for part in dict.get(item, "content") or ()), key=len, default="")
    detail = dict.get(item, "summary_detail")
    summary = _value(detail) if detail else ""
    if len(whole) >= len(summary):
        return whole, False
    return summary, len(summary) < _WHOLE or bool(_CUT.search(summary.rstrip()))


def _value(part: dict[str, Any]) -> str:
    value = str(part.get("value") or "")
    return value if part.get("type") == "text/plain" else visible_text(value)


def _plain(holder: dict[str, Any], name: str) -> str:
    detail = dict.get(holder, f"{name}_detail")
    return " ".join(_value(detail).split()) if detail else _text(holder, name)


def _text(holder: dict[str, Any], name: str) -> str:
    value = dict.get(holder, name)
    return value.strip() if isinstance(value, str) else ""


def _people(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [person for person in dict.get(item, "authors") or () if isinstance(person, dict)]


def _stamp(item: dict[str, Any], name: str) -> str:
    """Return a date in ISO 8601 (in UTC where only feedparser understands it); as stated where neither does."""
    stated = _text(item, name)
    if normalise(stated):
        return normalise(stated)
    parsed = dict.get(item, f"{name}_parsed")
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", parsed) if parsed else stated
