"""HTML of answers and messages for the chat page; all text goes through ``ui.render.escaping``."""

import re
from collections.abc import Sequence

from qa.records import Answer, Citation, Hit, Part, Sentence
from ui.render.answer_text import marks_of, outlets_beside, told_confidence, told_exact, told_level, unread
from ui.render.citation_view import copies_of, fragment, outlet_name, shown_date
from ui.render.escaping import exact_html, inert, line, marked
from ui.render.timeline import Bar, bars

_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?", re.ASCII)
ACTS = {"copy-answer": "Copy", "vote-helpful": "Helpful", "vote-unhelpful": "Not helpful"}
_COPIES_NAMED = 3  # more are counted
FIELDS = {"title": "headline", "dek": "line below the headline"}
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


def question_html(question: str, limit: int = 2_000) -> str:
    """Return a question as the reader asked it, cut at ``limit`` characters."""
    return inert(question if len(question) <= limit else question[:limit] + " …")


def notice_html(message: str, kind: str = "problem") -> str:
    """Return a message of the page itself; ``kind`` is its CSS class."""
    return f'<div class="{kind}"><p>{inert(message)}</p></div>'


def searching_html() -> str:
    """Return the placeholder of an answer while the search runs."""
    return '<div class="searching"><p>Searching the archive …</p></div>'


def field_error_html(message: str) -> str:
    """Return an error message for the field beside it; ``""`` for none."""
    return f'<p class="field-error" role="alert">{inert(message)}</p>' if message else ""


def refusal_html(message: str, number: int) -> str:
    """Return a refusal, shown where a question's place in the queue would be; ``number`` makes each one different."""
    return f'<p class="refusal" id="refusal-{number}" role="alert">{inert(message)}</p>'


def masthead_html(articles: int, outlets: int, first: str, last: str) -> str:
    """Return the heading of the page with the archive's size and dates; the dates are ISO 8601, ``""`` unknown."""
    facts = [counted(articles, "article"), counted(outlets, "outlet")] if articles else []
    if first:
        facts.append("–".join(inert(year) for year in dict.fromkeys((first[:4], last[:4]))))
    return f'<h1>Dateline</h1><p class="holds">{" · ".join(facts)}</p>'


def rooms_html(here: str, logins: bool = False) -> str:
    """Return the links between the pages; ``here`` is ``ask`` or ``archive``, ``logins``: with a button to log out."""
    links = "".join(
        f'<a href="{address}"{current if name == here else ""}>{label}</a>'
        for name, address, label, current in (
            ("ask", "./", "Ask", ' aria-current="page"'),
            ("archive", "archive", "Archive", ' aria-current="page"'),
        )
    )
    leave = '<form method="post" action="signout"><button>Log out</button></form>' if logins else ""
    return f'<nav aria-label="Pages">{links}{leave}</nav>'


def empty_archive_html(folder: str, upload: bool) -> str:
    """Return the first message of a conversation with an empty archive."""
    way = "Add articles on the Archive page, or" if upload else "Add articles"
    return (
        '<div class="welcome"><p class="lead">This archive is still empty.</p>'
        f"<p>{way} in a terminal: {add_command_html(folder)}</p></div>"
    )


def add_command_html(folder: str) -> str:
    """Return the command that adds articles to the archive in a folder."""
    return f"<code>qa add FOLDER &#45;&#45;archive {inert(folder)}</code>"


def welcome_html() -> str:
    """Return the first message of a conversation."""
    return (
        '<div class="welcome"><p class="lead">Ask the archive a question.</p>'
        "<p>Every answer is quoted word for word from an article. A number after a sentence opens that article at the "
        "quoted words.</p></div>"
    )


