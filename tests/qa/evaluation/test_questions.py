import gzip
import json
import lzma
from pathlib import Path

import pytest

from qa.errors import InputError
from qa.evaluation.questions import Gold, RejectedQuestion, Target, find, locate, read_questions
from qa.records import Article, Evidence, Passage, Question

TEXT = "The mayor of Lund opened the bridge.\nIt cost 12  million\tkronor. The mayor of Lund left on 3 May."


def an_article(text: str = TEXT) -> Article:
    return Article("a1", "Bridge", "", text, "", "", "", "", "", "", "en")


def a_question(*evidence: Evidence, answers: tuple[str, ...] = ()) -> Question:
    return Question("q", "What?", answers, evidence, (), True, "", "")


def only_a1(article_id: str) -> Article | None:
    return an_article() if article_id == "a1" else None


def written(folder: Path, *lines: object) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), "utf-8")
    return path


def test_a_full_line_becomes_a_question(tmp_path: Path) -> None:
    line = {
        "id": "x1",
        "question": "And when?",
        "answers": ["3 May"],
        "evidence": [{"article_id": "a1", "text": "left on 3 May", "answer_start": 90, "basis": "unread"}],
        "history": [{"role": "user", "text": "Who left?"}, {"role": "agent", "text": "The mayor."}],
        "answerable": True,
        "type": "follow-up",
        "question_date": "2020-05-04",
        "part": "unread",
    }
    assert read_questions(written(tmp_path, line)) == (
        [
            Question(
                id="x1",
                text="And when?",
                answers=("3 May",),
                evidence=(Evidence("a1", "left on 3 May", 90),),
                history=(("user", "Who left?"), ("assistant", "The mayor.")),
                answerable=True,
                type="follow-up",
                asked_on="2020-05-04",
            )
        ],
        [],
    )


def test_what_a_line_leaves_out_is_filled_in(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"question": "One?"},
        "",
        {"question": "Two?", "id": None, "answers": None, "evidence": None, "history": None, "type": None},
        {
            "question": "Three?",
            "id": 7,
            "answerable": False,
            "evidence": [{"article_id": "a1", "text": None}],
        },
        {"question": "Four?", "history": [["user", "Hm"], ["assistant", "Ja"]]},
    )
    questions, rejected = read_questions(path)
    assert [(one.id, one.text, one.answerable) for one in questions] == [
        ("q1", "One?", True),
        ("q3", "Two?", True),
        ("7", "Three?", False),
        ("q5", "Four?", True),
    ]
    assert questions[2].evidence == (Evidence("a1", "", -1),)
    assert questions[3].history == (("user", "Hm"), ("assistant", "Ja"))
    assert rejected == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON (Expecting property name enclosed in double quotes at column 2)"),
        ("[" * 100_000, "nested too deeply"),
        ("[1]", "not a JSON object"),
        ({"id": "b"}, "question is missing or empty"),
        ({"question": " "}, "question is missing or empty"),
        ({"question": 3}, "question must be a string"),
        ({"question": "x" * 2001}, "question exceeds question_characters=2000"),
        ({"question": "?", "id": True}, "id must be a string or a whole number"),
        ({"question": "?", "id": "a"}, "the id 'a' was already used: give each question its own"),
        ({"question": "?", "answers": "May"}, "answers must be a list"),
        ({"question": "?", "answers": [3]}, "answers must be a list of strings"),
        ({"question": "?", "evidence": ["a1"]}, "evidence must be a list of objects"),
        ({"question": "?", "evidence": [{"text": "x"}]}, "evidence needs an article_id"),
        (
            {"question": "?", "evidence": [{"article_id": "a", "answer_start": 1.5}]},
            "answer_start must be a whole number",
        ),
        (
            {"question": "?", "history": [["system", "x"]]},
            "history must be a list of {role, text} with role user or assistant",
        ),
        ({"question": "?", "answerable": "no"}, "answerable must be true or false"),
        ('{"question": "\\ud800"}', "not valid UTF-8"),
    ],
)
def test_a_line_that_cannot_be_used_is_rejected_with_its_number_and_reason(
    tmp_path: Path, line: object, reason: str
) -> None:
    path = written(tmp_path, {"id": "a", "question": "Good?"}, line)
    questions, rejected = read_questions(path)
    assert [one.id for one in questions] == ["a"]
    assert rejected == [RejectedQuestion(str(path), 2, reason)]


def test_bytes_that_are_not_text_are_rejected(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"question": "Good?"}\n{"question": "\xff"}\n')
    questions, rejected = read_questions(path)
    assert [one.text for one in questions] == ["Good?"]
    assert rejected == [RejectedQuestion(str(path), 2, "not valid UTF-8")]


