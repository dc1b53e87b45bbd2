"""What answers programs, with the page and without it, and the terminal over the same archive."""

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.retrieval import Retriever
from qa.settings import LIMITS, Limits
from ui.api.routes import serve_programs
from ui.app import build_app
from ui.cli import app
from ui.server.guard import Guard

Terminal = Callable[..., str]
QUESTION = "Why was the dam at Verrin closed?"


def programs_app(retriever: Retriever, limits: Limits = LIMITS) -> FastAPI:
    """What the page's application answers programs with, without the page, which takes a second to build."""
    app = FastAPI()
    app.add_middleware(Guard)
    serve_programs(app, retriever, limits)
    return app


@pytest.fixture
def client(retriever: Retriever) -> Iterator[TestClient]:
    with TestClient(programs_app(retriever)) as client:
        yield client


@pytest.fixture
def page(retriever: Retriever) -> Iterator[TestClient]:
    """The whole application."""
    with TestClient(build_app(retriever)) as client:
        yield client


@pytest.fixture
def terminal(retriever: Retriever, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """The terminal over the same archive: what it prints for some arguments."""
    monkeypatch.setattr(Retriever, "open", lambda *_: retriever)

    def run(*arguments: str) -> str:
        app.app([*arguments, "--archive", str(retriever.archive.folder), "--json"], standalone_mode=False)
        return capsys.readouterr().out

    return run
