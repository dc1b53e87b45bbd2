import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa import settings
from qa.archive import Archive
from qa.errors import ArchiveError
from qa.indexing import AddReport
from qa.intake import Rejection
from qa.retrieval import Retriever
from qa.view import Listed
from qa.writing import ArchiveWriter
from tests.plain import WordEmbedder, article
from ui import archive_adding, archive_render, uploads
from ui.archive_adding import Adding, Progress, make_archive
from ui.archive_page import ArchivePage
from ui.page import Page
from ui.uploads import Uploads, too_much
from ui.web import build_app

EVERYTHING = ["", None, "", "", 0, 50]
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} {{x}} ![y](http://beacon.example/)"


@pytest.fixture
def inbox() -> Iterator[Uploads]:
    made = Uploads()
    yield made
    made.close()


@pytest.fixture
def adding(archive: Archive, embedder: WordEmbedder, inbox: Uploads) -> Adding:
    return Adding(archive, lambda: embedder, inbox)


@pytest.fixture
def page(archive: Archive, adding: Adding) -> ArchivePage:
    return ArchivePage(archive, adding)


class SlowEmbedder(WordEmbedder):
    """Waits before each step until it may go on."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def embed_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        self.reached.set()
        assert self.go_on.wait(20)
        return super().embed_passages(texts, progress)


def sent(inbox: Uploads, name: str, text: str, shown: str = "") -> list[str]:
    """Put a file where Gradio's upload puts it; return what the page then sends."""
    folder = inbox.inbox / f"{len(list(inbox.inbox.iterdir())):064d}"
    folder.mkdir()
    (folder / name).write_text(text)
    return [str(folder / name), shown or name]


def added(page: ArchivePage, *files: list[str]) -> str:
    """Add files, wait until it is done, and return the report as text."""
    begun = page.add(list(files))
    assert begun["problem"] == ""
    assert page.adding
    page.adding.wait(30)
    step = page.step()
    assert step["state"] == "done"
    return plain(step["report"])


def plain(html: str) -> str:
    """What a reader sees of HTML."""
    text = re.sub(r"<[^>]*>", " ", html)
    return " ".join(re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), text).split())


def titles(found: Any) -> list[str]:
    return [plain(link) for link in re.findall(r'<a class="source".*?</a>', found["entries"])]


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


def test_what_is_added_is_counted_and_each_rejection_has_its_reason(page: ArchivePage, inbox: Uploads) -> None:
    report = added(
        page,
        sent(inbox, "storm.txt", "Storm hits Kell\n\nA storm hit the harbour of Kell on Sunday. Two boats sank."),
        sent(inbox, "empty.txt", "", "em<b>pty.txt"),
        sent(inbox, "picture.png", "x"),
        sent(inbox, "two.jsonl", '{"text": "The bridge at Ostra opened.", "id": "bridge"}\n{"title": "no text"}\n'),
    )
    assert "5 given = 2 added + 0 updated + 0 unchanged + 3 rejected" in report
    assert "em<b>pty.txt empty: there is nothing to read" in report
    assert "picture.png unknown kind of file" in report
    assert "two.jsonl, line 2 text is missing" in report
    assert titles(page.find(["storm harbour", None, "", "", 0, 50]))
    assert "5 articles" in page.holdings()["masthead"]
    assert list(inbox.inbox.parent.rglob("*.txt")) == []


def test_a_file_that_was_added_before_is_unchanged_and_one_of_its_name_with_other_text_is_another_article(
    page: ArchivePage, inbox: Uploads
) -> None:
    first = "Storm hits Kell\n\nA storm hit the harbour of Kell on Sunday. Two boats sank."
    other = "Ferry to Ostra\n\nThe ferry to Ostra sails again after a long repair."
    assert "1 given = 1 added" in added(page, sent(inbox, "index.txt", first))
    assert "1 given = 0 added + 0 updated + 1 unchanged" in added(page, sent(inbox, "index.txt", first))
    assert "1 given = 1 added" in added(page, sent(inbox, "index.txt", other))
    assert len(titles(page.find(EVERYTHING))) == 5
    changed = '{"id": "dam", "text": "The dam at Verrin is open again."}'
    assert "1 given = 0 added + 1 updated" in added(page, sent(inbox, "changes.jsonl", changed))


