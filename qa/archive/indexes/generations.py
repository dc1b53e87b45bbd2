"""Generations of index files: written beside the old ones, named current by the database, verified before use.

A generation is a vector file and two BM25 folders, of passages and of articles.  Each is made under a temporary name,
flushed to disk, renamed, and its parent flushed, before the database names it.  Files that no generation names are
left over from a kill; the next writer removes them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from qa.archive.indexes import bm25
from qa.archive.indexes.vectors import ExactVectors, Matrix, Rows
from qa.archive.storage import files
from qa.archive.storage.files import hash_file
from qa.errors import ArchiveError, DamageError

FOLDER = "generations"
# Names must be those of files in the archive: a database from elsewhere must not lead out of it.
_NAME = re.compile(r"\.?[\w-]+(?:\.[\w-]+)*", re.ASCII)
_MOST = 1 << 48  # limit of all counts: far beyond any archive, and its bytes fit into 64 bits
_MOST_NUMBERS = 65_536  # in a vector


@dataclass(frozen=True, slots=True)
class VectorFile:
    """Row numbers (int64) followed by their vectors (float32), little-endian; ``name == ""`` when there is none yet."""

    name: str
    rows: int
    dimension: int
    last_row: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LexicalFolder:
    """A BM25 index and the size and SHA-256 of each of its files."""

    name: str
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete set of index files, as the database names it."""

    number: int
    vectors: VectorFile
    passages: LexicalFolder
    articles: LexicalFolder

    def to_row(self) -> tuple[int, str, str, str]:
        """Return the generation as the database stores it."""
        vectors, passages, articles = (json.dumps(asdict(one)) for one in (self.vectors, self.passages, self.articles))
        return self.number, vectors, passages, articles

    @classmethod
    def from_row(
        cls, number: int, vectors: str, passages: str, articles: str, *, database: str = "archive.sqlite"
    ) -> "Generation":
        """Return the generation of a row of the database; ``database`` is its path, for the message.

        Raises:
            DamageError: if the row is malformed.
        """
        try:
            _check_counts(number)
            return cls(number, _vector_file(vectors), _lexical_folder(passages), _lexical_folder(articles))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamageError(
                f"{database}: generation {number!r} of the indexes cannot be read ({error}); the articles are safe, "
                "rebuild the indexes with: qa rebuild"
            ) from error


def _vector_file(stored: str) -> VectorFile:
    file = VectorFile(**json.loads(stored))
    _check_counts(file.rows, file.dimension, file.last_row, file.size)
    if file.name:
        _check_name(file.name)
    if not 0 < file.dimension <= _MOST_NUMBERS or not isinstance(file.sha256, str):
        raise ValueError(f"vectors of {file.dimension!r} numbers")
    return file


def _lexical_folder(stored: str) -> LexicalFolder:
    folder = json.loads(stored)
    found = {name: (int(size), str(sha)) for name, (size, sha) in folder["files"].items()}
    for name in (folder["name"], *found):
        _check_name(name)
    return LexicalFolder(folder["name"], found)


def _check_counts(*counts: object) -> None:
    for count in counts:
        if type(count) is not int or not 0 <= count <= _MOST:
            raise ValueError(f"{count!r} is not a valid count")


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a file of the archive")


def check_folder(archive: Path) -> None:
    """Reject an archive whose index folder is a link: files elsewhere that no generation names would be removed.

    Raises:
        ArchiveError: if the folder of the indexes is a link.
    """
    if (archive / FOLDER).is_symlink():
        raise ArchiveError(
            f"{archive / FOLDER}: is a link out of the archive, which is not followed; put the folder itself there"
        )


def write_vectors(archive: Path, number: int, rows: Rows, matrix: Matrix) -> VectorFile:
    """Write the vector file of a generation."""
    name = f"vectors-{number:08d}.f32"
    final = archive / FOLDER / name
    temporary = final.with_suffix(".tmp")
    blocks = (np.ascontiguousarray(rows, "<i8").data, np.ascontiguousarray(matrix, "<f4").data)
    sha256 = files.write(temporary, blocks)
    files.rename(temporary, final)
    files.flush_folder(final.parent)
    last = int(rows[-1]) if len(rows) else 0
    return VectorFile(name, len(rows), int(matrix.shape[1]), last, final.stat().st_size, sha256)


