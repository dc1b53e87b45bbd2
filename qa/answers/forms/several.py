"""Several questions in one: each part is answered by itself, and what found no answer is named."""

from collections.abc import Sequence
from dataclasses import replace

from qa.answers.layout import abstention, numbered
from qa.answers.reasons import unanswered
from qa.records import Answer, Citation, Level, Sentence


def joined(question: str, answers: Sequence[Answer]) -> Answer:
    """Return the answers to a question's parts as one, in their order; an abstention where no part has an answer.

    The level is the lowest of the parts that are answered; a part without an answer is named in ``reason`` and makes
    the whole no more than possible.
    """
    given = [answer for answer in answers if not answer.abstained]
    hits = tuple({hit.passage.id: hit for answer in answers for hit in answer.hits}.values())
    if not given:
        reason = next((answer.reason for answer in answers if answer.reason), "")
        return abstention(question, hits, max(answer.confidence for answer in answers), reason, "several")
    citations: list[Citation] = []
    sentences: list[Sentence] = []
    for answer in given:
        numbers = {}
        for number, citation in enumerate(answer.citations, 1):
            if citation not in citations:
                citations.append(citation)
            numbers[number] = citations.index(citation) + 1
        for sentence in answer.sentences:
            own = replace(sentence, citations=tuple(numbers[number] for number in sentence.citations))
            same = next((place for place, one in enumerate(sentences) if one.text == own.text), None)
            if same is None:
                sentences.append(own)
            else:
                sentences[same] = _both(sentences[same], own)
    left = [answer.question for answer in answers if answer.abstained]
    doubts = dict.fromkeys(one.reason for one in given if one.reason)
    reason = unanswered(left) if left else " ".join(doubts)
    level: Level = "answer" if not left and all(one.level == "answer" for one in given) else "possible"
    if level == "possible":
        sentences = [replace(one, marks=()) for one in sentences]
    exact = given[0].exact if level == "answer" else ""
    confidence = min(answer.confidence for answer in given)
    return Answer(
        question, question, numbered(sentences), exact, tuple(sentences), tuple(citations), hits, confidence, reason,
        level, "several",
    )  # fmt: skip


def _both(one: Sentence, other: Sentence) -> Sentence:
    """Return a sentence that answers two parts, with the citations and marks of both."""
    marks: list[tuple[int, int]] = []
    for start, end in sorted({*one.marks, *other.marks}):
        if not marks or start >= marks[-1][1]:
            marks.append((start, end))
    return replace(one, citations=tuple(dict.fromkeys((*one.citations, *other.citations))), marks=tuple(marks))
