import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.retrieval import Retriever
from tests.support.plain import BrokenEmbedder
from tests.support.users import ANNA, ROLF, password_file
from ui.access.passwords import Users
from ui.app import build_app
from ui.server.logs import Form, event, log_to

QUESTION = "Why was the zebra at Verrin closed?"
FORGED = "x\n2026-01-01T00:00:00.000+00:00 info ui.watching event=request\r\x1b[2J\u202e\u2028 a=b\x00\ud800"


class Repeating(BrokenEmbedder):
    """Fails with what it was asked in the message."""

    def embed_queries(self, texts: list[str]) -> object:
        try:
            raise KeyError(texts[0])
        except KeyError as error:
            raise ValueError(f"cannot embed {texts[0]!r}") from error


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged; afterwards all is as before."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in ("qa", "ui")}
    root.handlers = []
    yield io.StringIO()
    logging.captureWarnings(False)
    root.handlers, root.level = before[0], before[1]
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)


def ask(retriever: Retriever, question: str = QUESTION) -> int:
    with TestClient(build_app(retriever)) as client:
        return client.post("/api/ask", json={"question": question}).status_code


def test_a_request_and_its_question_are_a_line_each_in_json(retriever: Retriever, stream: io.StringIO) -> None:
    log_to(stream, "json")
    assert ask(retriever) == 200
    question, request = (json.loads(line) for line in stream.getvalue().splitlines())
    assert list(question)[:4] == ["time", "level", "logger", "event"]
    assert question["time"][10:11] == "T"
    assert question["time"].endswith("+00:00")
    assert {**question, "time": "", "milliseconds": 0, "hits": 1} == {
        "time": "", "level": "info", "logger": "ui.asking", "event": "question", "surface": "api", "kind": "ask",
        "outcome": question["outcome"], "hits": 1, "milliseconds": 0,
    }  # fmt: skip
    assert {**request, "time": "", "milliseconds": 0, "visitor": ""} == {
        "time": "", "level": "info", "logger": "ui.watching", "event": "request", "method": "POST",
        "route": "/api/ask", "status": 200, "milliseconds": 0, "visitor": "",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_is_asked_is_logged_only_where_that_is_wanted(
    retriever: Retriever, stream: io.StringIO, form: Form
) -> None:
    log_to(stream, form)
    assert ask(retriever) == 200
    assert ask(Retriever(retriever.archive, Repeating())) == 500
    told = stream.getvalue()
    assert "zebra" not in told.lower()
    assert "ValueError at " in told
    assert "; from KeyError at " in told
    log_to(stream, form, questions=True)
    assert ask(Retriever(retriever.archive, Repeating())) == 500
    assert "zebra" in stream.getvalue()


def test_a_visitor_is_known_again_but_not_named(retriever: Retriever, tmp_path: Path, stream: io.StringIO) -> None:
    log_to(stream, "json")
    with TestClient(build_app(retriever, users=Users(password_file(tmp_path)))) as client:
        for user in (ROLF, ANNA, ROLF):
            client.get("/api/article/dam", auth=user)
        client.get("/api/article/dam", auth=("rolf", "a wrong one"))
    rolf, anna, again, wrong = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (rolf["role"], anna["role"]) == ("reader", "admin")
    assert rolf["visitor"] == again["visitor"] != anna["visitor"]
    assert (wrong["status"], wrong["refused"], wrong.get("role")) == (401, "login wrong", None)
    assert not [word for word in (*ROLF, *ANNA, "Basic", "dam") if word in stream.getvalue()]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_value_can_forge_a_line(stream: io.StringIO, form: Form) -> None:
    log_to(stream, form)
    log = logging.getLogger("ui.test")
    event(log, "tried", value=FORGED)
    log.warning("%s: is odd", FORGED)
    log.error(FORGED)
    lines = stream.getvalue().split("\n")
    assert len(lines) == 4  # three, and nothing after the last line's end
    for line in lines[:3]:
        assert line.isascii()
        assert line.isprintable()
        if form == "json":
            assert FORGED in "".join(
                json.loads(line)[name] for name in ("value", "message") if name in json.loads(line)
            )
        else:
            assert line.count("event=") - line.count('"x\\n2026-01-01T00:00:00.000+00:00 info ui.watching event=') == 1


def test_files_of_the_page_are_logged_only_when_something_is_wrong(retriever: Retriever, stream: io.StringIO) -> None:
    log_to(stream, "json")
    with TestClient(build_app(retriever)) as client:
        client.get("/theme.css")
        client.get("/healthz")
        client.get("/assets/none.js")
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(one["route"], one["status"]) for one in told] == [("/assets/{file}", 404)]


@pytest.mark.parametrize("value", ["Ana event=request", 'a"b', "a=b", "a\\b", ""])
def test_a_value_in_a_line_of_text_ends_where_it_seems_to(stream: io.StringIO, value: str) -> None:
    log_to(stream)
    logging.getLogger("ui.test").warning("said", extra={"dateline_fields": {"event": "said", "value": value}})
    assert stream.getvalue().split(" ", 3)[3] == f"event=said value={json.dumps(value)}\n"


def test_of_an_exception_all_are_told_that_led_to_it(stream: io.StringIO) -> None:
    log_to(stream, "json")
    log = logging.getLogger("ui.test")
    for hidden in (False, True):
        try:
            try:
                raise KeyError("zebra")
            except KeyError:
                if hidden:
                    raise ValueError("zebra") from None
                raise ValueError("zebra")  # noqa: B904 - as code does that does not expect an error there
        except ValueError:
            log.exception("failed")
    both, one = (json.loads(line)["exception"] for line in stream.getvalue().splitlines())
    assert both.startswith("ValueError at ")
    assert "; from KeyError at " in both
    assert "KeyError" not in one
