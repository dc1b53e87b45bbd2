"""Sentences that say that what is asked for is not known or was not disclosed."""

import pytest

from qa.answers import reasons
from qa.answers.forms.undisclosed import noted
from qa.answers.found import Found
from qa.answers.judging.candidates import head_key
from qa.answers.layout import quoted
from qa.answers.proof import proven
from qa.answers.question.question_kinds import asked_for
from qa.answers.reply import Answerer
from qa.models.passage_reader import PassageReading, Span
from qa.records import Article
from tests.support.judged import Place, hit_of, judged, weights_by_hand
from tests.support.plain import WordEmbedder, article

SALE = article(
    "Orla Hart has bought the Grand hotel in Ostra. The seller paid a price of £40m in 1999. But the price of the "
    "sale was not disclosed. The hotel has 200 rooms.",
    id="sale", title="Hart buys the Grand hotel",
)  # fmt: skip
DRAW = article(
    "One ticket sold in Verrin won the Ostra jackpot. “It is a lot of paper,” said Lena Moor of the lottery. The "
    "winner has yet to come forward.",
    id="draw", title="One ticket wins the Ostra jackpot",
)  # fmt: skip
VASE = article(
    "A vase was bought for £2m in Ostra. The auctioneer was Lena Moor. The buyer has not been named.",
    id="vase", title="Vase sold in Ostra",
)  # fmt: skip
FIRE = article(
    "A fire destroyed the Verrin mill on Monday. The cause of the fire is not yet known, said Captain Rue. Forty men "
    "fought it. Two of the victims have not been identified.",
    id="fire", title="Fire destroys the Verrin mill",
)  # fmt: skip
LATER = article(
    f"{'The mill is old. ' * 9}Faulty wiring caused the fire at the Verrin mill in May.",
    id="later",
    title="Wiring caused the Verrin mill fire",
)
TERMS = "But the price of the sale was not disclosed."
WINNER = "The winner has yet to come forward."
CAUSE = "The cause of the fire is not yet known, said Captain Rue."


@pytest.mark.parametrize(
    ("question", "text", "words", "withheld"),
    [
        ("How much did Hart pay for the Grand hotel?", SALE, "£40m", TERMS),
        ("Who won the Ostra jackpot?", DRAW, "Lena Moor", WINNER),
        ("What is the name of the winner of the Ostra jackpot?", DRAW, "Lena Moor", WINNER),
        ("Who bought the vase in Ostra?", VASE, "Lena Moor", "The buyer has not been named."),
        ("Why did the Verrin mill burn?", FIRE, "Forty men fought it", CAUSE),
    ],
)
def test_what_was_not_disclosed_comes_first_and_nothing_is_marked(
    question: str, text: Article, words: str, withheld: str
) -> None:
    found = judged(question, [Place(text, words, 0.9)], held=0.95)
    answer = noted(quoted(found), found)
    assert answer.sentences[0].text == withheld
    assert (answer.level, answer.exact, answer.reason) == ("possible", "", reasons.NOT_DISCLOSED)
    assert answer.confidence == 0.95
    assert len(answer.sentences) == 2
    assert not any(one.marks or one.caveat for one in answer.sentences)
    for sentence in answer.sentences:
        for number in sentence.citations:
            citation = answer.citations[number - 1]
            assert text.text[citation.start : citation.end] == citation.quote == sentence.text
    assert proven(answer, question, {text.id: text}.get, list(answer.hits)) == answer


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("How many rooms does the Grand hotel have?", [(SALE, "200")]),  # nothing is asked about money
        ("Where was the Ostra ticket sold?", [(DRAW, "Verrin")]),
        ("How many men fought the fire at the Verrin mill?", [(FIRE, "Forty")]),
        ("Who fought the fire at the Verrin mill?", [(FIRE, "Forty men")]),  # the victims are not asked for
        ("How much did Moss pay for the Grand hotel?", [(SALE, "£40m")]),  # another buyer
        ("Why did the Verrin mill burn?", [(LATER, "Faulty wiring"), (FIRE, "Forty men")]),  # one article knows it
        (
            "Why is the Verrin mill in the news?",
            [(FIRE, "The cause of the fire is not yet known")],
        ),  # it answers itself
        ("Why did Verrin close a school in winter?", [(FIRE, "Forty men")]),
        ("Did Hart pay for the Grand hotel?", [(SALE, "£40m")]),
        ("What did Rue say about the cause of the Verrin fire?", [(FIRE, "Forty men")]),
    ],
)
def test_an_answer_to_something_else_stays_as_it_is(question: str, places: list[tuple[Article, str]]) -> None:
    found = judged(question, [Place(text, words, 0.9) for text, words in places])
    assert noted(quoted(found), found) == quoted(found)


@pytest.mark.parametrize(
    "sentence",
    [
        "The boy, who was not named for legal reasons, was arrested at the mill.",
        "Orla Hart, who declined to comment on the price, was not released until May.",
        "The mill cost more than was known.",
        "At the time nothing was clear.",
    ],
)
def test_a_sentence_that_withholds_something_else_is_left_alone(sentence: str) -> None:
    text = article(f"Rue arrested a boy at the Verrin mill. {sentence}", id="boy", title="Boy held at the Verrin mill")
    for question in ("Why did Rue arrest the boy at the Verrin mill?", "How much did the Verrin mill cost?"):
        found = judged(question, [Place(text, "a boy", 0.9)])
        assert noted(quoted(found), found) == quoted(found)


def test_an_abstention_stays_one() -> None:
    found = judged("How much did Hart pay for the Grand hotel?", [Place(SALE, "£40m", 0.1)], "none")
    assert noted(quoted(found), found).abstained


def test_an_answer_that_is_asked_for_says_what_was_not_disclosed(
    embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights_by_hand(monkeypatch)
    hit, question = hit_of(SALE), "How much did Hart pay for the Grand hotel?"
    start = SALE.text.index("£40m")
    readings = {head_key(hit, "text"): PassageReading(4.0, 8.0, (Span(start, start + 4, 14.0),))}
    found = Found(question, [hit], readings, {SALE.id: SALE})
    assert Answerer(embedder).answer(found, asked_for(question)).sentences[0].text == TERMS


def test_the_reason_is_one_of_ours_also_beside_another() -> None:
    other = reasons.not_mentioned(["Ostra"])
    for reason in (reasons.NOT_DISCLOSED, f"{reasons.NOT_DISCLOSED} {other}", f"{other} {reasons.NOT_DISCLOSED}"):
        assert reasons.is_ours(reason)
    assert reasons.is_ours(reasons.unnamed(["Ostra"]))
