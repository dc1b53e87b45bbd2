"""Every variable of every template, filled with attacks: the templates escape, not their callers."""

import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import TemplateAssertionError, UndefinedError, meta, nodes

import ui.render.templates
from tests.lanes.browser.attacks import ATTACKS, Attack
from tests.support.places import PROJECT
from ui.render.citation_view import Reading
from ui.render.escaping import inert
from ui.render.tables import Table
from ui.render.templates import ESCAPES, environment, fill, trusted

HTML = Path(ui.render.templates.__file__).with_name("html")
TEMPLATES = sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html"))
# What others are made of: they show nothing by themselves.
PARTS = {"shell.html", "documents/tables.html"}
HIDDEN = "a\u202eb\u200bc\x1bd\ufeffe"


def filled(text: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield each template with values for all that it may show, each of them this text."""
    pieces = [(text, True), (text, False)]
    table = Table(text, [(text, text)], [(text, [(text, text)])])
    reading = {name: text for name in Reading.__annotations__}
    article = {"title": text, "home": text, "newest": text, "stretches": [(True, pieces), (False, pieces)]}
    yield "pages/article.html", {**article, "not_held": False, "reading": {**reading, "error": ""}}
    yield "pages/article.html", {**article, "not_held": True, "reading": reading}
    yield "pages/login.html", dict.fromkeys(("address", "onward", "name", "problem"), text)
    operation = {"name": text, "description": text, "command": text, "fields": table}
    yield (
        "documents/api.html",
        {
            **dict.fromkeys(("name", "description", "base_url"), text),
            "operations": [operation],
            "problems": [(text, pieces)],
        },
    )
    yield (
        "documents/run_report.html",
        {
            **dict.fromkeys(("name", "counts", "alpha", "power", "correlation", "shown", "wrong"), text),
            "tables": [table],
            "plots": [(text, text)],
            "breakdowns": [(text, table)],
            "worst": [(text, text, [(text, pieces)])],
            "settings": [(text, pieces)],
        },
    )
    runs = Table(text, [(text, text)], [({"link": text, "name": text}, [(text, text)])])
    yield (
        "documents/sweep_report.html",
        {**dict.fromkeys(("name", "tests", "alpha", "power"), text), "sets": [(text, [table])], "runs": runs},
    )
    outlet = (text, text, text)
    yield "archive_page/outlets.html", {"first": [outlet], "more": [outlet], "count": text}
    held = dict.fromkeys(("articles", "outlets", "undated", "timeline"), text)
    yield "archive_page/holdings.html", {**held, "ends": [text, text]}
    entry = dict.fromkeys(("address", "id", "title", "outlet", "date", "passages"), text)
    yield "archive_page/entries.html", {"entries": [entry], "removable": True}
    yield "archive_page/empty.html", {"upload": True, "command": text, "formats": text}
    yield "archive_page/closed.html", {"command": text, "formats": text}
    rows = [(text, text, text)]
    report = {"rejections": rows, "notes": rows, "more_rejections": text, "more_notes": text}
    report |= dict.fromkeys(("sums", "languages", "rejected", "noted"), text)
    yield "archive_page/report.html", {**report, "problem": text, "cancelled": False, "complete": False}
    yield "archive_page/report.html", {**report, "problem": "", "cancelled": False, "complete": False}
    yield "archive_page/page.html", {"suffixes": text}


class Seen(HTMLParser):
    """What a browser makes of a page: its tags with the names of their attributes, its text, and their values."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.text = ""
        self.values = ""
        self.feed(html.replace("<wbr>", ""))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.values += " ".join(value or "" for _, value in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data

    def times(self, text: str) -> int:
        """How often a text is shown, or is the value of an attribute, however its spaces are broken."""
        return sum(" ".join(part.split()).count(" ".join(text.split())) for part in (self.text, self.values))


def variables(template: str) -> set[str]:
    """What a template has to be given, itself or what it is made of."""
    made = environment(inert)
    assert made.loader
    parsed = made.parse(made.loader.get_source(made, template)[0])
    imported = {name for node in parsed.find_all(nodes.FromImport) for name in node.names}
    others = [variables(name) for name in meta.find_referenced_templates(parsed) if name]
    return (meta.find_undeclared_variables(parsed) - {"self"} - imported).union(*others)


def test_every_variable_of_every_template_is_filled_here() -> None:
    found: dict[str, set[str]] = {}
    for template, values in filled("x"):
        found.setdefault(template, set()).update(values)
    assert found == {template: variables(template) for template in TEMPLATES if template not in PARTS}
    assert [variables(part) for part in PARTS] == [set(), set()]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack.number))
