import shutil
from pathlib import Path

import numpy as np
import pytest

from qa import maintenance
from qa.archive import Archive
from qa.errors import ArchiveError, BusyError, DamageError, InputError
from qa.filters import where
from qa.writing import ArchiveWriter
from tests.plain import WordEmbedder, article


def ids(archive: Archive) -> list[str]:
    with archive.view() as view:
        return sorted(listed.id for listed in view.articles())


def test_an_article_is_found_by_word_and_by_vector_after_commit(archive: Archive, embedder: WordEmbedder) -> None:
    with archive.view() as view:
        (best, score), *_ = view.search_text("sensors", 5)
        vector = embedder.embed_queries(["11 of 40 sensors had drifted"])[0]
        (near, cosine), *_ = view.search_vectors(vector, 5)
        passages = view.passages([best])
    assert passages[best].article_id == "dam"
    assert near == best
    assert score > 0
    assert 0 < cosine <= 1


def test_the_vector_search_gives_as_many_as_match(archive: Archive, embedder: WordEmbedder) -> None:
    vector = embedder.embed_queries(["anything"])[0]
    with archive.view() as view:
        assert len(view.search_vectors(vector, 10)) == 3
        assert len(view.search_vectors(vector, 2)) == 2
        assert len(view.search_vectors(vector, 10, where(sources=["Courier"]))) == 2
        assert view.search_vectors(vector, 10, where(sources=["Nobody"])) == []


def test_both_searches_apply_the_same_filters(archive: Archive, embedder: WordEmbedder) -> None:
    vector = embedder.embed_queries(["the"])[0]
    cases = {
        where(after="2015-05-11"): {"dam", "vote"},
        where(after="2015-05-12"): {"vote"},
        where(before="2015-05-12"): {"dam"},
        where(before="2015-05-11"): set(),
        where(as_of="2015-05-11"): {"dam"},
        where(as_of="2016-06-15"): {"dam"},  # "2016-06" may be the 30th
        where(as_of="2016-06-30"): {"dam", "vote"},
        where(articles=["fire", "vote"]): {"fire", "vote"},
        where(sources=["Courier"], after="2000"): {"dam"},
    }
    with archive.view() as view:
        for condition, expected in cases.items():
            by_vector = view.passages([i for i, _ in view.search_vectors(vector, 10, condition)])
            by_word = view.passages([i for i, _ in view.search_text("the a in", 10, condition)])
            assert {p.article_id for p in by_vector.values()} == expected
            assert {p.article_id for p in by_word.values()} == expected
            assert {listed.id for listed in view.articles(condition)} == expected
            assert view.count(condition) == len(expected)


def test_facets_count_articles(archive: Archive) -> None:
    with archive.view() as view:
        assert view.facets("source") == [("Courier", 2), ("Harbour Wire", 1)]
        assert view.facets("month") == [("", 1), ("2015-05", 1), ("2016-06", 1)]


def test_articles_come_newest_first_and_undated_last(archive: Archive) -> None:
    with archive.view() as view:
        assert [listed.id for listed in view.articles()] == ["vote", "dam", "fire"]
        assert [listed.id for listed in view.articles(order="title", offset=1, limit=1)] == ["vote"]


def test_the_same_article_again_changes_nothing(archive: Archive, embedder: WordEmbedder) -> None:
    stored = archive.article("dam")
    assert stored is not None
    with ArchiveWriter(archive.folder, embedder) as writer:
        assert writer.upsert(stored) == ("dam", "unchanged")
        assert writer.commit() == 0


def test_a_changed_article_replaces_the_old_one(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        assert writer.upsert(article("The dam was opened again.", id="dam")) == ("dam", "updated")
        writer.commit()
    with archive.view() as view:
        assert view.search_text("sensors", 5) == []
        assert len(view.search_text("opened", 5)) == 1
        assert len(view.search_vectors(embedder.embed_queries(["dam"])[0], 10)) == 3
    assert ids(archive) == ["dam", "fire", "vote"]


def test_a_file_that_changes_keeps_its_articles_id(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path, embedder) as writer:
        first, state = writer.upsert(article("One text."), origin="/news/a.txt")
        assert state == "added"
        assert writer.upsert(article("Another text."), origin="/news/a.txt") == (first, "updated")
        assert writer.upsert(article("Another text."), origin="/news/copy.txt") == (first, "unchanged")
        writer.commit()
        # The first text again, elsewhere: its own id is taken by what has become of the first file.
        second, state = writer.upsert(article("One text."), origin="/news/b.txt")
        assert state == "added"
        assert second != first
        writer.commit()
    assert ids(Archive(tmp_path)) == sorted([first, second])


def test_an_id_is_made_from_the_content(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path, embedder) as writer:
        article_id, _ = writer.upsert(article("Some text.", title="T", source="S"))
    import hashlib
    import json

    fields = ["T", "", "Some text.", "S", "", "", "", "", "", ""]
    assert article_id == "a" + hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]


