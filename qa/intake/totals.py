"""Estimated number of articles in files, without parsing them."""

import lzma
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from qa.intake.files.kinds import COMPRESSED, RECORDS
from qa.intake.files.opening import open_file
from qa.intake.files.paths import Found, find
from qa.intake.results import Rejection
from qa.settings import LIMITS, Limits

_BLOCK = 1 << 20
# Bytes that are read for counting; the rest is extrapolated.  A plain file is read at a gigabyte a second.
_PLAIN_BYTES = 1 << 28
_INFLATED_BYTES = 1 << 24
_ITEM = re.compile(rb"<(?:item|entry)[\s>]")
_INFLATE_MEMORY = 1 << 26  # an .xz file states the memory that reading it takes, up to 4 GiB


def count(paths: Iterable[str | Path], *, limits: Limits = LIMITS) -> int:
    """Return how many articles and rejections are to come: exact for files of moderate size, else an estimate.

    Nothing is parsed, so that no file can cost more than reading its first 256 MiB.
    """
    every = find([paths] if isinstance(paths, (str, Path)) else paths)
    return sum(1 if isinstance(found, Rejection) or found.kind not in RECORDS else _records(found) for found in every)


def _records(found: Found) -> int:
    """Return how many records a file may hold; at least 1, because an empty file is a rejection."""
    if found.kind in (".jsonl", ".csv", ".tsv"):
        lines = _lines(found)
        return lines if found.kind == ".jsonl" else max(1, lines - 1)  # the header is no record
    try:
        return max(1, sum(len(_ITEM.findall(block)) for _, block in _blocks(found.path)))
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return 1


def _lines(found: Found) -> int:
    """Return how many lines are not blank; at least 1, because an empty file is a rejection."""
    count = read = 0
    open_line = False
    try:
        size = found.path.stat().st_size
        blocks = _blocks(found.path)
        for position, block in blocks if found.kind == ".jsonl" else _unquoted(blocks):
            lines = block.split(b"\n")
            if not count and found.walked and _asks(lines[0]):
                return 0  # a question file in a walked folder is skipped
            filled = sum(1 for line in lines if line and not line.isspace())
            # A line that runs over the block's end is counted where it began.
            count += filled - (1 if open_line and lines[0].strip() else 0)
            open_line = bool(lines[-1].strip()) or (open_line and len(lines) == 1)
            read = position
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return max(1, count)  # the reader reports the problem
    if read >= size or not count:
        return max(1, count)
    return 1 + round((count - 1) * size / read)


def _unquoted(blocks: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield a table's blocks without the line ends between quotation marks."""
    inside = False
    for position, block in blocks:
        pieces = block.split(b'"')
        quoted = slice(0 if inside else 1, None, 2)
        pieces[quoted] = [piece.replace(b"\n", b" ") for piece in pieces[quoted]]
        inside ^= len(pieces) % 2 == 0
        yield position, b'"'.join(pieces)


def _asks(line: bytes) -> bool:
    return b'"question"' in line and b'"text"' not in line


def _blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (number of bytes of the file read so far, block of its content)."""
    kind = path.suffix.casefold()
    inflate, plain = _inflater(kind), kind not in COMPRESSED
    given = read = 0
    with open_file(path) as stream:
        while block := stream.read(_BLOCK if plain else _BLOCK // 16):
            content = inflate(block)
            read += len(block)
            given += len(content)
            yield read, content
            if given >= (_PLAIN_BYTES if plain else _INFLATED_BYTES):
                return


def _inflater(kind: str) -> Callable[[bytes], bytes]:
    """Return a function that decompresses bytes, at most 16 MiB at a time; the rest is left out."""
    if kind == ".gz":
        gzip = zlib.decompressobj(31)
        return lambda content: gzip.decompress(content, _INFLATED_BYTES)
    if kind == ".xz":
        xz = lzma.LZMADecompressor(memlimit=_INFLATE_MEMORY)
        return lambda content: xz.decompress(content, _INFLATED_BYTES)
    return lambda content: content
