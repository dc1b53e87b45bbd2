"""Archives that older versions of Dateline made are kept in ``fixtures/archives``, one of each format."""

import sqlite3
import tarfile
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError
from tests.conftest import DAM, FIRE, VOTE
from tests.support.places import FIXTURES
from tests.support.plain import WordEmbedder, article

KEPT = FIXTURES / "archives"
TEXTS = {"dam": DAM, "vote": VOTE, "a01222b5b149b1993": FIRE}


def unpacked(number: int, folder: Path) -> Path:
    with tarfile.open(KEPT / f"format-{number}.tar.xz") as kept:
        kept.extractall(folder / "old", filter="data")
    return folder / "old"


def texts(folder: Path) -> dict[str, str]:
    with Archive(folder).view() as view:
        return {one.id: one.text for one in view.scan()}


def found(folder: Path, embedder: WordEmbedder) -> tuple[list[str], list[str]]:
    """The articles found by word and by vector."""
    with Archive(folder).view() as view:
        by_word = [i for i, _ in view.search_text("mill brigade", 1)]
        by_vector = [i for i, _ in view.search_vectors(embedder.embed_queries([DAM])[0], 1)]
        passages = view.passages(by_word + by_vector)
        return tuple([passages[i].text for i in ids] for ids in (by_word, by_vector))  # type: ignore[return-value]


def test_an_archive_of_format_2_is_read_as_it_is(tmp_path: Path, embedder: WordEmbedder) -> None:
    folder = unpacked(2, tmp_path)
    before = (folder / "archive.sqlite").read_bytes()
    assert texts(folder) == TEXTS
    assert found(folder, embedder) == ([FIRE], [DAM])
    assert verification.verify(folder).ok
    assert (folder / "archive.sqlite").read_bytes() == before


def test_an_archive_of_format_1_names_the_command_that_upgrades_it(tmp_path: Path) -> None:
    folder = unpacked(1, tmp_path)
    for look in (Archive, verification.status, verification.verify):
        with pytest.raises(ArchiveError, match=r"has format 1, .* without embedding again, with: qa rebuild --archive"):
            look(folder)


@pytest.mark.parametrize("number", [1, 2])
def test_the_next_writer_brings_an_old_archive_up_to_date(
    number: int, tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpacked(number, tmp_path)
    with ArchiveWriter(folder):  # without an embedder nothing can be embedded
        verdict = verification.verify(folder)
    assert (verdict.articles, verdict.passages, verdict.problems) == (3, 3, ())
    with ArchiveWriter(folder) as writer:
        assert writer.rebuild() == 3
    assert texts(folder) == TEXTS
    assert found(folder, embedder) == ([FIRE], [DAM])
    with ArchiveWriter(folder, embedder) as writer:
        assert writer.upsert(article(FIRE, title="Mill burns", source="Courier"), "/news/fire.txt") == (
            "a01222b5b149b1993", "unchanged",
        )  # fmt: skip
        writer.upsert(article(VOTE + " Nobody stood.", id="vote"))
        writer.commit()
    with Archive(folder).view() as view:
        assert len(view.versions("vote")) == 1


def test_an_upgrade_that_is_broken_off_leaves_the_archive_as_it_was(tmp_path: Path, embedder: WordEmbedder) -> None:
    folder = unpacked(1, tmp_path)
    (folder / "generations").rename(tmp_path / "aside")
    (folder / "generations").write_text("in the way of the new indexes")
    before = sqlite3.connect(folder / "archive.sqlite").execute("SELECT name FROM sqlite_master").fetchall()
    with pytest.raises(ArchiveError, match=r"cannot be upgraded .* and is unchanged"):
        ArchiveWriter(folder)
    assert sqlite3.connect(folder / "archive.sqlite").execute("SELECT name FROM sqlite_master").fetchall() == before
    (folder / "generations").unlink()
    (tmp_path / "aside").rename(folder / "generations")
    with ArchiveWriter(folder) as writer:
        assert writer.rebuild() == 3


def test_an_archive_of_a_newer_format_is_refused(archive: Archive) -> None:
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    for look in (Archive, verification.status, verification.verify, ArchiveWriter):
        with pytest.raises(ArchiveError, match="has format 99, this program reads format 3; update Dateline"):
            look(archive.folder)
