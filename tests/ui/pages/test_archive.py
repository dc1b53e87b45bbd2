import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.archive.archive import Archive
from qa.archive.view import Listed
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from tests.support.archive_pages import EVERYTHING, plain, server_call, titles
from tests.support.plain import WordEmbedder, article
from ui.app import build_app
from ui.pages import archive_html
from ui.pages.additions import Adding
from ui.pages.archive import ArchivePage
from ui.pages.chat import Page
from ui.pages.uploads import Uploads

HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} {{x}} ![y](http://beacon.example/)"


@pytest.fixture
def page(archive: Archive, embedder: WordEmbedder, inbox: Uploads) -> ArchivePage:
    return ArchivePage(archive, Adding(archive, lambda: embedder, inbox))


def test_every_place_that_names_the_kinds_of_file_names_all_that_are_read(page: ArchivePage) -> None:
    kinds = ".txt, .md, .html, .htm, .jsonl, .csv, .tsv, .eml, .rss, .atom, .xml (also as .gz or .xz), .pdf and .docx"
    assert page.holdings()["limits"] == f"{kinds} files; up to 500 at once, 50 MB each, 500 MB together."
    for html in (archive_html.empty_html("archive", True), archive_html.closed_html("archive")):
        assert f"These kinds of file are read: {kinds}." in plain(html)


def test_the_page_says_what_is_in_the_archive(page: ArchivePage) -> None:
    held = page.holdings()
    assert plain(held["holdings"]).startswith(
        "3 articles from 2 outlets , published 11 May 2015 – June 2016, 1 without a date"
    )
    assert 'href="#when-2015"' in held["holdings"] or 'href="#when-2015-05"' in held["holdings"]
    assert held["outlets"] == [("Courier", "Courier (2)"), ("Harbour Wire", "Harbour Wire (1)")]
    assert plain(held["outlet_list"]) == "Courier 2 Harbour Wire 1"
    assert "3 articles · 2 outlets · 2015–2016" in held["masthead"]


def test_an_empty_archive_explains_how_to_fill_it(tmp_path: Path, embedder: WordEmbedder) -> None:
    folder = tmp_path / "new"
    ArchiveWriter(folder, embedder).close()
    archive = Archive(folder)
    held = ArchivePage(archive).holdings()
    assert (
        f"This archive is still empty. Add a folder of articles in a terminal: qa add FOLDER --archive {folder}"
        in plain(held["empty"])
    )
    _, messages, *_ = Page(Retriever(archive, embedder)).greet()
    assert plain(messages[0]["content"]) == (
        f"This archive is still empty. Add articles in a terminal: qa add FOLDER --archive {folder}"
    )
    (message,) = Page(Retriever(archive, embedder), upload=True).opening()
    assert "Add articles on the Archive page, or in a terminal: qa add" in plain(message["content"])


def test_articles_are_listed_newest_first_and_undated_last(page: ArchivePage) -> None:
    found = page.find(EVERYTHING)
    assert titles(found) == ["Mayor resigns", "Dam closed", "Mill burns"]
    assert (found["heading"], found["next"]) == ("3 articles&#44; newest first", 0)
    assert "Harbour Wire · June 2016 · 1 passage" in plain(found["entries"])
    assert 'href="./article/dam"' in found["entries"]


def test_articles_are_found_by_words_of_title_or_text_that_all_occur(page: ArchivePage) -> None:
    assert titles(page.find(["VERRIN", None, "", "", 0, 50])) == ["Mill burns", "Dam closed"]
    assert titles(page.find(["dams closing", None, "", "", 0, 50])) == ["Dam closed"]
    assert titles(page.find(["mill brigade", None, "", "", 0, 50])) == ["Mill burns"]
    nothing = page.find(["dam mayor", None, "", "", 0, 50])
    assert (plain(nothing["heading"]), titles(nothing)) == ("No article with “dam mayor”", [])
    assert titles(page.find(['"(:*', None, "", "", 0, 50])) == []


def test_a_word_of_the_title_counts_more_than_one_of_the_text(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("It is about a harvest.", id="long", title="Ostra votes on its Ostra question"))
        writer.commit()
    assert titles(ArchivePage(archive).find(["Ostra", None, "", "", 0, 50]))[0] == "Ostra votes on its Ostra question"


def test_outlet_and_period_limit_what_is_listed_and_found(page: ArchivePage) -> None:
    assert titles(page.find(["", "Courier", "", "", 0, 50])) == ["Dam closed", "Mill burns"]
    assert titles(page.find(["", None, "2015", "2016", 0, 50])) == ["Dam closed"]
    assert titles(page.find(["Verrin", None, "2015", "", 0, 50])) == ["Dam closed"]
    heading = page.find(["", "Courier", "2015", "", 0, 50])["heading"]
    assert plain(heading) == "1 article; only Courier, from 2015 on"
    assert "is not a date" in page.find(["", None, "soon", "", 0, 50])["complaint"]


def test_more_go_on_where_the_first_ended(page: ArchivePage) -> None:
    first = page.find(["", None, "", "", 0, 2])
    assert (titles(first), first["next"]) == (["Mayor resigns", "Dam closed"], 2)
    rest = page.find(["", None, "", "", first["next"], 2])
    assert (titles(rest), rest["next"]) == (["Mill burns"], 0)
    second = page.find(["Verrin", None, "", "", 1, 50])
    assert (titles(second), second["next"]) == (["Dam closed"], 0)


@pytest.mark.parametrize(
    "nonsense",
    [None, "x", [], [1, 2, 3, 4, 5, 6], ["", None, "", "", -1, 50], ["", None, "", "", 0, "50"],
     ["\ud800", *EVERYTHING[1:]], ["x" * 2001, *EVERYTHING[1:]], ["", ["Courier"], "", "", 0, 50],
     ["", None, "", "", 2**70, 50]],
)  # fmt: skip
def test_nonsense_is_refused_in_a_sentence(page: ArchivePage, nonsense: object) -> None:
    assert page.find(nonsense)["problem"]
    assert page.remove(nonsense)["problem"]
    assert page.add(nonsense if nonsense != [] else None)["problem"]
    assert page.may_add(nonsense)["problem"]
    assert page.step()["state"] == "idle"


def test_hostile_titles_and_outlets_are_text(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder) as writer:
        writer.upsert(article("Body.", id='"><b>/../\u202e', title=HOSTILE, source=HOSTILE))
        writer.commit()
    page = ArchivePage(archive)
    found, held = page.find(["", HOSTILE, "", "", 0, 50]), page.holdings()
    assert titles(found) == [HOSTILE]
    for html in (found["entries"], found["heading"], held["outlet_list"], held["holdings"]):
        assert not re.search(r"<(?:img|b>)|\$\{|\{\{|!\[", html)
    assert 'href="./article/%22%3E%3Cb%3E%2F..%2F%E2%80%AE"' in found["entries"]


def test_an_article_is_removed_and_what_became_of_it_is_said(page: ArchivePage) -> None:
    assert "3 articles" in page.holdings()["masthead"]
    removed = page.remove("dam")
    assert (removed["problem"], plain(removed["said"])) == ("", "“Dam closed” was removed.")
    assert titles(page.find(EVERYTHING)) == ["Mayor resigns", "Mill burns"]
    assert "2 articles" in page.holdings()["masthead"]
    assert plain(page.remove("dam")["problem"]) == "This article is no longer in the archive."


def test_a_very_long_title_is_cut_in_the_list() -> None:
    html = archive_html.entries_html([Listed("a", "x" * 5000, "", "", "", 0)], removable=True)
    assert html.count("x" * 300) == 2
    assert "x" * 301 not in html
    assert "Unknown outlet · undated · 0 passages" in plain(html)


# Over HTTP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(archive: Archive, embedder: WordEmbedder) -> Iterator[TestClient]:
    with TestClient(build_app(Retriever(archive, embedder))) as client:
        yield client


def test_both_pages_link_to_each_other(client: TestClient) -> None:
    for path in ("/", "/archive"):
        assert client.get(path).status_code == 200
    for name, current in (("", "./"), ("archive", "archive")):
        shown = json.dumps(client.get("/config", params={"page": name}).json())
        assert f'<a href=\\"{current}\\" aria-current=\\"page\\">' in shown


def test_without_the_option_nothing_can_be_sent_added_or_removed(client: TestClient) -> None:
    assert client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")}).status_code == 404
    assert server_call(client, "holdings")["limits"] == ""
    for name in ("may_add", "add_files", "step", "cancel_adding", "remove_article"):
        assert server_call(client, name) is None
    held = server_call(client, "holdings")
    assert "Articles are added in a terminal: qa add FOLDER --archive" in plain(held["closed"])
    assert "Remove" not in server_call(client, "find_articles", EVERYTHING)["entries"]