def test_an_attack_in_every_variable_of_every_template_is_text(attack: Attack) -> None:
    payload = attack.payload
    for (template, hostile), (_, harmless) in zip(filled(payload), filled("harmless"), strict=True):
        html, plain = fill(template, **hostile), fill(template, **harmless)
        assert Seen(html).tags == Seen(plain).tags, template
        for sign in "<>\"'":
            assert html.replace("<wbr>", "").count(sign) == plain.replace("<wbr>", "").count(sign), (template, sign)
        if not attack.hidden:
            assert Seen(html).times(payload) == Seen(plain).times("harmless") > 0, template


def test_what_hides_is_shown_nowhere_but_in_addresses_and_in_an_article() -> None:
    for template, values in filled(HIDDEN):
        seen = Seen(fill(template, **{**values, "stretches": []} if "stretches" in values else values))
        assert not set(seen.text) & set("\u202e\u200b\x1b\ufeff"), template
        assert "abcde" in seen.text or template == "archive_page/page.html"
    entry = dict.fromkeys(("address", "id", "title", "outlet", "date", "passages"), HIDDEN)
    assert f'href="{HIDDEN}"' in fill("archive_page/entries.html", entries=[entry], removable=False)


def test_strangers_text_is_inert_and_documents_still_read_well_as_source() -> None:
    report = next(values for template, values in filled("") if template == "archive_page/report.html")
    html = fill("archive_page/report.html", **{**report, "problem": "a.\n`b` <i>"})
    assert '<p class="problem">a&#46; &#96;b&#96; &#60;i&#62;</p>' in html
    report = next(values for template, values in filled("0.5") if template == "documents/run_report.html")
    html = fill("documents/run_report.html", **{**report, "settings": [("k", [("a. `b`\n<i> 'c'", False)])]})
    assert "<dl><dt>k</dt><dd>a. `b`\n&lt;i&gt; &#x27;c&#x27;</dd></dl>" in html
    assert "α = 0.5 finds" in html


def test_only_html_that_is_called_trusted_is_put_in_as_it_is() -> None:
    class Foreign(str):
        def __html__(self) -> str:
            return self

    closed = {"formats": "Text"}
    assert "<pre><code>qa</code></pre>" in fill(
        "archive_page/closed.html", command=trusted("<code>qa</code>"), **closed
    )
    for given in ("<code>qa</code>", Foreign("<code>qa</code>")):
        assert "<pre>&#60;code&#62;" in fill("archive_page/closed.html", command=given, **closed)


@pytest.mark.parametrize("escape", list(dict.fromkeys(ESCAPES.values())), ids=lambda escape: escape.__name__)
def test_no_template_can_switch_the_escape_off(escape: ui.render.templates.Escape) -> None:
    made = environment(escape)
    with pytest.raises(TemplateAssertionError, match="No filter named 'safe'"):
        made.from_string("{{ text|safe }}")
    for source in ("{% autoescape false %}{{ text }}{% endautoescape %}", "{% set x %}{{ text }}{% endset %}{{ x }}"):
        assert made.from_string(source).render(text="<b>") == escape("<b>")


def test_a_value_that_is_missing_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(UndefinedError, match="'command' is undefined"):
        fill("archive_page/closed.html", formats="Text")
    with pytest.raises(KeyError):
        fill("elsewhere/closed.html")


def test_every_template_is_installed_with_the_package() -> None:
    patterns = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["ui"]
    installed = {path for pattern in patterns for path in (PROJECT / "ui").glob(pattern)}
    assert {HTML / template for template in TEMPLATES} <= installed
