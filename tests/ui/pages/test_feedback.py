import json
from dataclasses import asdict
from pathlib import Path

import pytest

from qa.errors import InputError
from qa.evaluation.questions import read_questions
from qa.records import Answer, Citation, Hit, Part, Passage, Sentence
from qa.settings import FEEDBACK_FILE, LIMITS
from ui.pages.conversations import Turn, said, turns_of
from ui.pages.feedback import Feedback

QUOTE = "The dam at Verrin was closed on Monday."
CITATION = Citation("dam", "Dam closed", "Courier", "", "2015-05-11", 10, 49, QUOTE, "d" * 64)
HIT = Hit(Passage("p1", "dam", 10, 49, QUOTE), CITATION, 0.5, (Part("bm25", 1, 7.0, 0.5),))
FOUND = Answer(
    "When was the dam closed?", "When was the dam closed?", f"{QUOTE} [1]", "on Monday",
    (Sentence(QUOTE, (1,), ((29, 38),)),), (CITATION,), (HIT,), 0.9,
)  # fmt: skip
REFUSED = Answer("Who sang?", "Who sang?", "No answer.", "", (), (), (HIT,), 0.02, "The name never occurs.")


def plain(*answers: Answer) -> list[object]:
    """Turns as they come back from a browser."""
    data: list[object] = json.loads(json.dumps([asdict(Turn(answer, ("Courier",))) for answer in answers]))
    return data


def test_a_conversation_comes_back_as_it_was() -> None:
    assert turns_of(plain(FOUND, REFUSED)) == [Turn(FOUND, ("Courier",)), Turn(REFUSED, ("Courier",))]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "not a list of 1 to 200 turns"),
        ([], "not a list of 1 to 200 turns"),
        ([{}] * 201, "not a list of 1 to 200 turns"),
        ([{"answer": {"question": "?"}}], "conversation: 0.answer.asked: Field required"),
        ([{**asdict(Turn(FOUND)), "limits": [3]}], "conversation: 0.limits.0: Input should be a valid string"),
        ([asdict(Turn(FOUND)) | {"answer": asdict(FOUND) | {"citations": []}}], "cites a citation that does not exist"),
    ],
)
def test_what_is_no_conversation_is_refused(data: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        turns_of(data)


def test_what_was_said_is_the_history_of_a_follow_up() -> None:
    assert said([Turn(FOUND)]) == [("user", "When was the dam closed?"), ("assistant", f"{QUOTE} [1]")]


def test_feedback_becomes_a_question_file_that_can_be_evaluated(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path)
    assert list(feedback.questions()) == []
    feedback.keep("a", "helpful", "", plain(FOUND))
    feedback.keep("b", "unhelpful", "", plain(FOUND, REFUSED))
    feedback.keep("b", "unhelpful", "she did sing", plain(FOUND, REFUSED))  # the same answer once more
    feedback.keep("c", "helpful", "", plain(REFUSED))
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in feedback.questions()))
    found, rejected = read_questions(file)
    assert not rejected
    kept = {one.id: one for one in found}
    assert kept["a"].answers == ("on Monday",)
    assert [(one.article_id, one.quote) for one in kept["a"].evidence] == [("dam", QUOTE)]
    assert [(one.answerable, one.type) for one in (kept["a"], kept["b"], kept["c"])] == [
        (True, "helpful"), (True, "unhelpful"), (False, "helpful"),
    ]  # fmt: skip
    feedback.keep("d", "unhelpful", "x" * (LIMITS.note_characters + 1), plain(FOUND))
    wrong = list(feedback.questions())[-1]
    assert (wrong["answers"], wrong["evidence"]) == ([], [])  # what was shown did not answer
    assert wrong["note"] == "x" * LIMITS.note_characters
    assert kept["b"].history == (("user", "When was the dam closed?"), ("assistant", f"{QUOTE} [1]"))
    assert [line["note"] for line in feedback.questions() if line["id"] == "b"] == ["she did sing"]


@pytest.mark.parametrize(
    ("name", "vote", "note", "turns"),
    [
        ("a", "great", "", plain(FOUND)),
        ("a", "helpful", 3, plain(FOUND)),
        (1, "helpful", "", plain(FOUND)),
        ("a", "helpful", "", "x"),
    ],
)
def test_feedback_that_is_none_is_refused_and_nothing_is_written(
    tmp_path: Path, name: object, vote: object, note: object, turns: object
) -> None:
    with pytest.raises(InputError):
        Feedback(tmp_path).keep(name, vote, note, turns)
    assert not (tmp_path / FEEDBACK_FILE).exists()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / FEEDBACK_FILE).write_text("not a database, but long enough to be looked at as one " * 20)
    with pytest.raises(
        InputError, match=r"feedback\.sqlite: feedback cannot be stored .*free disk space or allow writing"
    ):
        Feedback(tmp_path).keep("a", "helpful", "", plain(FOUND))
    with pytest.raises(InputError, match=r"feedback\.sqlite: cannot be read .*move it away"):
        list(Feedback(tmp_path).questions())


def test_there_is_no_feedback_where_nothing_can_be_written(tmp_path: Path) -> None:
    assert Feedback(tmp_path).possible
    assert not Feedback(tmp_path / "missing").possible