def answer_html(answer: Answer, filters: Sequence[str] = (), acts: Sequence[str] = ()) -> str:
    """Return an answer with its sources and passages, or the abstention with the nearest passages.

    Args:
        answer: the answer.
        filters: the filters of the search, each in a few words.
        acts: names of the actions offered below the answer, from ``ACTS``.
    """
    parts = ['<div class="answer">']
    if answer.asked.strip() != answer.question.strip():
        parts.append(
            f'<p class="aside">Searched for: <span class="asked">{inert(answer.asked)}</span> '
            '<a class="tool" role="button" href="#edit-asked">Edit</a></p>'
        )
    if filters:
        parts.append(f'<p class="aside">Only {inert("; ".join(filters))}</p>')
    if answer.abstained:
        parts.append(f'<p class="abstained">{inert(answer.text)}</p>')
        if answer.reason:
            parts.append(f'<p class="reason">{inert(answer.reason)}</p>')
        elif not answer.hits and filters:
            parts.append("<p>No article passes the filters.</p>")
    else:
        if level := told_level(answer):
            parts.append(f'<p class="level">{inert(level)} {inert(answer.reason)}</p>')
        if exact := told_exact(answer):
            parts.append(f'<p class="exact-answer">{inert(exact)}</p>')
        parts += [_sentence(sentence, answer) for sentence in answer.sentences]
        parts.append(_sources(answer))
        if answer.level == "answer" and answer.reason:
            parts.append(f'<p class="aside">{inert(answer.reason)}</p>')
    if confidence := told_confidence(answer):
        parts.append(f'<p class="aside">{inert(confidence)}</p>')
    if acts:
        parts.append(_acts(acts))
    if answer.hits:
        parts.append(_passages(answer))
    return "".join((*parts, "</div>"))


def _acts(names: Sequence[str]) -> str:
    """Return the links below an answer, which the page's scripts handle."""
    links = (f'<a class="tool" role="button" href="#{name}">{ACTS[name]}</a>' for name in names)
    return f'<p class="acts">{" ".join(links)}</p>'


def _sentence(sentence: Sentence, answer: Answer) -> str:
    """Return a sentence of an answer with its notes, and the next one of the article where that limits it."""
    links = " ".join(_marker(number, answer) for number in sentence.citations)
    beside = ", ".join(map(_meta, outlets_beside(sentence, answer)))
    by = f'<span class="by">{beside}</span>' if beside else ""
    limits = inert(" ".join(sentence.caveat.split()))
    by += f'<span class="caveat"><span class="gloss">The article goes on:</span> {limits}</span>' if limits else ""
    known = f' <span class="gloss">({inert("; ".join(sentence.notes))})</span>' if sentence.notes else ""
    return f'<p class="said">{exact_html(sentence.text, sentence.marks)}{known} {links}{by}</p>'


def _marker(number: int, answer: Answer) -> str:
    citation = answer.citations[number - 1]
    # The sanitiser drops aria-label, so hidden text gives the accessible name.
    return (
        f'<a class="cite" href="#{fragment(citation, marks_of(number, answer))}" title="{inert(_described(citation))}">'
        f'<span class="hidden-text">Source </span>[{number}]</a>'
    )


def _described(citation: Citation) -> str:
    return f"{outlet_name(citation.source)}, {shown_date(citation.published)}: {line(citation.title)}"


def _sources(answer: Answer) -> str:
    rows = "".join(
        f'<li><a class="source" href="#{fragment(citation, marks_of(number, answer))}">'
        f'<span class="number">[{number}]</span>'
        f'<span class="source-title">{inert(line(citation.title) or "Untitled")}</span></a> {_meta(citation)}'
        f"{_quoted_field(citation)}"
        f"{_also(copies_of(citation, answer.hits))}</li>"
        for number, citation in enumerate(answer.citations, 1)
    )
    return f'<ol class="sources">{rows}</ol>'


def _quoted_field(citation: Citation) -> str:
    """Return that a headline or dek is quoted, and not the text; ``""`` for the text."""
    return "" if citation.field == "text" else f' <span class="meta">· {FIELDS[citation.field]}</span>'


def _also(copies: Sequence[Citation]) -> str:
    """Return the line that names the copies of a passage, each a link; ``""`` for none."""
    if not copies:
        return ""
    named = ", ".join(
        f'<a href="#{fragment(copy)}" title="{inert(line(copy.title) or "Untitled")}">'
        f"{inert(outlet_name(copy.source))} · {inert(shown_date(copy.published))}</a>"
        for copy in copies[:_COPIES_NAMED]
    )
    more = f" and {len(copies) - _COPIES_NAMED:,} more" if len(copies) > _COPIES_NAMED else ""
    return f'<span class="also">Also: {named}{more}</span>'