def test_a_removed_article_is_found_by_neither_search(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder) as writer:
        assert writer.delete(["dam", "nobody"]) == 1
        writer.commit()
    with archive.view() as view:
        assert view.search_text("sensors", 5) == []
        found = view.passages([i for i, _ in view.search_vectors(embedder.embed_queries(["sensors"])[0], 10)])
        assert {p.article_id for p in found.values()} == {"vote", "fire"}
    assert maintenance.verify(archive.folder).ok


def test_what_is_not_committed_leaves_no_trace(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("Never kept.", id="new"))
        writer.delete(["dam"])
    assert ids(archive) == ["dam", "fire", "vote"]
    assert maintenance.verify(archive.folder).ok


def test_a_reader_sees_one_generation_from_beginning_to_end(archive: Archive, embedder: WordEmbedder) -> None:
    with archive.view() as before:
        with ArchiveWriter(archive.folder, embedder) as writer:
            writer.delete(["dam"])
            writer.commit()
            writer.upsert(article("Another mill burnt in Ostra.", id="second"))
            writer.commit()
        (best, _), *_ = before.search_text("sensors", 5)
        assert before.passages([best])[best].article_id == "dam"
        assert before.count() == 3
        with archive.view() as after:
            assert after.search_text("sensors", 5) == []
            assert after.count() == 3
            assert after.generation == before.generation + 2


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


def test_an_archive_whose_articles_are_all_removed_finds_nothing(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()  # so that there is a vector file
        assert writer.delete(["dam", "vote", "fire"]) == 3
        writer.commit()
    with Archive(archive.folder).view() as view:
        assert view.search_vectors(embedder.embed_queries(["dam"])[0], 5) == []
        assert view.search_text("dam", 5) == []
        assert view.count() == 0
    assert maintenance.verify(archive.folder).ok
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("The dam again.", id="dam"))
        writer.commit()
    with archive.view() as view:
        assert len(view.search_text("dam", 5)) == 1


def test_an_archive_to_which_nothing_was_added_is_empty(tmp_path: Path, embedder: WordEmbedder) -> None:
    ArchiveWriter(tmp_path / "new", embedder).close()
    with Archive(tmp_path / "new").view() as view:
        assert view.articles() == []
        assert view.search_text("dam", 5) == []
        assert view.search_vectors(embedder.embed_queries(["dam"])[0], 5) == []
    assert maintenance.verify(tmp_path / "new").ok


def test_a_moved_file_keeps_its_article_when_it_changes(tmp_path: Path, embedder: WordEmbedder) -> None:
    news = tmp_path / "news.txt"
    news.touch()
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        first, _ = writer.upsert(article("One text."), origin=str(tmp_path / "gone.txt"))
        assert writer.upsert(article("One text."), origin=str(news)) == (first, "unchanged")
        assert writer.upsert(article("Changed."), origin=str(news)) == (first, "updated")


def test_of_two_copies_the_one_that_changes_becomes_an_article_of_its_own(
    tmp_path: Path, embedder: WordEmbedder
) -> None:
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.touch()
    b.touch()
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        first, _ = writer.upsert(article("One text."), origin=str(a))
        assert writer.upsert(article("One text."), origin=str(b)) == (first, "unchanged")
        second, state = writer.upsert(article("Another."), origin=str(b))
        assert (second != first, state) == (True, "added")
        assert writer.upsert(article("One text."), origin=str(a)) == (first, "unchanged")
        assert writer.upsert(article("Another."), origin=str(b)) == (second, "unchanged")


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


@pytest.mark.parametrize("fields", [{"id": "x" * 501}, {"source": "x" * 1001}])
def test_what_cannot_be_filtered_by_is_refused(tmp_path: Path, embedder: WordEmbedder, fields: dict[str, str]) -> None:
    with ArchiveWriter(tmp_path / "a", embedder) as writer, pytest.raises(InputError, match="characters, more than"):
        writer.upsert(article("Text.", **fields))
