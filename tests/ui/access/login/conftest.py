"""The pages behind a login: of Anna, an admin, and Rolf, a reader."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from qa.retrieval import Retriever
from tests.conftest import small_retriever
from tests.support.users import password_file
from tests.ui.access.login.visits import hello
from tests.ui.access.test_throttle import Clock
from ui.access.login import Login
from ui.access.passwords import Users
from ui.app import build_app
from ui.pages.uploads import Uploads


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return password_file(tmp_path)


@pytest.fixture
def inbox() -> Iterator[Uploads]:
    uploads = Uploads()
    yield uploads
    uploads.close()


@pytest.fixture
def app(retriever: Retriever, file: Path, inbox: Uploads) -> FastAPI:
    return build_app(retriever, users=Users(file), uploads=inbox)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def closed_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, TestClient]]:
    """The pages behind a login, and a stranger before them: for tests that log nobody in."""
    folder = tmp_path_factory.mktemp("closed")
    uploads = Uploads()
    app = build_app(small_retriever(folder / "archive"), users=Users(password_file(folder)), uploads=uploads)
    with TestClient(app, follow_redirects=False) as client:
        yield app, client
    uploads.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(file: Path, clock: Clock) -> Callable[[str], TestClient]:
    """The login before a small application, opened from an address."""
    login = Login(hello, Users(file), clock)
    return lambda address: TestClient(login, client=(address, 50_000), follow_redirects=False)
