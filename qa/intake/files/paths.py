"""Discovery of the files to read, in sorted order; a folder never leads to files outside it."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.intake.files.kinds import kind_of, refusal
from qa.intake.results import Rejection
from qa.settings import ARCHIVE_FILE


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read.

    ``walked``: it was found in a folder, not named itself.  ``root`` is then the real path of the named folder, outside
    of which nothing is read, otherwise "".
    """

    path: Path
    kind: str
    walked: bool
    root: str = ""


def find(paths: Iterable[str | Path]) -> Iterator[Found | Rejection]:
    """Yield the files to read, and rejections of paths that cannot be read; folders are walked in sorted order."""
    for path in map(Path, paths):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            yield Rejection(str(path), 0, "no such file" if not path.is_symlink() else "a link to nothing")
        except (OSError, ValueError) as error:
            yield Rejection(str(path), 0, f"cannot be read ({getattr(error, 'strerror', None) or error})")
        else:
            if stat.S_ISDIR(mode):
                yield from _walk(path, Path(os.path.realpath(path)), (os.path.realpath(path),))
            else:
                yield _judge(path, mode)


def _walk(folder: Path, root: Path, above: tuple[str, ...]) -> Iterator[Found | Rejection]:
    """Walk one folder; ``above`` holds the real paths of the folders that lead here, against loops."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        yield Rejection(str(folder), 0, f"cannot be read ({error.strerror})")
        return
    for name in names:
        path = folder / name
        if name.startswith(".") or name.upper().startswith("README"):
            continue
        real = os.path.realpath(path)
        if path.is_symlink() and not Path(real).is_relative_to(root):
            yield Rejection(str(path), 0, "a link that leads out of the folder: add its target by name")
            continue
        try:
            mode = path.stat().st_mode
        except OSError as error:
            looped = path.is_symlink() and not isinstance(error, FileNotFoundError)
            reason = "a link that leads to itself" if looped else f"cannot be read ({error.strerror})"
            yield Rejection(str(path), 0, "a link to nothing" if isinstance(error, FileNotFoundError) else reason)
            continue
        if not stat.S_ISDIR(mode):
            yield _judge(path, mode, str(root))
        elif real in above:
            yield Rejection(str(path), 0, "a link that leads back to a folder above it")
        elif path.is_symlink() or (path / ARCHIVE_FILE).exists():
            continue  # a link's target is walked at its own path; an archive is not a folder of articles
        else:
            yield from _walk(path, root, (*above, real))


def _judge(path: Path, mode: int, root: str = "") -> Found | Rejection:
    special = {
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    if not stat.S_ISREG(mode):
        return Rejection(str(path), 0, f"{special.get(stat.S_IFMT(mode), 'a special file')}, not a file")
    kind = kind_of(path)
    if not kind:
        return Rejection(str(path), 0, refusal(path))
    return Found(path, kind, bool(root), root)
