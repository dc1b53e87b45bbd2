"""Archives that are damaged, gone, of another format or in use."""

import re
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.indexes.generations import damaged_files
from qa.archive.indexes.snapshots import current_generation
from qa.archive.storage import database
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError, BusyError, DamageError
from qa.retrieval import Retriever
from tests.conftest import DAM, FIRE, VOTE
from tests.qa.archive.test_archive import ids
from tests.support.plain import WordEmbedder, article


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
    assert verification.verify(archive.folder).ok


def test_verify_names_what_is_damaged(archive: Archive) -> None:
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()
    vectors = next((archive.folder / "generations").glob("vectors-*.f32"))
    data = bytearray(vectors.read_bytes())
    data[100] ^= 1
    vectors.write_bytes(data)
    verdict = verification.verify(archive.folder)
    assert [(problem.kind, problem.id) for problem in verdict.problems] == [("index", vectors.name)]
    assert "run: qa rebuild" in verdict.problems[0].message


def test_a_damaged_passage_is_named_and_never_shown(archive: Archive) -> None:
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("UPDATE article SET text = replace(text, '11 of 40', '40 of 40') WHERE id = 'dam'")
    connection.commit()
    connection.close()
    with archive.view() as view:
        (best, _), *_ = view.search_text("sensors", 5)
        assert view.passages([best]) == {}
    problems = verification.verify(archive.folder).problems
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
    for look in (verification.status, verification.verify, lambda folder: ids(Archive(folder))):
        with pytest.raises(DamageError, match="restore it from a backup"):
            look(archive.folder)


def hits(archive: Archive, embedder: WordEmbedder) -> list[list[str]]:
    """What both searches find, by passage id."""
    with archive.view() as view:
        near = view.search_vectors(embedder.embed_queries(["the dam at Verrin"])[0], 50)
        return [[i for i, _ in near], [i for i, _ in view.search_text("Verrin mayor", 50)], ids(archive)]


@pytest.mark.parametrize("pattern", ["vectors-*.f32", "passages-*/*.store", "passages-*/*.idx", "articles-*/*.term"])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_index_is_made_anew_in_memory(
    archive: Archive, embedder: WordEmbedder, pattern: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()
    before = hits(archive, embedder)
    file = sorted((archive.folder / "generations").glob(pattern))[-1]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(data if damage == "flip" else data[:-1])
    assert hits(Archive(archive.folder), embedder) == before
    assert "run: qa rebuild" in caplog.text.replace("with: qa", "run: qa")
    assert file.name in caplog.text
    assert not verification.verify(archive.folder).ok
    caplog.clear()
    with ArchiveWriter(archive.folder) as writer:
        assert writer.rebuild() == 3
    assert verification.verify(archive.folder).ok
    assert hits(Archive(archive.folder), embedder) == before
    assert not caplog.text


def test_all_indexes_are_made_anew_where_their_folder_is_gone(
    archive: Archive, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = hits(archive, embedder)
    index = max((archive.folder / "generations").glob("passages-*"))
    shutil.rmtree(archive.folder / "generations")
    monkeypatch.chdir(archive.folder.parent)  # a folder given as it is mostly given: from where one stands
    assert hits(Archive(Path(archive.folder.name)), embedder) == before
    assert re.search(rf" {re.escape(str(index))}/\S+ is missing; ", caplog.text)
    with pytest.raises(DamageError, match="qa rebuild"):
        verification.status(archive.folder)


@pytest.mark.parametrize("damage", ["flip", "gone"])
def test_a_writer_makes_a_damaged_index_anew(archive: Archive, embedder: WordEmbedder, damage: str) -> None:
    file = sorted((archive.folder / "generations").glob("passages-*/*.idx"))[-1]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data) if damage == "flip" else shutil.rmtree(archive.folder / "generations")
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.delete(["dam"])
        writer.commit()
    assert verification.verify(archive.folder).ok
    assert ids(Archive(archive.folder)) == ["fire", "vote"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE article SET title = 'Dam opened' WHERE id = 'dam'", "article"),
        ("UPDATE article SET published_from = published_from + 4096 WHERE id = 'dam'", "article"),
        ("UPDATE article SET text = CAST(x'ff' || CAST(text AS BLOB) AS TEXT) WHERE id = 'dam'", "article"),
        ("UPDATE article SET text = 7 WHERE id = 'dam'", "article"),
        ('UPDATE passage SET start = start + 4, "end" = "end" + 4 WHERE row = 1', "passage"),
        ("UPDATE passage SET signature = zeroblob(128) WHERE row = 1", "signature"),
        ("UPDATE vector SET value = zeroblob(256) WHERE row = 1", "vector"),
        ("DELETE FROM vector WHERE row = 1", "vector"),
        ("UPDATE article_vector SET value = zeroblob(256) WHERE article = 1", "vector"),
        ("UPDATE signature SET value = zeroblob(128) WHERE article = 1", "signature"),
        ("DELETE FROM band WHERE article = 1", "signature"),
        ("INSERT INTO copy VALUES (1, 2, 0.9)", "copies"),
    ],
)
def test_whatever_is_damaged_is_named_never_shown_and_mended_by_adding_it_again(
    archive: Archive, embedder: WordEmbedder, change: str, kind: str
) -> None:
    before = hits(archive, embedder)
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute(change)
    connection.commit()
    connection.close()
    problems = verification.verify(archive.folder).problems
    assert kind in {problem.kind for problem in problems}
    assert "dam" in {problem.id for problem in problems}
    assert_only_sound_passages_are_shown(archive, embedder)
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article(DAM, id="dam", title="Dam closed", source="Courier", published="2015-05-11"))
        writer.commit()
        writer.rebuild(signatures=kind in {"signature", "copies"})
    assert verification.verify(archive.folder).problems == ()
    assert hits(Archive(archive.folder), embedder)[2] == before[2]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE article SET id = 'dbm' WHERE id = 'dam'", ("passage", "dbm")),
        ("UPDATE passage SET article = 2 WHERE row = 1", ("passage", "vote")),
        ("DELETE FROM article_vector WHERE article = 2", ("vector", "vote")),
        ("PRAGMA foreign_keys=OFF; DELETE FROM article WHERE id = 'vote'", ("database", "passage")),
        ("UPDATE generation SET passages = substr(passages, 2)", ("index", "")),
    ],
)
def test_damage_to_what_joins_the_tables_is_named(
    archive: Archive, embedder: WordEmbedder, change: str, named: tuple[str, str]
) -> None:
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.executescript(change)
    connection.close()
    assert named in {(problem.kind, problem.id) for problem in verification.verify(archive.folder).problems}
    if named != ("index", ""):
        assert_only_sound_passages_are_shown(archive, embedder)


