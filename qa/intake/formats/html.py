"""Parser for saved web pages: the text of the story, and the metadata."""

import html as entities
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from qa.anatomy.page import Page
from qa.dates.iso import normalise
from qa.text.words import word_set

_CHARSET = re.compile(rb"<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_SKIPPED = word_set("script style nav aside footer form figure noscript template svg head button select iframe")
_BLOCKS = word_set(
    "p div br li ul ol h1 h2 h3 h4 h5 h6 section article main header table tr td th blockquote pre hr dl "
    "dt dd address body"
)
_STANDFIRST = word_set(
    "standfirst dek deck subtitle subheadline sub-headline article-dek article-subtitle article__dek"
)
_PUBLISHED = (
    "article:published_time", "datepublished", "og:article:published_time", "og:published_time",
    "published_time", "pubdate",
    "publishdate", "publish-date", "publication_date", "date", "dc.date", "dc.date.issued", "dcterms.date",
    "dcterms.issued",
    "dcterms.created", "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime",
    "article.published",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "datemodified", "og:updated_time", "og:modified_time", "lastmod",
    "last-modified", "dcterms.modified",
    "article.updated",
)  # fmt: skip


def declared_charset(content: bytes) -> str:
    """Return the charset that the page's first 4 KiB name, "" for none."""
    match = _CHARSET.search(content[:4096])
    return match[1].decode("ascii") if match else ""


def read_html(page: str) -> tuple[str, Page, tuple[str, ...]]:
    """Return the story's lines (a paragraph each, empty lines between), its metadata, and notes.

    The text is "" when nothing could be recovered.  The date of publication is taken from metadata only,
    never from the web address or from years in the text.
    """
    parser = _PageParser()
    parser.feed(page)
    parser.close()
    known = parser.stated()
    text, extracted = _extract(page)
    notes: tuple[str, ...] = ()
    if not text.strip():
        text = parser.text()
        notes = ("read without its layout: the story could not be separated from the rest of the page",) if text else ()
    title = known.title or extracted.get("title", "")
    return (
        text,
        Page(
            title=_without_site(title, known.source or extracted.get("sitename", "")),
            dek=known.dek or extracted.get("description", ""),
            source=known.source or ("" if "." in extracted.get("sitename", "") else extracted.get("sitename", "")),
            authors=known.authors or extracted.get("author", "").replace("; ", ", "),
            url=known.url or extracted.get("url", ""),
            published=known.published,
            updated=known.updated,
            language=known.language,
        ),
        notes,
    )


def visible_text(page: str) -> str:
    """Return the text of a page or a part of one without menus, forms and scripts, as paragraphs."""
    parser = _PageParser()
    parser.feed(page)
    parser.close()
    return parser.text()


def _extract(page: str) -> tuple[str, dict[str, str]]:
    """Return the text and metadata that trafilatura finds, both empty when it gives up."""
    import trafilatura
    from lxml.etree import LxmlError

    for name in (
        "trafilatura",
        "htmldate",
        "courlan",
        "justext",
    ):  # their warnings are about pages, not for our users
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            page,
            include_comments=False,
            include_tables=True,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except (LxmlError, ValueError, RecursionError, MemoryError, AttributeError, TypeError):
        return "", {}
    if found is None:
        return "", {}
    values = {name: getattr(found, name) or "" for name in ("title", "author", "sitename", "description", "url")}
    return "\n\n".join(line for line in (found.text or "").split("\n") if line.strip()), values


def _without_site(title: str, site: str) -> str:
    """Return the title without " - Site" or " | Site" at its end."""
    match = re.fullmatch(r"(.{8,}?)\s+[-–—|·]\s+([^|–—]{2,60})", title)
    if match and site and match[2].strip().casefold() in (site.casefold(), f"the {site}".casefold()):
        return match[1]
    return title


@dataclass(slots=True)
class _Stated:
    meta: dict[str, str] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    times: list[tuple[str, bool]] = field(default_factory=list)
    standfirst: str = ""
    language: str = ""
    canonical: str = ""


class _PageParser(HTMLParser):
    """Collects the metadata, and the plain text for pages whose story cannot be separated."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found = _Stated()
        self._skipping: list[str] = []
        self._script: list[str] | None = None
        self._heading: list[str] | None = None
        self._headings: list[str] = []
        self._standfirst: tuple[str, list[str]] = ("", [])
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self._found.language = self._found.language or values.get("lang", "")
        elif tag == "meta":
            name = (values.get("property") or values.get("name") or values.get("itemprop") or "").strip().casefold()
            content = values.get("content", "").strip()
            if name and content:
                self._found.meta.setdefault(name, content)
        elif tag == "link" and "canonical" in values.get("rel", "").casefold().split():
            self._found.canonical = self._found.canonical or values.get("href", "")
        elif tag == "time":
            trusted = values.get("itemprop", "").casefold() == "datepublished" or "pubdate" in values
            inside = not any(name in ("aside", "nav", "footer") for name in self._skipping)
            if values.get("datetime") and (trusted or inside):
                self._found.times.append((values["datetime"], trusted))
        elif tag == "h1" and not self._skipping:
            self._heading = []
        if tag in ("p", "h2", "div") and _STANDFIRST.intersection(values.get("class", "").casefold().split()):
            self._standfirst = (tag, [])
        if tag == "script" and "ld+json" in values.get("type", ""):
            self._script = []
        if tag in _SKIPPED:
            self._skipping.append(tag)
        elif tag in _BLOCKS:
            self._parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._skipping:
            while self._skipping.pop() != tag:
                pass
        if tag in _BLOCKS:
            self._parts.append("\n\n")
        if tag == "h1" and self._heading is not None:
            self._headings.append(" ".join("".join(self._heading).split()))
            self._heading = None
        if tag and tag == self._standfirst[0]:
            self._found.standfirst = self._found.standfirst or " ".join("".join(self._standfirst[1]).split())
            self._standfirst = ("", [])
        if tag == "script" and self._script is not None:
            self._read_linked("".join(self._script))
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)
        elif not self._skipping:
            self._parts.append(re.sub(r"\s+", " ", data))
            if self._heading is not None:
                self._heading.append(data)
            if self._standfirst[0]:
                self._standfirst[1].append(data)

    def _read_linked(self, text: str) -> None:
        try:
            roots = json.loads(text)
        except (ValueError, RecursionError):
            return
        for node in _nodes(roots):
            for name, key in (
                ("datePublished", "published"),
                ("dateModified", "updated"),
                ("headline", "title"),
            ):
                value = node.get(name)
                if isinstance(value, str) and value.strip():
                    self._found.linked.setdefault(key, entities.unescape(value.strip()))
            names = [entry for entry in _names(node.get("author")) if entry]
            if names:
                self._found.linked.setdefault("authors", ", ".join(names))
            publisher = next(_names(node.get("publisher")), "")
            if publisher:
                self._found.linked.setdefault("source", publisher)

    def stated(self) -> Page:
        """Return the metadata; dates that are not understood are left out."""
        meta, linked = self._found.meta, self._found.linked
        dates = [value for name in _PUBLISHED if (value := meta.get(name))]
        trusted = [value for value, sure in self._found.times if sure]
        any_time = {normalise(value) for value, _ in self._found.times} - {""}
        if len(any_time) == 1:  # one date on the page: it can belong to no other story
            trusted += any_time
        published = next(filter(None, map(normalise, [linked.get("published", ""), *dates, *trusted])), "")
        changes = [linked.get("updated", ""), *(meta.get(name, "") for name in _UPDATED)]
        author = meta.get("author") or meta.get("article:author") or ""
        return Page(
            title=meta.get("og:title") or linked.get("title", "") or (self._headings[0] if self._headings else ""),
            dek=self._found.standfirst
            or meta.get("og:description")
            or meta.get("description")
            or meta.get("twitter:description")
            or "",
            source=meta.get("og:site_name") or linked.get("source", ""),
            authors=linked.get("authors", "") or ("" if "://" in author else author),
            url=self._found.canonical or meta.get("og:url", ""),
            published=published,
            updated=next(filter(None, map(normalise, changes)), ""),
            language=self._found.language.strip(),
        )

    def text(self) -> str:
        """Return the page's visible text, paragraphs separated by an empty line."""
        lines = (line.strip() for line in "".join(self._parts).split("\n"))
        return "\n\n".join(line for line in lines if line)


def _nodes(root: object) -> Iterator[dict[str, object]]:
    """Yield the articles among JSON-LD's nodes."""
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += node[:100]
        elif isinstance(node, dict):
            kinds = node.get("@type")
            if any(
                isinstance(kind, str) and ("Article" in kind or "Posting" in kind)
                for kind in (kinds if isinstance(kinds, list) else [kinds])
            ):
                yield node
            waiting += [value for key in ("@graph", "mainEntity") if (value := node.get(key))]


def _names(value: object) -> Iterator[str]:
    for entry in value if isinstance(value, list) else [value]:
        name = entry.get("name") if isinstance(entry, dict) else entry
        if isinstance(name, str) and name.strip() and "://" not in name:
            yield name.strip()
