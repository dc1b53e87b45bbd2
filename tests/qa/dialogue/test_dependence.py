import pytest

from qa.dialogue.dependence import depends, reason

ALONE = [
    "What happened to the Alma ferry in Ostra?",
    "Who said that he would resign?",
    "Which company announced it would close its plant?",
    "Merkel said she supports what solution?",
    "When Tesla moved to New York, what did he do?",
    "President Ilves made a declaration this week. What did he say?",
    "In his speech, what did Ilves promise?",
    "How long does it take to cross the strait?",
    "Is it legal to fly a drone over Verrin?",
    "What mountain has snow on it all year?",
    "How do the fees in Ostra compare to those at other schools?",
    "Are there sharks in the Baltic?",
    "Which ferry sank this week?",
    "Who defended themselves in court?",
    "What other health problems did Luther have?",
    "Which of the two is larger, Verrin or Ostra?",
    "Who wrote “It is not over”?",
    "Is melatonin bad for you?",
    "Where do lampreys live?",
    "What causes acid reflux in the morning?",
    "Who was the captain of the ferry Alma?",
    "What did the engineers of the Verrin dam find?",
    "Tell me about the siege of Jisr al-Shughour",
    "¿Quién ganó las elecciones en Chile?",
    "Wer hat die Wahl gewonnen?",
    "How many barrels of oil is it estimated Kenya has?",
]

LEANING = {
    "Who led it?": "pronoun it",
    "What did he say?": "pronoun he",
    "Who were his parents?": "pronoun his",
    "What causes it?": "pronoun it",
    "Why did they leave?": "pronoun they",
    "What happened after that?": "pronoun that",
    "Who reported on this case?": "pronoun this",
    "What trains happened to run on it?": "pronoun it",
    "What hares were seen hard by it?": "pronoun it",
    "Who lives there?": "pronoun there",
    "Which ones were saved?": "pronoun ones",
    "How does it compare to the Alma?": "pronoun it",
    "Great, thanks. And where was it built?": "pronoun it",
    "And in Idlib?": "opening",
    "What about the day after?": "opening",
    "How about Iran?": "opening",
    "Why?": "names nothing",
    "How many?": "names nothing",
    "How many people died?": "names nothing",
    "Who was responsible?": "names nothing",
    "What happened then?": "names nothing",
    "Who else?": "opening",
    "Were there any other arrests?": "continues",
    "What did the state news agency claim instead?": "continues",
    "Which is cheaper to insure?": "compares",
    "Any famous survivors?": "fragment",
    "What did the ferry carry?": "the ferry",
    "Were officials arrested there?": "pronoun there",
    "How many rebels?": "tells little",
}


@pytest.mark.parametrize("question", ALONE)
def test_a_question_that_says_what_it_is_about_stands_alone(question: str) -> None:
    assert reason(question) == ""


@pytest.mark.parametrize("question", LEANING)
def test_a_question_that_leaves_out_what_it_is_about_depends(question: str) -> None:
    assert reason(question) == LEANING[question]


def test_the_thing_that_was_spoken_of_is_told_from_the_one_that_everybody_knows() -> None:
    assert not depends("Who commanded the garrison?")
    assert depends("Who commanded the garrison?", {"garrison"})
    assert not depends("Who commanded the garrison of Verrin?", {"garrison"})


def test_nothing_asked_depends() -> None:
    assert depends("?!")
