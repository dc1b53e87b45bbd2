"""What tests of the Archive page need: its functions called as the page calls them, and what a reader sees of them."""

import re
from typing import Any

import httpx

from ui.pages.uploads import Uploads

EVERYTHING = ["", None, "", "", 0, 50]


def sent(inbox: Uploads, name: str, text: str, shown: str = "") -> list[str]:
    """Put a file where Gradio's upload puts it; return what the page then sends."""
    folder = inbox.inbox / f"{len(list(inbox.inbox.iterdir())):064d}"
    folder.mkdir()
    (folder / name).write_text(text)
    return [str(folder / name), shown or name]


def plain(html: str) -> str:
    """What a reader sees of HTML."""
    text = re.sub(r"<[^>]*>", " ", html)
    return " ".join(re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), text).split())


def titles(found: Any) -> list[str]:
    return [plain(link) for link in re.findall(r'<a class="source".*?</a>', found["entries"])]


def server_call(client: httpx.Client, name: str, given: object = None) -> Any:
    """Call a function of the page as its script does."""
    page = client.get("/config", params={"page": "archive"}).json()
    for component in page["components"]:
        if name in component["props"].get("server_fns", []):
            body = {"data": given, "component_id": component["id"], "fn_name": name, "session_hash": "abc"}
            answer = client.post("/gradio_api/component_server", json=body)
            return answer.json() if answer.status_code == 200 else answer.status_code
    return None
