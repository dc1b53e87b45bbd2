"""What the server keeps of a page that is open."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from fastapi.testclient import TestClient

from qa.retrieval import Retriever
from qa.settings import LIMITS
from ui.app import _gradio_apps, build_app


class Pages:
    """Open pages that call what the page calls."""

    def __init__(self, client: TestClient, kept: Any) -> None:
        self._client = client
        self.kept = kept
        self._numbers = {one["api_name"]: one["id"] for one in client.get("/config").json()["dependencies"]}

    def begin(self, session: str) -> None:
        """Begin a conversation and greet, which gives the question box other settings and then takes what it holds."""
        for name, data in (("start_over", []), ("greet", [""])):
            body = {"data": data, "fn_index": self._numbers[name], "session_hash": session}
            assert self._client.post("/gradio_api/run/predict", json=body).status_code == 200


@contextmanager
def opened(retriever: Retriever, sessions: int) -> Iterator[Pages]:
    app = build_app(retriever, limits=replace(LIMITS, sessions=sessions))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield Pages(client, _gradio_apps(app)[0].state_holder)


def test_a_session_keeps_no_more_however_often_it_is_used(retriever: Retriever) -> None:
    with opened(retriever, 10) as pages:
        pages.begin("one")
        state = pages.kept["one"]
        before = len(state.blocks_config.blocks), len(state.config_values)
        for _ in range(3):
            pages.begin("one")
        assert (len(state.blocks_config.blocks), len(state.config_values)) == before


def test_the_sessions_that_were_used_longest_ago_are_forgotten(retriever: Retriever) -> None:
    with opened(retriever, 2) as pages:
        for name in ("one", "two", "one", "three"):
            pages.begin(name)
        assert [name in pages.kept for name in ("one", "two", "three")] == [True, False, True]
