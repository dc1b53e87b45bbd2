"""Parser for mails (.eml) such as newsletters: headers and body; attachments are listed, not opened."""

import re
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from qa.anatomy.page import Extracted, Page
from qa.anatomy.page_lines import split_units
from qa.dates.iso import normalise
from qa.errors import InputError, in_short
from qa.intake.files import decoding
from qa.intake.formats.html import declared_charset, visible_text
from qa.settings import Limits

_PREFIX = re.compile(r"(?i)^(?:(?:re|fwd?|aw|wg|tr)\s*(?:\[\d+\])?:\s*)+")
_PERSON_OF = re.compile(r"(?P<person>[^,|@]{3,60}?)(?:,\s+|\s+(?:from|at|of|via|[-–—|])\s+)(?P<outlet>[^,|]{2,60})")
_DEEPEST = 20  # parts within parts
_BROKEN = (MessageError, ValueError, TypeError, KeyError, IndexError, AttributeError, LookupError)


def read_mail(content: bytes, limits: Limits) -> Extracted:
    """Return a mail's lines and the metadata of its headers.

    Raises:
        InputError: It has no headers, more than ``mail_parts`` parts, or no text.
    """
    try:
        message = BytesParser(policy=policy.default).parsebytes(content.removeprefix(b"\xef\xbb\xbf"))
        bodies, attached, count = _parts(message, limits.mail_parts)
    except RecursionError as error:
        raise InputError("the mail's parts are nested too deep: save its text as .txt") from error
    except _BROKEN as error:
        raise InputError(f"the mail cannot be read ({in_short(error)}): save its text as .txt") from error
    if not any(_head(message, name) for name in ("From", "Subject", "Date", "Received")):
        raise InputError("not a mail: it does not begin with a From, Subject or Date line; save text as .txt")
    if count > limits.mail_parts:
        raise InputError(f"over the limit of {limits.mail_parts} parts (mail_parts): save its text as .txt")
    chosen = [_chosen(parts) for parts in bodies.values()]
    text = "\n\n".join(text for text, _ in chosen if text)
    notes = tuple(note for _, lost in chosen for note in lost)
    if not text:
        raise InputError("no text recovered: save the mail's text as .txt and add that")
    if attached:
        names = ", ".join(attached[:10]) + (", …" if len(attached) > 10 else "")
        notes += (f"{len(attached)} attachment{'s' if len(attached) > 1 else ''} not read: {names}",)
    source, author = _sender(_head(message, "From"))
    stated = _head(message, "Date")
    published = normalise(stated)
    if stated and not published:
        notes += (f"date {stated[:80]!r} not understood",)
    address = _head(message, "Archived-At").strip("<> ")
    return Extracted(
        split_units(text),
        Page(
            title=_PREFIX.sub("", _head(message, "Subject")),
            source=source,
            authors=author,
            url=address if re.match(r"https?://", address) else "",
            published=published,
            language=_head(message, "Content-Language").split(",")[0],
            notes=notes,
        ),
    )


def _head(message: Message, name: str) -> str:
    """Return a header as text; bytes without a declared charset are decoded as in a file."""
    try:
        value = str(message.get(name, ""))
    except _BROKEN:
        value = "\ufffd"
    if "\ufffd" in value:
        raw = next((str(text) for key, text in message.raw_items() if key.casefold() == name.casefold()), "")
        value = value if "=?" in raw else decoding.decode(raw.encode("utf-8", "surrogateescape"))[0]
    return " ".join(decoding.clean(value)[0].split())[:2000]


def _parts(message: Message, most: int) -> tuple[dict[int, list[tuple[str, Message]]], list[str], int]:
    """Return the texts of the body in order, the names of the attachments, and the number of parts.

    A text is a list of alternatives (type, part), of which one is to be chosen; there are several if the mail repeats
    the text in several types.
    """
    bodies: dict[int, list[tuple[str, Message]]] = {}
    attached: list[str] = []
    count = 0
    waiting: list[tuple[Message, int, int]] = [(message, 0, 0)]  # part, depth, number of its list of alternatives
    while waiting and count <= most:
        part, depth, choice = waiting.pop()
        count += 1
        kind = part.get_content_type()
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list) and kind != "message/rfc822":
            if depth >= _DEEPEST:
                raise InputError("the mail's parts are nested too deep: save its text as .txt")
            choice = choice or (count if kind == "multipart/alternative" else 0)
            waiting.extend((child, depth + 1, choice) for child in reversed(inner) if isinstance(child, Message))
        elif kind in ("text/plain", "text/html") and _disposition(part) != "attachment":
            bodies.setdefault(choice or count, []).append((kind, part))
        elif not (kind.startswith("image/") and part.get("Content-ID")):  # pictures of the layout are not attachments
            attached.append(_name(part) or kind)
    return bodies, attached, count


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except _BROKEN:
        return ""


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except _BROKEN:
        return ""
    return " ".join(decoding.clean(name)[0].split())[:80]


def _chosen(parts: list[tuple[str, Message]]) -> tuple[str, tuple[str, ...]]:
    """Return a text and notes: from its HTML parts if they have text, else from the plain ones.

    An HTML part is read whole: a newsletter has many stories in tables, and the extraction of a web page's story would
    keep only one of them.
    """
    for wanted in ("text/html", "text/plain"):
        texts: list[str] = []
        notes: tuple[str, ...] = ()
        for raw, charset in ((_bytes(part), _charset(part)) for kind, part in parts if kind == wanted):
            text, lost = decoding.decode(raw, charset or (declared_charset(raw) if wanted == "text/html" else ""))
            text, removed = decoding.clean(decoding.unify_newlines(text))
            text = visible_text(text) if wanted == "text/html" else text
            if text.strip():
                texts.append(text.strip("\n"))
                notes += lost + removed
        if texts:
            return "\n\n".join(texts), notes
    return "", ()


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "")
    except _BROKEN:
        return ""


def _bytes(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except _BROKEN:
        content = None
    return content if isinstance(content, bytes) else b""


def _sender(line: str) -> tuple[str, str]:
    """Return the outlet and the person that a From line names: "Ada Lunt at Mere Post <ada@mere.example>"."""
    name, _, address = line.rpartition("<") if "<" in line else ("", "", line)
    name = name.strip().strip("\"'").strip()
    if not name:
        return address.strip("<> ").rpartition("@")[2], ""
    match = _PERSON_OF.fullmatch(name)
    if match and " " in match["person"].strip():
        return match["outlet"].strip(), match["person"].strip()
    return name, ""
