"""The texts of a citation to paste elsewhere."""

import re

import pytest
from markdown_it import MarkdownIt

from tests.ui.render.test_answer_html import HOSTILE, Reader, citation
from ui.render.export import footnote, plain_quotation


def test_a_footnote_names_what_is_known() -> None:
    link = "http://127.0.0.1:7860/article/dam#quote"
    assert footnote(citation(), link) == f"[^1]: “The dam was closed.”, *Dam closed*, Courier, 11 May 2015. <{link}>"
    assert footnote(citation(title="", source="", published=""), link, 12) == f"[^12]: “The dam was closed.”. <{link}>"


@pytest.mark.parametrize(
    "hostile",
    [HOSTILE, "a\n\n# b\r\n> c\n- d\n1. e\t\n    code\n---", "a | b | c", "``` x ```", "]: http://evil.example",
     "_*_**x**__y__", "<http://evil.example> http://evil.example www.evil.example",
     "^[note]", "&lt;b&gt; &#60;", "\\", "ends in \\",
     "![i](//x) $a$ ~~s~~ ==m== {.c}", "\u202egnp.exe\u200b"],
)  # fmt: skip
def test_markdown_shows_hostile_words_as_they_are(hostile: str) -> None:
    shown = " ".join(re.sub("[\u202e\u200b]", "", hostile).split())
    made = footnote(citation(hostile, title=hostile, source=hostile, published=hostile), "http://x/article/a%2F#quote")
    assert "\n" not in made
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    html = markdown.render(made.removeprefix("[^1]: "))
    page = Reader(html)
    assert page.tags == ["p", "em", "a"]
    assert page.links == ["http://x/article/a%2F#quote"]
    assert page.text.strip() == f"“{shown}”, {shown}, {shown}, {shown}. http://x/article/a%2F#quote"


def test_a_plain_quotation_is_two_lines_of_what_is_known() -> None:
    assert plain_quotation(citation("The dam\n\nwas closed.")) == (
        "“The dam was closed.”\nCourier, “Dam closed”, 11 May 2015"
    )
    assert plain_quotation(citation(title="", source="", published="")) == "“The dam was closed.”"
    hostile = plain_quotation(citation("rm\n-rf\u202e", title="x\x1b[31m\r\ny", published="<b>"))
    assert hostile == "“rm -rf”\nCourier, “x[31m y”, <b>"
