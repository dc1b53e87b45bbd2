"""A browser's tab in which everything that an attack can do is counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

# Runs in every document and frame, before any script of theirs.  A violation of the policy is an attack that got past
# the escapes: the policy is the second line.
_WATCH = """
window.owned ??= marker => window.tell(`ran ${marker}`);
addEventListener('securitypolicyviolation', event =>
  window.tell(`violated ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# What text can never bring onto a page: elements and attributes that run, fetch or lead somewhere.
_PLANTED = r"""() => {
  const found = [];
  for (const node of document.querySelectorAll('*')) {
    const bad = [...node.attributes].some(({ name, value }) => {
      if (/^on/i.test(name) || (name === 'style' && /url\(/i.test(value))) return true;
      if (!/^(xlink:)?href$|^src(set)?$|^(form)?action$|^poster$|^data$/.test(name)) return false;
      const { protocol, host } = new URL(value, location.href);
      return !['http:', 'https:', 'data:', 'blob:'].includes(protocol) || host === 'beacon.example';
    });
    const script = ['SCRIPT', 'STYLE'].includes(node.tagName) && !/gradio_config/.test(node.textContent)
      && /owned\(|beacon/.test(node.textContent);
    const foreign = ['IFRAME', 'OBJECT', 'EMBED', 'VIDEO', 'AUDIO', 'MATH'].includes(node.tagName);
    if (bad || script || foreign || node.matches('meta[http-equiv=refresh], form[id=document]')) {
      found.push(node.outerHTML.slice(0, 200));
    }
  }
  return found;
}"""


@dataclass(slots=True)
class Tab:
    """A tab and what happened in it that should not have."""

    page: Page
    bad: list[str] = field(default_factory=list)

    def planted(self) -> list[str]:
        """What stands in the document that text cannot have brought there unless it became markup."""
        found: list[str] = self.page.evaluate(_PLANTED)
        return found


# All tabs of a run, so that what was counted in them can be told as one figure.
OPENED: list[Tab] = []


@contextmanager
def counted(browser: Browser, url: str, **options: Any) -> Iterator[Tab]:
    """Give a tab; what runs, is fetched from anywhere but ``url``, asks, fails or violates the policy is in ``bad``."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **options)
    tab = Tab(context.new_page())
    OPENED.append(tab)
    watch(context, url, tab.bad)
    yield tab
    context.close()


def watch(context: BrowserContext, url: str, bad: list[str]) -> None:
    def on_request(request: Request) -> None:
        # The icon of the pages without scripts, and files that a page makes for its reader.
        if request.url != "data:," and not request.url.startswith((url, f"blob:{url}")):
            bad.append(f"fetched {request.url}")

    def on_dialog(dialog: Dialog) -> None:
        bad.append(f"asked {dialog.message}")
        dialog.dismiss()

    context.expose_binding("tell", lambda source, told: bad.append(str(told)))
    context.add_init_script(_WATCH)
    context.on("request", on_request)
    context.on("dialog", on_dialog)
    context.on("weberror", lambda error: bad.append(f"failed {error.error}"))
