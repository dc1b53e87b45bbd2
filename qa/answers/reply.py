"""The reply to a question: what its kind asks for decides how the answer is made."""

from dataclasses import replace

from qa.answers.forms import counts, lists, overview, several, sides, statements, undisclosed, values, yes_no
from qa.answers.forms.welcome import about, greeting
from qa.answers.found import Found, Sources
from qa.answers.judging.judgement import guess, judge
from qa.answers.layout import quoted
from qa.answers.question.question_kinds import Asked, asked_for
from qa.models.embedding import Embedder
from qa.records import Answer
from qa.runtime.timing import timed


class Answerer:
    """Makes the answer to a single question out of its hits."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def answer(self, found: Found, asked: Asked) -> Answer:
        """Return the sentences that answer, in the form that the question's kind asks for, or an abstention.

        Args:
            found: the hits of a question that stands alone, read.
            asked: its kind.
        """
        judged = judge(found, asked, self._embedder)
        if values.is_changing(asked, found.question):
            answer = values.over_time(judged)
        elif asked.kind == "said-what":
            answer = statements.said(judged)
        elif asked.kind == "list":
            answer = lists.items(judged)
        else:
            answer = undisclosed.noted(quoted(judged), judged)
        return answer

    def guessed(self, found: Found, asked: Asked) -> Answer:
        """Return the sentences most like an answer, unmarked and however improbable; an abstention without hits."""
        return quoted(guess(found, asked, self._embedder))


def reply(question: str, sources: Sources, answerer: Answerer, *, partly: bool = False) -> Answer:
    """Return the answer to a question that stands alone.

    Args:
        question: as it is searched.
        sources: what is searched, under the conditions of the question.
        answerer: makes answers from hits.
        partly: whether this is only a part of what was asked: its answer is possible at most, and never refused.
    """
    asked = asked_for(question)
    if partly:
        return answerer.guessed(sources.find(question), asked)
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
    found = sources.find(question, newest=values.is_changing(asked, question))
    with timed("answer"):
        answer = answerer.answer(found, asked)
    if asked.kind == "yes-no":
        answer = yes_no.decided(answer, found, sources.judged)
    return replace(answer, kind=asked.kind)
