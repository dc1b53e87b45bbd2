from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.writer import ArchiveWriter
from qa.errors import InputError
from qa.filters import where
from tests.support.plain import WordEmbedder, article


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
        assert len(view.search_vectors(vector, 10, where({"sources": ["Courier"]}))) == 2
        assert view.search_vectors(vector, 10, where({"sources": ["Nobody"]})) == []


def test_both_searches_apply_the_same_filters(archive: Archive, embedder: WordEmbedder) -> None:
    vector = embedder.embed_queries(["the"])[0]
    cases = {
        where({"after": "2015-05-11"}): {"dam", "vote"},
        where({"after": "2015-05-12"}): {"vote"},
        where({"before": "2015-05-12"}): {"dam"},
        where({"before": "2015-05-11"}): set(),
        where({"as_of": "2015-05-11"}): {"dam"},
        where({"as_of": "2016-06-15"}): {"dam"},  # "2016-06" may be the 30th
        where({"as_of": "2016-06-30"}): {"dam", "vote"},
        where({"articles": ["fire", "vote"]}): {"fire", "vote"},
        where({"sources": ["Courier"], "after": "2000"}): {"dam"},
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
    assert verification.verify(archive.folder).ok


def test_what_is_not_committed_leaves_no_trace(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("Never kept.", id="new"))
        writer.delete(["dam"])
    assert ids(archive) == ["dam", "fire", "vote"]
    assert verification.verify(archive.folder).ok


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


def test_an_archive_whose_articles_are_all_removed_finds_nothing(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder) as writer:
        writer.rebuild()  # so that there is a vector file
        assert writer.delete(["dam", "vote", "fire"]) == 3
        writer.commit()
    with Archive(archive.folder).view() as view:
        assert view.search_vectors(embedder.embed_queries(["dam"])[0], 5) == []
        assert view.search_text("dam", 5) == []
        assert view.count() == 0
    assert verification.verify(archive.folder).ok
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
    assert verification.verify(tmp_path / "new").ok


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


@pytest.mark.parametrize("fields", [{"id": "x" * 501}, {"source": "x" * 1001}])
def test_what_cannot_be_filtered_by_is_refused(tmp_path: Path, embedder: WordEmbedder, fields: dict[str, str]) -> None:
    with ArchiveWriter(tmp_path / "a", embedder) as writer, pytest.raises(InputError, match="characters, more than"):
        writer.upsert(article("Text.", **fields))
