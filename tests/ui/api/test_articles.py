"""Addresses of citations: what they say, and the page that they lead to."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.records import Article, Citation
from qa.retrieval import Retriever
from tests.support.plain import WordEmbedder, article
from tests.ui.api.conftest import programs_app
from tests.ui.render.test_answer_html import DIGEST, HOSTILE, Reader, citation
from ui.render.article_page import article_page
from ui.render.citation_view import Reference, reading
from ui.render.links import address, permalink

IDS = [
    "a/b c%2F#?é",
    "../x",
    "..",
    ".",
    "a b+c&d=e",
    "50%",
    "%2e%2e",
    "x\ny",
    "/",
    "字 😀",
    '"><script>alert(1)</script>',
]
TEXT = "VERRIN — 🌊 The valley woke.\n\nThe dam was <b>closed</b> & locked on Monday. It held."
QUOTE = "The dam was <b>closed</b> & locked on Monday."


def cite(story: Article, quote: str) -> Citation:
    start, digest = story.text.index(quote), hashlib.sha256(story.text.encode()).hexdigest()
    about = (story.id, story.title, story.source, story.url, story.published)
    return Citation(*about, start, start + len(quote), quote, digest)


def put(folder: Path, *stories: Article) -> None:
    with ArchiveWriter(folder, WordEmbedder()) as writer:
        for story in stories:
            writer.upsert(story)
        writer.commit()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(
        tmp_path / "archive",
        *(article(f"{TEXT} {number}", id=name, title="Dam closed", source="Courier", published="2015-05-11",
                  url="https://courier.example/dam") for number, name in enumerate(IDS)),
    )  # fmt: skip
    return tmp_path / "archive"


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(programs_app(Retriever(Archive(folder), WordEmbedder()))) as client:
        yield client


def marked(html: str) -> list[str]:
    """What a browser shows in the mark that the link leads to."""
    return [Reader(inside).text for inside in re.findall(r'<mark id="quote">(.*?)</mark>', html, re.DOTALL)]


def notice(html: str) -> str:
    found = re.search(r'<p class="notice" role="status">(.*?)</p>', html)
    return Reader(found[1]).text if found else ""


def test_a_permalink_says_all_that_a_page_has_to_know() -> None:
    cited = citation("The dam was closed.", article_id="a/b ü", start=100, end=119)
    link = permalink("http://127.0.0.1:7860/", cited, ((112, 118), (118, 119)))
    assert link == (
        "http://127.0.0.1:7860/article/a%2Fb%20%C3%BC?digest=d0f4d0f4d0f4&start=100&end=119&quote=8f9f14f3727cf299"
        "&exact=112-118,118-119#quote"
    )
    assert permalink("", citation()) == ("/article/dam?digest=d0f4d0f4d0f4&start=0&end=19&quote=8f9f14f3727cf299#quote")


@pytest.mark.parametrize("name", IDS)
def test_a_permalink_leads_to_the_quoted_words_whatever_the_id(client: TestClient, folder: Path, name: str) -> None:
    story = Archive(folder).article(name)
    assert story is not None
    start = story.text.index("closed")
    response = client.get(permalink("", cite(story, QUOTE), ((start, start + 6),)))
    assert response.status_code == 200
    assert marked(response.text) == [QUOTE]
    assert "<strong>closed</strong>" in response.text
    assert notice(response.text) == ""


def test_a_permalink_of_a_headline_leads_to_the_headline(client: TestClient, folder: Path) -> None:
    story = Archive(folder).article("50%")
    assert story is not None
    headline = replace(cite(story, QUOTE), start=0, end=len(story.title), quote=story.title, field="title")
    link = permalink("", headline)
    assert "&in=title#quote" in link
    page = client.get(link).text
    assert '<h1 dir="auto"><mark id="quote">' in page
    assert page.count("<mark") == 1
    assert notice(page) == ""


def test_the_page_shows_the_article_and_where_it_comes_from(client: TestClient) -> None:
    html = client.get(address("", "50%")).text
    page = Reader(html)
    assert f"{TEXT} 5" in page.text
    assert "Courier · 11 May 2015" in page.text
    assert page.links == ["data:,", "/", "https://courier.example/dam"]
    assert marked(html) == []
    assert notice(html) == ""


def test_the_page_has_no_script_and_may_have_none(client: TestClient) -> None:
    response = client.get(address("", "50%"))
    assert "script" not in Reader(response.text).tags
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'; ")
    assert "script-src" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert client.head(address("", "50%")).status_code == 200


def test_an_article_that_is_not_there_is_said_to_be_so(client: TestClient) -> None:
    for path in ("/article/gone", "/article/", "/article/%00", "/article/%FF", "/article/" + "x" * 9000):
        response = client.get(path)
        assert (path, response.status_code) == (path, 404)
        assert "<h1>This article is not in the archive&#46;</h1>" in response.text
        assert response.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "query",
    ["start=3&end=9", "digest=d0f4d0f4d0f4", "digest=xyz&start=1&end=5", "digest=d0f4d0f4d0f4&start=5&end=5",
     "digest=d0f4d0f4d0f4&start=-1&end=5", "digest=d0f4d0f4d0f4&start=1&end=99999999999",
     "digest=d0f4d0f4d0f4&start=1&end=5&quote=short", "digest=d0f4d0f4d0f4&start=1&end=5&exact=9-12"],
)  # fmt: skip
def test_a_link_that_does_not_say_what_it_quotes_still_shows_the_article(client: TestClient, query: str) -> None:
    response = client.get(f"/article/50%25?{query}")
    assert (response.status_code, marked(response.text)) == (200, [])
    assert notice(response.text) == "This link does not say which words it quotes, so none are marked."


def test_after_a_change_the_quoted_version_is_shown_with_a_way_to_the_newest(client: TestClient, folder: Path) -> None:
    story = Archive(folder).article("50%")
    assert story is not None
    link = permalink("", cite(story, QUOTE))
    put(folder, article("CORRECTED. " + story.text.replace("woke", "slept"), id="50%", title="Dam reopened"))
    html = client.get(link).text
    assert marked(html) == [QUOTE]
    assert "CORRECTED" not in html
    assert "Dam reopened" not in html
    assert notice(html) == (
        "This is the version that was quoted. The article has been updated since; it still contains the quoted words. "
        "Read the newest version"
    )
    put(folder, article(story.text.replace("Monday", "Sunday"), id="50%", title="Dam reopened"))
    html = client.get(link).text
    assert marked(html) == [QUOTE]
    assert "locked on Monday" in html
    assert notice(html) == (
        "This is the version that was quoted. The article has been updated since; it no longer contains the quoted "
        "words. Read the newest version"
    )
    newest = re.search(r'href="([^"]+)">Read the newest version', html)
    assert newest is not None
    html = client.get(unescape(newest[1])).text
    assert "locked on Sunday" in html
    assert "Dam reopened" in html


def test_without_the_quoted_version_the_words_are_found_again_or_said_to_be_gone(
    client: TestClient, folder: Path
) -> None:
    story = Archive(folder).article("50%")
    assert story is not None
    link = permalink("", cite(story, QUOTE))

    def put_alone(text: str) -> None:
        """Change the article in an archive that does not know what it was."""
        with ArchiveWriter(folder, WordEmbedder()) as writer:
            writer.delete(["50%"])
            writer.commit()
        put(folder, article(text, id="50%", title="Dam closed"))

    put_alone("CORRECTED. " + story.text.replace("woke", "slept"))
    html = client.get(link).text
    assert marked(html) == [QUOTE]
    assert notice(html) == "The article has changed since it was quoted. It still contains the quoted words."
    put_alone(story.text.replace("Monday", "Sunday"))
    html = client.get(link).text
    assert marked(html) == []
    assert "locked on Sunday" in html
    assert notice(html) == "The article has changed since it was quoted. It no longer contains the quoted words."


def test_after_a_removal_the_page_says_that_the_article_is_not_there(client: TestClient, folder: Path) -> None:
    story = Archive(folder).article("50%")
    assert story is not None
    with ArchiveWriter(folder, WordEmbedder()) as writer:
        writer.delete(["50%"])
        writer.commit()
    response = client.get(permalink("", cite(story, QUOTE)))
    assert response.status_code == 404
    assert "It may have been removed" in response.text


def test_an_archive_that_cannot_be_read_is_explained(client: TestClient, folder: Path) -> None:
    (folder / "archive.sqlite").write_bytes(b"no database")
    response = client.get(address("", "50%"))
    assert response.status_code == 503
    assert "archive.sqlite" in Reader(response.text).text


def test_nothing_of_an_article_becomes_markup_on_its_page() -> None:
    story = article(
        f"{HOSTILE}\x1b[31m \u202egnp.exe", id="x", title=HOSTILE + "t" * 1_000_000, dek=HOSTILE, source=HOSTILE,
        authors=HOSTILE, published=HOSTILE, url="https://evil.example/\"><script>alert(1)</script>",
    )  # fmt: skip
    plain = Reader(
        article_page(reading(story, [Reference("x", 0, 9, hashlib.sha256(story.text.encode()).hexdigest()[:12])]))
    )
    assert set(plain.tags) <= {
        "html", "head", "meta", "link", "title", "style", "body", "main", "nav", "a", "p", "h1", "div", "mark",
    }  # fmt: skip
    assert plain.links == ["data:,", "/", story.url]
    assert f"{HOSTILE}�[31m \u202egnp.exe" in plain.text
    assert "t" * 1_001 not in plain.text
    assert "javascript:alert(1)" not in plain.links


def test_the_digest_may_be_given_whole(client: TestClient, folder: Path) -> None:
    story = Archive(folder).article("50%")
    assert story is not None
    cited = cite(story, QUOTE)
    link = permalink("", cited).replace(cited.digest[:12], cited.digest)
    assert urlsplit(link).query.startswith(f"digest={cited.digest}&")
    assert marked(client.get(link).text) == [QUOTE]
    assert len(DIGEST) == len(cited.digest)
