"""Each attack that can go off in a browser does so where nothing guards against it: they are known to be live."""

import html
from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Request, Route

from tests.lanes.browser.attacks import ATTACKS, Attack

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# What a reader does who points at, focuses and presses everything.
_PRESS = """
window.owned = marker => { new Image().src = `http://beacon.example/ran/${marker}`; };
addEventListener('load', () => {
  for (const node of document.querySelectorAll('body *')) {
    node.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    node.focus?.();
    if (node.matches('a, button')) node.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  }
});
"""


def rendered(text: str) -> str:
    markdown = MarkdownIt("commonmark")
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]
    return str(markdown.render(text))


UNGUARDED: dict[str, Callable[[str], str]] = {
    "html": str,
    "attribute": lambda text: f'<a href="{text}">x</a>',
    "address": lambda text: f'<a href="{text}">x</a>',
    "decoded": html.unescape,
    "markdown": rendered,
    "template": lambda text: f"<script>`{text}`</script>",
    "string": lambda text: f"<script>'{text}'</script>",
}
LIVE: dict[str, Attack] = {str(attack.marker("title")): attack for attack in ATTACKS if attack.fires}


def test_every_attack_goes_off_where_nothing_guards_against_it(browser: Browser) -> None:
    context = browser.new_context()
    context.add_init_script(_PRESS)
    gone_off: set[str] = set()

    def bare(route: Route) -> None:
        host, _, name = route.request.url.partition("//")[2].partition("/")
        if host != "bare.example":
            route.fulfill(status=404)
        elif attack := LIVE.get(name):
            body = UNGUARDED[attack.fires](attack.payload.replace("9999", name))
            route.fulfill(content_type="text/html", body=f"<!doctype html><title>x</title>{body}")
        else:
            frames = "".join(f"<iframe src=/{marker}></iframe>" for marker in LIVE)
            route.fulfill(content_type="text/html", body=f"<!doctype html><title>x</title>{frames}")

    def all_gone_off(request: Request) -> bool:
        if "beacon.example" in request.url:
            gone_off.update(marker for marker in LIVE if marker in request.url)
        return gone_off == set(LIVE)

    context.route("**/*", bare)
    page = context.new_page()
    try:
        with context.expect_event("request", all_gone_off, timeout=60_000):
            page.goto("http://bare.example/", wait_until="commit")
    finally:
        assert [LIVE[marker].payload for marker in sorted(set(LIVE) - gone_off)] == []
        context.close()
    assert len(LIVE) == 51
