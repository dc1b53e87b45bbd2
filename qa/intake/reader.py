"""Reader of files: paths to articles or rejections, one at a time.

Files are parsed in this process.  Untrusted files go through ``qa.intake.sandbox.parent`` instead.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from qa.anatomy.dissection import dissect
from qa.anatomy.page import NOTHING, Extracted, Page
from qa.anatomy.page_lines import Unit, split_units
from qa.dates.iso import normalise
from qa.errors import InputError
from qa.intake.files import decoding
from qa.intake.files.kinds import DOCUMENTS, RECORDS, refuse_other
from qa.intake.files.paths import Found, find
from qa.intake.formats.docx import read_docx
from qa.intake.formats.feeds import read_feed
from qa.intake.formats.html import declared_charset, read_html
from qa.intake.formats.json_lines import read_json_lines
from qa.intake.formats.mail import read_mail
from qa.intake.formats.markdown import read_markdown
from qa.intake.formats.pdf import read_pdf
from qa.intake.formats.tables import read_table
from qa.intake.language import with_language
from qa.intake.results import Defaults, Gate, Reading, Rejection, open_gate
from qa.records import Article
from qa.settings import LIMITS, Limits

NO_DEFAULTS = Defaults()


def read(
    paths: Iterable[str | Path], defaults: Defaults = NO_DEFAULTS, *, limits: Limits = LIMITS
) -> Iterator[Reading | Rejection]:
    """Yield the articles in files and folders, lazily and in sorted order, and a rejection for each without one.

    Raises:
        InputError: ``defaults.published`` is not a date.
    """
    return _read([paths] if isinstance(paths, (str, Path)) else paths, checked(defaults), limits)


def checked(defaults: Defaults) -> Defaults:
    """Return the defaults with their date as ISO 8601.

    Raises:
        InputError: It is not a date.
    """
    if not defaults.published:
        return defaults
    published = normalise(defaults.published)
    if not published:
        raise InputError(f"date {defaults.published!r} is not understood: give it as 2015-05-11")
    return replace(defaults, published=published)


def _read(paths: Iterable[str | Path], defaults: Defaults, limits: Limits) -> Iterator[Reading | Rejection]:
    for found in find(paths):
        if isinstance(found, Rejection):
            yield found
        else:
            for one in read_found(found, defaults, limits):
                yield with_language(one) if isinstance(one, Reading) else one


def read_found(
    found: Found, defaults: Defaults, limits: Limits, gate: Gate = open_gate
) -> Iterator[Reading | Rejection]:
    """Yield the articles and rejections of one file; of a file of records only those that ``gate`` lets through.

    An article's language is the one that the file states.
    """
    try:
        if found.kind in RECORDS:
            yield from _records(found, defaults, limits, gate)
        else:
            yield _whole_file(found, defaults, limits)
    except InputError as error:
        yield Rejection(str(found.path), 0, str(error))
    except OSError as error:
        yield Rejection(str(found.path), 0, f"cannot be read ({error.strerror or error})")


def _records(found: Found, defaults: Defaults, limits: Limits, gate: Gate) -> Iterator[Reading | Rejection]:
    """Yield the articles and rejections of a file that holds many.

    Raises:
        InputError: The file as a whole, or the rest of it, cannot be used.
        OSError: It cannot be opened or read.
    """
    if found.kind == ".jsonl":
        return read_json_lines(found.path, defaults, limits, found.walked, gate)
    if found.kind in (".csv", ".tsv"):
        return read_table(found.path, found.kind, defaults, limits, found.walked, gate)
    return read_feed(found.path, defaults, limits, gate)


def _whole_file(found: Found, defaults: Defaults, limits: Limits) -> Reading:
    """Return the one article of a file.

    Raises:
        InputError: The file cannot be used.
        OSError: It cannot be opened or read.
    """
    content = decoding.read_bytes(found.path, limits.file_bytes)
    page, fallback = _page(content, found.kind, limits)
    if len(page.text) > limits.article_characters:
        raise InputError(f"over the limit of {limits.article_characters} characters (article_characters): split it")
    published = page.published or defaults.published
    notes = page.notes
    if fallback.published and not published:
        published = fallback.published
        notes += ("dated by the day on which the file was made: its text states no date",)
    article = Article(
        id="",
        title=" ".join(page.title.split()),
        dek=" ".join(page.dek.split()),
        text=page.text,
        source=page.source or defaults.source,
        authors=page.authors or fallback.authors,
        url=page.url or defaults.url,
        published=published,
        updated=page.updated,
        dateline_text=page.dateline_text,
        language=page.language,
    )
    return Reading(article, str(found.path), 0, page.dropped, notes)


def _page(content: bytes, kind: str, limits: Limits) -> tuple[Page, Page]:
    """Parse a file: return its page, and fallback values for fields that nothing else states.

    Raises:
        InputError: It is another kind of file, or holds no story.
    """
    if kind in DOCUMENTS:
        refuse_other(content, kind)
        found = read_pdf(content, limits) if kind == ".pdf" else read_docx(content, limits)
        found = _cleaned(found)
    else:
        decoding.refuse_binary(content)
        found = read_mail(content, limits) if kind == ".eml" else _read_text(content, kind)
    known = found.stated
    notes = known.notes
    for name in ("published", "updated"):
        value = getattr(known, name)
        if value and not normalise(value):
            notes += (f"date {value[:80]!r} not understood",)
    known = replace(known, published=normalise(known.published), updated=normalise(known.updated), notes=notes)
    page = dissect(found.units, known)
    if decoding.is_blank(page.text):
        raise InputError("no text recovered: save the page's text as .txt and add that")
    if known.dropped:
        page = replace(page, dropped=tuple(sorted({*known.dropped, *page.dropped}, key=lambda one: one.line)))
    return page, found.fallback


def _read_text(content: bytes, kind: str) -> Extracted:
    """Decode a text and split it.

    Raises:
        InputError: It is empty.
    """
    text, notes = decoding.decode(content, declared_charset(content) if kind.startswith(".htm") else "")
    text, lost = decoding.clean(decoding.unify_newlines(text))
    if decoding.is_blank(text):
        raise InputError(decoding.EMPTY)
    notes += lost
    known = NOTHING
    if kind == ".md":
        units, known = read_markdown(text)
    elif kind == ".txt":
        units = split_units(text)
    else:
        text, known, more = read_html(text)
        units, notes = split_units(text), notes + more
    return Extracted(units, replace(known, notes=notes + known.notes))


def _cleaned(found: Extracted) -> Extracted:
    """Return a document's units without control characters; a note says how many were removed."""
    units: list[Unit] = []
    removed = 0
    for unit in found.units:
        text, lost = decoding.clean(unit.text)
        removed += len(unit.text) - len(text)
        if lost:
            unit = replace(unit, text=text.strip())
        if unit.text:
            units.append(unit)
    note = (f"{removed} control character{'s' if removed > 1 else ''} removed",) if removed else ()
    return replace(found, units=units, stated=replace(found.stated, notes=found.stated.notes + note))
