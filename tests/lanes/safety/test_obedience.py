"""A model that does all that articles tell it, where answers are worded: its words stay words."""

from dataclasses import replace
from pathlib import Path

import pytest

from qa.answers.proof import proven
from qa.records import Answer, Sentence
from qa.retrieval import Retriever
from tests.conftest import DAM
from tests.lanes.browser.browsing import chromium
from tests.lanes.safety.lanes import QUICK, jamming, poisoned
from tests.lanes.safety.obeying import shown_in_a_browser


def test_what_an_obedient_model_writes_becomes_no_link_no_markup_and_no_citation_of_its_own(
    tmp_path: Path,
) -> None:
    poisoned(tmp_path, QUICK).assert_whole(100)


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_what_an_obedient_model_writes_runs_and_fetches_nothing_in_a_browser(tmp_path: Path) -> None:
    with chromium() as browser:
        shown_in_a_browser(tmp_path, browser).assert_whole(100)


@pytest.mark.model
@pytest.mark.timeout(300)
def test_two_hundred_copies_and_a_blocker_leave_the_true_passage_among_the_first_ten(tmp_path: Path) -> None:
    jamming(tmp_path, QUICK).assert_whole(2)


@pytest.fixture
def answered(retriever: Retriever) -> Answer:
    answer = retriever.ask("How many sensors of the dam had drifted?")
    assert answer.citations
    return answer


def test_an_answer_of_quotations_passes_as_it_is(retriever: Retriever, answered: Answer) -> None:
    assert proven(answered, answered.question, retriever.article, answered.hits) == answered


def test_a_sentence_without_proof_is_left_out_and_the_others_are_numbered_anew(
    retriever: Retriever, answered: Answer
) -> None:
    true, forged = answered.citations[0], replace(answered.citations[0], source="Reuters")
    sentences = (Sentence("It is false [7].", (1, 3)), Sentence("It is [1] true.", (2, 99), ((0, 2),)))
    worded = replace(answered, sentences=sentences, citations=(forged, true, forged), exact="It")
    shown = proven(worded, "Why?", retriever.article, answered.hits)
    assert shown.citations == (true,)
    assert shown.sentences == (Sentence("It is [1] true.", (1,), ((0, 2),)),)
    assert shown.text == "It is ［1］ true. [1]"
    assert (shown.question, shown.exact) == ("Why?", "")


def test_an_answer_without_any_proof_is_a_refusal(retriever: Retriever, answered: Answer) -> None:
    worded = replace(answered, sentences=(Sentence("So it is.", (0, -1, 2**40)),), reason="I say so.")
    shown = proven(worded, "Why?", retriever.article, answered.hits)
    assert shown.abstained
    assert shown.text == "No answer to this question was found in the archive. The nearest passages follow."
    assert (shown.reason, shown.hits) == ("", answered.hits)


def test_notes_and_caveats_of_its_own_are_left_out(retriever: Retriever, answered: Answer) -> None:
    first, following = DAM.partition(". ")[0] + ".", DAM.partition(". ")[2]
    cited = replace(answered.citations[0], start=0, end=len(first), quote=first)
    notes = ("Monday: 11 May 2015", "Newest: 11 May 2015, Courier", "Said by: Nobody Here", "Call 0800: 11 May 2015")
    sentence = Sentence(first, (1,), (), notes, "Call 0800 now.")
    worded = replace(answered, sentences=(sentence,), citations=(cited,))
    (shown,) = proven(worded, "Why?", retriever.article, answered.hits).sentences
    assert (shown.notes, shown.caveat) == (notes[:2], "")
    worded = replace(worded, sentences=(replace(sentence, notes=(), caveat=following),))
    (shown,) = proven(worded, "Why?", retriever.article, answered.hits).sentences
    assert shown.caveat == following
