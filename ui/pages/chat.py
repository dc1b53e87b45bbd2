"""Actions of the chat page: functions of the browser's input, without the layout."""

import itertools
import json
import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from qa.dates.question_windows import described
from qa.errors import InputError, QaError
from qa.retrieval import Retriever
from qa.settings import LIMITS, Limits
from ui.api.articles import shown
from ui.api.requests import Endpoints
from ui.pages.conversations import Turn, said, to_markdown, turns_of
from ui.pages.feedback import Feedback
from ui.pages.filters import Filters
from ui.pages.gradio_setup import gr
from ui.pages.queue import Waiting
from ui.render import answer_html
from ui.render.citation_view import Reading, cited, outlet_name, reference, references, unreadable
from ui.render.escaping import visible
from ui.render.export import footnote, plain_quotation
from ui.render.links import permalink
from ui.render.timeline import bars, period
from ui.server.visitors import Rate, visitor_through

_log = logging.getLogger("ui.page")

_K = 10  # passages shown
_FAILED = "Something went wrong while answering, and it has been logged. Please ask again."
_NOT_ASKED = "The question was not asked."
_UNREADABLE = "This version of the page cannot show this stored conversation. Please begin a new one."
# Follow-ups refer to the last turns; of a long conversation only these are used.
_TURNS_KEPT = 20
_LONGEST_TITLE = 110
_LONGEST_ADDRESS = 8_000
_ADDRESS = re.compile(r"https?://[\w.:\[\]-]{1,300}")
READY = {"interactive": True, "submit_btn": "Ask"}

Message = dict[str, Any]
Turns = list[tuple[str, str]]