def test_nothing_in_the_archive_says_where_uploaded_files_lay(
    page: ArchivePage, inbox: Uploads, archive: Archive
) -> None:
    added(page, sent(inbox, "storm.txt", "A storm hit the harbour of Kell on Sunday. Two boats sank."))
    stored = b"".join(path.read_bytes() for path in sorted(archive.folder.rglob("*")) if path.is_file())
    assert b"storm hit the harbour" in stored
    assert str(inbox.inbox.parent).encode() not in stored
    assert b"storm.txt" not in stored


def test_only_files_that_were_uploaded_can_be_added(page: ArchivePage, inbox: Uploads, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The password is swordfish.")
    inside = sent(inbox, "x.txt", "Text.")[0]
    link = Path(inside).with_name("link.txt")
    link.symlink_to(secret)
    report = added(
        page, [str(secret), "a.txt"], [f"{Path(inside).parent}/../../../{secret.name}", "b.txt"], [str(link), "c.txt"],
        [str(inbox.inbox), "d"], ["", "e"],
    )  # fmt: skip
    assert "5 given = 0 added + 0 updated + 0 unchanged + 5 rejected" in report
    assert "a.txt it is not here any more: give it again" in report
    assert secret.exists()


def test_a_second_addition_is_told_to_wait_and_asking_goes_on(
    archive: Archive, inbox: Uploads, embedder: WordEmbedder
) -> None:
    slow = SlowEmbedder()
    page = ArchivePage(archive, Adding(archive, lambda: slow, inbox))
    begun = page.add([sent(inbox, "storm.txt", "A storm hit the harbour of Kell on Sunday.")])
    assert (begun["problem"], begun["state"]) == ("", "running")
    assert slow.reached.wait(20)
    waiting = "Other articles are being added (1 of 1 read). Please wait until that is done."
    assert plain(page.may_add([1, 10, 10])["problem"]) == waiting
    second = sent(inbox, "ferry.txt", "The ferry sails.")
    assert plain(page.add([second])["problem"]) == waiting
    assert plain(page.remove("dam")["problem"]) == waiting
    assert Retriever(archive, embedder).ask("Why was the dam closed?").hits
    assert page.step()["share"] == 1.0
    slow.go_on.set()
    assert page.adding
    page.adding.wait(20)
    assert "1 given = 1 added" in plain(page.step()["report"])
    assert "1 given = 1 added" in added(page, second)


def test_a_cancelled_addition_keeps_what_was_acknowledged(
    archive: Archive, inbox: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.indexing._BATCH_ARTICLES", 2)
    slow = SlowEmbedder()
    slow.go_on.set()
    page = ArchivePage(archive, Adding(archive, lambda: slow, inbox))
    lines = [json.dumps({"id": f"n{n}", "text": f"Story number {n} is about a ship."}) for n in range(5)]
    original = archive_adding._Job.acknowledged

    def acknowledged(job: Any, ids: list[str]) -> None:
        original(job, ids)
        page.cancel()

    monkeypatch.setattr(archive_adding._Job, "acknowledged", acknowledged)
    report = added(page, sent(inbox, "five.jsonl", "\n".join(lines)))
    assert report.startswith("Cancelled. What had been added stays, the rest was not added.")
    assert "2 given = 2 added" in report
    assert archive.article("n1")
    assert archive.article("n2") is None
    assert [path for path in inbox.inbox.parent.rglob("*") if path.is_file()] == []


def test_an_article_is_removed_and_what_became_of_it_is_said(page: ArchivePage) -> None:
    removed = page.remove("dam")
    assert (removed["problem"], plain(removed["said"])) == ("", "“Dam closed” was removed.")
    assert titles(page.find(EVERYTHING)) == ["Mayor resigns", "Mill burns"]
    assert "2 articles" in page.holdings()["masthead"]
    assert plain(page.remove("dam")["problem"]) == "This article is not in the archive any more."


def test_another_writer_is_named_and_the_page_stays_usable(page: ArchivePage, inbox: Uploads, archive: Archive) -> None:
    code = (
        "import sys; from pathlib import Path; from qa.writing import ArchiveWriter\n"
        "with ArchiveWriter(Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(archive.folder)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        process.stdout.readline()
        busy = f"another process is writing to this archive (pid {process.pid}); wait until it is done"
        assert busy in plain(page.remove("dam")["problem"])
        storm = "A storm hit the harbour of Kell on Sunday."
        assert busy in added(page, sent(inbox, "storm.txt", storm))
        process.communicate()
        assert "1 given = 1 added" in added(page, sent(inbox, "storm.txt", storm))
    finally:
        process.kill()
        process.wait()


def test_what_cannot_be_written_is_told_and_the_page_stays_usable(
    page: ArchivePage, inbox: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("qa.publishing.write_lexical", full)
        report = added(page, sent(inbox, "storm.txt", "A storm hit the harbour of Kell."))
        assert "No space left on device" in report
        assert "0 given" in report
        assert "No space left on device" in page.remove("dam")["problem"].replace("&#91;", "").replace("&#93;", "")
    assert len(titles(page.find(EVERYTHING))) == 3
    assert plain(page.remove("dam")["said"]) == "“Dam closed” was removed."


def test_an_unforeseen_failure_is_logged_and_told_without_its_details(
    archive: Archive, inbox: Uploads, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise RuntimeError("secret detail")

    page = ArchivePage(archive, Adding(archive, broken, inbox))
    report = added(page, sent(inbox, "storm.txt", "A storm."))
    assert report.startswith("Something went wrong while adding, and it has been logged.")
    assert "secret detail" in caplog.text
    assert page.adding
    assert page.adding.waits() == ""


def test_too_much_at_once_is_refused_with_its_limit() -> None:
    assert too_much(500, 500_000_000, 50_000_000) == ""
    assert too_much(501, 1, 1) == "These are 501 files, and 500 are taken at once (upload_files)."
    assert too_much(1, 1, 50_000_001) == "A file is larger than 50 MB, the most that is taken (upload_file_bytes)."
    assert too_much(12, 500_600_000, 50_000_000) == "These are 501 MB, and 500 MB are taken at once (upload_bytes)."


def test_a_file_is_refused_before_it_is_read(inbox: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inbox.refusal(1000) is None
    assert inbox.refusal(None) == (411, "The length of what is sent has to be given.")
    assert inbox.refusal(50_020_001) == (
        413, "A file is larger than 50 MB, the most that is taken (upload_file_bytes).",
    )  # fmt: skip
    monkeypatch.setattr(uploads, "LIMITS", replace(settings.LIMITS, upload_bytes=10, upload_files=0))
    assert inbox.refusal(11) == (413, "Too much that was sent waits to be added already. Please try again later.")


def test_what_was_sent_and_never_added_is_removed_after_an_hour(inbox: Uploads) -> None:
    old, new = Path(sent(inbox, "old.txt", "x")[0]), Path(sent(inbox, "new.txt", "x")[0])
    hour_ago = time.time() - 3601
    os.utime(old.parent, (hour_ago, hour_ago))
    inbox.forget_old()
    assert (old.exists(), new.exists()) == (False, True)


def test_the_folder_of_files_goes_with_the_server(inbox: Uploads) -> None:
    sent(inbox, "x.txt", "x")
    inbox.close()
    assert not inbox.inbox.parent.exists()


def test_how_far_an_addition_is_stands_in_words() -> None:
    going = Progress("running", 1, 200, 40, 600, 29.6, 312.0)
    assert archive_render.progress_html(going) == (
        "40 of 200 articles read · 600 passages embedded, 30 a second · about 5 minutes left"
    )
    assert archive_render.progress_html(Progress("running", 1)) == "Looking through the files …"
    assert archive_render.duration(4) == "a few seconds"
    assert archive_render.duration(33) == "about 30 seconds"
    assert archive_render.duration(7300) == "about 2 hours"


def test_a_long_list_of_rejections_is_cut_and_counted() -> None:
    report = AddReport(rejected=[Rejection(f"{n}.txt", 0, "empty") for n in range(203)])
    html = archive_render.report_html(Progress("done", 1, report=report))
    assert html.count("<li>") == 201
    assert "and 3 more" in html


def test_a_very_long_title_is_cut_in_the_list() -> None:
    html = archive_render.entries_html([Listed("a", "x" * 5000, "", "", "", 0)], removable=True)
    assert html.count("x" * 300) == 2
    assert "x" * 301 not in html
    assert "Unknown outlet · undated · 0 passages" in plain(html)


def test_an_archive_is_made_where_there_is_none_and_left_alone_where_there_is(tmp_path: Path, archive: Archive) -> None:
    before = (archive.folder / "archive.sqlite").read_bytes()
    make_archive(archive.folder)
    assert (archive.folder / "archive.sqlite").read_bytes() == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("x")
    with pytest.raises(ArchiveError, match=r"holds other files \(thesis\.doc\)"):
        make_archive(tmp_path / "other")


# Over HTTP ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(archive: Archive, embedder: WordEmbedder) -> Iterator[TestClient]:
    with TestClient(build_app(Retriever(archive, embedder))) as client:
        yield client


@pytest.fixture
def open_client(archive: Archive, embedder: WordEmbedder, inbox: Uploads) -> Iterator[TestClient]:
    with TestClient(build_app(Retriever(archive, embedder), uploads=inbox)) as client:
        yield client


def server_call(client: TestClient, name: str, given: object = None) -> Any:
    """Call a function of the page as its script does."""
    page = client.get("/config", params={"page": "archive"}).json()
    for component in page["components"]:
        if name in component["props"].get("server_fns", []):
            body = {"data": given, "component_id": component["id"], "fn_name": name, "session_hash": "abc"}
            answer = client.post("/gradio_api/component_server", json=body)
            return answer.json() if answer.status_code == 200 else answer.status_code
    return None


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


def test_a_file_is_uploaded_and_added_over_http(open_client: TestClient, inbox: Uploads, archive: Archive) -> None:
    text = b"The ferry to Ostra sails again after a long repair."
    answer = open_client.post("/gradio_api/upload", files={"files": ("fer%2Fry ../x.txt", text)})
    assert answer.status_code == 200
    (path,) = answer.json()
    assert Path(path).is_relative_to(inbox.inbox)
    step = server_call(open_client, "add_files", [[path, "ferry.txt"]])
    deadline = time.monotonic() + 30
    while step["state"] == "running" and time.monotonic() < deadline:
        step = server_call(open_client, "step")
    assert "1 given = 1 added" in plain(step["report"])
    assert "Remove" in server_call(open_client, "find_articles", EVERYTHING)["entries"]
    assert plain(server_call(open_client, "remove_article", "dam")["said"]) == "“Dam closed” was removed."


def test_only_the_upload_route_is_opened_and_only_within_the_limits(
    open_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/gradio_api/upload_progress", "/gradio_api/uploads", "/gradio_api/file=/etc/passwd", "/monitoring"):
        assert open_client.get(path).status_code == 404
    elsewhere = open_client.post("/gradio_api/component_server", files={"files": ("a.txt", b"text")})
    assert elsewhere.status_code == 404
    monkeypatch.setattr(uploads, "LIMITS", replace(settings.LIMITS, upload_file_bytes=1000))
    large = open_client.post("/gradio_api/upload", files={"files": ("a.txt", b"x" * 30_000)})
    assert (large.status_code, large.text) == (
        413, "A file is larger than 1,000 bytes, the most that is taken (upload_file_bytes).",
    )  # fmt: skip
    unsaid = open_client.post("/gradio_api/upload", content=iter([b"x"]))
    assert unsaid.status_code == 411


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 200),
     ({"Origin": "http://testserver"}, 200), ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
     ({"Sec-Fetch-Site": "same-site"}, 403), ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403)],
)  # fmt: skip
def test_other_sites_may_send_nothing(open_client: TestClient, headers: dict[str, str], status: int) -> None:
    answer = open_client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")}, headers=headers)
    assert answer.status_code == status
