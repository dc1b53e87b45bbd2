"""What an article was before it was updated stays under the digest of its text."""

import hashlib
import re
import sqlite3

import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.writer import ArchiveWriter
from qa.errors import DamageError
from tests.conftest import DAM, VOTE
from tests.support.plain import WordEmbedder, article

NEWER = "The dam at Verrin was opened again on Tuesday. All 40 sensors were replaced."
DIGEST = hashlib.sha256(DAM.encode()).hexdigest()


def update(archive: Archive, embedder: WordEmbedder, *texts: str, **fields: str) -> None:
    for text in texts:
        with ArchiveWriter(archive.folder, embedder) as writer:
            writer.upsert(article(text, id="dam", **fields))
            writer.commit()


def test_the_old_text_stays_under_its_digest(archive: Archive, embedder: WordEmbedder) -> None:
    update(archive, embedder, NEWER, title="Dam opened")
    newest, older = archive.article("dam"), archive.article("dam", DIGEST[:12])
    assert newest is not None
    assert older is not None
    assert (newest.title, newest.text) == ("Dam opened", NEWER)
    assert (older.id, older.title, older.text, older.published) == ("dam", "Dam closed", DAM, "2015-05-11")
    with archive.view() as view:
        (version,) = view.versions("dam")
        assert version.digest == DIGEST
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", version.replaced)
        assert view.article("dam", hashlib.sha256(NEWER.encode()).hexdigest()) == newest
        assert view.article("dam", "0" * 12) is None
        assert view.article("vote", DIGEST) is None


def test_searches_see_the_newest_version_alone(archive: Archive, embedder: WordEmbedder) -> None:
    update(archive, embedder, NEWER)
    with archive.view() as view:
        assert view.search_text("Engineers drifted", 5) == []
        assert view.count() == 3
        near = view.search_vectors(embedder.embed_queries([DAM])[0], 9)
        assert DAM not in {passage.text for passage in view.passages([i for i, _ in near]).values()}


def test_an_article_without_a_new_text_has_no_earlier_version(archive: Archive, embedder: WordEmbedder) -> None:
    update(archive, embedder, DAM, title="Dam shut")
    with archive.view() as view:
        assert view.versions("dam") == []
        assert view.versions("vote") == []
        assert view.versions("unknown") == []


def test_every_earlier_text_is_kept_once(archive: Archive, embedder: WordEmbedder) -> None:
    update(archive, embedder, NEWER, DAM, NEWER, "A third text about the dam.")
    with archive.view() as view:
        assert {version.digest for version in view.versions("dam")} == {
            DIGEST, hashlib.sha256(NEWER.encode()).hexdigest(),
        }  # fmt: skip
        assert view.article("dam", DIGEST) is not None
    assert verification.status(archive.folder).versions == 2
    assert verification.verify(archive.folder).ok


def test_a_removed_article_takes_its_versions_along(archive: Archive, embedder: WordEmbedder) -> None:
    update(archive, embedder, NEWER)
    with ArchiveWriter(archive.folder) as writer:
        writer.delete(["dam"])
        writer.commit()
    assert archive.article("dam", DIGEST) is None
    rows = sqlite3.connect(archive.folder / "archive.sqlite").execute("SELECT count(*) FROM version").fetchone()
    assert rows == (0,)


def test_a_damaged_version_is_named_and_never_shown(archive: Archive, embedder: WordEmbedder) -> None:
    update(archive, embedder, NEWER)
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("UPDATE version SET text = replace(text, '11 of 40', '40 of 40')")
    connection.commit()
    with pytest.raises(DamageError, match="an earlier version of article dam is damaged"):
        archive.article("dam", DIGEST)
    (problem,) = verification.verify(archive.folder).problems
    assert (problem.kind, problem.id) == ("version", "dam")
    assert archive.article("vote") is not None


def test_a_damaged_text_is_not_kept_as_a_version(archive: Archive, embedder: WordEmbedder) -> None:
    connection = sqlite3.connect(archive.folder / "archive.sqlite")
    connection.execute("UPDATE article SET text = replace(text, 'May', 'Mai'), title = 'x' WHERE id = 'dam'")
    connection.commit()
    update(archive, embedder, NEWER)
    with archive.view() as view:
        assert view.versions("dam") == []
    assert archive.article("vote").text == VOTE  # type: ignore[union-attr]
