"""Uploaded files: their limits, their temporary folder, and its cleanup.

Gradio stores an upload as ``inbox/<SHA-256>/<name>``.  An addition moves its files from there into a folder of its own,
which is removed when it ends.  Files that no addition has moved are removed after an hour, and all files when the
server ends.
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
_SPARE_BYTES = 200_000_000  # that stay free on the disk, which may be the archive's own
_ENVELOPE_BYTES = 20_000  # of the form around a file
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Given:
    """An uploaded file: its path here, and its original name."""

    path: Path
    name: str


def megabytes(count: int) -> str:
    """Return a number of bytes as text, in megabytes from a million on."""
    return f"{count / 1e6:,.0f} MB" if count >= 1e6 else f"{count:,} bytes"


def too_much(files: int, total: int, largest: int) -> str:
    """Return why files of this number and size are refused; ``""`` if they are accepted."""
    if files > LIMITS.upload_files:
        return f"These are {files:,} files; at most {LIMITS.upload_files:,} can be sent at once (upload_files)."
    if largest > LIMITS.upload_file_bytes:
        return (
            f"A file is larger than {megabytes(LIMITS.upload_file_bytes)}, the limit for one file (upload_file_bytes)."
        )
    if total > LIMITS.upload_bytes:
        most = megabytes(LIMITS.upload_bytes)
        return f"These files have {megabytes(total)}; at most {most} can be sent at once (upload_bytes)."
    return ""


class Uploads:
    """The temporary folder of uploaded files until they are added.

    Args:
        clock: seconds; not the time of day, which can be changed while the server runs.

    Raises:
        InputError: if the folder cannot be made.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[Path, float] = {}  # entries of the inbox, and when each was first seen
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="dateline-uploads-")).resolve()
            self.inbox = self._folder / "inbox"
            self.inbox.mkdir()
        except OSError as error:
            raise InputError(
                f"no folder for uploaded files can be made ({error.strerror or error}); name one in TMPDIR, or leave "
                "out --allow-upload"
            ) from error

    def refusal(self, length: int | None) -> tuple[int, str] | None:
        """Return the status and the message that refuse a file before it is read; None: it is accepted.

        Args:
            length: of the request, in bytes; None if it is not stated.
        """
        if length is None:
            return 411, "This request does not state its length. Send it with a Content-Length header."
        if length > LIMITS.upload_file_bytes + _ENVELOPE_BYTES:
            return 413, too_much(1, 0, LIMITS.upload_file_bytes + 1)
        self.forget_old()
        if _size(self._folder) + length > LIMITS.upload_bytes + _ENVELOPE_BYTES * LIMITS.upload_files:
            return 413, "Too many uploaded files are waiting to be added. Please try again later."
        if shutil.disk_usage(self._folder).free < length + _SPARE_BYTES:
            return 507, "The server's disk is nearly full. Files can be sent again when space on it has been freed."
        return None

    def take(self, sent: Iterable[tuple[str, str]]) -> tuple[Path, list[Given], list[str]]:
        """Move files from the inbox into a new folder.

        Args:
            sent: the path, as the upload's response gave it, and the name of each file.

        Returns:
            The folder, the files in it, and the names of files that are not (or no longer) in the inbox.
        """
        job = Path(tempfile.mkdtemp(prefix="job-", dir=self._folder))
        taken: list[Given] = []
        missing: list[str] = []
        moved: dict[Path, Path] = {}  # two files with the same name and content share one path
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
        """Remove files that were uploaded more than an hour ago and never added."""
        now = self._clock()
        self._seen = {path: self._seen.get(path, now) for path in self.inbox.iterdir()}
        for path, since in self._seen.items():
            try:
                if now - since > _KEPT_SECONDS:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            except OSError:
                _log.warning("an uploaded file cannot be removed: %s", path)

    def close(self) -> None:
        """Remove the folder and its contents."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue  # just moved or removed
    return total