def _meta(citation: Citation) -> str:
    outlet = inert(outlet_name(citation.source))
    return f'<span class="meta">{outlet} · {inert(shown_date(citation.published))}</span>'


def _passages(answer: Answer) -> str:
    count = len(answer.hits)
    if answer.abstained:
        heading = "The nearest passages" if count > 1 else "The nearest passage"
        kind = "passages nearest"
    else:
        heading, kind = counted(count, "passage") + " found, best first", "passages"
    rows = "".join(_hit(rank, hit, answer.asked) for rank, hit in enumerate(answer.hits, 1))
    times = timeline_html(bars((hit.citation.published, 1) for hit in answer.hits))
    tools = f'<div class="tools">{_order()}{times}</div>' if count > 1 else ""
    return f'<details class="{kind}" open><summary>{heading}</summary>{tools}<ol class="hits">{rows}</ol></details>'


def _order() -> str:
    """Return the links that sort the passages; the page's script handles them."""
    return (
        '<p class="order">Sort by <a class="tool on" role="button" href="#sort-relevance">relevance</a> '
        '<a class="tool" role="button" href="#sort-date">date</a></p>'
    )


def timeline_html(periods: Sequence[Bar], noun: str = "passage") -> str:
    """Return one bar for each period, a link that limits the passages to it; ``""`` for fewer than two periods."""
    if len(periods) < 2:
        return ""
    highest = max(bar.count for bar in periods)
    links = "".join(_bar(bar, counted(bar.count, noun), max(3, round(32 * bar.count / highest))) for bar in periods)
    return f'<div class="timeline">{links}</div>'


def _bar(bar: Bar, count: str, height: int) -> str:
    return (
        f'<a class="bar" role="button" href="#when-{bar.period}" title="{inert(bar.label)}: {count}">'
        f'<span class="column" style="height:{height}px"></span>'
        f'<span class="period">{inert(_short(bar.label))}</span><span class="hidden-text"> {count}</span></a>'
    )


def _short(label: str) -> str:
    """Return a period in words with its month shortened to three letters."""
    return " ".join(word[:3] if word.isalpha() else word for word in label.split())


def _hit(rank: int, hit: Hit, question: str) -> str:
    citation = hit.citation
    return (
        f'<li class="hit at-{_day(citation.published)}"><p class="hit-head"><span class="rank">{rank}</span>'
        f'<a class="source" href="#{fragment(citation)}">{inert(line(citation.title) or "Untitled")}</a> '
        f"{_meta(citation)}</p>"
        f'<p class="hit-text">{marked(hit.passage.text, question)}</p>{_also(hit.copies)}{_why(hit)}</li>'
    )


def _day(published: str) -> str:
    """Return the date, to the day at most, for the script that sorts and filters by it; ``""`` unknown."""
    match = _DATE.match(published)
    return match[0] if match else ""


def _why(hit: Hit) -> str:
    rows = "".join(_part(part) for part in hit.why)
    return (
        '<details class="why"><summary>Whole passage and score</summary><table><thead><tr><th>Found by</th>'
        f"<th>Rank</th><th>Its score</th><th>Adds</th></tr></thead><tbody>{rows}</tbody>"
        f'<tfoot><tr><td colspan="3">Score</td><td>{hit.score:.3f}</td></tr></tfoot></table></details>'
    )


def _part(part: Part) -> str:
    name = _PARTS.get(part.name, inert(part.name))
    if why := unread(part):
        return f'<tr><td>{name}</td><td colspan="3">not read: {inert(why)}</td></tr>'
    return f"<tr><td>{name}</td><td>{part.rank or '–'}</td><td>{part.score:.3f}</td><td>{part.share:.3f}</td></tr>"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count and its noun, "1 article" or "2,000 articles"."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
