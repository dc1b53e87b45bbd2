"""The log of questions: outcome, error and words, for each way that a question can end."""

import logging

import pytest

from qa.errors import InputError
from qa.records import Answer
from qa.runtime.observation import Observation
from ui.server.question_log import question_log

ABSTAINED = Answer("Who?", "Who?", "", "", (), (), (), 0.1, "")


@pytest.mark.parametrize(
    ("seen", "outcome", "level"),
    [
        (Observation("search", "Who?", 0.25, 3), "answered", logging.INFO),
        (Observation("ask", "Who?", 0.25, 3, ABSTAINED), "abstained", logging.INFO),
        (Observation("ask", "Who?", 0.25, error=InputError("no")), "refused", logging.INFO),
        (Observation("ask", "Who?", 0.25, error=RuntimeError("secret")), "failed", logging.ERROR),
    ],
)
def test_each_outcome_is_counted_and_logged(
    caplog: pytest.LogCaptureFixture, seen: Observation, outcome: str, level: int
) -> None:
    told: list[tuple[str, str, str, float]] = []
    with caplog.at_level(logging.INFO, "ui.asking"):
        question_log("page", lambda *one: told.append(one), questions=False)(seen)
    assert told == [("page", seen.kind, outcome, 0.25)]
    (record,) = caplog.records
    fields = record.__dict__["dateline_fields"]
    assert (record.levelno, fields["outcome"], fields["milliseconds"]) == (level, outcome, 250)
    assert "question" not in fields
    assert fields.get("error", "") == ("RuntimeError" if outcome == "failed" else "")
    assert "secret" not in str(fields)
