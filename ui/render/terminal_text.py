"""Terminal text of records, with every control character of an article made visible."""

import re
from collections.abc import Sequence
from dataclasses import fields

from rich.text import Text

from qa.answers.layout import without_markers
from qa.intake import Reading, Rejection
from qa.records import Answer, Article, Citation, Hit, Part, Sentence
from ui.render.answer_html import FIELDS
from ui.render.answer_text import outlets_beside, pieces, told_confidence, told_exact, told_level, unread
from ui.render.citation_view import copies_of
from ui.render.escaping import safe


def label(citation: Citation) -> str:
    """Return outlet, date and title on one line; unknown parts are left out."""
    return " · ".join(
        part for part in (citation.source, citation.published[:10], f"“{citation.title}”") if part.strip("“”")
    )


def answer_text(answer: Answer) -> Text:
    """Return an answer with its exact words and citations, or an abstention with its reason and nearest passages."""
    text = Text()
    if answer.asked != answer.question:
        text.append(f"Searched for: {safe(answer.asked)}\n", "dim")
    if answer.abstained:
        text.append(safe(answer.text) + "\n", "bold")
        if answer.reason:
            text.append(_line(answer.reason) + "\n")
        if answer.hits:
            text.append("\nThe nearest passages:\n\n", "dim")
            for number, hit in enumerate(answer.hits, 1):
                text.append_text(hit_text(number, hit, answer.asked))
        return text
    if level := told_level(answer):
        text.append(f"{level} {_line(answer.reason)}".rstrip() + "\n", "yellow")
    if exact := told_exact(answer):
        text.append(safe(exact) + "\n", "bold")
    for sentence in answer.sentences:
        text.append_text(said(sentence, plain=answer.level == "possible"))
        text.append(f" ({_line('; '.join(sentence.notes))})" if sentence.notes else "", "dim")
        text.append("".join(f" [{number}]" for number in sentence.citations), "cyan")
        by = "; ".join(_outlet_and_date(citation) for citation in outlets_beside(sentence, answer))
        text.append(f" - {_line(by)}\n" if by else "\n", "dim")
        if sentence.caveat:
            text.append(f"    The article goes on: {_line(sentence.caveat)}\n", "dim")
    text.append("\n")
    for number, citation in enumerate(answer.citations, 1):
        text.append(f"[{number}] ", "cyan")
        text.append(safe(label(citation)))
        field = "" if citation.field == "text" else f" {FIELDS[citation.field]}"
        text.append(f"  {safe(citation.article_id)}{field}:{citation.start}-{citation.end}\n", "dim")
        if citation.url:
            text.append(f"    {safe(citation.url)}\n", "dim")
        if also := _also(copies_of(citation, answer.hits)):
            text.append(f"    {also}\n", "dim")
    if answer.level == "answer" and answer.reason:
        text.append(f"\n{_line(answer.reason)}\n", "dim")
    if confidence := told_confidence(answer):
        text.append(f"\n{confidence}\n", "dim")
    return text


def said(sentence: Sentence, plain: bool = False) -> Text:
    """Return a sentence of an answer on one line, its exact words in bold; all of it if none are, unless plain."""
    text = Text(style="" if sentence.marks or plain else "bold")
    # Brackets are replaced before the cut, one for one, so that offsets stay valid and no cut can split "[1]".
    for words, exact in pieces(without_markers(sentence.text), sentence.marks):
        shown = re.sub(r"\s+", " ", safe(words))
        text.append(shown.lstrip() if text.plain.endswith(" ") else shown, "bold underline" if exact else "")
    return text


def _line(text: str) -> str:
    return " ".join(safe(text).split())


def _outlet_and_date(citation: Citation) -> str:
    return ", ".join((citation.source or "unknown outlet", citation.published[:10] or "undated"))


def hit_text(number: int, hit: Hit, question: str) -> Text:
    """Return a hit: its rank, citation, text with the question's words marked, and score with its parts."""
    text = Text()
    text.append(f"{number}. ", "cyan")
    text.append(safe(label(hit.citation)), "bold")
    text.append(f"  {safe(hit.citation.article_id)}:{hit.citation.start}-{hit.citation.end}\n", "dim")
    text.append_text(marked(" ".join(safe(hit.passage.text).split()), question))
    if also := _also(hit.copies):
        text.append(f"\n   {also}", "dim")
    shares = ", ".join(map(_share, hit.why))
    text.append(f"\n   score {hit.score:.3f} = {shares}\n\n", "dim")
    return text


def _share(part: Part) -> str:
    if why := unread(part):
        return f"reranker: not read, {why}"
    return f"{part.name} {part.share:.3f} (rank {part.rank or '-'})"


def _also(copies: Sequence[Citation]) -> str:
    """Return a line that names the outlets and dates of a passage's copies; ``""`` for none."""
    if not copies:
        return ""
    named = "; ".join(map(_outlet_and_date, copies[:3]))
    more = "; …" if len(copies) > 3 else ""
    count = f"{len(copies)} {'copy' if len(copies) == 1 else 'copies'}"
    return f"also in: {safe(named)}{more} ({count})"


def marked(text: str, question: str) -> Text:
    """Return text with the question's longer words marked."""
    words = {word for word in re.findall(r"\w+", question) if len(word) > 3}
    result = Text(text)
    if words:
        result.highlight_regex(
            re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(words))) + r")", re.I), "black on yellow"
        )
    return result


def article_text(article: Article) -> Text:
    """Return a whole article."""
    text = Text()
    text.append(safe(article.title or article.id) + "\n", "bold")
    if article.dek:
        text.append(safe(article.dek) + "\n", "italic")
    line = " · ".join(safe(part) for part in (article.source, article.published, article.authors, article.url) if part)
    text.append(f"{line}\n\n", "dim")
    text.append(safe(article.text) + "\n")
    return text


def reading_text(reading: Reading | Rejection) -> Text:
    """Return a dry run's view of a file: its fields, dropped lines with reasons, and the ends of its body."""
    text = Text()
    where = f"{reading.file}:{reading.line}" if reading.line else reading.file
    text.append(_line(where) + "\n", "bold")
    if isinstance(reading, Rejection):
        text.append(f"  rejected: {safe(reading.reason)}\n", "red")
        return text
    article = reading.article
    for name in [field.name for field in fields(Article) if field.name != "text"]:
        if value := getattr(article, name):
            text.append(f"  {name:<14}", "cyan")
            text.append(safe(value) + "\n")
    for dropped in reading.dropped:
        text.append(f"  drop line {dropped.line:<4} {dropped.reason:<12} ", "yellow")
        text.append(safe(" ".join(dropped.text.split()))[:90] + "\n", "dim")
    for note in reading.notes:
        text.append(f"  note: {safe(note)}\n", "yellow")
    body = " ".join(safe(article.text).split())
    text.append(f"  {'body':<14}", "cyan")
    text.append(body if len(body) <= 240 else f"{body[:120]} … {body[-110:]}")
    text.append(f"  ({len(article.text)} characters)\n", "dim")
    return text
