"""What may be asked of an archive beyond its two searches, compared with plain references."""

import math
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.view import Place
from qa.archive.writer import ArchiveWriter
from tests.support.plain import WordEmbedder, article


@pytest.fixture
def two(tmp_path: Path, embedder: WordEmbedder) -> Archive:
    """An article of several passages, and a short one."""
    with ArchiveWriter(tmp_path / "two", embedder) as writer:
        text = "The river rose again in Verrin. " * 40 + "Farmers moved their cattle uphill. " * 40
        writer.upsert(article(text, id="long", title="Flood", published="2015-05-11"))
        writer.upsert(article("Schools closed.", id="short", title="Schools in the river valley"))
        writer.commit()
    return Archive(tmp_path / "two")


def test_passages_are_placed_with_their_article_and_its_date(two: Archive) -> None:
    with two.view() as view:
        found = dict(view.search_text("river cattle schools", 100))
        places = view.places([*found, "nothing"])
        passages = view.passages(list(found))
    assert places == {
        key: Place(one.article_id, one.start, "2015-05-11", "Flood")
        if one.article_id == "long"
        else Place(one.article_id, one.start, "", "Schools in the river valley")
        for key, one in passages.items()
    }
    assert len(places) > 2


def test_an_article_points_where_its_passages_point_together(two: Archive, embedder: WordEmbedder) -> None:
    with two.view() as view:
        found = view.article_vectors(["long", "short", "nothing"])
        ids = [key for key, _ in view.search_text("river cattle", 100)]
        total = sum(view.vectors(ids).values())
    assert set(found) == {"long", "short"}
    assert found["long"] == pytest.approx(total / np.linalg.norm(total), abs=1e-6)
    assert found["short"] == pytest.approx(embedder.embed_queries(["Schools closed."])[0], abs=1e-6)


def test_articles_are_scored_whole_and_by_their_titles(two: Archive) -> None:
    with two.view() as view:
        whole = view.search_articles("river", ["long", "short"])
        titles = view.search_articles("river", ["long", "short"], "title")
        assert view.search_articles("river", ["short"]) == {}
        assert view.search_articles("river", []) == {}
    # BM25 with k1 = 1.2, b = 0.75 over 2 articles of 440 and 2 words; titles of 1 and 5 words.  tantivy keeps long
    # lengths only roughly.
    idf = math.log(1 + 1.5 / 1.5)
    assert whole == {"long": pytest.approx(idf * 40 * 2.2 / (40 + 1.2 * (0.25 + 0.75 * 440 / 221)), rel=5e-3)}
    assert titles == {"short": pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 5 / 3)), rel=1e-3)}


def test_a_rare_word_tells_more_than_a_common_one(two: Archive) -> None:
    with two.view() as view:
        count = len(view.search_text("river cattle schools", 100))
        assert view.inverse_frequency("schools") == pytest.approx(math.log(1 + (count - 0.5) / 1.5))
        assert view.inverse_frequency("volcano") > view.inverse_frequency("schools") > view.inverse_frequency("rivers")
        assert view.inverse_frequency("?") == 0.0


def test_an_article_that_changes_or_goes_leaves_the_index_of_articles(two: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(two.folder, embedder) as writer:
        writer.upsert(article("Schools opened.", id="long", title="Schools"))
        writer.delete(["short"])
        writer.commit()
    with two.view() as view:
        assert view.search_articles("river", ["long", "short"]) == {}
        assert set(view.search_articles("schools", ["long", "short"], "title")) == {"long"}
        assert set(view.article_vectors(["long", "short"])) == {"long"}
    assert verification.verify(two.folder).ok


def test_a_damaged_vector_of_an_article_is_named_and_rebuilt(two: Archive) -> None:
    connection = sqlite3.connect(two.folder / "archive.sqlite")
    (value,) = connection.execute("SELECT max(value) FROM article_vector").fetchone()
    connection.execute("UPDATE article_vector SET value = ? WHERE value <> ?", (value, value))
    connection.commit()
    connection.close()
    (problem,) = verification.verify(two.folder).problems
    assert (problem.kind, "run: qa rebuild" in problem.message) == ("vector", True)
    with ArchiveWriter(two.folder) as writer:
        writer.rebuild()
    assert verification.verify(two.folder).ok
