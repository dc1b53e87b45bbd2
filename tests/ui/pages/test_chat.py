"""The chat page without a browser: what each event of it gives back."""

import json
from typing import Any

import pytest

from qa.archive.archive import Archive
from qa.retrieval import Retriever
from tests.support.plain import BrokenEmbedder
from tests.ui.test_app import QUESTION
from ui.pages.chat import Page
from ui.pages.gradio_setup import gr
from ui.render.citation_view import fragment


def said(update: tuple[Any, ...]) -> str:
    """The last message of what the page is told."""
    return str(update[1][-1]["content"])


def test_a_fresh_page_shows_what_the_archive_holds_and_offers_questions(retriever: Retriever) -> None:
    masthead, messages, sources, *_ = Page(retriever).greet()
    assert masthead == '<h1>Dateline</h1><p class="holds">3 articles · 2 outlets · 2015–2016</p>'
    assert [option["value"] for option in messages[0]["options"]] == [
        "What is reported about “Mayor resigns”?",
        "What is reported about “Dam closed”?",
        "What is reported about “Mill burns”?",
    ]
    assert sources["choices"] == [("Courier (2)", "Courier"), ("Harbour Wire (1)", "Harbour Wire")]


def test_filters_and_a_question_are_taken_from_the_address(retriever: Retriever) -> None:
    address = "?outlet=Courier&outlet=nowhere&after=2015&before=&q=Who+resigned%3F"
    _, _, sources, after, before, question, times, heading = Page(retriever).greet(address)
    assert (sources["value"], after, question) == (["Courier"], "2015", "Who resigned?")
    assert before == gr.skip()  # would come too late for who has begun to type
    assert heading["label"] == "Filters: Courier; from 2015 on"
    assert '<span class="hidden-text"> 1 article</span>' in times


def test_the_caller_can_choose_the_questions_that_are_offered(retriever: Retriever) -> None:
    (message,) = Page(retriever, ["Who resigned?"]).opening()
    assert message["options"] == [{"value": "Who resigned?", "label": "Who resigned?"}]


def test_a_question_disables_the_box_and_an_answer_gives_it_back(retriever: Retriever) -> None:
    first, last = Page(retriever).answer(QUESTION, [], [], [], "", "")
    assert (first[0]["interactive"], first[0]["value"]) == (False, "")
    assert said(first) == '<div class="searching"><p>Searching the archive …</p></div>'
    assert last[0]["interactive"] is True
    assert last[1][0] == {"role": "user", "content": "Why was the dam at Verrin closed&#63;"}
    assert said(last).startswith('<div class="answer">')


def test_a_follow_up_is_asked_with_what_was_said_before(retriever: Retriever) -> None:
    page = Page(retriever)
    *_, first = page.answer(QUESTION, [], [], [], "", "")
    assert [role for role, _ in first[2]] == ["user", "assistant"]
    *_, second = page.answer("And how many sensors?", first[1], first[2], [], "", "")
    assert "And how many sensors&#63; &#40;" in said(second)
    assert [role for role, _ in second[2]] == ["user", "assistant", "user", "assistant"]


def test_a_new_conversation_forgets_what_was_said(retriever: Retriever) -> None:
    box, messages, turns = Page(retriever).start_over()
    assert (box["value"], box["interactive"], len(messages), turns) == ("", True, 1, [])


def test_filters_limit_what_is_found(retriever: Retriever) -> None:
    *_, all_found = Page(retriever).answer("Verrin", [], [], [], "", "")
    *_, found = Page(retriever).answer("Verrin", [], [], ["Harbour Wire"], "", "")
    assert ("Mayor resigns" in said(all_found), "Dam closed" in said(all_found)) == (True, True)
    assert ("Mayor resigns" in said(found), "Dam closed" in said(found)) == (True, False)
    assert '<p class="aside">Only Harbour Wire</p>' in said(found)


def test_a_bad_date_is_explained_and_nothing_is_asked(retriever: Retriever) -> None:
    ((box, messages, turns, error, fold, kept),) = Page(retriever).answer(QUESTION, [], [], [], "2015-13-40", "")
    assert "“2015-13-40”" not in error
    assert "The question was not asked&#46; After&#58; &#8220;2015&#45;13&#45;40&#8221; is not a date" in error
    assert fold["open"] is True
    assert [set(update) for update in (box, messages, turns, kept)] == [{"__type__"}] * 4


