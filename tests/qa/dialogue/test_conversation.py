import time
from datetime import date

import pytest

from qa.dates.question_windows import windows
from qa.dialogue.conversation import stand_alone, turns
from qa.errors import InputError

FERRY = "What happened to the Alma ferry in Ostra?"
QUAKE = "How strong was the earthquake that struck Nepal on 12 May 2015?"
IDLIB = "What happened in Idlib in April 2015?"

# What was asked before, the follow-up, and what is searched for.
CARRIED = [
    ([FERRY], "Who led it?", "Who led it? (Alma ferry, Ostra)"),
    ([FERRY], "Why?", "Why? (the Alma ferry in Ostra)"),
    ([FERRY], "How many died?", "How many died? (Alma ferry, Ostra)"),
    ([FERRY, "Who led it?"], "And how many were saved?", "And how many were saved? (Alma ferry, Ostra)"),
    (["When did the ferry sink off Ostra?"], "Why?", "Why did the ferry sink off Ostra?"),
    (["Did the ferry sink off Ostra?"], "And when exactly?", "When did the ferry sink off Ostra?"),
    (["How many people died in Ostra?"], "How come?", "How come? (people died in Ostra)"),
    (["How many votes did Renner get in May?"], "And how many did Lund?", "How many votes did Lund get in May?"),
    (["How many votes did Renner get in May?"], "how many did Lund", "How many votes did Lund get in May?"),
    (["When was Anna Lund born?"], "And when was Boris Jacobs?", "When was Boris Jacobs born?"),
    (["Who was Anna Lund married to?"], "Who was Boris Jacobs?", "Who was Boris Jacobs?"),
    ([FERRY, "Who led it?"], "Why?", "Why? (led it, Alma ferry, Ostra)"),
    ([FERRY], "Tell me more", "Tell me more about Alma ferry, Ostra"),
    ([FERRY], "And then?", "Tell me more about Alma ferry, Ostra"),
    (["Who is Angela Merkel?"], "When was she born?", "When was Angela Merkel born?"),
    (["Who is Angela Merkel?"], "What did her party say?", "What did Angela Merkel's party say?"),
    (["Who is Boris Jacobs?"], "Who are his critics?", "Who are Boris Jacobs' critics?"),
    (["Who won the 2018 World Cup?"], "Who lost it?", "Who lost the 2018 World Cup?"),
    (["What is a heat pump?"], "Do they freeze?", "Do they freeze? (heat pump)"),
    (["Who sang “Blue Verrin”?"], "When was it written?", "When was Blue Verrin written?"),
    (["Why did the Turkish lira fall?"], "And what did Erdogan say?", "And what did Erdogan say? (Turkish lira, fall)"),
]

FRAMED = [
    (["How many people died in Ostra?"], "And in Idlib?", "How many people died in Idlib?"),
    ([FERRY], "And in Idlib?", "What happened to the Alma ferry in Idlib?"),
    (
        ["How did Saudi Arabia react to the oil deal?"],
        "What about Iran?",
        "How did Iran react to the oil deal?",
    ),
    (["How did Greece answer the vote?"], "And Germany?", "How did Germany answer the vote?"),
    (["Who freed the Ever Given?"], "And China?", "Who freed China?"),
    (["How many people died in Ostra?"], "And Idlib?", "How many people died in Idlib?"),
]

DATED = [
    ([IDLIB], "How many died?", "How many died? (Idlib, in April 2015)"),
    ([IDLIB], "And in Aleppo?", "What happened in Aleppo in April 2015?"),
    ([IDLIB], "And in June?", "What happened in Idlib in June 2015?"),
    ([IDLIB], "What about in 2019?", "What happened in Idlib in 2019?"),
    ([IDLIB, "And in June?"], "And in 2019?", "What happened in Idlib in 2019?"),
    ([IDLIB], "And the following month?", "What happened in Idlib the month after April 2015?"),
    ([IDLIB], "And the year before?", "What happened in Idlib the year before 2015?"),
    ([QUAKE], "What happened the day after?", "What happened the day after 12 May 2015? (Nepal, earthquake)"),
    ([QUAKE, "How deep was it?"], "And on the 25th?", "And on the 25th of May 2015? (Nepal, earthquake)"),
    ([QUAKE], "How many died in June 2016?", "How many died in June 2016? (Nepal, earthquake)"),
    (["Which ferry sank last week?"], "How many died?", "How many died? (ferry, sank, last week)"),
    (
        ["What was known of Ebola as of 3 May 2014?"],
        "How many had died?",
        "How many had died? (Ebola, as of 3 May 2014)",
    ),
    (
        ["What was known of Ebola as of 3 May 2014?"],
        "And as of 10 June 2014?",
        "What was known of Ebola as of 10 June 2014?",
    ),
]


