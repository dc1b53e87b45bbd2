import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa import settings
from qa.archive.archive import Archive
from qa.retrieval import Retriever
from tests.support.archive_pages import EVERYTHING, plain, sent, server_call
from tests.support.plain import WordEmbedder
from tests.ui.access.test_throttle import Clock
from ui.app import build_app
from ui.pages import uploads
from ui.pages.uploads import Uploads, too_much


def test_too_much_at_once_is_refused_with_its_limit() -> None:
    assert too_much(500, 500_000_000, 50_000_000) == ""
    assert too_much(501, 1, 1) == "These are 501 files; at most 500 can be sent at once (upload_files)."
    assert too_much(1, 1, 50_000_001) == "A file is larger than 50 MB, the limit for one file (upload_file_bytes)."
    assert (
        too_much(12, 500_600_000, 50_000_000)
        == "These files have 501 MB; at most 500 MB can be sent at once (upload_bytes)."
    )


def test_a_file_is_refused_before_it_is_read(inbox: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    assert inbox.refusal(1000) is None
    assert inbox.refusal(None) == (411, "This request does not state its length. Send it with a Content-Length header.")
    assert inbox.refusal(50_020_001) == (
        413, "A file is larger than 50 MB, the limit for one file (upload_file_bytes).",
    )  # fmt: skip
    monkeypatch.setattr(uploads, "LIMITS", replace(settings.LIMITS, upload_bytes=10, upload_files=0))
    assert inbox.refusal(11) == (413, "Too many uploaded files are waiting to be added. Please try again later.")


def test_what_was_sent_and_never_added_is_removed_after_an_hour_whatever_the_time_of_day_is_set_to() -> None:
    clock = Clock()
    inbox = Uploads(clock)
    old = Path(sent(inbox, "old.txt", "x")[0])
    inbox.forget_old()
    clock.now += 3601
    new = Path(sent(inbox, "new.txt", "x")[0])
    for file in (old, new):  # written, it seems, in another century
        os.utime(file.parent, (0, 0))
    inbox.forget_old()
    assert (old.exists(), new.exists()) == (False, True)
    inbox.close()


def test_the_folder_of_files_goes_with_the_server(inbox: Uploads) -> None:
    sent(inbox, "x.txt", "x")
    inbox.close()
    assert not inbox.inbox.parent.exists()


@pytest.fixture
def open_client(archive: Archive, embedder: WordEmbedder, inbox: Uploads) -> Iterator[TestClient]:
    with TestClient(build_app(Retriever(archive, embedder), uploads=inbox)) as client:
        yield client


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
        413, "A file is larger than 1,000 bytes, the limit for one file (upload_file_bytes).",
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