class Page:
    """Actions of the chat page; every method takes the values that the page sends.

    Args:
        retriever: the opened archive.
        examples: questions to offer; none: they are made from titles of the archive.
        upload: whether articles can be added on the Archive page.
        rate: the rate limit of questions; None: a new one from ``limits``.
        limits: of concurrent questions.
    """

    def __init__(
        self,
        retriever: Retriever,
        examples: Sequence[str] = (),
        *,
        upload: bool = False,
        rate: Rate | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._retriever = retriever
        self._rate = rate or Rate(limits)
        self.limits = limits
        self._upload = upload
        self._examples = tuple(examples)
        self.endpoints = Endpoints(retriever)
        self.waiting = Waiting(retriever.load, limits.requests_at_once)
        self._refused = itertools.count(1)
        self._feedback = Feedback(retriever.archive.folder)

    def greet(self, address: str = "") -> tuple[Any, ...]:
        """Return the contents of a fresh page.

        Args:
            address: the query of the page's address, from ``?`` on, which may hold the filters and a question.

        Returns:
            The masthead, the first message, the outlets to choose from, the two dates, the question, the times of
            the archive, and the filters' heading.
        """
        try:
            with self._retriever.archive.view() as view:
                outlets = view.facets("source")
                days = view.facets("day")
                count = view.count()
        except QaError as error:
            return (
                answer_html.masthead_html(0, 0, "", ""),
                [_said(answer_html.notice_html(str(error)))],
                *(gr.skip(),) * 6,
            )
        masthead = answer_html.masthead_html(count, len(outlets), *period(days))
        choices = [(f"{outlet_name(name)} ({number:,})", name) for name, number in outlets]
        asked = parse_qs(address[:_LONGEST_ADDRESS].removeprefix("?"), keep_blank_values=True)
        known = {name for name, _ in outlets}
        chosen = [name for name in asked.get("outlet", ()) if name in known]
        after, before, question = (asked.get(name, [""])[0] for name in ("after", "before", "q"))
        # A field that the address does not name is left alone: fields in the closed filters get their value only when
        # they are drawn, and by then the visitor may have begun to type.
        return (
            masthead, self.opening(), gr.update(choices=choices, **({"value": chosen} if chosen else {})),
            after or gr.skip(), before or gr.skip(), question[: LIMITS.question_characters] or gr.skip(),
            answer_html.timeline_html(bars(days), "article"), self.note_filters(chosen, after, before)[1],
        )  # fmt: skip

    def opening(self) -> list[Message]:
        """Return the first message of a conversation: questions to choose from, or how to fill an empty archive."""
        archive = self._retriever.archive
        with archive.view() as view:
            if not view.count():
                return [_said(answer_html.empty_archive_html(str(archive.folder), self._upload))]
        offered = map(visible, self._examples or self._suggestions())
        options = [{"value": question, "label": question} for question in offered]
        return [{**_said(answer_html.welcome_html()), "options": options}]

    def _suggestions(self) -> list[str]:
        with self._retriever.archive.view() as view:
            titles = [article.title for article in view.articles(order="published", limit=200)]
        listed = [title for title in titles if 0 < len(title) <= _LONGEST_TITLE]
        # The newest, and three more spread over the archive, so that one story does not fill the list.
        step = max(1, len(listed) // 4)
        return [f"What is reported about “{title}”?" for title in dict.fromkeys(listed[::step][:4])]

    def answer(
        self, question: str, messages: list[Message], turns: Turns, sources: list[str], after: str, before: str,
        request: gr.Request | None = None,
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        """Answer a question.

        Yields:
            The box, the messages, the turns, the message at the dates, the filters' fold, and, with the answer, the
            data that the browser stores of it.
        """
        question = (question or "").strip()
        filters = Filters.of(sources, after, before)
        if not question:
            yield (gr.skip(),) * 6
            return
        if complaint := filters.complaint():
            told = answer_html.field_error_html(f"{_NOT_ASKED} {complaint}")
            yield *(gr.skip(),) * 3, told, gr.update(open=True), gr.skip()
            return
        self.waiting.begun(request)
        asked = [*messages, {"role": "user", "content": answer_html.question_html(question)}]
        busy = gr.update(value="", interactive=False, submit_btn=False)
        yield busy, [*asked, _said(answer_html.searching_html())], turns, "", gr.skip(), gr.skip()
        reply, turns, kept = self._reply(question, turns, filters, request)
        yield gr.update(**READY), [*asked, _said(reply)], turns, "", gr.skip(), kept

    def _reply(
        self, question: str, turns: Turns, filters: Filters, request: gr.Request | None
    ) -> tuple[str, Turns, Any]:
        try:
            self.count(request)
            answer = self._retriever.ask(
                question, turns, _K, sources=filters.sources, after=filters.after, before=filters.before
            )
            limits = [*filters.described(), *map(described, self._retriever.binding(question, answer.asked))]
        except QaError as error:
            return answer_html.notice_html(str(error)), turns, gr.skip()
        except Exception:  # the page reports that something went wrong, the log says what, and the box works again
            _log.exception("a question could not be answered")
            return answer_html.notice_html(_FAILED), turns, gr.skip()
        turn = Turn(answer, tuple(limits))
        # "<" is escaped because Gradio looks for scripts in values that it takes for HTML.
        kept = json.dumps({"name": str(uuid4()), "turn": turn.to_dict()}).replace("<", "\\u003c")
        return self._answer(turn), [*turns, *said([turn])][-_TURNS_KEPT:], kept

    def count(self, request: gr.Request | None) -> None:
        """Count a visitor's question towards the rate limit; None: nothing is counted.

        Raises:
            TooOftenError: if the visitor has reached the limit.
        """
        if request is not None:
            self._rate.take(visitor_through(request))

    def _answer(self, turn: Turn) -> str:
        return answer_html.answer_html(
            turn.answer, turn.limits, tuple(answer_html.ACTS)[: None if self._feedback.possible else 1]
        )

    def restore(self, kept: str) -> tuple[list[Message], Turns]:
        """Return the messages and turns of a conversation that the browser has stored."""
        try:
            opening, turns = self.opening(), turns_of(json.loads(kept))
        except (QaError, ValueError) as error:
            _log.warning("a conversation could not be shown again: %s", error)
            return [_said(answer_html.notice_html(_UNREADABLE))], []
        messages = [
            message
            for turn in turns
            for message in (
                {"role": "user", "content": answer_html.question_html(turn.answer.question)},
                _said(self._answer(turn)),
            )
        ]
        return [*opening, *messages], said(turns)[-_TURNS_KEPT:]

    def markdown(self, given: object) -> str:
        """Return turns as Markdown, given a list of title, turns and the page's address; ``""`` for anything else."""
        match given:
            case [str(title), turns, str(address)] if _ADDRESS.fullmatch(address):
                try:
                    return to_markdown(title, turns_of(turns), address)
                except InputError as error:
                    _log.warning("%s", error)
        return ""

    def quotation(self, given: object) -> dict[str, str]:
        """Return a link's quotation to paste, given a list of link and page's address; ``{}`` if it has none."""
        match given:
            case [link, str(address)] if _ADDRESS.fullmatch(address) and (found := reference(link)):
                try:
                    then = self._retriever.article(found.article_id, found.digest)
                    article = then or self._retriever.article(found.article_id)
                except QaError as error:
                    _log.warning("a quotation could not be copied: %s", error)
                    return {}
                if article and (quoted := cited(article, found)):
                    citation, marks = quoted
                    place = permalink(address, citation, marks)
                    return {"link": place, "quote": plain_quotation(citation), "footnote": footnote(citation, place)}
        return {}

    def vote(self, given: object) -> str:
        """Store feedback, given as the list of arguments of ``Feedback.keep``; return an error message or ``""``."""
        try:
            self._feedback.keep(*(given if isinstance(given, list) and len(given) == 4 else (None,) * 4))
        except InputError as error:
            _log.warning("%s", error)
            return "Your feedback cannot be stored at the moment."
        return ""

    def answer_chosen(
        self, messages: list[Message], turns: Turns, sources: list[str], after: str, before: str, event: gr.SelectData,
        request: gr.Request | None = None,
    ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
        """Answer one of the offered questions."""
        yield from self.answer(str(event.value), messages, turns, sources, after, before, request)

    def refuse(self) -> tuple[Any, str]:
        """Return the box, usable and with the question still in it, and why the question was refused."""
        # Each message differs from the one before, because Gradio draws only changed values.
        return gr.update(**READY), answer_html.refusal_html(self.waiting.refusal(), next(self._refused))

    def start_over(self) -> tuple[Any, list[Message], Turns]:
        """Begin a new conversation; the filters stay."""
        return gr.update(value="", **READY), self.greet()[1], []

    def note_filters(self, sources: list[str], after: str, before: str) -> tuple[str, Any]:
        """Return the message at the date fields, and the filters' heading, which names the filters that are set."""
        filters = Filters.of(sources, after, before)
        complaint = filters.complaint()
        heading = "; ".join((Filters.of(sources, "", "") if complaint else filters).described())
        return answer_html.field_error_html(complaint), gr.update(label=f"Filters: {heading}" if heading else "Filters")

    def read_article(self, links: object) -> Reading:
        """Return the contents of the reading panel for links; anyone can call this with any value."""
        found = references(links)
        try:
            return shown(self._retriever, found)
        except QaError as error:
            return unreadable(str(error))


def _said(html: str) -> Message:
    return {"role": "assistant", "content": html}