def asked_before(questions: list[str]) -> list[tuple[str, str]]:
    return [("user", question) for question in questions]


@pytest.mark.parametrize(("before", "question", "asked"), [*CARRIED, *FRAMED, *DATED])
def test_a_follow_up_gets_what_it_lacks(before: list[str], question: str, asked: str) -> None:
    assert stand_alone(question, asked_before(before)) == asked


@pytest.mark.parametrize(
    ("before", "question", "window"),
    [
        ([IDLIB], "How many died?", ("2015-04-01", "2015-05-01", "preference")),
        ([IDLIB], "And in June?", ("2015-06-01", "2015-07-01", "preference")),
        ([IDLIB], "And the following month?", ("2015-05-01", "2015-06-01", "preference")),
        ([IDLIB], "And the year before?", ("2014-01-01", "2015-01-01", "preference")),
        ([QUAKE], "And the day after?", ("2015-05-13", "2015-05-14", "preference")),
        ([QUAKE], "What happened the week before?", ("2015-05-05", "2015-05-12", "preference")),
        ([QUAKE], "And on the 25th?", ("2015-05-25", "2015-05-26", "preference")),
        (["What was known of Ebola as of 3 May 2014?"], "How many had died?", ("", "2014-05-04", "bound")),
        (
            ["What was known of Ebola as of 3 May 2014?"],
            "How many had died in 2019?",
            ("2019-01-01", "2020-01-01", "preference"),
        ),
    ],
)
def test_the_date_of_a_rewritten_question_is_understood(
    before: list[str], question: str, window: tuple[str, str, str]
) -> None:
    found = windows(stand_alone(question, asked_before(before)), date(2026, 11, 23))
    assert [(one.after, one.before, one.kind) for one in found] == [window]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the president of France?",
        "Which company said it would close its plant?",
        "  Who   owns the Ever Given? ",
        "What is arnica used for?",
        "Wer hat die Wahl in Hessen gewonnen?",
        "أين وقع الزلزال؟",
    ],
)
def test_a_question_that_stands_alone_is_left_exactly_alone(question: str) -> None:
    assert stand_alone(question, [("user", FERRY), ("assistant", "It sank on 3 May."), ("user", IDLIB)]) == question


def test_a_new_topic_is_not_polluted_by_the_one_before() -> None:
    before = [FERRY, "Who led it?", "Who won the 2018 World Cup?"]
    assert stand_alone("Who lost it?", asked_before(before)) == "Who lost the 2018 World Cup?"
    before = [IDLIB, "Who is Angela Merkel?"]
    assert stand_alone("Where was she born?", asked_before(before)) == "Where was Angela Merkel born?"


def test_what_a_pronoun_stands_for_is_kept_while_other_things_are_asked() -> None:
    before = ["Who is Patrice Lumumba?", "Did he meet Kasa-Vubu?", "When did he study in Leuven?"]
    assert stand_alone("Where was he born?", asked_before(before)) == "Where was Patrice Lumumba born?"


def test_a_name_in_the_reply_answers_who_is_meant() -> None:
    said = [("user", "Who was in command when the siege ended?"), ("assistant", "Colonel Mahmoud Sabha.")]
    assert stand_alone("How did he get away?", said) == "How did Colonel Mahmoud Sabha get away?"


def test_replies_alone_are_no_conversation() -> None:
    assert stand_alone("Why?", [("assistant", "The Alma ferry sank.")]) == "Why?"


@pytest.mark.parametrize("history", [[], None, [("user", "")], [("user", " \n")]])
def test_without_a_history_nothing_is_added(history: list[tuple[str, str]]) -> None:
    assert stand_alone("Why?", history) == "Why?"


