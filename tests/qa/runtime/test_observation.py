"""Observers of a retriever: one report a question, however it ends."""

import pytest

from qa.errors import InputError
from qa.retrieval import Retriever
from qa.runtime.observation import Observation
from tests.support.plain import BrokenEmbedder


def test_a_question_and_a_search_are_reported_with_what_they_gave(retriever: Retriever) -> None:
    seen: list[Observation] = []
    observed = retriever.observed(seen.append)
    answer = observed.ask("Why was the dam at Verrin closed?", k=2)
    hits = observed.retrieve("Who resigned in Ostra?", k=1)
    assert [(one.kind, one.question, one.hits, one.answer, one.error) for one in seen] == [
        ("ask", "Why was the dam at Verrin closed?", len(answer.hits), answer, None),
        ("search", "Who resigned in Ostra?", len(hits), None, None),
    ]
    assert all(0 < one.seconds < 60 for one in seen)


def test_a_refused_and_a_failed_question_are_reported_and_raise_all_the_same(retriever: Retriever) -> None:
    seen: list[Observation] = []
    with pytest.raises(InputError, match="question: is empty"):
        retriever.observed(seen.append).ask(" ")
    broken = Retriever(retriever.archive, BrokenEmbedder()).observed(seen.append)
    with pytest.raises(RuntimeError, match="secret detail"):
        broken.retrieve("Who resigned?")
    assert [(one.kind, type(one.error), one.hits) for one in seen] == [
        ("ask", InputError, 0),
        ("search", RuntimeError, 0),
    ]


def test_two_observers_of_one_retriever_hear_only_their_own_questions(retriever: Retriever) -> None:
    page: list[Observation] = []
    programs: list[Observation] = []
    one, other = retriever.observed(page.append), retriever.observed(programs.append)
    one.retrieve("dam", k=1)
    other.ask("Who resigned?")
    retriever.retrieve("mill", k=1)
    assert ([seen.kind for seen in page], [seen.kind for seen in programs]) == (["search"], ["ask"])
    assert one.archive is other.archive
    assert one.load is other.load is retriever.load
