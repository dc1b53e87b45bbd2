"""Logging in over HTTP, without a browser; what the browser does with it is in tests/browser/test_login.py."""

import asyncio
import base64
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio_client import Client
from starlette.websockets import WebSocketDisconnect

from qa.archive import Archive
from qa.errors import InputError
from qa.retrieval import Retriever
from qa.settings import LIMITS
from tests.browser.browsing import served
from tests.conftest import Qa
from tests.plain import WordEmbedder
from tests.test_archive_page import server_call
from tests.test_throttle import Clock
from tests.test_web import call
from tests.users import ANNA, ROLF, password_file
from ui import visitors, web
from ui.login import COOKIE, Login
from ui.passwords import Users, remove_user, set_password
from ui.uploads import Uploads
from ui.web import build_app, page_server

QUESTION = {"question": "Why was the dam at Verrin closed?", "k": 2}
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NEEDED = "Log in first: load the page again, or give name and password with HTTP Basic (curl --user NAME)."
WRONG = "This name and password do not belong together."


@pytest.fixture
def retriever(archive: Archive, embedder: WordEmbedder) -> Retriever:
    return Retriever(archive, embedder)


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


def log_in(client: TestClient, who: tuple[str, str] = ANNA, onward: str = "", **options: Any) -> Any:
    return client.post("/signin", data={"name": who[0], "password": who[1], "next": onward}, **options)


def told(client: TestClient, *, name: str = "anna", password: str = "wrong password") -> tuple[int, str]:
    answer = client.post("/api/ask", json=QUESTION, auth=(name, password))
    return answer.status_code, answer.json().get("error", "")


async def hello(scope: Any, receive: Any, send: Any) -> None:
    """An application that says who it is told is there."""
    who = scope["user"]
    body = f"{who.name} {who.admin} {who.address}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(file: Path, clock: Clock) -> Callable[[str], TestClient]:
    """The login before a small application, opened from an address."""
    login = Login(hello, Users(file), clock)
    return lambda address: TestClient(login, client=(address, 50_000), follow_redirects=False)


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
def test_everything_but_the_login_page_needs_a_login(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, f"http://testserver{path}", headers={"Content-Length": "0"})
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


def test_every_route_of_the_application_needs_a_login_or_is_closed(app: FastAPI, client: TestClient) -> None:
    found = set(routes(app))
    assert len(found) > 80
    answers = {one: client.request(*one, headers={"Content-Length": "0"}).status_code for one in found}
    assert {one: status for one, status in answers.items() if status not in {401, 404}} == {}
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


