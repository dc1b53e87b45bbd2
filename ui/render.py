"""The only place that makes HTML or CSV from records.

HTML comes out on one line, fit for a chat message that is read as Markdown, sanitised and put on the page.  Text of
articles and questions goes through ``inert``, so that nothing in it can become a tag, a link, an image, a formula or a
list.
"""

import csv
import re
from collections.abc import Sequence
from functools import lru_cache
from io import StringIO

from qa.lexical import terms
from qa.records import Answer, Citation, Hit, Match, MatchedArticle, Part, Sentence
from ui.answers import Marks, differing, marks_of, pieces, proofs, told_confidence
from ui.reading import copies_of, fragment, shown_date

# Control characters, and marks that reverse or hide the text around them.
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FORMULA = re.compile(r"^(?=[=+\-@\t\r\n＝＋－＠])")
_WORD = re.compile(r"\w+")
_PUNCTUATION = re.compile(r"[^\w ]|_")
# Words that say nothing about what a question is after: marking them in a passage would hide the ones that do.
_COMMON = frozenset(
    _WORD.findall(
        "a about after all also an and any are as at be been before but by can could did do does for from had has "
        "have he her his how i if in into is it its many me more most much not of off on or our over said say "
        "says she should so some such tell than that the their them then there these they this those to under up "
        "was we were what when where which while who whom whose why will with would you your s t"
    )
)
_COPIES_NAMED = 3  # more are counted
_PARTS = {
    "bm25": "Same words (BM25)",
    "dense": "Same meaning (dense)",
    "article": "Words of the article",
    "title": "Words of the title",
    "topic": "Topic of the article",
    "lead": "Place in the article",
    "sentence": "Best sentence",
    "date": "Date",
    "reranker": "Read with the question (reader)",
}


def inert(text: str) -> str:
    """Return text that HTML and Markdown show as it is: on one line, all punctuation as entities."""
    return _entities(visible(text))


def visible(text: str) -> str:
    """Return text on one line, without control characters and marks that reverse or hide the text around them."""
    return _SPACE.sub(" ", _HIDDEN.sub("", text))


def _entities(text: str) -> str:
    return _PUNCTUATION.sub(lambda match: f"&#{ord(match[0])};", text)


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return next(iter(terms(word)), "")


def marked(text: str, question: str) -> str:
    """Return inert text in which the question's words, in any inflection, stand in ``<mark>``."""
    wanted = {_stem(word) for word in _WORD.findall(question) if word.casefold() not in _COMMON} - {""}
    text = visible(text)
    parts: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        if _stem(match[0]) in wanted:
            parts += [_entities(text[end : match.start()]), f"<mark>{_entities(match[0])}</mark>"]
            end = match.end()
    return "".join(parts) + _entities(text[end:])


def exact_html(text: str, marks: Marks) -> str:
    """Return inert text in which the marked stretches, cut by their offsets, stand in ``<mark>``."""
    cut = ((inert(piece), exact) for piece, exact in pieces(text, marks))
    return "".join(f"<mark>{piece}</mark>" if exact and piece else piece for piece, exact in cut)


def question_html(question: str, limit: int = 2_000) -> str:
    """Return a question as the reader asked it, cut at ``limit`` characters."""
    return inert(question if len(question) <= limit else question[:limit] + " …")


def notice_html(message: str, kind: str = "problem") -> str:
    """Return a message of the page itself; ``kind`` is its CSS class."""
    return f'<div class="{kind}"><p>{inert(message)}</p></div>'


def searching_html() -> str:
    """Return what stands in for an answer while it is looked for."""
    return '<div class="searching"><p>Searching the archive …</p></div>'


def field_error_html(message: str) -> str:
    """Return a message about the field that it stands beside; ``""`` for none."""
    return f'<p class="field-error" role="alert">{inert(message)}</p>' if message else ""


def masthead_html(articles: int, outlets: int, first: str, last: str) -> str:
    """Return the name of the page and what its archive holds; the dates are ISO 8601, ``""`` unknown."""
    facts = [counted(articles, "article"), counted(outlets, "outlet")] if articles else []
    if first:
        facts.append("–".join(inert(year) for year in dict.fromkeys((first[:4], last[:4]))))
    return f'<h1>Dateline</h1><p class="holds">{" · ".join(facts)}</p>'


def welcome_html() -> str:
    """Return the first message of a conversation."""
    return (
        '<div class="welcome"><p class="lead">Ask the archive a question.</p>'
        "<p>Every answer is quoted word for word from an article. A number after a sentence opens that article at the "
        "quoted words.</p></div>"
    )


def answer_html(answer: Answer, filters: Sequence[str] = ()) -> str:
    """Return an answer with its sources and passages, or the abstention with the nearest passages.

    Args:
        answer: the answer.
        filters: what the search was limited to, each in a few words.
    """
    parts = ['<div class="answer">']
    if answer.asked.strip() != answer.question.strip():
        parts.append(f'<p class="aside">Searched for: {inert(answer.asked)}</p>')
    if filters:
        parts.append(f'<p class="aside">Only {inert("; ".join(filters))}</p>')
    if answer.abstained:
        parts.append(f'<p class="abstained">{inert(answer.text)}</p>')
        if answer.reason:
            parts.append(f'<p class="reason">{inert(answer.reason)}</p>')
        elif not answer.hits and filters:
            parts.append("<p>No article passes the filters.</p>")
    else:
        apart = differing(answer.sentences)
        parts += [_sentence(sentence, answer, apart) for sentence in answer.sentences]
        parts.append(_sources(answer))
    if answer.hits or answer.citations:
        parts.append(f'<p class="aside">{inert(told_confidence(answer.confidence))}</p>')
    if answer.hits:
        parts.append(_passages(answer))
    return "".join((*parts, "</div>"))


