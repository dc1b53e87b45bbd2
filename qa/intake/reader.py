"""The way in: paths to articles or rejections, one at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from qa.errors import InputError
from qa.intake import decoding
from qa.intake.anatomy import dissect
from qa.intake.dates import normalise
from qa.intake.html import declared_charset, read_html
from qa.intake.json_lines import read_json_lines
from qa.intake.markdown import read_markdown
from qa.intake.page import NOTHING, Page
from qa.intake.units import split_units
from qa.intake.values import Defaults, Reading, Rejection
from qa.intake.walking import Found, find
from qa.records import Article
from qa.settings import LIMITS, Limits

NO_DEFAULTS = Defaults()


def read(
    paths: Iterable[str | Path], defaults: Defaults = NO_DEFAULTS, *, limits: Limits = LIMITS
) -> Iterator[Reading | Rejection]:
    """Yield the articles in files and folders, lazily and in sorted order, and a rejection for what has none.

    Raises:
        InputError: ``defaults.published`` is not a date.
    """
    if defaults.published:
        published = normalise(defaults.published)
        if not published:
            raise InputError(f"date {defaults.published!r} is not understood: give it as 2015-05-11")
        defaults = replace(defaults, published=published)
    return _read([paths] if isinstance(paths, (str, Path)) else paths, defaults, limits)


def _read(paths: Iterable[str | Path], defaults: Defaults, limits: Limits) -> Iterator[Reading | Rejection]:
    for found in find(paths):
        if isinstance(found, Rejection):
            yield found
        elif found.kind == ".jsonl":
            yield from read_json_lines(found.path, defaults, limits, found.walked)
        else:
            yield _whole_file(found, defaults, limits)


def count(paths: Iterable[str | Path], *, limits: Limits = LIMITS) -> int:
    """Return how many articles and rejections are to come; only .jsonl files have to be read to know."""
    total = 0
    for found in find([paths] if isinstance(paths, (str, Path)) else paths):
        if isinstance(found, Found) and found.kind == ".jsonl":
            total += sum(1 for _ in read_json_lines(found.path, NO_DEFAULTS, limits, found.walked))
        else:
            total += 1
    return total


def _whole_file(found: Found, defaults: Defaults, limits: Limits) -> Reading | Rejection:
    file = str(found.path)
    try:
        if found.path.stat().st_size > limits.file_bytes:
            raise InputError(f"over the limit of {limits.file_bytes} bytes (file_bytes): split it")
        content = decoding.read_bytes(found.path, limits.file_bytes)
        page, notes = _page(content, found.kind)
        if len(page.text) > limits.article_characters:
            raise InputError(f"over the limit of {limits.article_characters} characters (article_characters): split it")
    except InputError as error:
        return Rejection(file, 0, str(error))
    except OSError as error:
        return Rejection(file, 0, f"cannot be read ({error.strerror or error})")
    article = Article(
        id="",
        title=" ".join(page.title.split()),
        dek=" ".join(page.dek.split()),
        text=page.text,
        source=page.source or defaults.source,
        authors=page.authors,
        url=page.url or defaults.url,
        published=page.published or defaults.published,
        updated=page.updated,
        dateline_text=page.dateline_text,
        language=page.language,
    )
    return Reading(article, file, 0, page.dropped, notes + page.notes)


def _page(content: bytes, kind: str) -> tuple[Page, tuple[str, ...]]:
    """Decode a file and take it apart.

    Raises:
        InputError: It is empty, is no text, or holds no story.
    """
    if not content.strip():
        raise InputError("empty: there is nothing to read")
    decoding.refuse_binary(content)
    text, notes = decoding.decode(content, declared_charset(content) if kind.startswith(".htm") else "")
    text, lost = decoding.clean(decoding.unify_newlines(text))
    if not text.strip():
        raise InputError("empty: there is nothing to read")
    notes += lost
    known = NOTHING
    if kind == ".md":
        units, known = read_markdown(text)
    elif kind == ".txt":
        units = split_units(text)
    else:
        text, known, more = read_html(text)
        units, notes = split_units(text), notes + more
    for name in ("published", "updated"):
        value = getattr(known, name)
        if value and not normalise(value):
            notes += (f"date {value[:80]!r} not understood",)
    known = replace(known, published=normalise(known.published), updated=normalise(known.updated))
    page = dissect(units, known)
    if not page.text.strip():
        raise InputError("no text recovered: save the page's text as .txt and add that")
    return page, notes
