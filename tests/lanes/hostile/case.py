"""What a hostile case is, and what generators have in common."""

import gzip
import json
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SENTENCE = "The dam at Verrin was closed on Monday after eleven of forty sensors had drifted."
STORY = f"{SENTENCE}\n\nEngineers will open it again when the river has fallen, the water office said on Friday."

Maker = Callable[[Path, bool], Path]
Content = bytes | str | Callable[[bool], bytes | str]

ANY = r"\S"  # a reason, whatever it is: what a broken document still gives is the parser's affair


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file or record and what is expected of it.

    ``group`` is the case in the research note on reliability (11 to 18).  ``make(folder, full)`` writes it into an
    empty folder and returns the path to give; ``full`` asks for its full size.  ``text`` stands in an article that is
    read, ``rejected`` is a pattern that every rejection's reason matches; with ``either`` one of the two is enough,
    otherwise what is not expected must not come.  ``needs`` is the suffix of its format.
    """

    name: str
    group: int
    make: Maker
    text: str = ""
    rejected: str = ""
    either: bool = False
    needs: str = ".txt"


def file(name: str, content: Content) -> Maker:
    """Return what writes one file, compressed if its name says so."""

    def make(folder: Path, full: bool) -> Path:
        made = content(full) if callable(content) else content
        data = made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def sparse(name: str, size: int) -> Maker:
    """Return what writes a file of zeros that takes no room."""

    def make(folder: Path, full: bool) -> Path:
        path = folder / name
        with path.open("wb") as stream:
            stream.truncate(size)
        return path

    return make


def records(*lines: object) -> bytes:
    """Return lines of JSON; bytes stand as they are."""
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def packed(content: bytes, suffix: str) -> bytes:
    """Return the content compressed as ``.gz`` or ``.xz``."""
    return gzip.compress(content, 6, mtime=0) if suffix == ".gz" else lzma.compress(content, preset=1)