def _sentence(sentence: Sentence, answer: Answer, apart: bool) -> str:
    """Return a sentence of an answer; where others answer otherwise (``apart``), with its outlets and dates."""
    links = " ".join(_marker(number, answer) for number in sentence.citations)
    by = f'<span class="by">{", ".join(map(_meta, proofs(sentence, answer)))}</span>' if apart else ""
    return f'<p class="said">{exact_html(sentence.text, sentence.marks)} {links}{by}</p>'


def _marker(number: int, answer: Answer) -> str:
    citation = answer.citations[number - 1]
    # The sanitiser drops aria-label, so the accessible name is made of hidden text.
    return (
        f'<a class="cite" href="#{fragment(citation, marks_of(number, answer))}" title="{inert(_described(citation))}">'
        f'<span class="hidden-text">Source </span>[{number}]</a>'
    )


def _described(citation: Citation) -> str:
    return f"{citation.source or 'Unknown outlet'}, {shown_date(citation.published)}: {citation.title}"


def _sources(answer: Answer) -> str:
    rows = "".join(
        f'<li><a class="source" href="#{fragment(citation, marks_of(number, answer))}">'
        f'<span class="number">[{number}]</span>'
        f'<span class="source-title">{inert(citation.title or "Untitled")}</span></a> {_meta(citation)}'
        f"{_also(copies_of(citation, answer.hits))}</li>"
        for number, citation in enumerate(answer.citations, 1)
    )
    return f'<ol class="sources">{rows}</ol>'


def _also(copies: Sequence[Citation]) -> str:
    """Return the line that names the copies of a passage, each a link; ``""`` for none."""
    if not copies:
        return ""
    named = ", ".join(
        f'<a href="#{fragment(copy)}" title="{inert(copy.title or "Untitled")}">'
        f"{inert(copy.source or 'Unknown outlet')} · {inert(shown_date(copy.published))}</a>"
        for copy in copies[:_COPIES_NAMED]
    )
    more = f" and {len(copies) - _COPIES_NAMED:,} more" if len(copies) > _COPIES_NAMED else ""
    return f'<span class="also">Also: {named}{more}</span>'


def _meta(citation: Citation) -> str:
    outlet = inert(citation.source or "Unknown outlet")
    return f'<span class="meta">{outlet} · {inert(shown_date(citation.published))}</span>'


def _passages(answer: Answer) -> str:
    count = len(answer.hits)
    if answer.abstained:
        heading = "The nearest passages" if count > 1 else "The nearest passage"
        kind = "passages nearest"
    else:
        heading, kind = counted(count, "passage") + " found, best first", "passages"
    rows = "".join(_hit(rank, hit, answer.asked) for rank, hit in enumerate(answer.hits, 1))
    return f'<details class="{kind}" open><summary>{heading}</summary><ol class="hits">{rows}</ol></details>'


def _hit(rank: int, hit: Hit, question: str) -> str:
    citation = hit.citation
    return (
        f'<li class="hit"><p class="hit-head"><span class="rank">{rank}</span><a class="source" '
        f'href="#{fragment(citation)}">{inert(citation.title or "Untitled")}</a> {_meta(citation)}</p>'
        f'<p class="hit-text">{marked(hit.passage.text, question)}</p>{_also(hit.copies)}{_why(hit)}</li>'
    )


def _why(hit: Hit) -> str:
    rows = "".join(_part(part) for part in hit.why)
    return (
        '<details class="why"><summary>Whole passage and score</summary><table><thead><tr><th>Found by</th>'
        f"<th>Rank</th><th>Its score</th><th>Adds</th></tr></thead><tbody>{rows}</tbody>"
        f'<tfoot><tr><td colspan="3">Score</td><td>{hit.score:.3f}</td></tr></tfoot></table></details>'
    )


def _part(part: Part) -> str:
    name = _PARTS.get(part.name, inert(part.name))
    if part.name == "reranker" and not part.rank:
        return f'<tr><td>{name}</td><td colspan="3">not read: its time was over</td></tr>'
    return f"<tr><td>{name}</td><td>{part.rank or '–'}</td><td>{part.score:.3f}</td><td>{part.share:.3f}</td></tr>"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count and its noun, "1 article" or "2,000 articles"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


MATCH_COLUMNS = (
    "article_id", "title", "source", "published", "url", "words", "field", "start", "end", "match",
    "sentence_start", "sentence_end", "sentence", "digest",
)  # fmt: skip


def match_cells(article: MatchedArticle, match: Match) -> tuple[str, ...]:
    """Return the cells of ``MATCH_COLUMNS`` for a match."""
    cited = match.citation
    return (
        article.id, article.title, article.source, article.published, article.url,
        match.words, match.field, str(match.start), str(match.end), match.quote,
        str(cited.start), str(cited.end), cited.quote, cited.digest,
    )  # fmt: skip


def csv_line(cells: Sequence[str]) -> str:
    """Return a line of CSV (RFC 4180) that a spreadsheet shows and never calculates, whatever the articles say.

    A cell that begins as a formula does (= + - @, also full-width, a tab or a line end) gets an apostrophe before it;
    control characters become one sign each, so that offsets still count.
    """
    line = StringIO()
    csv.writer(line).writerow([_FORMULA.sub("'", _CONTROL.sub("�", cell)) for cell in cells])
    return line.getvalue()
