"""A flipped bit in a record's header turns a stored text or number into something else, or hides the record."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.archive import ingest, sync
from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.storage import database
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError, DamageError
from qa.retrieval import Retriever
from tests.conftest import DAM, FIRE
from tests.support.plain import WordEmbedder, article


def damage(archive: Archive, statement: str) -> None:
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute(statement)
    connection.commit()
    connection.close()


def ask(archive: Archive, embedder: WordEmbedder) -> set[str]:
    """The articles that are found."""
    hits = Retriever(Archive(archive.folder), embedder).retrieve("the dam and the mill at Verrin", 9)
    return {hit.citation.article_id for hit in hits}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE article SET text = x'00ff' WHERE id = 'dam'", False),
        ("UPDATE article SET id = x'00ff' WHERE id = 'dam'", False),
        ("UPDATE article SET published = 3.5 WHERE id = 'dam'", False),
        ("UPDATE passage SET id = x'07' WHERE row = 1", False),
        ("UPDATE passage SET start = 'x' WHERE row = 1", False),
        ("UPDATE passage SET signature = 'x' WHERE row = 1", True),
        ("UPDATE vector SET value = 'text' WHERE row = 1", False),
        ("UPDATE vector SET value = x'0011' WHERE row = 1", False),
        ("UPDATE article_vector SET value = 3 WHERE article = 1", True),
        ("UPDATE article_vector SET value = x'001122' WHERE article = 1", True),
        ("UPDATE signature SET value = 'x' WHERE article = 1", True),
        ("INSERT INTO copy VALUES (1, 3, 'x')", True),
    ],
)
def test_questions_and_a_rebuild_get_by_without_what_has_another_type(
    archive: Archive, embedder: WordEmbedder, statement: str, found: bool
) -> None:
    damage(archive, statement)
    assert not verification.verify(archive.folder).ok
    assert ask(archive, embedder) - {"vote"} == ({"dam", "fire"} if found else {"fire"})
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.rebuild(signatures=True)
        writer.upsert(article(f"{FIRE} The mill was old, and the river that drove it ran low.", id="again"))
        writer.commit()
    assert ask(archive, embedder) - {"vote"} == ({"dam", "fire", "again"} if found else {"fire", "again"})


@pytest.mark.parametrize(("field", "other"), [('"dimension": 64', '"dimension": 65'), ('"rows": 3', '"rows": 2')])
def test_a_vector_file_that_is_not_as_it_is_described_is_made_anew(
    archive: Archive, embedder: WordEmbedder, field: str, other: str
) -> None:
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()
    damage(archive, f"UPDATE generation SET vectors = replace(vectors, '{field}', '{other}')")
    assert [problem.kind for problem in verification.verify(archive.folder).problems] == ["index"]
    assert ask(archive, embedder) == {"dam", "fire", "vote"}
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()
    assert verification.verify(archive.folder).ok


def test_an_origin_that_has_become_bytes_is_still_where_a_file_lies(tmp_path: Path, embedder: WordEmbedder) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "dam.txt").write_text(DAM)
    ingest.add(tmp_path / "archive", [news], embedder)
    damage(Archive(tmp_path / "archive"), "UPDATE origin SET path = CAST(path AS BLOB)")
    assert sync.count_known(tmp_path / "archive", [news]) == 1
    assert sync.plan(tmp_path / "archive", [news], 1).gone == ()


def known(folder: Path) -> int:
    return sync.count_known(folder, [folder])


@pytest.mark.parametrize("look", [Archive, ArchiveWriter, verification.status, verification.verify, known])
def test_a_page_that_cannot_be_read_is_told_with_the_way_out(archive: Archive, look: Callable[[Path], object]) -> None:
    archive.close()
    file = archive.folder / "archive.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=DELETE")
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    data = file.read_bytes()
    file.write_bytes(data[:size] + b"\xff" * (len(data) - size))
    with pytest.raises(DamageError, match=r"archive.sqlite: cannot be read \(.*\); restore it from a backup"):
        look(archive.folder)


def test_what_cannot_be_read_now_is_not_called_damaged(tmp_path: Path) -> None:
    with (
        pytest.raises(ArchiveError, match=r"cannot be read now \(unable to open .*then run the same") as told,
        database.readable(tmp_path),
    ):
        sqlite3.connect(f"file:{tmp_path / 'none'}?mode=ro", uri=True)
    assert not isinstance(told.value, DamageError)
