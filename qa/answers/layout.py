"""Layout of an answer: quoted and numbered sentences with their marks, notes and caveats, or an abstention."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.answers.caveats import caveat
from qa.answers.context import notes, speaker
from qa.answers.equivalence import same_answer
from qa.answers.judging.candidates import Candidate
from qa.answers.judging.judgement import Judged
from qa.records import Answer, Article, Citation, Hit, Level, Sentence
from qa.text.terms import terms

_MOST_SENTENCES = 3  # in an answer
_MOST_CITATIONS = 3  # of a sentence


def quoted(judged: Judged) -> Answer:
    """Return the best candidates as an answer, or an abstention."""
    found, asked, scored = judged.found, judged.asked, judged.scored
    if judged.level == "none":
        return abstention(found.question, found.hits, scored.held, judged.reason, asked.kind)
    groups = chosen(scored.near(judged.level), found.hits, judged.level)
    answer = laid_out(
        found.question, groups, found.hits, judged.level, found.articles, speakers=asked.kind == "who-said"
    )
    return replace(answer, confidence=scored.confidence(judged.level), kind=asked.kind, reason=judged.reason)


def laid_out(
    question: str,
    groups: Sequence[Sequence[Candidate]],
    hits: Sequence[Hit],
    level: Level,
    articles: Mapping[str, Article],
    *,
    speakers: bool = False,
) -> Answer:
    """Return groups of candidates as numbered sentences; the words that answer are marked at level ``answer`` alone.

    Sentences of the ``articles`` that are given, by id, have notes (``qa.answers.context``), with ``speakers`` also on
    who says a sentence that does not name them, and a caveat (``qa.answers.caveats``) that is not quoted itself.
    """
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for group in groups:
        numbers = tuple(range(len(citations) + 1, len(citations) + 1 + len(group)))
        citations += [_citation(hits[one.hit], one) for one in group]
        first = group[0]
        article = articles.get(hits[first.hit].passage.article_id)
        known = notes(article, first.start, first.end) if article and first.field == "text" else ()
        if speakers and article and first.field == "text":
            who = speaker(article, first.start, first.end)
            known = (*known, f"Said by: {who}") if who and who.split()[-1] not in first.text else known
        limits = caveat(article, first.start, first.end) if article and first.field == "text" else ""
        marks = first.marks if level == "answer" else ()
        sentences.append(Sentence(first.text, numbers, marks, known, limits))
    given = {sentence.text for sentence in sentences}
    sentences = [replace(one, caveat="") if one.caveat in given else one for one in sentences]
    exact = sentences[0].text[slice(*sentences[0].marks[0])] if sentences and sentences[0].marks else ""
    text = numbered(sentences)
    return Answer(question, question, text, exact, tuple(sentences), tuple(citations), tuple(hits), 0.0, level=level)


def renumbered(answer: Answer, sentences: Sequence[Sentence]) -> Answer:
    """Return an answer with these sentences for its own: its text and exact words follow from them."""
    first = sentences[0] if sentences else None
    exact = first.text[slice(*first.marks[0])] if first and first.marks else ""
    return replace(answer, sentences=tuple(sentences), text=numbered(sentences), exact=exact)


def chosen(near: Sequence[Candidate], hits: Sequence[Hit], level: Level) -> list[list[Candidate]]:
    """Return the candidates to show, best first: those of several articles with the same answer form a group.

    Near-duplicate sentences are left out.  Where no words are marked as the answer, each sentence is its own group.
    """
    groups: list[list[Candidate]] = []
    for candidate in near:
        articles = {hits[one.hit].passage.article_id for group in groups for one in group}
        if any(same_sentence(candidate.text, one.text) for group in groups for one in group):
            continue  # a copy is no second witness
        if not candidate.marks or level == "possible":
            if len(groups) < _MOST_SENTENCES:
                groups.append([candidate])
        elif hits[candidate.hit].passage.article_id not in articles:
            agreeing = next((group for group in groups if same_answer(group[0].words, candidate.words)), None)
            if agreeing is None and len(groups) < _MOST_SENTENCES:
                groups.append([candidate])
            elif agreeing is not None and len(agreeing) < _MOST_CITATIONS:
                agreeing.append(candidate)
    return groups


def same_sentence(a: str, b: str) -> bool:
    """Return whether two sentences are copies: they share four in five of the shorter one's terms."""
    first, second = set(terms(a)), set(terms(b))
    return len(first & second) > 0.8 * min(len(first), len(second))


def _citation(hit: Hit, candidate: Candidate) -> Citation:
    c = hit.citation
    return Citation(
        c.article_id,
        c.title,
        c.source,
        c.url,
        c.published,
        candidate.start,
        candidate.end,
        candidate.text,
        c.digest,
        candidate.field,
    )


def numbered(sentences: Sequence[Sentence]) -> str:
    """Return sentences with their citation numbers; the articles' own bracketed numbers get other brackets."""
    lines = []
    for sentence in sentences:
        words = without_markers(" ".join(sentence.text.split()))
        known = f" ({'; '.join(sentence.notes)})" if sentence.notes else ""
        limits = without_markers(" ".join(sentence.caveat.split()))
        lines.append(words + known + "".join(f" [{number}]" for number in sentence.citations))
        if limits:
            lines.append(f"(The article goes on: “{limits}”)")
    return " ".join(lines)


def without_markers(text: str) -> str:
    """Return an article's words with its own "[1]" or "[2, 3]" in other brackets, so that they cannot pass for ours."""
    return re.sub(r"\[([\s\d,;–-]+)\]", r"［\1］", text)


def abstention(question: str, hits: Sequence[Hit], confidence: float, reason: str = "", kind: str = "fact") -> Answer:
    """Return an abstention: the archive holds no answer."""
    return Answer(question, question, refusal(hits), "", (), (), tuple(hits), confidence, reason, "none", kind)


def refusal(hits: Sequence[Hit], *, filtered: bool = False) -> str:
    """Return in words that no answer was found; ``filtered``: in some of the archive's articles."""
    where = "in the articles that pass the filters" if filtered else "in the archive"
    return f"No answer to this question was found {where}.{' The nearest passages follow.' if hits else ''}"
