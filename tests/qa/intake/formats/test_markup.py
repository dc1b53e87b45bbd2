"""Markdown and web pages on their way in."""

from pathlib import Path

import pytest

from tests.qa.intake.test_reader import one, write


def test_markdown_gives_front_matter_and_plain_text(tmp_path: Path) -> None:
    page = (
        "---\ntitle: 'Goose: the ring'\ndescription: A dek.\ndate: 11 May 2015\nauthors:\n  - Ada Lunt\n  - Bo Rask\n"
        "source: Mere Wire\nlang: en\ntags: [a, b]\n---\n\n# Goose: the ring\n\n![goose](g.png)\n\n"
        "The **goose** came *back* to [the pond](https://x.example) in `snake_case`.\n\n## What it did\n\n"
        "- It swam &amp; slept.\n- It <b>left</b>.\n\n> A quote.\n\nRelated: [Swan stays away](x)\n\n"
        "<!-- gone -->\nThe end came.\n"
    )
    reading = one(write(tmp_path / "a.md", page))
    article = reading.article
    assert (article.title, article.dek, article.published) == ("Goose: the ring", "A dek.", "2015-05-11")
    assert (article.authors, article.source, article.language) == ("Ada Lunt, Bo Rask", "Mere Wire", "en")
    assert article.text == (
        "The goose came back to the pond in snake_case.\n\nWhat it did\n\n- It swam & slept.\n\n- It left.\n\n"
        "A quote.\n\nThe end came."
    )
    assert [(dropped.line, dropped.reason) for dropped in reading.dropped] == [(13, "title"), (26, "related")]


HTML = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Goose returns ring | Mere Wire</title>
<meta property="og:title" content="Goose returns ring"><meta property="og:site_name" content="Mere Wire">
<meta name="description" content="A bird, a ring, a happy end.">
<meta name="author" content="Ada Lunt">
%s<link rel="canonical" href="https://mere.example/2009/01/02/goose"></head><body><nav><a href="/">Front page</a></nav>
<article><h1>Goose returns ring</h1>
<p>The goose that swallowed a ring in the park of Mereford came back on Monday at noon.</p>
<p>Related: Swan stays away</p>
<p>It had the ring in its bill, said the keeper, who has looked after birds since 1987.</p>
<p>Nobody in the town could say where it had been, or why it chose to return to a pond with ice.</p></article>
<footer>&copy; 2015 Mere Wire</footer></body></html>"""


def test_a_web_page_gives_its_story_and_metadata(tmp_path: Path) -> None:
    stated = '<meta property="article:published_time" content="2015-05-11T10:00:00Z">'
    reading = one(write(tmp_path / "a.html", HTML % stated))
    article = reading.article
    assert (article.title, article.dek) == ("Goose returns ring", "A bird, a ring, a happy end.")
    assert (article.source, article.authors, article.language) == ("Mere Wire", "Ada Lunt", "en-GB")
    assert (article.published, article.url) == ("2015-05-11T10:00:00+00:00", "https://mere.example/2009/01/02/goose")
    assert article.text == (
        "The goose that swallowed a ring in the park of Mereford came back on Monday at noon.\n\n"
        "It had the ring in its bill, said the keeper, who has looked after birds since 1987.\n\n"
        "Nobody in the town could say where it had been, or why it chose to return to a pond with ice."
    )
    assert "related" in [dropped.reason for dropped in reading.dropped]


def test_a_web_page_is_never_dated_by_its_address_or_its_text(tmp_path: Path) -> None:
    assert one(write(tmp_path / "a.html", HTML % "")).article.published == ""


@pytest.mark.parametrize(
    "stated",
    [
        '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2015-05-11"}]}'
        "</script>",
        '<meta itemprop="datePublished" content="11 May 2015">',
        '<time datetime="2015-05-11">yesterday</time>',
    ],
    ids=["json-ld", "itemprop", "time"],
)
def test_a_web_page_is_dated_by_what_it_states(tmp_path: Path, stated: str) -> None:
    assert one(write(tmp_path / "a.html", HTML % stated)).article.published == "2015-05-11"


def test_a_web_page_is_decoded_by_its_own_charset(tmp_path: Path) -> None:
    page = (HTML % "").replace("utf-8", "windows-1251").replace("on Monday", "в понедельник")
    reading = one(write(tmp_path / "a.html", page.encode("windows-1251")))
    assert "came back в понедельник at noon" in reading.article.text
    assert reading.notes == ("decoded as cp1251",)


def test_a_page_nested_beyond_the_parser_still_gives_its_text(tmp_path: Path) -> None:
    page = (
        "<html><body>"
        + "<div>" * 5000
        + "<p>The goose came back on Monday, at noon, with a ring.</p>"
        + "</div>" * 5000
    )
    assert "The goose came back on Monday" in one(write(tmp_path / "a.html", page)).article.text
