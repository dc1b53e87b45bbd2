"""Diagnosis of the installation and of an archive: facts, warnings and problems."""

import os
import platform
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from rich.filesize import decimal

from qa.archive.care.verification import Status, status
from qa.archive.indexes.snapshots import Stamp
from qa.archive.storage import database
from qa.errors import ModelError, QaError
from qa.models.embedding import fingerprint
from qa.settings import ARCHIVE_FILE, LIMITS

State = Literal["fact", "care", "problem"]
_PACKAGES = (
    "dateline-qa", "sentence-transformers", "transformers", "torch", "faiss-cpu", "tantivy", "numpy", "gradio",
)  # fmt: skip
# On these file systems SQLite's locks are unreliable, or it has no shared memory.
_NETWORK = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.sshfs",
    "fuse.s3fs",
)
# A WAL database can be damaged when two connections write and checkpoint at the same instant ("WAL-reset bug",
# sqlite.org/wal.html): from 3.7.0 until it was fixed in 3.51.3, and in 3.44.6 and 3.50.7 before.
_WAL_RESET_FIXED, _BACKPORTS = (3, 51, 3), {(3, 44): 6, (3, 50): 7}
_LEAST_FREE = 1_000_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact, something to take care of, or a problem that keeps Dateline from working, and what to do about it."""

    name: str
    value: str
    state: State = "fact"
    advice: str = ""


def examine(folder: Path) -> list[Finding]:
    """Return the findings about this installation and the archive in a folder; nothing is written."""
    return [*_installation(), *_limits(), *_place(folder), *_archive(folder)]


def _installation() -> Iterator[Finding]:
    for name in _PACKAGES:
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "not installed", "problem", "install Dateline again: make setup")
    yield Finding("Python", platform.python_version())
    yield Finding("machine", f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {_memory()}")
    if at_risk(sqlite3.sqlite_version_info):
        yield Finding(
            "SQLite", sqlite3.sqlite_version, "care",
            "has the WAL-reset bug, which needs two connections that write at once; Dateline writes through one, under "
            "a lock, and readers never checkpoint: let no other program write to archive.sqlite, or use SQLite 3.51.3",
        )  # fmt: skip
    else:
        yield Finding("SQLite", sqlite3.sqlite_version)


def at_risk(found: tuple[int, ...]) -> bool:
    """Return whether a version of SQLite has the WAL-reset bug."""
    if not (3, 7, 0) <= found < _WAL_RESET_FIXED:
        return False
    return not (found[:2] in _BACKPORTS and found[2] >= _BACKPORTS[found[0], found[1]])


def _memory() -> str:
    try:
        return decimal(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")) + " of memory"
    except (ValueError, OSError):
        return "unknown memory"


def _limits() -> Iterator[Finding]:
    for name, value in asdict(LIMITS).items():
        yield Finding(f"limit {name}", f"{value:,}")


def _place(folder: Path) -> Iterator[Finding]:
    """Yield the findings about the place where the archive lies, or would lie."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    yield Finding("archive", str(folder))
    kind = file_system(there)
    if kind in _NETWORK:
        yield Finding(
            "file system", kind, "problem", "SQLite's locks are unreliable there: use a folder on a local disk"
        )
    else:
        yield Finding("file system", kind or "unknown")
    free = shutil.disk_usage(there).free
    needed = max(_LEAST_FREE, 2 * sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()))
    advice = "" if free >= needed else f"less than the {decimal(needed)} that adding may need temporarily: make room"
    yield Finding("free disk", decimal(free), "care" if advice else "fact", advice)
    if not os.access(there, os.W_OK):
        yield Finding("folder", "cannot be written", "care", "asking works, adding does not")
    try:
        yield Finding("temporary files", tempfile.gettempdir())
    except FileNotFoundError:
        yield Finding("temporary files", "none", "problem", "set TMPDIR to a writable folder")


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Return the kind of file system that a path lies on, as the system names it; ``""`` where it does not say."""
    try:
        lines = [line.split() for line in mounts.read_text().splitlines()]
    except OSError:
        return ""
    real = path.resolve()
    held = [
        (len(where), kind)
        for _, where, kind, *_ in lines
        if real.is_relative_to(where.encode().decode("unicode_escape"))
    ]
    return max(held, key=lambda one: one[0])[1] if held else ""


def _archive(folder: Path) -> Iterator[Finding]:
    if not (folder / ARCHIVE_FILE).is_file():
        yield Finding("articles", "no archive here", "care", f"make one with: qa add FOLDER --archive {folder}")
        return
    found: Status | None = None
    try:
        with database.readable(folder), closing(database.connect(folder)) as connection:
            (form,) = connection.execute("PRAGMA user_version").fetchone()
        outdated = form < database.FORMAT
        advice = f"the next qa add or qa rebuild brings it to {database.FORMAT}" if outdated else ""
        yield Finding("format", str(form), "care" if outdated else "fact", advice)
        found = status(folder)
    except QaError as error:
        yield Finding("archive", "cannot be read", "problem", str(error))
    if found:
        yield Finding("articles", f"{found.articles:,}, with {found.versions:,} earlier versions")
        yield Finding("passages", f"{found.passages:,}")
        yield Finding("generation", str(found.generation))
        yield Finding("database", decimal(found.database_bytes))
        yield Finding("indexes", decimal(found.index_bytes))
        yield _embedder(found.stamp)
    writer = _writer(folder)
    yield Finding("writer", f"process {writer}" if writer else "none")


def _embedder(stamp: Stamp) -> Finding:
    name = stamp.settings.embedder
    try:
        here = fingerprint(name)
    except ModelError as error:
        return Finding("embedder", name, "problem", str(error))
    if here == stamp.fingerprint:
        return Finding("embedder", f"{name} ({here[:12]})")
    return Finding(
        "embedder", f"{name} ({here[:12]})", "problem",
        f"the archive was made with another model of that name ({stamp.fingerprint[:12]}), so it cannot be searched: "
        "bring that model back, or add the articles to a new archive",
    )  # fmt: skip


def _writer(folder: Path, locks: Path = Path("/proc/locks")) -> str:
    """Return the id of the process that writes to an archive, read without touching its lock; ``""`` when none does."""
    try:
        inode = (folder / "writer.lock").stat().st_ino
        lines = [line.split() for line in locks.read_text().splitlines()]
    except OSError:
        return ""
    # 1: FLOCK  ADVISORY  WRITE 4711 08:01:262151 0 EOF
    return next((line[4] for line in lines if len(line) > 5 and line[5].endswith(f":{inode}")), "")
