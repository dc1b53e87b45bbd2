"""The reply to a question: what its kind asks for decides how the answer is made."""

from dataclasses import replace

from qa.answers.answering import Answerer
from qa.answers.forms import counts, overview, several, sides, yes_no
from qa.answers.forms.welcome import about, greeting
from qa.answers.found import Sources
from qa.answers.question.question_kinds import Asked, asked_for
from qa.records import Answer
from qa.runtime.timing import timed


def reply(question: str, sources: Sources, answerer: Answerer, *, guess: bool = False) -> Answer:
    """Return the answer to a question that stands alone.

    Args:
        question: as it is searched.
        sources: what is searched, under the conditions of the question.
        answerer: makes answers from hits.
        guess: whether this is only a part of what was asked: its answer is possible at most, and never refused.
    """
    if guess:
        return answerer.guessed(sources.find(question), asked_for(question))
    asked = asked_for(question)
    if asked.kind == "greeting":
        return greeting(question, sources)
    if asked.kind == "about":
        return about(question, sources)
    if asked.kind == "count":
        return counts.counted(question, asked, sources)
    if asked.kind == "outlets":
        return counts.outlets(question, asked, sources)
    if asked.kind == "overview":
        return overview.overview(question, asked, sources)
    if asked.kind == "keywords":
        answer = overview.of_keywords(question, asked, sources)
        return part(question, sources, answerer, asked) if answer.abstained else answer
    if asked.kind == "several":
        parts = [asked.parts[0], *(sources.completed(one, asked.parts[0]) for one in asked.parts[1:])]
        return several.joined(question, [part(one, sources, answerer) for one in parts])
    if asked.kind == "comparison" and (compared := sides.sides(question)):
        one, other = (part(each, sources, answerer) for each in compared.questions)
        return sides.compared(question, compared, (one, other))
    return part(question, sources, answerer, asked)


def part(question: str, sources: Sources, answerer: Answerer, asked: Asked | None = None) -> Answer:
    """Return the answer to a single question out of its hits."""
    asked = asked or asked_for(question)
    found = sources.find(question)
    with timed("answer"):
        answer = replace(answerer.answer(found, asked), kind=asked.kind)
    if asked.kind == "yes-no":
        answer = yes_no.decided(answer, found)
    return answer
