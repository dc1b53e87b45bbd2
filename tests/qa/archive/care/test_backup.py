import json
import sqlite3
import threading
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.care import backup, verification
from qa.archive.care.backup import SEAL_BYTES, make_backup
from qa.archive.care.restore import restore_backup
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError, DamageError, InputError
from qa.retrieval import Retriever
from qa.settings import AskSettings
from tests.conftest import Qa
from tests.support.plain import WordEmbedder, article

QUESTIONS = ("When was the dam at Verrin closed?", "Who resigned in Ostra?", "What burned?")


def hits(folder: Path, embedder: WordEmbedder) -> list[list[tuple[str, float]]]:
    """Ids and scores for a few questions."""
    retriever = Retriever(Archive(folder), embedder, AskSettings(reranker="none", reader="none"))
    return [[(hit.passage.id, hit.score) for hit in retriever.retrieve(question)] for question in QUESTIONS]


def stored(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those that name index files."""
    connection = sqlite3.connect(f"file:{folder / 'archive.sqlite'}?mode=ro", uri=True)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {
        name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
        for name in tables
        if name not in {"generation", "removed", "sqlite_sequence"}
    }
    connection.close()
    return found


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_round_trip_gives_the_same_rows_and_the_same_hits(
    archive: Archive, tmp_path: Path, embedder: WordEmbedder
) -> None:
    made = make_backup(archive.folder, tmp_path / "news.backup")
    assert (made.articles, made.passages, made.kept) == (3, 3, ())
    assert names(tmp_path) == {"archive", "news.backup"}
    done = restore_backup(tmp_path / "news.backup", tmp_path / "new")
    assert (done.articles, done.passages, done.replaced, done.made) == (3, 3, False, made.made)
    assert names(tmp_path / "new") == {"archive.sqlite", "generations", "writer.lock", "writer.pid"}
    assert stored(tmp_path / "new") == stored(archive.folder)
    assert hits(tmp_path / "new", embedder) == hits(archive.folder, embedder)
    assert verification.verify(tmp_path / "new").ok
    with ArchiveWriter(tmp_path / "new", embedder) as writer:  # and it can be written to
        writer.upsert(article("The river rose on Tuesday.", id="river"))
        writer.commit()
    assert verification.verify(tmp_path / "new").articles == 4


def test_a_backup_is_one_database_that_any_sqlite_opens(archive: Archive, tmp_path: Path) -> None:
    make_backup(archive.folder, tmp_path / "news.backup")
    connection = sqlite3.connect(f"file:{tmp_path / 'news.backup'}?mode=ro", uri=True)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sorted(connection.execute("SELECT id FROM article")) == [("dam",), ("fire",), ("vote",)]
    connection.close()
    assert names(tmp_path) == {"archive", "news.backup"}


def test_a_backup_can_be_restored_by_hand(archive: Archive, tmp_path: Path, embedder: WordEmbedder) -> None:
    make_backup(archive.folder, tmp_path / "news.backup")
    (tmp_path / "hand").mkdir()
    (tmp_path / "hand" / "archive.sqlite").write_bytes((tmp_path / "news.backup").read_bytes()[:-SEAL_BYTES])
    with ArchiveWriter(tmp_path / "hand") as writer:
        writer.rebuild()
    assert verification.verify(tmp_path / "hand").ok
    assert hits(tmp_path / "hand", embedder) == hits(archive.folder, embedder)
    assert make_backup(tmp_path / "hand", tmp_path / "again").articles == 3


def test_what_readers_thought_of_answers_is_kept(archive: Archive, tmp_path: Path) -> None:
    connection = sqlite3.connect(archive.folder / "feedback.sqlite")
    with connection:
        connection.execute("CREATE TABLE feedback (id TEXT)")
        connection.execute("INSERT INTO feedback VALUES ('one')")
    make_backup(archive.folder, tmp_path / "news.backup")
    connection.close()
    assert restore_backup(tmp_path / "news.backup", tmp_path / "new").kept == ("feedback.sqlite",)
    connection = sqlite3.connect(tmp_path / "new" / "feedback.sqlite")
    assert connection.execute("SELECT id FROM feedback").fetchall() == [("one",)]
    connection.close()
    assert set(stored(tmp_path / "new")) == set(stored(archive.folder))


def test_a_backup_during_fifty_batches_is_the_archive_after_one_of_them(tmp_path: Path, embedder: WordEmbedder) -> None:
    folder = tmp_path / "archive"
    with ArchiveWriter(folder, embedder) as writer:
        writer.upsert(article("The first report.", id="first"))
        writer.commit()

    def write() -> None:
        with ArchiveWriter(folder, embedder) as writer:
            for batch in range(50):
                for number in range(10):
                    text = f"Report {number} of batch {batch}: the river rose {number} feet in Verrin."
                    writer.upsert(article(text, id=f"b{batch}-{number}"))
                writer.delete([f"b{batch - 1}-0"])
                writer.commit()

    thread = threading.Thread(target=write)
    thread.start()
    counts = []
    while thread.is_alive() or not counts:
        made = make_backup(folder, tmp_path / "news.backup", force=True)
        restore_backup(tmp_path / "news.backup", tmp_path / "new", force=True)
        with Archive(tmp_path / "new").view() as view:
            held = {listed.id for listed in view.articles()}
        batches = {int(name[1:].split("-")[0]) for name in held - {"first"}}
        last = max(batches, default=-1)
        expected = {f"b{b}-{n}" for b in range(last + 1) for n in range(10) if n or b == last}
        assert held == expected | {"first"}
        assert made.articles == len(held)
        counts.append(len(held))
    thread.join()
    assert counts == sorted(counts)
    assert len(set(counts)) > 1


def test_a_batch_that_is_committed_meanwhile_does_not_begin_the_copy_anew(
    archive: Archive, tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "_PAGES", 1)
    steps = 0

    def commit(doing: str, done: int, total: int) -> None:
        nonlocal steps
        steps += doing == "copying pages"
        if steps % 20 == 1 and steps < 100:
            with ArchiveWriter(archive.folder, embedder) as writer:
                writer.upsert(article("The river rose.", id=f"river{steps}"))
                writer.commit()

    assert make_backup(archive.folder, tmp_path / "news.backup", progress=commit).articles == 3
    with archive.view() as view:
        assert len(view.articles()) > 4


def test_a_backup_is_made_while_another_process_holds_the_writers_lock(
    archive: Archive, tmp_path: Path, embedder: WordEmbedder
) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("Not committed.", id="later"))
        assert make_backup(archive.folder, tmp_path / "news.backup").articles == 3


def test_a_file_that_is_there_is_replaced_only_when_told_to(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "news.backup").write_text("mine")
    with pytest.raises(InputError, match=r"news.backup: already exists; .* --force"):
        make_backup(archive.folder, tmp_path / "news.backup")
    assert (tmp_path / "news.backup").read_text() == "mine"
    make_backup(archive.folder, tmp_path / "news.backup", force=True)
    assert restore_backup(tmp_path / "news.backup", tmp_path / "new").articles == 3


def test_a_backup_is_refused_where_it_would_be_lost_or_cannot_be(archive: Archive, tmp_path: Path) -> None:
    for file, message in (
        (archive.folder / "generations" / "b", "lies in the archive itself"),
        (tmp_path / "none" / "b", "there is no folder .*none; make it first"),
        (tmp_path, "is not a file"),
    ):
        with pytest.raises(InputError, match=message):
            make_backup(archive.folder, file, force=True)
    with pytest.raises(ArchiveError, match="there is no archive here"):
        make_backup(tmp_path / "nowhere", tmp_path / "b")
    assert names(tmp_path) == {"archive"}


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE article SET text = replace(text, 'Verrin', 'Xerrin') WHERE id = 'dam'", "article dam"),
        ("UPDATE vector SET value = zeroblob(256) WHERE row = 2", "vector vote"),
    ],
)
def test_a_damaged_archive_makes_no_backup_and_an_older_one_stays(
    archive: Archive, tmp_path: Path, statement: str, named: str
) -> None:
    make_backup(archive.folder, tmp_path / "news.backup")
    before = (tmp_path / "news.backup").read_bytes()
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    with connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(DamageError, match=f"no backup was made .*{named}.* qa verify"):
        make_backup(archive.folder, tmp_path / "news.backup", force=True)
    assert (tmp_path / "news.backup").read_bytes() == before
    assert names(tmp_path) == {"archive", "news.backup"}


def test_the_commands_say_what_they_did(qa: Qa, news: Path, archive: Archive, tmp_path: Path) -> None:
    code, out, _ = qa("backup", tmp_path / "b", "--json")
    made = json.loads(out)
    assert code == 0
    assert set(made) == {"file", "bytes", "sha256", "articles", "passages", "kept", "made"}
    assert (made["articles"], made["passages"], made["bytes"]) == (3, 3, (tmp_path / "b").stat().st_size)
    code, out, err = qa("backup", tmp_path / "b")
    assert (code, out) == (1, "")
    assert "already exists" in err
    code, out, _ = qa("backup", tmp_path / "b", "--force")
    assert code == 0
    assert out.startswith("3 articles, 3 passages in ")
    code, out, _ = qa("restore", tmp_path / "b", "--archive", tmp_path / "new", "--json")
    assert code == 0
    assert json.loads(out) == {
        "archive": str(tmp_path / "new"), "articles": 3, "passages": 3, "kept": [], "made": json.loads(out)["made"],
        "replaced": False,
    }  # fmt: skip
    code, out, err = qa("restore", tmp_path / "b", "--archive", tmp_path / "new")
    assert (code, out) == (1, "")
    assert "already holds an archive" in err
    code, out, _ = qa("restore", tmp_path / "b", "--archive", tmp_path / "new", "--force")
    assert code == 0
    assert "3 articles, 3 passages restored to" in out
