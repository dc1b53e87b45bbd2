"""Where the page may listen, and whose word counts for where a request comes from."""

import base64
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from qa.errors import InputError
from qa.retrieval import Retriever
from tests.conftest import Qa
from tests.lanes.browser.browsing import served
from ui.app import page_server


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_that_others_reach_needs_a_password_file(retriever: Retriever, host: str) -> None:
    told = (
        rf"^host='{host}' can be reached from other machines: give --password-file FILE "
        r"\(qa password FILE NAME makes it\)"
    )
    with pytest.raises(InputError, match=told):
        page_server(retriever, host, 0)


def test_with_a_password_file_the_page_listens_wherever_it_is_told_to(retriever: Retriever, file: Path) -> None:
    server = page_server(retriever, "0.0.0.0", 0, password_file=file)
    server._listener.close()


def test_the_command_refuses_in_one_line(qa: Qa, file: Path) -> None:
    plain = "--reranker", "none", "--reader", "none", "--no-open"
    file.write_text("nonsense\n")
    code, out, error = qa("chat", *plain, "--password-file", file)
    assert (code, out, error.startswith(f"qa: {file}, line 1: is not name:role:hash")) == (1, "", True)
    code, out, error = qa("chat", *plain, "--host", "0.0.0.0")
    assert (code, out, error.startswith("qa: host='0.0.0.0' can be reached from other machines: give")) == (1, "", True)


def test_a_proxy_is_named_by_its_address(retriever: Retriever, file: Path) -> None:
    for name in ("proxy.example", "*", "10.0.0.1/8"):
        with pytest.raises(
            InputError, match=r"is not an IP address: give the proxy's address or network, such as 10\.0\.0\.5"
        ):
            page_server(retriever, port=0, password_file=file, proxies=[name])


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers)


@pytest.mark.parametrize(("proxies", "slowed"), [(["127.0.0.1", "10.9.0.0/16"], False), ([], True)])
def test_only_a_named_proxy_says_where_a_request_comes_from(
    retriever: Retriever, file: Path, proxies: list[str], slowed: bool
) -> None:
    statuses = set()
    with served(retriever, password_file=file, proxies=proxies) as url:
        for n in range(12):  # a slow machine may wait long enough before some of them
            wrong = "Basic " + base64.b64encode(f"name{n}:wrong".encode()).decode()
            status, _ = fetch(f"{url}config", Authorization=wrong, **{"X-Forwarded-For": f"10.0.0.{n}, 10.9.0.1"})
            statuses.add(status)
        assert statuses == ({401, 429} if slowed else {401})
        assert fetch(f"{url}config", Host="news.example")[0] == 401  # not 400: a proxy may serve it by another name