def test_compressed_files_are_read_like_plain_ones(tmp_path: Path) -> None:
    line = b'{"question": "Good?"}\n'
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(line))
    (tmp_path / "a.jsonl.xz").write_bytes(lzma.compress(line))
    for name in ("a.jsonl.gz", "a.jsonl.xz"):
        assert [one.text for one in read_questions(tmp_path / name)[0]] == ["Good?"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "none.jsonl",
            None,
            r"none\.jsonl cannot be read \(No such file or directory\): give a JSON Lines file",
        ),
        (
            "cut.jsonl.gz",
            gzip.compress(b'{"question": "?"}', mtime=0)[:-9],
            r"cut\.jsonl\.gz cannot be read \(Compressed",
        ),
        ("bad.jsonl.gz", b"{}", r"bad\.jsonl\.gz cannot be read \(Not a gzipped file"),
        ("bad.jsonl.xz", b"{}", r"bad\.jsonl\.xz cannot be read \(Input format not supported"),
        ("empty.jsonl", b"\n", r"empty\.jsonl holds no usable question: give one \{\"question\": …\} a line"),
        ("all.jsonl", b"{}", r"all\.jsonl holds no usable question \(line 1: question is missing or empty\)"),
    ],
)
def test_a_file_without_a_usable_question_says_why_and_what_to_give(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_questions(tmp_path / name)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("opened the bridge", (18, 35)),
        ("12 million kronor", (45, 63)),
        ("bridge. It", (29, 39)),
        ("million  kronor.", (49, 64)),
        ("Opened", None),
        (" ", (3, 4)),
        ("", None),
    ],
)
def test_words_are_found_exactly_else_with_white_space_collapsed(words: str, span: tuple[int, int] | None) -> None:
    assert find(words, TEXT) == span


def test_of_a_repeated_quote_the_one_with_the_answer_start_counts() -> None:
    second = TEXT.rindex("The mayor")
    first_gold = locate(a_question(Evidence("a1", "The mayor of Lund", -1), answers=("Lund",)), only_a1)
    second_gold = locate(a_question(Evidence("a1", "The mayor of Lund", second + 13), answers=("Lund",)), only_a1)
    assert first_gold.evidence == (Target("a1", 0, 17),)
    assert first_gold.answers == (Target("a1", 13, 17),)
    assert second_gold.evidence == (Target("a1", second, second + 17),)
    assert second_gold.answers == (Target("a1", second + 13, second + 17),)


@pytest.mark.parametrize(
    ("answers", "start", "span"),
    [
        (("Lund", "bridge"), -1, (13, 17)),
        (("Malmö", "bridge"), -1, (29, 35)),
        (("BRIDGE", "lund"), -1, (29, 35)),
        (("LUND", "bridge"), -1, (29, 35)),  # an exact match of any answer comes before a loose one
        (("opened  the",), -1, (18, 28)),
        (("bridge",), 29, (29, 35)),
        (("mayor", "bridge"), 29, (29, 35)),  # "mayor" occurs in the quote but does not stand at 29
        (("bridge",), 5, (29, 35)),  # nothing stands at 5
    ],
)
def test_an_answer_is_placed_by_its_start_else_by_its_first_occurrence_in_the_quote(
    answers: tuple[str, ...], start: int, span: tuple[int, int]
) -> None:
    quote = "The mayor of Lund opened the bridge."
    gold = locate(a_question(Evidence("a1", quote, start), answers=answers), only_a1)
    assert gold.answers == (Target("a1", *span),)


def test_an_answer_outside_the_quote_is_not_sought_elsewhere_in_the_article() -> None:
    gold = locate(a_question(Evidence("a1", "opened the bridge", -1), answers=("kronor",)), only_a1)
    assert gold.answers == ()


def test_an_article_as_a_whole_has_no_passage_target_but_may_have_an_answer() -> None:
    bare = locate(a_question(Evidence("a1", "", -1), answers=("Lund",)), only_a1)
    placed = locate(a_question(Evidence("a1", "", 13), answers=("Lund",)), only_a1)
    assert bare == Gold(("a1",), (), (), pieces=1, articles_missing=0, quotes_missing=0)
    assert placed == Gold(("a1",), (), (Target("a1", 13, 17),), 1, 0, 0)


def test_what_the_archive_does_not_hold_stays_as_a_target_that_nothing_reaches() -> None:
    question = a_question(
        Evidence("a1", "The mayor of Malmö", -1),
        Evidence("a1", "opened the bridge", -1),
        Evidence("gone", "She left on 3 May", -1),
        Evidence("gone", "", -1),
        answers=("Malmö", "3 May"),
    )
    gold = locate(question, only_a1)
    assert gold.articles == ("a1", "gone")
    assert gold.evidence == (Target("a1", 18, 35), Target("a1", -1, -1), Target("gone", -1, -1))
    assert gold.answers == (Target("a1", -1, -1), Target("gone", -1, -1))
    assert (gold.pieces, gold.articles_missing, gold.quotes_missing) == (4, 2, 1)
    assert gold.found
    whole = Passage("p", "a1", 0, len(TEXT), TEXT)
    assert [target.overlaps(whole) for target in gold.evidence] == [True, False, False]
    assert [target.lies_in(whole) for target in gold.answers] == [False, False]


def test_evidence_given_twice_counts_once() -> None:
    twice = Evidence("a1", "opened the bridge", -1)
    gold = locate(a_question(twice, twice, answers=("bridge",)), only_a1)
    assert gold == Gold(("a1",), (Target("a1", 18, 35),), (Target("a1", 29, 35),), 1, 0, 0)


def test_ranges_are_half_open() -> None:
    target = Target("a1", 10, 20)
    spans = [(0, 10), (0, 11), (19, 30), (20, 30), (10, 20), (11, 20), (0, 30)]
    passages = [Passage("p", "a1", start, end, "") for start, end in spans]
    assert [target.overlaps(one) for one in passages] == [False, True, True, False, True, True, True]
    assert [target.lies_in(one) for one in passages] == [False, False, False, False, True, False, True]
    assert not target.overlaps(Passage("p", "a2", 0, 30, ""))
    assert not target.lies_in(Passage("p", "a2", 0, 30, ""))
