"""Saved feeds: RSS, Atom and RDF; teasers, ids, dates, and XML that is something else."""

import gzip
from pathlib import Path

import pytest

from qa.intake import Reading, Rejection, count, read
from qa.settings import Limits
from tests.qa.intake.test_reader import one, refused
from tests.support.documents import LONG, SECOND, put

RSS = """<?xml version="1.0" encoding="utf-8"?>
<!-- made by hand --><!DOCTYPE rss>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Mere &amp; Co</title><link>https://mere.example/</link><language>en-gb</language>{}</channel></rss>"""
ONLY = "of XML only RSS and Atom feeds are read"
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Mere Post</title>{}</feed>"""


def item(inner: str) -> str:
    return f"<item>{inner}</item>"


def test_an_item_is_an_article_with_its_whole_text(tmp_path: Path) -> None:
    inner = (
        "<title>Goose &amp; ring</title><guid>https://mere.example/1</guid><link>https://mere.example/goose</link>"
        "<description>Teaser…</description><dc:creator>Ada Lunt</dc:creator>"
        "<pubDate>Sat, 3 May 2014 07:00:00 +0100</pubDate>"
        f"<content:encoded><![CDATA[<p>{LONG}</p><script>x()</script><p>{SECOND} &nbsp;</p>]]></content:encoded>"
    )
    reading = one(put(tmp_path / "a.rss", RSS.format(item(inner))))
    article = reading.article
    assert (article.id, article.title, article.source) == ("https://mere.example/1", "Goose & ring", "Mere & Co")
    assert (article.url, article.authors, article.language) == ("https://mere.example/goose", "Ada Lunt", "en-gb")
    assert article.published == "2014-05-03T07:00:00+01:00"
    assert article.text == f"{LONG}\n\n{SECOND}"
    assert (reading.line, reading.notes) == (1, ())


def test_an_atom_entry_is_an_article(tmp_path: Path) -> None:
    entry = (
        "<entry><title type='html'>Goose &lt;i&gt;returns&lt;/i&gt;</title><id>tag:mere.example,2014:1</id>"
        "<link rel='self' href='https://mere.example/1.atom'/><link href='https://mere.example/1'/>"
        "<author><name>Ada Lunt</name></author><author><name>Bo Mill</name></author>"
        "<published>2014-05-03T07:00:00+01:00</published><updated>2014-05-04T07:00:00Z</updated><summary>Short.</summary>"
        f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>{LONG}</p></div></content></entry>"
    )
    article = one(put(tmp_path / "a.atom", ATOM.format(entry))).article
    assert (article.id, article.title, article.url) == (
        "tag:mere.example,2014:1", "Goose returns", "https://mere.example/1",
    )  # fmt: skip
    assert (article.authors, article.source) == ("Ada Lunt, Bo Mill", "Mere Post")
    assert (article.published, article.updated) == ("2014-05-03T07:00:00+01:00", "2014-05-04T07:00:00+00:00")
    assert article.text == LONG


def test_an_entry_with_an_update_alone_is_dated_by_it(tmp_path: Path) -> None:
    entry = f"<entry><title>T</title><updated>2014-05-04T07:00:00Z</updated><content>{LONG}</content></entry>"
    reading = one(put(tmp_path / "a.atom", ATOM.format(entry)))
    assert (reading.article.published, reading.article.updated) == ("2014-05-04T07:00:00+00:00", "")
    assert reading.notes == ("dated by its update: the feed states no other date",)


def test_teasers_are_added_and_noted_and_whole_texts_in_descriptions_are_not(tmp_path: Path) -> None:
    whole = f"<p>{LONG} {SECOND}</p>" * 4
    path = put(
        tmp_path / "a.rss",
        RSS.format(
            item("<title>A</title><description>Only this.</description>")
            + item(f"<title>B</title><description><![CDATA[{whole}]]></description>")
            + item(f"<title>C</title><description><![CDATA[{whole}<p>Read more</p>]]></description>")
            + item("<title>D</title><link>https://mere.example/d</link>")
        ),
    )
    a, b, c, d = read([path])
    teaser = ("only the feed's summary: add the page itself for the whole article",)
    assert [found.notes for found in (a, b, c) if isinstance(found, Reading)] == [teaser, (), teaser]
    assert d == Rejection(str(path), 4, "item 4 of the feed: it has no text: add the page itself")
    assert count([path]) == 4


def test_an_id_counts_where_it_is_one_everywhere_and_of_one_item(tmp_path: Path) -> None:
    ids = ("https://mere.example/1", "17", "https://mere.example/", "https://mere.example/", "urn:uuid:5", "x" * 9)
    items = "".join(item(f"<guid>{guid}</guid><description>Text {n}.</description>") for n, guid in enumerate(ids))
    found = read([put(tmp_path / "a.rss", RSS.format(items))])
    assert [reading.article.id for reading in found if isinstance(reading, Reading)] == [
        "https://mere.example/1", "", "", "", "urn:uuid:5", "",
    ]  # fmt: skip


def test_an_older_rss_is_read_from_xml(tmp_path: Path) -> None:
    feed = (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Mere</title></channel>'
        f"<item><title>Goose</title><link>https://mere.example/1</link><description>{LONG}</description>"
        "<dc:date>2014-05-03</dc:date></item></rdf:RDF>"
    )
    article = one(put(tmp_path / "a.xml", feed)).article
    assert (article.title, article.source, article.published, article.text) == ("Goose", "Mere", "2014-05-03", LONG)


def test_a_link_that_is_no_web_address_is_left_out(tmp_path: Path) -> None:
    inner = "<title>A</title><link>javascript:alert(1)</link><description>Rain.</description>"
    assert one(put(tmp_path / "a.rss", RSS.format(item(inner)))).article.url == ""


def test_xml_that_breaks_its_rules_is_read_as_far_as_it_goes_and_noted(tmp_path: Path) -> None:
    whole = item(f"<title>A</title><description>{LONG}</description>")
    first, *rest = read([put(tmp_path / "a.rss", RSS.format(whole + whole)[:-150])])
    assert isinstance(first, Reading)
    assert first.article.text == LONG
    assert first.notes[0].startswith("the feed is not well-formed XML (")
    assert len(rest) == 1


def test_entities_reach_no_file_and_fill_no_memory(tmp_path: Path) -> None:
    grown = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 20 if n else "x" * 99}">' for n in range(12))
    bomb = f'<!DOCTYPE rss [{grown}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    inner = item("<title>A</title><description>Rain &a11;&f; sun.</description>")
    (found,) = read([put(tmp_path / "a.rss", RSS.replace("<!DOCTYPE rss>", bomb).format(inner))])
    host = Path("/etc/hostname").read_text().strip() if Path("/etc/hostname").exists() else "-"
    assert isinstance(found, Reading)
    assert len(found.article.text) < 100
    assert host not in found.article.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty: there is nothing to read"),
        ("<html><body>Rain</body></html>", f"its root is <html>; {ONLY}: save it as .html"),
        ('<?xml version="1.0"?><nitf/>', f"its root is <nitf>; {ONLY}: save its articles as .txt, .html or .jsonl"),
        ("Rain.", "the content is not a feed: it does not begin with <rss>, <feed> or <rdf:RDF>"),
        ("<rss><channel><title>Mere</title></channel></rss>", "the feed has no items"),
        ("%PDF-1.7", "the content is a PDF: rename it to .pdf"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    assert refused(put(tmp_path / "a.xml", content)).reason == reason


def test_encodings_compression_and_the_limit(tmp_path: Path) -> None:
    feed = RSS.format(item("<title>A</title><description>Rén fell.</description>"))
    wide = feed.replace("utf-8", "utf-16").encode("utf-16")
    latin = feed.replace("utf-8", "iso-8859-1").encode("iso-8859-1")
    for number, content in enumerate((feed.encode(), wide, latin)):
        assert one(put(tmp_path / f"{number}.rss", content)).article.text == "Rén fell."
    assert one(put(tmp_path / "a.rss.gz", gzip.compress(feed.encode()))).article.text == "Rén fell."
    over = "over the limit of 100 bytes (feed_bytes): split it"
    assert refused(put(tmp_path / "a.rss", feed), Limits(feed_bytes=100)).reason == over
    assert refused(tmp_path / "a.rss.gz", Limits(feed_bytes=100)).reason == over
    padded = put(tmp_path / "b.rss.gz", gzip.compress((feed + " " * 5000).encode()))
    assert refused(padded, Limits(feed_bytes=1000)).reason == "over the limit of 1000 bytes (feed_bytes): split it"
