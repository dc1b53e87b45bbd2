"""Files on their way from a browser into the archive: what may be sent, where it lies meanwhile, when it goes.

Gradio puts what is sent into ``inbox/<SHA-256>/<name>``; an addition takes its files from there into a folder of its
own, which is removed when it ends.  What nobody took is removed after an hour, all of it with the server.
"""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from qa.errors import InputError
from qa.settings import LIMITS

_log = logging.getLogger("ui.uploads")

_KEPT_SECONDS = 3600
_SPARE_BYTES = 200_000_000  # stay free on the disk, which may be the archive's own
_ENVELOPE_BYTES = 20_000  # of a form around its file
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Given:
    """A file that was sent: where it lies, and its name where it came from."""

    path: Path
    name: str


def megabytes(count: int) -> str:
    """Return a number of bytes in megabytes, as the limits are told."""
    return f"{count / 1e6:,.0f} MB" if count >= 1e6 else f"{count:,} bytes"


def too_much(files: int, total: int, largest: int) -> str:
    """Return why so many files, of so many bytes, are not taken at once; ``""`` when they are."""
    if files > LIMITS.upload_files:
        return f"These are {files:,} files, and {LIMITS.upload_files:,} are taken at once (upload_files)."
    if largest > LIMITS.upload_file_bytes:
        return (
            f"A file is larger than {megabytes(LIMITS.upload_file_bytes)}, the most that is taken (upload_file_bytes)."
        )
    if total > LIMITS.upload_bytes:
        most = megabytes(LIMITS.upload_bytes)
        return f"These are {megabytes(total)}, and {most} are taken at once (upload_bytes)."
    return ""


class Uploads:
    """The folder in which files lie until they are added.

    Args:
        clock: seconds; not the time of day, which can be set while the server runs.

    Raises:
        InputError: if no such folder can be made.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[Path, float] = {}  # what lies in the inbox, since when
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="dateline-uploads-")).resolve()
            self.inbox = self._folder / "inbox"
            self.inbox.mkdir()
        except OSError as error:
            raise InputError(
                f"no folder for files that are sent can be made ({error.strerror or error}); name one in TMPDIR, or "
                "leave out --allow-upload"
            ) from error

    def refusal(self, length: int | None) -> tuple[int, str] | None:
        """Return the status and the sentence with which a file is refused before it is read; None when it is not.

        Args:
            length: of the request, in bytes; None when it does not say.
        """
        if length is None:
            return 411, "This request does not state its length. Send it with a Content-Length header."
        if length > LIMITS.upload_file_bytes + _ENVELOPE_BYTES:
            return 413, too_much(1, 0, LIMITS.upload_file_bytes + 1)
        self.forget_old()
        if _size(self._folder) + length > LIMITS.upload_bytes + _ENVELOPE_BYTES * LIMITS.upload_files:
            return 413, "Too much that was sent waits to be added already. Please try again later."
        if shutil.disk_usage(self._folder).free < length + _SPARE_BYTES:
            return 507, "The disk of the machine that this page runs on is nearly full, so nothing is taken."
        return None

    def take(self, sent: Iterable[tuple[str, str]]) -> tuple[Path, list[Given], list[str]]:
        """Take files out of the inbox into a new folder.

        Args:
            sent: path, as the upload was answered with, and name of each.

        Returns:
            the folder, the files in it, and the names of those that are not in the inbox (any more).
        """
        job = Path(tempfile.mkdtemp(prefix="job-", dir=self._folder))
        taken: list[Given] = []
        missing: list[str] = []
        moved: dict[Path, Path] = {}  # two files of one name and content, from two folders, lie at one place
        for number, (path, name) in enumerate(sent):
            source = Path(path)
            target = job / f"{number:05d}"
            try:
                if source.parent.parent != self.inbox or ".." in source.parts or source.is_symlink():
                    raise FileNotFoundError(path)
                target.mkdir()
                if source in moved:
                    shutil.copyfile(moved[source], target / source.name)
                else:
                    moved[source] = source.rename(target / source.name)
            except (OSError, ValueError):
                missing.append(name[:_LONGEST_NAME])
                continue
            taken.append(Given(target / source.name, name[:_LONGEST_NAME] or source.name))
        return job, taken, missing

    def drop(self, job: Path) -> None:
        """Remove the folder of an addition that has ended."""
        shutil.rmtree(job, ignore_errors=True)

    def forget_old(self) -> None:
        """Remove what was sent long ago and never added."""
        now = self._clock()
        self._seen = {path: self._seen.get(path, now) for path in self.inbox.iterdir()}
        for path, since in self._seen.items():
            try:
                if now - since > _KEPT_SECONDS:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            except OSError:
                _log.warning("what was sent cannot be removed: %s", path)

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # just taken or removed
    return total
