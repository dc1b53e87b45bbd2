"""Making a new archive in a folder that holds nothing else."""

from pathlib import Path

from qa.archive.indexes.generations import FOLDER
from qa.archive.storage import database
from qa.archive.storage.files import LOCKS, writable
from qa.errors import ArchiveError
from qa.models.embedding import Embedder
from qa.settings import IndexSettings

# What a kill may leave in a folder before there is an archive in it.
LEFT_OVER = {*LOCKS, database.UNFINISHED, f"{database.UNFINISHED}-journal"}


def create_archive(folder: Path, embedder: Embedder, settings: IndexSettings) -> None:
    """Make an archive without articles; the writer lock is held.

    Raises:
        ArchiveError: if the folder holds other files or cannot be written.
    """
    others = [path.name for path in folder.iterdir() if path.name not in LEFT_OVER]
    if others and not (folder / FOLDER).exists():
        raise ArchiveError(
            f"{folder}: is not an archive and holds other files ({sorted(others)[0]}); give an empty or new folder"
        )
    stored = {
        "embedder": settings.embedder,
        "fingerprint": embedder.fingerprint,
        "dimension": str(embedder.dimension),
        "max_tokens": str(min(settings.max_tokens, embedder.max_tokens)),
        "overlap_sentences": str(settings.overlap_sentences),
        "precision": settings.precision,
    }
    with writable(folder):
        database.create(folder, stored)
