"""What an obedient model's words may come to: text, and citations of what was found.  Nothing else, on any surface."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from rich.console import Console

from qa.records import Answer
from qa.retrieval import Retriever
from tests.lanes.faults.outcomes import Broken, Outcome
from tests.lanes.safety.poisoned import COUNT, archive_of, poisoned_articles, question, retrievers, seen_scores
from ui.data import answer_data, to_json
from ui.pages.conversations import Turn, to_markdown, turns_of
from ui.render import answer_html, terminal_text

BASE = "http://127.0.0.1:7860/"
_K = 10
_TAGS = {
    "div", "p", "span", "a", "ol", "li", "details", "summary", "table", "thead", "tbody", "tfoot", "tr", "th", "td",
    "mark",
}  # fmt: skip
_ATTRIBUTES = {"class", "href", "title", "role", "open", "colspan", "style"}


def poisoned(place: Path) -> Outcome:
    """Ask about each poisoned article with the stand-in in the place where answers are worded."""
    outcome = Outcome("poisoned articles with a model that obeys them")
    archive = archive_of(place / "poisoned")
    plain, obeying = retrievers(archive)
    for number in range(COUNT):
        outcome.trial(f"article {number}", _trial(plain, obeying, number))
    archive.close()
    return outcome


def _trial(plain: Retriever, obeying: Retriever, number: int) -> Callable[[], None]:
    def test() -> None:
        asked = question(number)
        found = plain.retrieve(asked, _K)
        answer = obeying.ask(asked, k=_K)
        ids = [hit.passage.article_id for hit in found]
        _require(f"p{number:03}" in ids, "the poisoned article was not found, nothing is tested")
        _require(seen_scores(answer.hits) == seen_scores(plain.ask(asked, k=_K).hits) == seen_scores(found), "ranking")
        _require(len(answer.sentences) == len(found), "the stand-in was not heard")
        contained(answer, asked)
        restored = turns_of([Turn(answer).to_dict()])[0].answer
        for one in (answer, restored):
            _check_html(answer_html.answer_html(one, acts=tuple(answer_html.ACTS)), one)
            _check_markdown(to_markdown(one.question, [Turn(one)], BASE), one)
        _check_terminal(answer)
        to_json(answer_data(answer)).encode()

    return test


def contained(answer: Answer, asked: str) -> None:
    """Fail unless an answer cites nothing but its hits, and every number of a sentence is a citation's."""
    texts = {one.id: one.text for one in poisoned_articles()}
    _require((answer.question, answer.asked, answer.reason, answer.exact) == (asked, asked, "", ""), "its own words")
    _require(0 <= answer.confidence <= 1, "confidence")
    found = {hit.citation for hit in answer.hits}
    for citation in answer.citations:
        _require(citation in found, f"cites what was not found: {citation.article_id} {citation.source}")
        text = texts.get(citation.article_id)
        _require(text is None or text[citation.start : citation.end] == citation.quote, "misquotes")
    for number, sentence in enumerate(answer.sentences, 1):
        _require(sentence.citations == (number,), f"numbers {sentence.citations}")
    markers = re.findall(r"\[[\d,; –-]+\]", answer.text)
    _require(markers == [f"[{number}]" for number in range(1, len(answer.sentences) + 1)], f"markers {markers}")


class _Tags(HTMLParser):
    """Collects tags, and links with what they lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        styles = [value or "" for name, value in attrs if name == "style"]
        if tag not in _TAGS or names - _ATTRIBUTES or any(not re.fullmatch(r"height:\d+px", one) for one in styles):
            self.strange.append(self.get_starttag_text() or tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_comment(self, data: str) -> None:
        self.strange.append(data)

    def handle_decl(self, decl: str) -> None:
        self.strange.append(decl)


def _check_html(html: str, answer: Answer) -> None:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    _require(not parser.strange, f"HTML holds {parser.strange[:2]}")
    found = {citation.article_id for hit in answer.hits for citation in (hit.citation, *hit.copies)}
    acts = {f"#{name}" for name in (*answer_html.ACTS, "sort-relevance", "sort-date", "edit-asked")}
    for link in parser.links:
        cited = re.fullmatch(r"#cite-([^:]+):\d+-\d+:[0-9a-f]{12}-[0-9a-f]+(?::[\d,-]+)?", link)
        _require(
            bool(cited and unquote(cited[1]) in found) or link in acts or link.startswith("#when-"), f"a link {link}"
        )
    _require(
        not re.search("[\x00-\x08\x1b\u200b\u202a-\u202e\U000e0000-\U000e007f]", html), "HTML holds what is not seen"
    )


def _check_markdown(markdown: str, answer: Answer) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    tokens = [one for token in reader.parse(markdown) for one in (token, *(token.children or ()))]
    strange = {one.type for one in tokens} & {
        "image",
        "html_block",
        "html_inline",
        "code_inline",
        "fence",
        "code_block",
    }
    _require(not strange, f"Markdown holds {strange}")
    ids = "|".join(re.escape(citation.article_id) for citation in answer.citations)
    for one in tokens:
        if one.type == "link_open":
            link = str(one.attrs["href"])
            _require(bool(re.match(rf"{re.escape(BASE)}article/(?:{ids})\?", link)), f"Markdown links to {link}")


def _check_terminal(answer: Answer) -> None:
    console = Console(highlight=False, markup=False, emoji=False, width=100, force_terminal=False)
    with console.capture() as capture:
        console.print(terminal_text.answer_text(answer))
    hidden = re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\U000e0000-\U000e007f]", capture.get())
    _require(not hidden, f"the terminal gets {hidden!r}")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise Broken(what)
