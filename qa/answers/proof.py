"""Verification of an answer's citations: each must quote an article of the archive, word for word.

The sentences of ``qa.answers.layout`` are quotations and pass unchanged.  The check follows all the same: no other
way of wording an answer, and no article with instructions to a model, can get an unproven citation past it.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.answers.context import LABELS
from qa.answers.layout import abstention, numbered
from qa.answers.reasons import is_ours
from qa.archive.storage.hashing import text_digest
from qa.records import Answer, Article, Citation, Hit, Sentence

COMPUTED = frozenset({"count", "outlets", "yes-no", "comparison"})
"""Kinds of answers whose exact words stand in no article."""
_DAY = re.compile(r"(?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4}(?:-\d\d)?")
_OF_THE_ARCHIVE = frozenset({"count", "outlets", "greeting", "about"})  # worded by rule, whatever an answerer does


def proven(answer: Answer, asked: str, article: Callable[[str], Article | None], hits: Sequence[Hit]) -> Answer:
    """Return an answer with only the citations and sentences that the archive proves.

    Citations that do not quote their article word for word are removed, then sentences without a citation; without
    sentences the answer becomes an abstention.  A caveat must follow what is quoted, and notes must be of our forms.
    The text is renumbered, the hits become the given ones, and a reason that is none of ours is removed.

    Args:
        answer: the answer to verify, however it was worded.
        asked: the question that was searched.
        article: returns an article of those that were searched by its id, None where there is none.
        hits: what was found for that question, best first.
    """
    reason = answer.reason if is_ours(answer.reason) else ""
    if answer.kind in _OF_THE_ARCHIVE and answer.abstained:
        return replace(answer, question=asked, asked=asked, hits=tuple(hits))
    numbers: dict[int, int] = {}
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for sentence in answer.sentences:
        own = [n for n in dict.fromkeys(sentence.citations) if _is_proof(n, answer.citations, article)]
        for number in own:
            if number not in numbers:
                citations.append(answer.citations[number - 1])
                numbers[number] = len(citations)
        if own:
            marks = sentence.marks if _lie_in(sentence.text, sentence.marks) else ()
            limits = sentence.caveat if any(_goes_on(sentence, answer.citations[n - 1], article) for n in own) else ""
            cited = article(answer.citations[own[0] - 1].article_id)
            notes = tuple(note for note in sentence.notes if cited and _is_note(note, cited))
            own = [numbers[n] for n in own]
            sentences.append(Sentence(sentence.text, tuple(own), marks, notes, limits))
    confidence = answer.confidence if math.isfinite(answer.confidence) else 0.0
    confidence = min(max(confidence, 0.0), 1.0)
    if not sentences:
        return abstention(asked, hits, confidence, reason if answer.abstained else "", answer.kind)
    quoted = answer.kind in COMPUTED or any(answer.exact in citation.quote for citation in citations)
    return replace(
        answer, question=asked, asked=asked, text=numbered(sentences), exact=answer.exact if quoted else "",
        sentences=tuple(sentences), citations=tuple(citations), hits=tuple(hits), confidence=confidence, reason=reason,
    )  # fmt: skip


def _is_proof(number: int, citations: Sequence[Citation], article: Callable[[str], Article | None]) -> bool:
    """Whether there is a citation of this number, and it quotes its article word for word."""
    if not 1 <= number <= len(citations):
        return False
    given = citations[number - 1]
    cited = article(given.article_id)
    if cited is None or not 0 <= given.start < given.end or given.field not in ("text", "title", "dek"):
        return False
    return given == Citation(
        cited.id, cited.title, cited.source, cited.url, cited.published, given.start, given.end,
        getattr(cited, given.field)[given.start : given.end], text_digest(cited.text), given.field,
    )  # fmt: skip


def _is_note(note: str, article: Article) -> bool:
    """Whether a note gives a day, words of the article, or when and where it was published."""
    label, _, said = note.partition(": ")
    place = said.removesuffix(f", {article.source}") if article.source else said
    return label.removesuffix(", a correction") in LABELS and (bool(_DAY.fullmatch(place)) or said in article.text)


def _goes_on(sentence: Sentence, citation: Citation, article: Callable[[str], Article | None]) -> bool:
    """Whether a sentence's caveat stands in the article next to what is quoted."""
    cited = article(citation.article_id)
    following = cited.text[citation.end :].lstrip() if cited and citation.field == "text" else ""
    return bool(sentence.caveat) and following.startswith(sentence.caveat)


def _lie_in(text: str, marks: Sequence[tuple[int, int]]) -> bool:
    ends = [0, *(place for mark in marks for place in mark), len(text)]
    return ends == sorted(ends) and all(start < end for start, end in marks)