def assert_only_sound_passages_are_shown(archive: Archive, embedder: WordEmbedder) -> None:
    sound = {("dam", "Dam closed", DAM), ("vote", "Mayor resigns", VOTE), ("fire", "Mill burns", FIRE)}
    retriever = Retriever(Archive(archive.folder), embedder)
    hits = retriever.retrieve("the dam at Verrin, the mayor of Ostra", 9)
    assert {(hit.citation.article_id, hit.citation.title, hit.citation.quote) for hit in hits} <= sound
    assert hits


def test_damaged_settings_are_told(archive: Archive) -> None:
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("UPDATE setting SET value = '6' || substr(value, 2) WHERE name = 'max_tokens'")
    connection.commit()
    with pytest.raises(DamageError, match=r"settings are damaged.*restore it from a backup"):
        Archive(archive.folder)


def test_a_damaged_file_is_noticed_although_another_of_its_content_was_compared(
    archive: Archive, embedder: WordEmbedder
) -> None:
    connection = database.connect(archive.folder)
    generation = current_generation(connection)
    connection.close()
    assert generation is not None
    (name,) = (file for file in generation.articles.files if file.endswith(".store"))
    (twin,) = (file for file in generation.passages.files if file.endswith(".store"))
    assert generation.articles.files[name] == generation.passages.files[twin]
    folder = archive.folder / "generations"
    data = bytearray((folder / generation.articles.name / name).read_bytes())
    data[0] ^= 1
    (folder / generation.articles.name / name).write_bytes(data)
    known: set[str] = set()
    assert list(damaged_files(folder / generation.passages.name, generation.passages, known)) == []
    assert list(damaged_files(folder / generation.articles.name, generation.articles, known)) == [name]


def test_what_a_failed_batch_left_is_no_hindrance_to_the_next(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        obstacle = archive.folder / "generations" / "articles-00000003.tmp"
        obstacle.write_text("a file where a folder is to be made")
        writer.upsert(article("The bridge at Verrin was opened.", id="bridge"))
        with pytest.raises(ArchiveError, match="cannot be written"):
            writer.commit()
        assert (archive.folder / "generations" / "passages-00000003").is_dir()
        obstacle.unlink()
        writer.upsert(article("The bridge at Verrin was opened.", id="bridge"))
        writer.commit()
    assert ids(archive) == ["bridge", "dam", "fire", "vote"]
    assert verification.verify(archive.folder).ok