def read_vectors(archive: Path, file: VectorFile, dimension: int) -> ExactVectors:
    """Return the vector index of a generation, of this ``dimension``, built from bytes that match their hash.

    Raises:
        DamageError: if the file is not the one that was written.
        FileNotFoundError: if it is gone, because a newer generation replaced it.
    """
    path = archive / FOLDER / file.name
    data = path.read_bytes() if path.stat().st_size == file.size else b""
    if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.sha256:
        raise DamageError(damaged_index(archive, file.name, "is damaged"))
    if file.rows < 0 or file.dimension != dimension or file.size != file.rows * (8 + 4 * file.dimension):
        raise DamageError(damaged_index(archive, file.name, "does not have the size that the database records"))
    rows = np.frombuffer(data, "<i8", file.rows)
    if file.last_row != (int(rows[-1]) if file.rows else 0):
        raise DamageError(damaged_index(archive, file.name, "does not end at the row that the database records"))
    matrix = np.frombuffer(data, "<f4", offset=rows.nbytes).reshape(file.rows, file.dimension)
    return ExactVectors(rows, matrix)


def write_lexical(
    archive: Path,
    name: str,
    previous: LexicalFolder | None,
    add: Iterable[bm25.Entry],
    delete: Sequence[int],
) -> LexicalFolder:
    """Write a BM25 folder of a generation under ``name``: links to the previous one's files, changed in place.

    Unchanged files are linked, not copied, and keep their known hash: the cost is in proportion to the changes.
    """
    final = archive / FOLDER / name
    temporary = final.with_suffix(".tmp")
    for left_over in (temporary, final):  # of an interrupted batch: the database does not name this generation yet
        files.remove_folder(left_over)
    files.make_folder(temporary)
    if previous:
        for file in previous.files:
            try:
                files.link(archive / FOLDER / previous.name / file, temporary / file)
            except FileNotFoundError as error:
                raise DamageError(damaged_index(archive, f"{previous.name}/{file}", "is missing")) from error
    else:
        bm25.create(temporary)
    before = {path.name: path.stat().st_ino for path in temporary.iterdir()} if previous else {}
    bm25.commit(temporary, add, delete)
    held: dict[str, tuple[int, str]] = {}
    for path in sorted(temporary.iterdir()):
        if path.name.endswith(".lock"):
            files.remove(path)
        elif previous and path.name in previous.files and before.get(path.name) == path.stat().st_ino:
            held[path.name] = previous.files[path.name]
        else:
            held[path.name] = path.stat().st_size, files.flush_and_hash(path)
    files.flush_folder(temporary)
    files.rename(temporary, final)
    files.flush_folder(final.parent)
    return LexicalFolder(name, held)


def read_lexical(archive: Path, folder: LexicalFolder, known: set[str]) -> bm25.LexicalIndex:
    """Return the BM25 index of a generation, after verifying the hashes of its files.

    ``known`` holds the files that were verified before, for ``damaged_files``.

    Raises:
        DamageError: if a file is not the one that was written.
        FileNotFoundError: if it is gone, because a newer generation replaced it.
    """
    path = archive / FOLDER / folder.name
    for name in damaged_files(path, folder, known):
        raise DamageError(damaged_index(archive, f"{folder.name}/{name}", "is damaged"))
    return bm25.LexicalIndex.open(path)


def damaged_files(path: Path, folder: LexicalFolder, known: set[str]) -> Iterator[str]:
    """Yield the names of files whose size or hash is not the stored one.

    ``known`` holds the keys of files that were verified before, which are not read again, and is updated.  A key is
    made of inode and hash: the links from generation to generation are one file, two files of one content are not.
    """
    for name, (size, sha256) in folder.files.items():
        key = file_key(path / name, sha256)
        if (path / name).stat().st_size != size or (key not in known and hash_file(path / name) != sha256):
            yield name
        else:
            known.add(key)


def file_key(path: Path, sha256: str) -> str:
    """Return the key of a verified file, which is valid as long as the file exists."""
    found = path.stat()
    return f"{found.st_dev}:{found.st_ino}:{sha256}"


def remove_unnamed(archive: Path, generations: Iterable[Generation]) -> None:
    """Remove all index files but those of these generations."""
    named = {name for g in generations for name in (g.vectors.name, g.passages.name, g.articles.name)}
    for path in (archive / FOLDER).iterdir():
        if path.name not in named:
            files.remove_folder(path) if path.is_dir() else files.remove(path)


def gone_share(archive: Path, folder: LexicalFolder, more: int = 0) -> float:
    """Return the share of a BM25 index that is deleted, if ``more`` entries were deleted too.

    Raises:
        DamageError: if the index cannot be read.
    """
    try:
        return bm25.deleted_share(archive / FOLDER / folder.name, more)
    except OSError as error:
        raise DamageError(damaged_index(archive, folder.name, "is damaged")) from error


def damaged_index(archive: Path, name: str | None, what: str) -> str:
    """Return the message about an index file that is missing or damaged."""
    way_out = f"the articles are safe, rebuild the index with: qa rebuild --archive {archive}"
    return f"{archive / FOLDER / name if name else archive} {what}; {way_out}"
