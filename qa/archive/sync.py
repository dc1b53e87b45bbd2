"""Folder sync: articles whose file is gone from a folder are found, and removed after the user's consent.

Only articles that were read from below the folder are considered, and only a file that is certainly gone counts: a
file that cannot be read, or whose folder cannot, may still be there.
"""

import os
from collections.abc import Callable, Container, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from qa.archive.storage import database
from qa.archive.storage.origins import PATH, file_of, is_gone
from qa.archive.writer import ArchiveWriter
from qa.errors import InputError
from qa.settings import ARCHIVE_FILE

_FEW = 20  # a folder with fewer articles may lose more than half of them without ``--remove-most``


@dataclass(frozen=True, slots=True)
class Gone:
    """An article whose file is gone; ``file`` is the path that it had."""

    id: str
    title: str
    file: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A removal plan: the articles to remove, and the lost origins of articles that also lie elsewhere.

    ``articles`` is how many were read from below the folder before anything was added.
    """

    gone: tuple[Gone, ...]
    origins: tuple[str, ...]
    articles: int

    @property
    def most(self) -> bool:
        """Whether so many would go that the folder may be empty by mistake, as when a disk is not mounted."""
        count = len(self.gone)
        return bool(count) and (count >= self.articles or (self.articles >= _FEW and count > self.articles / 2))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of an archive with folders: begun before files are added, ended by the removal of articles.

    ``articles`` is how many the archive had from below the folders at the beginning.
    """

    archive: Path
    folders: tuple[Path, ...]
    articles: int

    @classmethod
    def begin(cls, archive: Path, paths: Sequence[str | Path]) -> "Comparison":
        """Return the comparison with these folders.

        Raises:
            InputError: if one is missing, is no folder or cannot be read.
        """
        folders = check_folders(paths)
        return cls(archive, tuple(folders), count_known(archive, folders))

    def plan(self, contents: Container[str] = ()) -> Plan:
        """Return the articles whose file is gone; see ``plan``."""
        return plan(self.archive, self.folders, self.articles, contents)

    def remove(self, agree: Callable[[Plan], bool]) -> int:
        """Remove the articles whose file is gone, if ``agree`` accepts the plan; return how many.

        Without such articles ``agree`` is not called, and only the lost origins are removed.
        """
        found = self.plan()
        if found.gone and not agree(found):
            return 0
        return carry_out(self.archive, self.folders, found) if found.gone or found.origins else 0


def check_folders(paths: Sequence[str | Path]) -> list[Path]:
    """Return the folders to compare with the archive.

    Raises:
        InputError: if one is missing, is no folder or cannot be read.
    """
    if not paths:
        raise InputError("--sync: give the folder to compare with the archive")
    for path in map(Path, paths):
        if not path.is_dir():
            what = "is not a folder" if path.exists() else "no such folder"
            raise InputError(f"{path}: {what}; --sync compares whole folders, and nothing was changed")
        try:
            next(path.iterdir(), None)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); nothing was changed") from error
    return [Path(path) for path in paths]


def count_known(archive: Path, folders: Sequence[Path]) -> int:
    """Return how many articles the archive has from below some folders; 0 when there is no archive."""
    if not (archive / ARCHIVE_FILE).exists():
        return 0
    below = _Below(folders)
    with database.readable(archive), closing(database.connect(archive)) as connection:
        return len({key for path, key in connection.execute(f"SELECT {PATH}, article FROM origin") if path in below})


def plan(archive: Path, folders: Sequence[Path], articles: int, contents: Container[str] = ()) -> Plan:
    """Find the articles whose file is gone.

    Args:
        archive: the archive's folder.
        folders: only articles that were read from below these are considered.
        articles: ``count_known`` before anything was added.
        contents: content hashes of articles that were read from files but not added (a dry run).
    """
    if not (archive / ARCHIVE_FILE).exists():
        return Plan((), (), 0)
    below = _Below(folders)
    with database.readable(archive), closing(database.connect(archive)) as connection:
        connection.execute("BEGIN")
        lost = [
            (path, key)
            for path, key in connection.execute(f"SELECT {PATH}, article FROM origin ORDER BY path")
            if path in below and is_gone(path)
        ]
        gone: dict[int, Gone] = {}
        for path, key in lost:
            others = connection.execute(f"SELECT {PATH} FROM origin WHERE article = ?", (key,)).fetchall()
            if key in gone or not all(is_gone(other) for (other,) in others):
                continue
            found = connection.execute("SELECT id, title, content FROM article WHERE key = ?", (key,)).fetchone()
            if found and found[2] not in contents:
                gone[key] = Gone(found[0], found[1], file_of(path))
    return Plan(tuple(gone.values()), tuple(path for path, key in lost if key not in gone), articles)


def carry_out(archive: Path, folders: Sequence[Path], agreed: Plan) -> int:
    """Remove the articles of a plan that are still gone; return how many.

    Raises:
        InputError: if a folder has gone in the meantime.
        BusyError: if another process is writing.
        ArchiveError: if the archive cannot be written.
    """
    agreed_ids = {one.id for one in agreed.gone}
    with ArchiveWriter(archive) as writer:  # from here on no other process can add a file again
        check_folders(folders)
        now = plan(archive, folders, agreed.articles)
        removed = [one.id for one in now.gone if one.id in agreed_ids]
        count = writer.delete(removed)
        writer.forget_origins(now.origins)
        writer.commit()
    return count


class _Below:
    """The origins that lie below some folders, compared by real path."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._roots = tuple(os.path.realpath(folder).rstrip("/") + "/" for folder in folders)
        self._real = lru_cache(4096)(os.path.realpath)

    def __contains__(self, origin: str) -> bool:
        folder, name = os.path.split(file_of(origin))
        return f"{self._real(folder).rstrip('/')}/{name}".startswith(self._roots)
