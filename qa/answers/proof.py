"""Verification of an answer's citations: each must quote a hit that was found for the question.

The sentences of ``qa.answers.answering`` are quotations and pass unchanged.  The check follows all the same: no other
way of wording an answer, and no article with instructions to a model, can get an unproven citation past it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from qa.answers.answering import abstention, numbered
from qa.records import Answer, Citation, Hit, Sentence


def proven(answer: Answer, asked: str, hits: Sequence[Hit]) -> Answer:
    """Return an answer with only the citations and sentences that its hits prove.

    Citations that do not quote a hit word for word are removed, then sentences without a citation; without sentences
    the answer becomes an abstention.  Its text is renumbered, and its hits become the given ones.

    Args:
        answer: the answer to verify, however it was worded.
        asked: the question that was searched.
        hits: the hits of that question, best first.
    """
    numbers: dict[int, int] = {}
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for sentence in answer.sentences:
        own = [n for n in dict.fromkeys(sentence.citations) if _is_proof(n, answer.citations, hits)]
        for number in own:
            if number not in numbers:
                citations.append(answer.citations[number - 1])
                numbers[number] = len(citations)
        if own:
            marks = sentence.marks if _lie_in(sentence.text, sentence.marks) else ()
            sentences.append(Sentence(sentence.text, tuple(numbers[n] for n in own), marks))
    confidence = answer.confidence if math.isfinite(answer.confidence) else 0.0
    confidence = min(max(confidence, 0.0), 1.0)
    if not sentences:
        return abstention(asked, hits, confidence)
    exact = answer.exact if any(answer.exact in citation.quote for citation in citations) else ""
    return replace(
        answer, question=asked, asked=asked, text=numbered(sentences), exact=exact, sentences=tuple(sentences),
        citations=tuple(citations), hits=tuple(hits), confidence=confidence, reason="",
    )  # fmt: skip


def _is_proof(number: int, citations: Sequence[Citation], hits: Sequence[Hit]) -> bool:
    """Whether there is a citation of this number, and it quotes a hit word for word."""
    if not 1 <= number <= len(citations):
        return False
    given = citations[number - 1]
    for hit in hits:
        start, end = given.start - hit.citation.start, given.end - hit.citation.start
        if 0 <= start < end <= len(hit.citation.quote) and given == replace(
            hit.citation, start=given.start, end=given.end, quote=hit.citation.quote[start:end]
        ):
            return True
    return False


def _lie_in(text: str, marks: Sequence[tuple[int, int]]) -> bool:
    ends = [0, *(place for mark in marks for place in mark), len(text)]
    return ends == sorted(ends) and all(start < end for start, end in marks)
