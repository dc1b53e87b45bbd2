"""Logging in over HTTP, without a browser; what the browser does with it is in tests/lanes/browser/test_login.py."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.support.users import ANNA, ROLF
from tests.ui.access.login.visits import NEEDED, PAGE, QUESTION, WRONG, log_in, told
from tests.ui.access.test_throttle import Clock
from tests.ui.test_app import call
from ui.access.login import COOKIE
from ui.access.passwords import remove_user, set_password

EVERYWHERE = [
    ("GET", "/"), ("GET", "/archive"), ("GET", "/config"), ("GET", "/theme.css"), ("GET", "/assets/index.js"),
    ("GET", "/article/dam"), ("GET", "/api"), ("GET", "/api/"), ("GET", "/api/openapi.json"),
    ("GET", "/api/article/dam"),
    ("POST", "/api/ask"), ("POST", "/api/search"), ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/heartbeat/abc"), ("POST", "/gradio_api/component_server"), ("POST", "/gradio_api/call/ask"),
    ("GET", "/gradio_api/call/ask/abc"), ("POST", "/gradio_api/run/predict"), ("POST", "/gradio_api/reset"),
    ("POST", "/gradio_api/cancel"), ("GET", "/gradio_api/info"), ("GET", "/gradio_api/app_id"), ("OPTIONS", "/config"),
    ("GET", "/gradio_api/startup-events"), ("POST", "/gradio_api/upload"), ("GET", "//signin"), ("GET", "/signin/"),
    ("GET", "/signout"), ("GET", "/nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
def test_everything_but_the_login_page_needs_a_login(
    closed_pages: tuple[FastAPI, TestClient], method: str, path: str
) -> None:
    answer = closed_pages[1].request(method, f"http://testserver{path}", headers={"Content-Length": "0"})
    assert answer.status_code == 401
    assert NEEDED in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def routes(router: Any) -> Iterator[tuple[str, str]]:
    """Yield the method and the path of all that an application answers, also in applications within it."""
    for route in router.routes:
        for inner in (getattr(route, "app", None), getattr(route, "original_router", None)):
            if hasattr(inner, "routes"):
                yield from routes(inner)
        for method in getattr(route, "methods", None) or ():
            yield method, route.path.replace("{", "x").replace("}", "x")


def test_every_route_of_the_application_needs_a_login_or_is_closed(closed_pages: tuple[FastAPI, TestClient]) -> None:
    app, client = closed_pages
    found = set(routes(app))
    assert len(found) > 80
    answers = {one: client.request(*one, headers={"Content-Length": "0"}).status_code for one in found}
    health = {(method, "/healthz"): 200 for method in ("GET", "HEAD")}  # which tells a stranger no more than that
    assert {one: status for one, status in answers.items() if status not in {401, 404}} == health
    assert answers["POST", "/gradio_api/queue/join"] == 401


def test_who_opens_a_page_is_led_to_the_login_and_then_back_to_it(client: TestClient) -> None:
    answer = client.get("/article/a%2Fb%25?start=1&quote=%C3%A9", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=%2Farticle%2Fa%252Fb%2525%3Fstart%3D1%26quote%3D%25C3%25A9"
    assert client.get("/", headers=PAGE).headers["location"] == "/signin"
    form = client.get(answer.headers["location"], headers=PAGE)
    assert form.status_code == 200
    assert '<input type="hidden" name="next" value="/article/a%2Fb%25?start=1&amp;quote=%C3%A9">' in form.text
    assert log_in(client, onward="/article/a%2Fb%25?start=1&quote=%C3%A9").headers["location"] == (
        "/article/a%2Fb%25?start=1&quote=%C3%A9"
    )


def test_the_login_page_runs_no_script_and_is_kept_nowhere(client: TestClient) -> None:
    form = client.get("/signin", headers=PAGE)
    assert "<script" not in form.text
    policy = form.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert form.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "onward",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "\\/evil.example", "/\t/evil.example",
     "/\n/evil.example", "javascript:alert(1)", "evil.example", "", "/signin", "/signout", "/x\\y", "/" + "x" * 8_001],
)  # fmt: skip
def test_no_login_leads_to_another_site(client: TestClient, onward: str) -> None:
    assert log_in(client, onward=onward).headers["location"] == "/"
    form = client.get("/signin", params={"next": onward}).text
    assert '<input type="hidden" name="next" value="/">' in form


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    cookie = log_in(client).headers["set-cookie"]
    token, *attributes = cookie.split("; ")
    assert len(token.removeprefix(f"{COOKIE}=")) == 43
    assert sorted(attributes) == ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=lax"]
    client.cookies.clear()
    assert log_in(client).headers["set-cookie"].split("; ")[0] != token


def test_over_tls_the_cookie_is_only_for_tls(app: FastAPI) -> None:
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        assert "Secure" in log_in(client).headers["set-cookie"].split("; ")


def test_who_is_logged_in_asks_and_after_logging_out_the_cookie_is_worth_nothing(client: TestClient) -> None:
    log_in(client, ("  Rolf ", ROLF[1]))  # as phones write names
    token = client.cookies[COOKIE]
    assert client.get("/config").status_code == 200
    assert client.post("/api/ask", json=QUESTION).json()["citations"][0]["article_id"] == "dam"
    event, answer = call(client, "Why was the dam closed?", 5, None, "", "", None, "", 3, None)
    assert (event, answer[0]["citations"][0]["title"]) == ("complete", "Dam closed")
    assert 'action="signout"' in json.dumps(client.get("/config").json()).replace("\\", "")
    left = client.post("/signout")
    assert (left.status_code, left.headers["location"]) == (303, "/signin")
    assert COOKIE not in client.cookies
    for cookie in (token, "", "x" * 43):
        assert client.get("/config", headers={"Cookie": f"{COOKIE}={cookie}"}).status_code == 401


def test_a_link_cannot_log_anybody_out_nor_can_another_site(client: TestClient) -> None:
    log_in(client)
    client.get("/signout")
    for foreign in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/signout", headers=foreign).status_code == 403
        assert log_in(client, headers=foreign).status_code == 403
    assert client.get("/config").status_code == 200
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert log_in(client, headers=own).status_code == 303


def test_a_login_ends_after_twelve_hours(gate: Callable[[str], TestClient], clock: Clock) -> None:
    client = gate("10.0.0.1")
    log_in(client)
    clock.now += 12 * 3600 - 1
    assert client.get("/").text == "anna True 10.0.0.1"
    clock.now += 1
    assert client.get("/").status_code == 401


def test_another_login_ends_the_one_before_in_this_browser(client: TestClient) -> None:
    log_in(client, ROLF)
    old = client.cookies[COOKIE]
    log_in(client)
    assert client.get("/config", headers={"Cookie": f"{COOKIE}={old}"}).status_code == 401


def test_who_is_removed_or_gets_another_password_is_out_at_once(client: TestClient, file: Path) -> None:
    log_in(client, ROLF)
    assert client.post("/api/ask", json=QUESTION, auth=ANNA).status_code == 200
    set_password(file, "anna", "another password")
    remove_user(file, "rolf")
    assert client.get("/config").status_code == 401
    assert told(client, password=ANNA[1]) == (401, WRONG)


def test_a_file_that_cannot_be_used_any_more_lets_nobody_in(client: TestClient, file: Path) -> None:
    log_in(client)
    file.chmod(0o644)
    sentence = "The password file cannot be used at the moment, so nobody can log in; the server's log says why."
    assert (client.get("/config").status_code, client.get("/config").text) == (503, f"{sentence}\n")
    assert told(client, password=ANNA[1]) == (503, sentence)
    form = log_in(client)
    assert (form.status_code, sentence.replace("'", "&#39;").split(",")[0] in form.text) == (503, True)
    file.chmod(0o600)
    assert client.get("/config").status_code == 200


def test_a_wrong_password_leaves_the_name_in_the_form_and_says_no_more_than_an_unknown_name(
    client: TestClient,
) -> None:
    wrong, unknown = (log_in(client, (name, "wrong"), "/archive") for name in ("anna", 'x"><b>'))
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    for form, name in ((wrong, "anna"), (unknown, "x&quot;&gt;&lt;b&gt;")):
        assert f'<p class="notice" role="alert">{WRONG[:-1]}&#46;</p>' in form.text
        assert f'name="name" value="{name}"' in form.text
        assert 'name="next" value="/archive"' in form.text
        assert ">wrong<" not in form.text
        assert "www-authenticate" not in form.headers


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"x" * 20_001, "application/x-www-form-urlencoded", 413), (b'{"name": "anna"}', "application/json", 415),
     (b"\xff=1", "application/x-www-form-urlencoded", 400),
     (b"&".join([b"a=1"] * 11), "application/x-www-form-urlencoded", 400),
     (b"", "application/x-www-form-urlencoded", 401)],
)  # fmt: skip
def test_what_the_form_does_not_send_is_refused(client: TestClient, content: bytes, kind: str, status: int) -> None:
    assert client.post("/signin", content=content, headers={"Content-Type": kind}).status_code == status
