"""Question files, and the positions of evidence and answers in the archive's articles.

A file is JSON Lines, plain, ``.gz`` or ``.xz``, one object a line:
``{id?, question, answers?, evidence? [{article_id, text|null, answer_start?}], history?, answerable?, type?,
question_date?}``; other keys are ignored.
"""

import gzip
import json
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from qa.errors import InputError
from qa.records import Article, Evidence, Passage, Question
from qa.settings import LIMITS

_ROLES = {"user": "user", "assistant": "assistant", "agent": "assistant"}


@dataclass(frozen=True, slots=True)
class RejectedQuestion:
    """A line that cannot be used; ``line`` counts from 1."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Target:
    """A span of characters that a hit must reach; ``start == end == -1`` if the archive does not hold it."""

    article_id: str
    start: int
    end: int

    def overlaps(self, passage: Passage) -> bool:
        """Whether any of the characters stand in the passage."""
        here = passage.article_id == self.article_id
        return here and passage.start < self.end and self.start < passage.end

    def lies_in(self, passage: Passage) -> bool:
        """Whether all of the characters stand in the passage."""
        return passage.article_id == self.article_id and passage.start <= self.start and self.end <= passage.end


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold standard of one question.

    ``articles`` are the ids of all evidence articles, ``evidence`` the quoted characters, ``answers`` the
    characters of an answer.  Items that the archive does not hold are included, so that they count as not found.
    ``articles_missing`` and ``quotes_missing`` count pieces of evidence, ``pieces`` all of them.
    """

    articles: tuple[str, ...]
    evidence: tuple[Target, ...]
    answers: tuple[Target, ...]
    pieces: int
    articles_missing: int
    quotes_missing: int

    @property
    def found(self) -> bool:
        """Whether at least one piece of evidence stands in the archive."""
        return self.articles_missing + self.quotes_missing < self.pieces


def read_questions(path: Path) -> tuple[list[Question], list[RejectedQuestion]]:
    """Read a question file.

    A question without ``id`` is called ``q`` and its line number; without ``answerable`` it is answerable.

    Raises:
        InputError: the file cannot be read, or holds no usable question.
    """
    questions: dict[str, Question] = {}
    rejected: list[RejectedQuestion] = []
    try:
        for number, line in _lines(path):
            if not line.strip():
                continue
            try:
                question = _question(line, number)
                if question.id in questions:
                    raise ValueError(f"the id {question.id!r} was already used: give each question its own")
                questions[question.id] = question
            except (ValueError, RecursionError) as error:
                rejected.append(RejectedQuestion(str(path), number, _reason(error)))
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path} cannot be read ({cause}): give a JSON Lines file of questions") from error
    if not questions:
        first = f" (line {rejected[0].line}: {rejected[0].reason})" if rejected else ""
        raise InputError(f'{path} holds no usable question{first}: give one {{"question": …}} a line')
    return list(questions.values()), rejected


def locate(question: Question, article: Callable[[str], Article | None]) -> Gold:
    """Find a question's evidence and answers in the articles.

    A quote is searched for exactly, then with white space collapsed; of several matches the one that holds
    ``answer_start`` counts, else the first.  The answer is the first listed one that stands at ``answer_start``,
    else the first listed one that occurs in the quote (exactly, then with white space collapsed, then
    ignoring case).  A quote that holds none of the answers has no answer target: its label is not verbatim.
    """
    evidence: dict[Target, None] = {}
    answers: dict[Target, None] = {}
    lost_evidence: list[Target] = []
    lost_answers: list[Target] = []
    articles_missing = quotes_missing = 0
    pieces = tuple(dict.fromkeys(question.evidence))
    for piece in pieces:
        nowhere = Target(piece.article_id, -1, -1)
        found = article(piece.article_id)
        text = found.text if found is not None else ""
        place = _place(piece, text) if found is not None else None
        if piece.quote:
            if place is None:
                lost_evidence.append(nowhere)
            else:
                evidence[Target(piece.article_id, *place)] = None
        articles_missing += found is None
        quotes_missing += found is not None and place is None
        span = _answer(piece, question.answers, text, place)
        if span is not None:
            answers[Target(piece.article_id, *span)] = None
        elif question.answers and _expects_answer(piece, question.answers):
            lost_answers.append(nowhere)
    return Gold(
        tuple(dict.fromkeys(piece.article_id for piece in pieces)),
        (*evidence, *lost_evidence),
        (*answers, *lost_answers),
        len(pieces),
        articles_missing,
        quotes_missing,
    )


