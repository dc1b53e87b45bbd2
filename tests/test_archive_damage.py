"""Archives that are damaged, gone, of another format or in use."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from qa import maintenance
from qa.archive import Archive
from qa.errors import ArchiveError, BusyError, DamageError
from qa.writing import ArchiveWriter
from tests.plain import WordEmbedder, article
from tests.test_archive import ids


def test_a_second_writer_is_told_who_writes(archive: Archive, embedder: WordEmbedder) -> None:
    with (
        ArchiveWriter(archive.folder, embedder),
        pytest.raises(BusyError, match=r"another process is writing .*pid \d+"),
    ):
        ArchiveWriter(archive.folder, embedder)


def test_another_embedder_is_refused(archive: Archive, embedder: WordEmbedder) -> None:
    embedder.fingerprint = "words-2"
    with pytest.raises(ArchiveError, match="was indexed with embedder words"):
        ArchiveWriter(archive.folder, embedder)


def test_a_folder_of_other_things_is_not_made_an_archive(tmp_path: Path, embedder: WordEmbedder) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ArchiveError, match=r"holds other files \(notes.txt\)"):
        ArchiveWriter(tmp_path, embedder)


def test_a_missing_archive_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="qa add FOLDER --archive"):
        Archive(tmp_path / "none")


def test_an_archive_of_another_format_is_refused(archive: Archive) -> None:
    import sqlite3

    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(ArchiveError, match="has format 99, this program reads format 2"):
        Archive(archive.folder)


def test_searches_agree_before_and_after_a_rebuild(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        for number in range(40):
            writer.upsert(article(f"Report {number} says the river rose {number} feet in Verrin.", id=f"r{number}"))
        writer.commit()
        writer.delete([f"r{number}" for number in range(0, 40, 3)])
        writer.commit()
    vector = embedder.embed_queries(["the river rose 7 feet"])[0]
    with archive.view() as view:
        near, words = view.search_vectors(vector, 50), view.search_text("river feet", 50)
    with ArchiveWriter(archive.folder) as writer:
        assert writer.rebuild() == 29
    with archive.view() as view:
        again = view.search_vectors(vector, 50)
        assert [i for i, _ in again] == [i for i, _ in near]
        np.testing.assert_allclose([s for _, s in again], [s for _, s in near], atol=1e-6)
        assert {i for i, _ in view.search_text("river feet", 50)} == {i for i, _ in words}
    assert maintenance.verify(archive.folder).ok


def test_verify_names_what_is_damaged(archive: Archive) -> None:
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()
    vectors = next((archive.folder / "generations").glob("vectors-*.f32"))
    data = bytearray(vectors.read_bytes())
    data[100] ^= 1
    vectors.write_bytes(data)
    verdict = maintenance.verify(archive.folder)
    assert [(problem.kind, problem.id) for problem in verdict.problems] == [("index", vectors.name)]
    assert "run: qa rebuild" in verdict.problems[0].message


def test_a_damaged_passage_is_named_and_never_shown(archive: Archive) -> None:
    import sqlite3

    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("UPDATE article SET text = replace(text, '11 of 40', '40 of 40') WHERE id = 'dam'")
    connection.commit()
    connection.close()
    with archive.view() as view:
        (best, _), *_ = view.search_text("sensors", 5)
        assert view.passages([best]) == {}
    problems = maintenance.verify(archive.folder).problems
    assert {(problem.kind, problem.id) for problem in problems} == {("article", "dam"), ("passage", "dam")}


def test_an_archive_made_anew_in_the_same_place_is_noticed(archive: Archive, embedder: WordEmbedder) -> None:
    assert archive.article("dam") is not None
    shutil.rmtree(archive.folder)
    with pytest.raises(ArchiveError, match="there is no archive here"):
        archive.article("dam")
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("Quite another text.", id="other"))
        writer.commit()
    assert ids(archive) == ["other"]


def test_a_damaged_database_is_told_in_one_line(archive: Archive) -> None:
    with archive.view() as view:
        assert view.count() == 3
    archive.close()
    file = archive.folder / "archive.sqlite"
    file.write_bytes(file.read_bytes()[:4096] + b"x" * (file.stat().st_size - 4096))
    for look in (maintenance.status, maintenance.verify, lambda folder: ids(Archive(folder))):
        with pytest.raises(DamageError, match="restore it from a backup"):
            look(archive.folder)


def test_an_index_that_is_gone_is_told_with_the_way_out(archive: Archive, embedder: WordEmbedder) -> None:
    shutil.rmtree(archive.folder / "generations")
    with pytest.raises(DamageError, match="qa rebuild"):
        ids(Archive(archive.folder))
    with pytest.raises(DamageError, match="qa rebuild"):
        maintenance.status(archive.folder)
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.delete(["dam"])
        with pytest.raises(DamageError, match="qa rebuild"):
            writer.commit()
    with ArchiveWriter(archive.folder) as writer:
        assert writer.rebuild() == 3
    assert ids(Archive(archive.folder)) == ["dam", "fire", "vote"]
