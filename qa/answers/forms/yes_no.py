"""Yes or no: what the passages do to a question read as a statement, said only where the reader is sure."""

from dataclasses import replace

from qa.answers.found import READ, Found
from qa.answers.question.qualifiers import held_terms, qualifiers
from qa.records import Answer, Hit

SURE = 0.8  # the least probability of a verdict that is said
_OPEN = 0.5  # the most that sentences on the topic are worth as an answer to "did it?"
_RELEVANT = 2.0  # how far a passage's relevance may lie below the best one's
_AGREEING = 0.6  # the least share of the question's words, by weight, that the passage and its title hold


def decided(answer: Answer, found: Found) -> Answer:
    """Return an answer that begins with "Yes" or "No" where the passages decide, else without marks.

    The likeliest passages must not contradict each other, and the deciding one must hold the question's names.
    """
    if answer.abstained or found.readings is None:
        return answer
    open_answer = replace(
        answer,
        level="possible",
        exact="",
        confidence=min(answer.confidence, _OPEN),
        sentences=tuple(replace(one, marks=()) for one in answer.sentences),
    )
    cited = {citation.article_id for citation in answer.citations}
    read = [(hit, found.readings[hit.passage.id]) for hit in found.hits[:READ] if hit.passage.id in found.readings]
    best = max((reading.relevance for _, reading in read), default=0.0)
    said: dict[str, float] = {}
    for hit, reading in read:
        if reading.relevance < best - _RELEVANT or hit.passage.article_id not in cited or not _agrees(found, hit):
            continue
        for word, probability in (("Yes", reading.verdict.supports), ("No", reading.verdict.contradicts)):
            said[word] = max(said.get(word, 0.0), probability)
    word = max(said, key=lambda one: said[one], default="")
    if not word or said[word] < SURE or min(said.values()) >= SURE:
        return open_answer
    return replace(open_answer, level="answer", exact=word, confidence=said[word])


def _agrees(found: Found, hit: Hit) -> bool:
    stated = qualifiers(found.question, found.weights)
    article = found.articles.get(hit.passage.article_id)
    held = held_terms([hit.citation.title, hit.passage.text])
    whole = held_terms([article.title, article.dek, article.text]) if article else held
    return not stated.missing(whole) and stated.covered(held) >= _AGREEING