def test_the_heading_of_the_filters_says_what_is_set(retriever: Retriever) -> None:
    error, fold = Page(retriever).note_filters(["Courier"], "2015-05", "")
    assert (error, fold["label"]) == ("", "Filters: Courier; from May 2015 on")
    error, fold = Page(retriever).note_filters([], "", "")
    assert (error, fold["label"]) == ("", "Filters")
    error, fold = Page(retriever).note_filters(["Courier"], "2015-13-40", "2016")
    assert "is not a date" in error
    assert fold["label"] == "Filters: Courier"  # no date counts while one of them is none


def test_what_the_browser_keeps_of_an_answer_brings_the_conversation_back(retriever: Retriever) -> None:
    page = Page(retriever)
    _, last = page.answer(QUESTION, [], [], ["Courier"], "", "")
    kept = json.loads(str(last[5]))
    messages, turns = page.restore(json.dumps([kept["turn"]]))
    assert (messages[-2], messages[-1]) == tuple(last[1][-2:])
    assert turns == last[2]
    assert "<" not in str(last[5])
    assert page.vote([kept["name"], "helpful", "", [kept["turn"]]]) == ""
    assert page.vote("nonsense") == "Your feedback cannot be stored at the moment."
    assert "cannot show" in page.restore("[{}]")[0][0]["content"]
    assert "cannot show" in page.restore("nonsense")[0][0]["content"]


def test_an_empty_question_changes_nothing(retriever: Retriever) -> None:
    assert list(Page(retriever).answer("  \n", [], [], [], "", "")) == [({"__type__": "update"},) * 6]


def test_a_question_that_is_too_long_is_explained(retriever: Retriever) -> None:
    *_, last = Page(retriever).answer("x" * 2001, [], [], [], "", "")
    assert said(last) == (
        '<div class="problem"><p>question&#58; has 2001 characters&#44; more than the 2000 allowed&#59; '
        "shorten it</p></div>"
    )
    assert last[0]["interactive"] is True


def test_an_unforeseen_failure_is_logged_and_shown_without_its_details(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    page = Page(Retriever(archive, BrokenEmbedder()))
    *_, last = page.answer(QUESTION, [], [], [], "", "")
    assert "Something went wrong while answering" in said(last)
    assert "secret detail" not in said(last)
    assert "secret detail" in caplog.text
    assert (last[0]["interactive"], last[2]) == (True, [])


def test_an_article_is_read_by_its_link_and_nonsense_is_refused(retriever: Retriever) -> None:
    page = Page(retriever)
    hit = retriever.retrieve(QUESTION, 1)[0]
    shown = page.read_article(["#" + fragment(hit.citation)])
    assert (shown["title"], shown["source"], shown["published"]) == ("Dam closed", "Courier", "11 May 2015")
    assert [piece["text"] for piece in shown["pieces"] if piece["kind"] == "chosen"] == [hit.citation.quote]
    link, address = "#" + fragment(hit.citation), "http://127.0.0.1:7860"
    assert hit.citation.quote in page.quotation([link, address])["quote"]
    for nonsense in (None, "x", [], [None], ["#cite-dam"], {"a": 1}, [["#cite-dam:0-5:d0f4d0f4d0f4"]]):
        assert page.read_article(nonsense)["error"] == "This article is not in the archive."


def test_an_archive_that_cannot_be_read_is_told_or_leaves_nothing_to_copy(
    archive: Archive, retriever: Retriever
) -> None:
    page = Page(retriever)
    citation = retriever.retrieve(QUESTION, 1)[0].citation
    (archive.folder / "archive.sqlite").write_bytes(b"no database")
    assert page.quotation([f"#{fragment(citation)}", "http://127.0.0.1:7860"]) == {}
    assert "archive.sqlite" in page.read_article([f"#{fragment(citation)}"])["error"]
    assert "cannot show" in page.restore("[]")[0][0]["content"]