def test_programs_give_name_and_password_with_each_request(client: TestClient) -> None:
    answer = client.post("/api/ask", json=QUESTION, auth=ROLF)
    assert (answer.status_code, answer.json()["question"]) == (200, QUESTION["question"])
    assert "set-cookie" not in answer.headers
    wrong = client.post("/api/ask", json=QUESTION, auth=("rolf", "x"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": WRONG})
    assert wrong.headers["www-authenticate"] == 'Basic realm="Dateline", charset="UTF-8"'
    assert client.post("/api/ask", json=QUESTION).json() == {"error": NEEDED}


@pytest.mark.parametrize(
    ("header", "status"),
    [("Basic !!!", 400), ("Basic /w==", 400), ("Basic " + base64.b64encode(b"anna").decode(), 401), ("Basic", 401),
     ("Bearer abc", 401), ("basic " + base64.b64encode(b"anna:correct horse").decode(), 200)],
)  # fmt: skip
def test_a_strange_authorization_header_is_refused(client: TestClient, header: str, status: int) -> None:
    assert client.get("/config", headers={"Authorization": header}).status_code == status


def test_a_programs_password_is_not_hashed_again_for_five_minutes(
    gate: Callable[[str], TestClient], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked, check = [], Users.check

    def noted(self: Users, name: str, password: str) -> Any:
        checked.append(name)
        return check(self, name, password)

    monkeypatch.setattr(Users, "check", noted)
    client = gate("10.0.0.1")
    for seconds in (0, 100, 199, 1):
        clock.now += seconds
        assert client.get("/", auth=ROLF).text == "rolf False 10.0.0.1"
    assert checked == ["rolf", "rolf"]


def test_after_five_wrong_passwords_one_waits_and_is_told_how_long(
    gate: Callable[[str], TestClient], clock: Clock
) -> None:
    client = gate("10.0.0.1")
    statuses = [log_in(client, (f"name{n}", "wrong")).status_code for n in range(5)]
    assert statuses == [401] * 5
    form = log_in(client)  # even with the right one
    assert (form.status_code, form.headers["retry-after"]) == (429, "1")
    assert "Too many wrong passwords&#46; Please try again in 1 second&#46;" in form.text
    assert client.get("/", auth=ANNA).status_code == 429
    clock.now += 1
    assert log_in(client, ("anna", "wrong")).status_code == 401
    answer = client.get("/api/", auth=("anna", "wrong"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json() == {"error": "Too many wrong passwords. Please try again in 2 seconds."}
    assert log_in(gate("10.0.0.2")).status_code == 303


def test_a_hundred_wrong_passwords_are_nearly_all_refused_unseen_and_the_owner_goes_on(
    gate: Callable[[str], TestClient], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = gate("10.0.0.1")
    log_in(owner)
    statuses = []
    for n in range(100):
        clock.now += 0.1
        statuses.append(gate(f"10.0.1.{n}").get("/", auth=("anna", f"guess {n}")).status_code)
    assert (statuses.count(401), statuses.count(429)) == (8, 92)  # five, and after 1, 2 and 4 seconds
    assert owner.get("/").status_code == 200
    owner.cookies.clear()
    assert log_in(owner).status_code == 303


def test_the_same_password_sent_many_times_at_once_is_looked_at_once(
    file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, check, checked, statuses = threading.Event(), Users.check, [], []

    def held(self: Users, name: str, password: str) -> Any:
        checked.append(name)
        assert free.wait(60)
        return check(self, name, password)

    async def note(message: Any) -> None:
        statuses.append(message.get("status", "body"))

    async def many() -> None:
        basic = b"Basic " + base64.b64encode(":".join(ANNA).encode())
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [(b"authorization", basic)],
            "client": ("a", 1),
        }
        login = Login(hello, Users(file), clock)
        asked = [asyncio.create_task(login(dict(scope), None, note)) for _ in range(12)]  # type: ignore[arg-type]
        await asyncio.sleep(0)  # each goes as far as it can
        free.set()
        await asyncio.gather(*asked)

    monkeypatch.setattr(Users, "check", held)
    asyncio.run(many())
    assert (checked, statuses.count(200), statuses.count("body")) == (["anna"], 12, 12)


def test_web_sockets_are_refused(app: FastAPI) -> None:
    with TestClient(app) as client, pytest.raises(WebSocketDisconnect), client.websocket_connect("/queue/join"):
        pass


def test_only_admins_add_and_remove_and_see_the_parts_for_it(client: TestClient, inbox: Uploads) -> None:
    log_in(client, ROLF)
    held = server_call(client, "holdings")
    assert (held["limits"], "qa add" in held["closed"]) == ("", True)
    assert "Remove" not in server_call(client, "find_articles", ["", None, "", "", 0, 50])["entries"]
    for name, given in (
        ("may_add", [1, 1, 1]), ("add_files", [["/x", "x"]]), ("step", None), ("cancel_adding", None),
        ("remove_article", "dam"),
    ):  # fmt: skip
        problem = server_call(client, name, given)["problem"]
        assert problem == "Articles are added and removed by the admins of this page&#46;"
    upload = client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")})
    assert (upload.status_code, upload.text) == (403, "Only an admin may add articles.\n")
    assert list(inbox.inbox.iterdir()) == []

    log_in(client, ANNA)
    assert "up to 500 at once" in server_call(client, "holdings")["limits"]
    assert server_call(client, "may_add", [1, 1, 1])["problem"] == ""
    assert client.post("/gradio_api/upload", files={"files": ("a.txt", b"text")}).status_code == 200
    assert "Dam closed" in server_call(client, "remove_article", "dam")["said"]


def test_each_request_is_its_own_users_whoever_came_first(client: TestClient) -> None:
    log_in(client)
    assert server_call(client, "may_add", [1, 1, 1])["problem"] == ""
    client.cookies.clear()
    assert client.get("/config", auth=ROLF).status_code == 200
    body = {"data": "dam", "component_id": -1, "fn_name": "remove_article", "session_hash": "abc"}
    config = client.get("/config", params={"page": "archive"}, auth=ROLF).json()
    body["component_id"] = next(
        one["id"] for one in config["components"] if "remove_article" in one["props"].get("server_fns", [])
    )
    answer = client.post("/gradio_api/component_server", json=body, auth=ROLF).json()
    assert answer["problem"].startswith("Articles are added and removed by the admins")


@pytest.fixture
def hurried(retriever: Retriever, file: Path, inbox: Uploads, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A page that answers two questions a minute."""
    few = replace(LIMITS, answers_per_minute=2)
    monkeypatch.setattr(web, "Rate", lambda: visitors.Rate(few, Clock()))
    with TestClient(build_app(retriever, users=Users(file), uploads=inbox), follow_redirects=False) as client:
        yield client


OFTEN = "more than 2 questions in a minute are not answered (answers_per_minute); ask again in 30 seconds"


def test_page_and_programs_share_what_one_user_may_ask_in_a_minute(hurried: TestClient) -> None:
    log_in(hurried, ROLF)
    assert hurried.post("/api/ask", json=QUESTION).status_code == 200
    assert call(hurried, "dam", 5, None, "", "", None, "", 3, name="search")[0] == "complete"
    assert hurried.post("/api/search", json=QUESTION, auth=ROLF).status_code == 429
    answer = hurried.post("/api/ask", json=QUESTION)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert answer.json() == {"error": OFTEN}
    event, data = call(hurried, "dam", 5, None, "", "", None, "", 3, None)
    assert (event, data["error"]) == ("error", OFTEN)
    assert call(hurried, "dam", name="article")[0] == "complete"
    hurried.cookies.clear()
    assert hurried.post("/api/ask", json=QUESTION, auth=ANNA).status_code == 200


def test_a_question_too_many_on_the_page_gets_a_notice_in_its_place(hurried: TestClient) -> None:
    log_in(hurried, ROLF)
    config = hurried.get("/config").json()
    asking = next(one["id"] for one in config["dependencies"] if any(t[1] == "submit" for t in one["targets"]))
    said = []
    for n in range(3):
        body = {"data": ["Why?", [], None, [], "", ""], "fn_index": asking, "session_hash": f"session{n}"}
        assert hurried.post("/gradio_api/queue/join", json=body).status_code == 200
        said.append(hurried.get("/gradio_api/queue/data", params={"session_hash": f"session{n}"}).text)
    assert ["more than 2 questions in a minute" in text for text in said] == [False, False, True]
    assert '\\"problem\\"' in said[2]


def test_the_queue_cannot_be_passed_by(client: TestClient) -> None:
    log_in(client)
    answer = client.post("/gradio_api/run/ask", json={"data": ["dam", 5, None, "", "", None, "", 3, None]})
    assert answer.status_code == 404
    assert "queue" in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_that_others_reach_needs_a_password_file(retriever: Retriever, host: str) -> None:
    told = (
        rf"^host='{host}' is reached from other machines: give --password-file FILE \(qa password FILE NAME makes it\)"
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
    assert (code, out, error.startswith(f"qa: {file}, line 1: cannot be read")) == (1, "", True)
    code, out, error = qa("chat", *plain, "--host", "0.0.0.0")
    assert (code, out, error.startswith("qa: host='0.0.0.0' is reached from other machines: give")) == (1, "", True)


def test_a_proxy_is_named_by_its_address(retriever: Retriever, file: Path) -> None:
    for name in ("proxy.example", "*", "10.0.0.1/8"):
        with pytest.raises(InputError, match=r"is no address: give the proxy's own, such as 10\.0\.0\.5"):
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


def test_gradios_own_client_logs_in_by_its_headers(retriever: Retriever, file: Path) -> None:
    basic = "Basic " + base64.b64encode(":".join(ROLF).encode()).decode()
    with served(retriever, password_file=file) as url:
        client = Client(url, headers={"Authorization": basic}, verbose=False)
        answer = client.predict("Why was the dam closed?", api_name="/ask")
        assert answer["citations"][0]["article_id"] == "dam"
        with pytest.raises(Exception, match="credentials were not provided"):
            Client(url, verbose=False)
