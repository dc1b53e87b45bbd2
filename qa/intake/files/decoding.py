"""Decoding of files: compression, encodings, control characters; every loss is counted and reported."""

import codecs
import gzip
import lzma
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from qa.errors import InputError
from qa.intake.files.kinds import COMPRESSED, is_zip, refuse_other
from qa.intake.files.opening import open_file

EMPTY = "empty: there is nothing to read"
_BLOCK = 1 << 20
_BOMS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Invisible characters: white space, marks that join, separate or turn letters, variation selectors and tags.
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]*"
)
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError)


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, decompressing by its suffix."""
    stream = open_file(path)
    if path.suffix.casefold() == ".gz":
        return cast(BinaryIO, gzip.open(stream, "rb"))
    if path.suffix.casefold() == ".xz":
        return cast(BinaryIO, lzma.open(stream, "rb"))
    return stream


def read_bytes(path: Path, limit: int, name: str = "file_bytes") -> bytes:
    """Return the (decompressed) content, reading at most ``limit`` bytes and one; ``name`` is the limit's name.

    Raises:
        InputError: It is blank or over the limit, or the compressed data is cut off or damaged.
        OSError: The file cannot be opened.
    """
    too_long = f"over the limit of {limit} bytes ({name}): split it"
    if path.stat().st_size > limit:  # rejected before so much of it is read
        raise InputError(too_long)
    blocks: list[bytes] = []
    size = 0
    with open_bytes(path) as stream:
        while True:
            try:
                block = stream.read(min(_BLOCK, limit + 1 - size))
            except BROKEN as error:
                raise InputError(broken(path, error)) from error
            if not block:
                break
            blocks.append(block)
            size += len(block)
            if size > limit:
                raise InputError(too_long)
    content = b"".join(blocks)
    if not content.strip():
        raise InputError(EMPTY)
    return content


def broken(path: Path, error: BaseException) -> str:
    """Return the reason why a file could not be read to its end."""
    if path.suffix.casefold() not in COMPRESSED:
        return f"cannot be read ({getattr(error, 'strerror', None) or error})"
    cut = isinstance(error, EOFError)
    return f"the compressed data is {'cut off' if cut else 'damaged'}: get the file again"


def split_lines(path: Path, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number from 1, line without its end); None stands for a line over ``limit`` bytes.

    Raises:
        InputError: The compressed data is cut off or damaged; the lines before the break have been yielded.
        OSError: The file cannot be opened.
    """
    with open_bytes(path) as stream:
        number = 0
        while True:
            number += 1
            try:
                line = stream.readline(limit + 2)
                long = len(line.rstrip(b"\r\n")) > limit
                while long and line and not line.endswith(b"\n"):
                    line = stream.readline(_BLOCK)
            except BROKEN as error:
                raise InputError(broken(path, error)) from error
            if not line and not long:
                return
            yield number, None if long else line.rstrip(b"\r\n")


def refuse_binary(content: bytes) -> None:
    """Raise InputError when the bytes are another kind of file, or no text at all."""
    refuse_other(content)
    if any(content.startswith(bom) for bom, _ in _BOMS):
        return
    sample = content[: 1 << 16]
    control = sum(sample.count(code) for code in (*range(9), 11, *range(14, 27), *range(28, 32)))
    if control > max(8, len(sample) // 50):
        raise InputError("the content is binary, not text: convert it to text first")


def decode(content: bytes, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the text and notes on how its encoding was guessed and on damaged characters.

    A byte-order mark decides, then UTF-8, then ``declared`` (an HTML page's charset), then UTF-8 with single
    bytes damaged, then Windows-1252, whose five undefined bytes are read as Latin-1.
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            text = content.decode(name, errors="replace")
            lost = text.count("\ufffd")
            return text, (f"{lost} characters were damaged and replaced",) if lost else ()
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    if declared and (text_and_notes := _declared(content, declared)):
        return text_and_notes
    mended = content.decode("utf-8", errors="replace")
    lost = mended.count("\ufffd")
    if sum(character > "\x7f" for character in mended) > 5 * lost:  # UTF-8 with a few damaged bytes
        return mended, (f"{lost} damaged bytes replaced by U+FFFD",)
    undefined = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
    table = "".join(undefined.get(byte) or bytes([byte]).decode("cp1252") for byte in range(256))
    return codecs.charmap_decode(content, "strict", table)[0], ("decoded as cp1252/latin-1",)


def _declared(content: bytes, declared: str) -> tuple[str, tuple[str, ...]] | None:
    try:
        name = codecs.lookup(declared).name
        if name in ("utf-8", "iso8859-1", "ascii", "cp1252"):  # browsers too read these as Windows-1252
            return None
        return content.decode(name), (f"decoded as {name}",)
    except (LookupError, UnicodeDecodeError, ValueError):
        return None


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without control characters (but tab and line ends) and lone surrogates, and a note on each."""
    notes: list[str] = []
    text, removed = _CONTROL.subn("", text)
    if removed:
        notes.append(f"{removed} control character{'s' if removed > 1 else ''} removed")
    text, replaced = _SURROGATE.subn("\ufffd", text)
    if replaced:
        notes.append(f"{replaced} lone surrogate{'s' if replaced > 1 else ''} replaced by U+FFFD")
    return text, tuple(notes)


def numbered_lines(path: Path, limit: int, file_limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield a file's lines as ``split_lines`` does: UTF-16 and UTF-32 as UTF-8, and without a byte-order mark.

    Raises:
        InputError: As ``split_lines``; it is another kind of file; UTF-16 is over ``file_limit`` bytes.
        OSError: The file cannot be opened.
    """
    sample = _sample(path, file_limit)
    refuse_other(sample)
    encoding = _wide_encoding(sample)
    for number, line in _wide_lines(path, encoding, limit, file_limit) if encoding else split_lines(path, limit):
        if number == 1 and line is not None:
            refuse_binary(line)
            line = line.removeprefix(codecs.BOM_UTF8)
        yield number, line


def _sample(path: Path, limit: int) -> bytes:
    """Return the first block of the content; of a zip file up to ``limit`` bytes, because its end says what it is.

    What is broken gives b"": the reader of lines reports it.
    """
    try:
        with open_bytes(path) as stream:
            start = stream.read(_BLOCK)
            return start + stream.read(limit) if is_zip(start) else start
    except BROKEN:
        return b""


def _wide_encoding(sample: bytes) -> str:
    """Return "utf-16" or "utf-32" when its byte-order mark begins the file, else ""."""
    found = next((name for bom, name in _BOMS if sample.startswith(bom)), "")
    return found if found != "utf-8-sig" else ""


def _wide_lines(path: Path, encoding: str, limit: int, file_limit: int) -> Iterator[tuple[int, bytes | None]]:
    text = read_bytes(path, file_limit).decode(encoding, errors="replace")
    for number, line in enumerate(text.split("\n"), start=1):
        encoded = line.removesuffix("\r").encode("utf-8", errors="surrogatepass")
        yield number, encoded if len(encoded) <= limit else None


def is_blank(text: str) -> bool:
    """Whether a text has no visible character."""
    return _INVISIBLE.fullmatch(text) is not None


def unify_newlines(text: str) -> str:
    r"""Return the text with every line end, form feed and vertical tab as ``\n``."""
    return re.sub(r"\r\n?|[\x0b\x0c\x85]", "\n", text)
