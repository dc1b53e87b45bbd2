"""The same results in every time zone and locale, on days with 23 hours, and when the clock is set back."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from qa.settings import ARCHIVE_FILE, Limits
from tests.lanes.serving.served import ROOT
from tests.support.plain import WordEmbedder, article
from ui.access.throttle import Throttle
from ui.server.visitors import Rate, Visitor

# Letters whose small ones are others in Turkish; dates at both ends, on days with 23 and 25 hours, and none.
ARTICLES = {
    "first": ("0001-01-01", "ISTANBUL WAITS"),
    "last": ("9999-12-31T23:59:59Z", "İstanbul dışında"),
    "spring": ("2015-03-29T02:30:00", "INDIGO INITIATIVE"),
    "autumn": ("2015-10-25T02:30:00+02:00", "Iglo"),
    "apia": ("2011-12-30", "A day that Apia never had"),  # it crossed the date line
    "never": ("2015-02-30", "No such day"),
    "text": ("the day before yesterday", "No date at all"),
}
REPORT = """
import json, sys
from datetime import date
from pathlib import Path
from qa.archive.archive import Archive
from qa.retrieval import Retriever
from qa.archive.writer import ArchiveWriter
from tests.support.plain import WordEmbedder, article
from tests.lanes.serving.test_clocks_and_locales import ARTICLES
from ui.cli.app import print_line
folder = Path(sys.argv[1])
with ArchiveWriter(folder, WordEmbedder()) as writer:
    for number, (name, (published, title)) in enumerate(ARTICLES.items()):
        writer.upsert(article(f"{title}. Report {number} from the harbour.", id=name, title=title, published=published))
    writer.commit()
found = Retriever(Archive(folder), WordEmbedder(), today=lambda: date(2015, 10, 26))
windows = [("2015-03-29", "2015-03-30"), ("2015-10-25", "2015-10-26"), ("0001-01-01", "0001-01-02"),
           ("2011-12-30", "2011-12-31"), ("9999-12-31", ""), ("", "0001")]
words = ("istanbul", "INDIGO", "ıglo", "iglo", "DIŞINDA")
with found.archive.view() as view:
    told = {
        "kept": {name: found.article(name).published for name in ARTICLES},
        "order": [listed.id for listed in view.articles(order="published")],
        "days": view.facets("day"),
        "windows": [sorted(hit.citation.article_id for hit in found.retrieve("harbour", 10, after=after, before=before))
                    for after, before in windows],
        "words": {word: sorted(view.search_articles(word, list(ARTICLES))) for word in words},
        "yesterday": [hit.citation.article_id for hit in found.retrieve("the harbour yesterday")][:1],
        "answer": found.ask("What waits in Istanbul?").text,
    }
print_line(json.dumps(told, sort_keys=True))
"""


def report(folder: Path, **environment: str) -> str:
    """What an archive made and asked under some environment finds."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "TZ"))}
    return subprocess.run(
        [sys.executable, "-c", REPORT, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**own, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
    ).stdout  # fmt: skip


def test_results_are_the_same_in_every_time_zone_and_locale(tmp_path: Path) -> None:
    utc = report(tmp_path / "utc", TZ="UTC", LC_ALL="C")
    for number, environment in enumerate((
        {"TZ": "Pacific/Apia", "LC_ALL": "tr_TR.UTF-8"}, {"TZ": "America/St_Johns", "LANG": "tr_TR.UTF-8"},
        {"TZ": "Europe/London", "LC_ALL": "C.utf8"},
    )):  # fmt: skip
        assert report(tmp_path / str(number), **environment) == utc, environment
    assert '"windows": [["spring"], ["autumn"], ["first"], ["apia"], ["last"], []]' in utc
    assert '"INDIGO": ["spring"]' in utc
    assert '"never": "2015-02-30"' in utc  # a date that is none stays as it was written
    assert '"text": "the day before yesterday"' in utc


def test_versions_are_in_the_order_in_which_they_were_replaced_though_the_clock_was_set_back(
    archive: Archive, embedder: WordEmbedder
) -> None:
    texts = [f"The dam at Verrin was inspected {number} times." for number in range(3)]
    for text in texts:
        with ArchiveWriter(archive.folder, embedder) as writer:
            writer.upsert(article(text, id="dam"))
            writer.commit()
        with closing(sqlite3.connect(archive.folder / ARCHIVE_FILE)) as connection, connection:
            # What the next version says of its time is then earlier than what this one says.
            connection.execute("UPDATE version SET replaced = '2999-01-01T00:00:00+00:00'")
    with archive.view() as view:
        digests = [version.digest for version in view.versions("dam")]
    assert digests[:2] == [hashlib.sha256(text.encode()).hexdigest() for text in reversed(texts[:2])]


def test_limits_do_not_ask_what_time_of_day_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    rate, throttle, anna = Rate(Limits(answers_per_minute=1)), Throttle(), Visitor("anna", False, "")
    rate.take(anna)
    for _ in range(5):
        throttle.begin("anna", "192.0.2.7")
    for day in (0.0, 4e9):  # somebody sets the clock back, then far on
        monkeypatch.setattr(time, "time", lambda day=day: day)
        assert throttle.begin("anna", "192.0.2.7") == 1
        with pytest.raises(Exception, match=r"ask again in (59|60) seconds"):
            rate.take(anna)


def test_last_week_is_counted_from_the_day_that_it_is_here(archive: Archive, embedder: WordEmbedder) -> None:
    before, after = (
        Retriever(archive, embedder, today=lambda day=day: day) for day in (date(2015, 5, 11), date(2015, 5, 12))
    )
    asked = "Who resigned yesterday?"
    assert len(before.understood(asked)) == len(after.understood(asked)) == 1
    assert before.understood(asked) != after.understood(asked)