def test_turns_may_be_mappings_and_their_roles_have_two_names() -> None:
    said = [{"role": "user", "text": FERRY}, {"role": "agent", "text": "It sank."}]
    assert turns(said) == [("user", FERRY), ("assistant", "It sank.")]
    assert stand_alone("Who led it?", said) == "Who led it? (Alma ferry, Ostra)"


@pytest.mark.parametrize(
    "turn", [("system", "x"), ("user",), "user", {"role": "user"}, ("user", 3), ("user", "\ud800")]
)
def test_a_turn_that_cannot_be_used_is_refused(turn: object) -> None:
    with pytest.raises(InputError):
        stand_alone("Why?", [turn])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "text",
    [
        "A" * 1_000_000,
        "Alma " * 200_000,
        "in the " * 150_000,
        "the day after " * 70_000,
        "(" * 1_000_000,
        "“" * 1_000_000,
        "12 May 2015 " * 80_000,
        "'s " * 300_000,
        "😀\u202e\x00" * 200_000,
    ],
)
def test_a_megabyte_of_history_is_read_in_no_time(text: str) -> None:
    begin = time.process_time()
    asked = stand_alone("Who led it?", [("user", text), ("assistant", text), ("user", f"What of {text}")])
    assert time.process_time() - begin < 1.0
    assert asked.startswith("Who led ")
    assert len(asked) < 400


def test_ten_thousand_turns_are_read_in_no_time() -> None:
    letters = "abcdefghij"
    names = ("".join(letters[int(digit)] for digit in str(number)).title() for number in range(10_000))
    said = [("user", f"What did Minister {name} say?") for name in names]
    begin = time.process_time()
    assert "Minister Jjjj" in stand_alone("When was she born?", said)
    assert time.process_time() - begin < 1.0


def test_a_follow_up_of_two_thousand_characters_is_read_in_no_time() -> None:
    begin = time.process_time()
    for question in ("and " * 500, "it " * 660, "it was the day after that, and " * 60, "in 2015 " * 250):
        stand_alone(question, [("user", FERRY)])
    assert time.process_time() - begin < 1.0


def test_the_same_conversation_gives_the_same_question() -> None:
    said = asked_before([FERRY, IDLIB, QUAKE])
    assert len({stand_alone("Why there?", said) for _ in range(5)}) == 1


WHO = [("user", "Who appeared in court over the Ostra ferry fire?"), ("assistant", "Boris Jacobs, a welder of 28.")]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Did he have a licence?", "Did Boris Jacobs have a licence?"),
        ("What did his lawyer say?", "What did Boris Jacobs' lawyer say?"),
        ("Where was it?", "Where was it? (Ostra ferry fire, court)"),
    ],
)
def test_he_is_the_person_named_in_the_reply_to_who(question: str, asked: str) -> None:
    assert stand_alone(question, WHO) == asked


@pytest.mark.parametrize(
    "reply", ["The Harbour Company and its owners did.", "Boris Jacobs did, and Anton Verrin, too."]
)
def test_neither_a_body_nor_one_of_two_people_is_he(reply: str) -> None:
    asked = stand_alone("Where was he?", [WHO[0], ("assistant", reply)])
    assert asked not in ("Where was the Harbour Company?", "Where was Boris Jacobs?", "Where was Anton Verrin?")


def test_another_who_ends_what_he_meant() -> None:
    talk = [*WHO, ("user", "And who owned the ship?"), ("assistant", "Anton Verrin owned it.")]
    assert stand_alone("How old is he?", talk) != "How old is Boris Jacobs?"


@pytest.mark.parametrize(
    ("last", "asked"),
    [
        ("Can you tell me when the mine collapsed?", "Why? (the mine collapsed)"),
        ("When did Hart resign and where?", "Why did Hart resign?"),
        ("On what day did the mine collapse?", "Why did the mine collapse?"),
        ("Who's the mayor of Ostra?", "Why? (the mayor of Ostra)"),
        ("What caused the fire? Did Hart resign?", "Why did Hart resign?"),
    ],
)
def test_why_takes_over_the_clause_of_the_last_question(last: str, asked: str) -> None:
    assert stand_alone("Why?", [("user", last)]) == asked


def test_a_new_topic_ends_what_he_meant() -> None:
    talk = [*WHO, ("user", "Who is Anton Verrin?"), ("assistant", "The mayor of Idlib.")]
    assert stand_alone("When was he born?", talk) == "When was Anton Verrin born?"