def find(words: str, text: str, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """Return the first place of words in ``text[start:end]``: exactly, else with white space collapsed.

    The offsets, half-open, are those of the text as it is.
    """
    stop = len(text) if end is None else end
    at = text.find(words, start, stop)
    if words and at >= 0:
        return at, at + len(words)
    return _search(words, text, start, stop, re.NOFLAG)


def _search(words: str, text: str, start: int, stop: int, flags: re.RegexFlag) -> tuple[int, int] | None:
    pattern = r"\s+".join(map(re.escape, words.split()))
    match = re.compile(pattern, flags).search(text, start, stop) if pattern else None
    return match.span() if match else None


def _place(piece: Evidence, text: str) -> tuple[int, int] | None:
    """The span of the quote; evidence without a quote is the whole article."""
    if not piece.quote:
        return 0, len(text)
    first = place = find(piece.quote, text)
    while place is not None and piece.answer_start >= place[1]:
        place = find(piece.quote, text, place[0] + 1)
    return place if place is not None and place[0] <= piece.answer_start else first


def _answer(
    piece: Evidence, answers: tuple[str, ...], text: str, place: tuple[int, int] | None
) -> tuple[int, int] | None:
    if piece.answer_start >= 0:
        for answer in answers:
            pattern = r"\s+".join(map(re.escape, answer.split()))
            standing = re.compile(pattern, re.IGNORECASE).match(text, piece.answer_start)
            if standing:
                return standing.span()
    return _first_answer(answers, text, *place) if piece.quote and place is not None else None


def _first_answer(answers: tuple[str, ...], text: str, start: int, stop: int) -> tuple[int, int] | None:
    exact = (find(answer, text, start, stop) for answer in answers)
    loose = (_search(answer, text, start, stop, re.IGNORECASE) for answer in answers)
    return next((span for spans in (exact, loose) for span in spans if span is not None), None)


def _expects_answer(piece: Evidence, answers: tuple[str, ...]) -> bool:
    """Whether the question file alone says that an answer stands here, whatever the archive holds."""
    if not piece.quote:
        return piece.answer_start >= 0
    return _first_answer(answers, piece.quote, 0, len(piece.quote)) is not None


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open}
    size = number = 0
    with cast(BinaryIO, openers.get(path.suffix.lower(), open)(path, "rb")) as file:
        # Unpacked bytes are counted, so that a small compressed file cannot expand without limit.
        while line := file.readline(LIMITS.line_bytes + 1):
            number += 1
            size += len(line)
            if len(line) > LIMITS.line_bytes:
                raise InputError(f"{path} line {number} exceeds line_bytes={LIMITS.line_bytes}: shorten it")
            if size > LIMITS.file_bytes:
                raise InputError(f"{path} exceeds file_bytes={LIMITS.file_bytes}: split the file")
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg} at column {error.colno})"
    if isinstance(error, UnicodeError):
        return "not valid UTF-8"
    return str(error) if isinstance(error, ValueError) else "nested too deeply"


def _question(line: bytes, number: int) -> Question:
    """Return the question of a line, or raise a ValueError whose text is the reason for refusing it."""
    row = json.loads(line.decode("utf-8"))
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    text = _text(row, "question")
    if not text.strip():
        raise ValueError("question is missing or empty")
    if len(text) > LIMITS.question_characters:
        raise ValueError(f"question exceeds question_characters={LIMITS.question_characters}")
    answers = _list(row, "answers")
    if not all(isinstance(answer, str) for answer in answers):
        raise ValueError("answers must be a list of strings")
    answerable = row.get("answerable")
    if answerable is not None and not isinstance(answerable, bool):
        raise ValueError("answerable must be true or false")
    question = Question(
        id=_id(row.get("id")) or f"q{number}",
        text=text,
        answers=tuple(answer for answer in answers if answer.strip()),
        evidence=tuple(_evidence(item) for item in _list(row, "evidence")),
        history=tuple(_turn(item) for item in _list(row, "history")),
        answerable=answerable is not False,
        type=_text(row, "type"),
        asked_on=_text(row, "question_date"),
    )
    json.dumps(astuple(question), ensure_ascii=False).encode("utf-8")  # refuses lone surrogates
    return question


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise ValueError("id must be a string or a whole number")
    return "" if value is None else str(value)


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key} must be a string")
    return value or ""


def _list(row: dict[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{key} must be a list")
    return value or []


def _evidence(item: object) -> Evidence:
    if not isinstance(item, dict):
        raise ValueError("evidence must be a list of objects")
    article_id, quote, start = _id(item.get("article_id")), _text(item, "text"), item.get("answer_start")
    if not article_id:
        raise ValueError("evidence needs an article_id")
    if start is not None and (isinstance(start, bool) or not isinstance(start, int)):
        raise ValueError("answer_start must be a whole number")
    return Evidence(article_id, quote if quote.strip() else "", -1 if start is None else max(-1, start))


def _turn(item: object) -> tuple[str, str]:
    role, text = (
        (item.get("role"), item.get("text"))
        if isinstance(item, dict)
        else item
        if isinstance(item, list) and len(item) == 2
        else (None, None)
    )
    if not isinstance(role, str) or role not in _ROLES or not isinstance(text, str):
        raise ValueError("history must be a list of {role, text} with role user or assistant")
    return _ROLES[role], text
