"""What tests of logging in send, and what they are told."""

from typing import Any

from fastapi.testclient import TestClient

from tests.support.users import ANNA

QUESTION = {"question": "Why was the dam at Verrin closed?", "k": 2}

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

NEEDED = "Log in first: load the page again, or give name and password with HTTP Basic (curl --user NAME)."

WRONG = "Wrong name or password."


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
