import json
from html import unescape
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.ingest import add
from qa.archive.writer import ArchiveWriter
from qa.intake import Reading, read
from qa.intake.language import article_language, primary, recognised
from qa.models.embedding import embedder_languages
from qa.settings import DEFAULT_EMBEDDER
from tests.conftest import Qa
from tests.support.places import FIXTURES
from tests.support.plain import WordEmbedder, article
from ui.pages.additions import Progress
from ui.pages.archive_html import report_html

FIXTURE = FIXTURES / "languages.tsv"
SENTENCES = [tuple(line.split("\t")) for line in FIXTURE.read_text(encoding="utf-8").splitlines()]
BY_LANGUAGE = {language: [text for code, text in SENTENCES if code == language] for language, _ in SENTENCES}
ENGLISH, GERMAN = BY_LANGUAGE["en"], BY_LANGUAGE["de"]


def write(folder: Path, name: str, *sentences: str) -> Path:
    path = folder / name
    path.write_text("Ferry stays in port\n\n" + "\n\n".join(sentences), encoding="utf-8")
    return path


def stored(folder: Path) -> list[tuple[str, str]]:
    """Return (id, language) of the articles in an archive."""
    archive = Archive(folder)
    with archive.view() as view:
        ids = [listed.id for listed in view.articles()]
    found = [one for one in map(archive.article, ids) if one]
    archive.close()
    return [(one.id, one.language) for one in found]


@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
def test_an_article_of_four_sentences_shows_its_language(language: str) -> None:
    assert recognised(" ".join(BY_LANGUAGE[language])) == language


def test_single_sentences_are_recognised_or_left_open_but_never_mistaken() -> None:
    found = [(language, recognised(text)) for language, text in SENTENCES]
    assert len(found) == 96
    assert [pair for pair in found if pair[1] not in (pair[0], "")] == []
    assert sum(language == code for language, code in found) >= 90


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Fire!",
        "Überfüllte Straße",
        "Ostra Kell Verrin Venn Aldmoor Kersey Tides Pell",
        "12:30 45% 1,000 – 2,000; 3.5 km",
        "https://x.example/",
        "\ud800" * 30,
    ],
)
def test_a_text_too_short_or_without_words_has_no_language(text: str) -> None:
    assert recognised(text) == ""


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        ("en", "en"), ("en-US", "en"), ("EN_gb", "en"), ("zh-Hant-TW", "zh"), ("gsw", "gsw"),
        ("english", ""), ("jp", ""), ("us", ""), ("und", ""), ("{{ lang }}", ""), ("x", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_code_is_known_by_its_language(stated: str, language: str) -> None:
    assert primary(stated) == language


def test_what_a_file_states_stays_as_it_is_and_nonsense_gives_way_to_the_text() -> None:
    assert article_language("en-US", GERMAN[0]) == "en-US"
    assert article_language("jp", " ".join(GERMAN)) == "de"
    assert article_language("deutsch", "Feuer!") == ""


def test_every_way_in_recognises_languages(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", *GERMAN)
    write(tmp_path, "b.md", *GERMAN)
    (tmp_path / "c.html").write_text(f"<h1>Fähre</h1><p>{'</p><p>'.join(GERMAN)}</p>", encoding="utf-8")
    (tmp_path / "d.jsonl").write_text('{"text": "' + " ".join(GERMAN) + '"}\n', encoding="utf-8")
    readings = [one for one in read([tmp_path]) if isinstance(one, Reading)]
    assert [(Path(one.file).suffix, one.article.language) for one in readings] == [
        (".txt", "de"),
        (".md", "de"),
        (".html", "de"),
        (".jsonl", "de"),
    ]


def test_an_archive_of_before_languages_were_recognised_sees_no_article_as_updated(
    tmp_path: Path, embedder: WordEmbedder
) -> None:
    file = write(tmp_path, "ferry.txt", *ENGLISH)
    reading = next(one for one in read([file]) if isinstance(one, Reading))
    before = article(reading.article.text, title=reading.article.title)  # as it was read then
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        stored_id, _ = writer.upsert(before, str(file))
        writer.commit()
    report = add(tmp_path / "archive", [file], embedder)
    assert (report.added, report.updated, report.unchanged, report.embedded) == (0, 0, 1, 0)
    moved = write(tmp_path, "moved.txt", *ENGLISH)
    assert add(tmp_path / "archive", [moved], embedder).unchanged == 1  # known by its content too
    assert stored(tmp_path / "archive") == [(stored_id, "")]


def test_an_article_is_stored_with_its_language_and_found_unchanged(tmp_path: Path, embedder: WordEmbedder) -> None:
    file = write(tmp_path, "ferry.txt", *GERMAN)
    assert add(tmp_path / "archive", [file], embedder).added == 1
    assert add(tmp_path / "archive", [file], embedder).unchanged == 1
    assert [language for _, language in stored(tmp_path / "archive")] == ["de"]


def test_the_id_of_an_article_does_not_depend_on_its_language(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "one", embedder) as one, ArchiveWriter(tmp_path / "two", embedder) as two:
        assert one.upsert(article(ENGLISH[0]))[0] == two.upsert(article(ENGLISH[0], language="en"))[0]


def test_the_report_counts_languages(tmp_path: Path, embedder: WordEmbedder) -> None:
    write(tmp_path, "a.txt", *ENGLISH)
    write(tmp_path, "b.txt", *GERMAN)
    (tmp_path / "c.jsonl").write_text('{"text": "Fire!", "language": "en-GB"}\n{"text": "12:30"}\n')
    report = add(tmp_path / "archive", [tmp_path / name for name in ("a.txt", "b.txt", "c.jsonl")], embedder)
    assert dict(report.languages) == {"en": 2, "de": 1, "und": 1}
    assert report.language_note == ""  # nobody knows what the embedder of the tests was made for
    report.embedder = DEFAULT_EMBEDDER
    assert report.other_languages == {"de": 1}
    assert report.language_note.startswith(
        "1 article is in a language that the embedder all-MiniLM-L6-v2 was not made for (de 1): search finds them"
    )
    assert report.language_note in unescape(report_html(Progress("done", report=report)))


def test_the_packaged_embedder_states_that_it_is_made_for_english() -> None:
    assert embedder_languages(DEFAULT_EMBEDDER) == {"en"}
    assert embedder_languages("/models/own") == frozenset()


@pytest.mark.model
def test_articles_in_another_language_are_added_and_said_so(tmp_path: Path, qa: Qa) -> None:
    write(tmp_path, "a.txt", *ENGLISH)
    write(tmp_path, "b.txt", *GERMAN)
    code, out, err = qa("add", tmp_path / "a.txt", tmp_path / "b.txt")
    assert code == 0
    assert "2 given = 2 added" in out
    assert "1 article is in a language that the embedder all-MiniLM-L6-v2 was not made for (de 1)" in err
    code, out, _ = qa("add", "--json", tmp_path / "a.txt", tmp_path / "b.txt")
    assert json.loads(out)["languages"] == {"en": 1, "de": 1}
    assert json.loads(out)["other_languages"] == {"de": 1}
