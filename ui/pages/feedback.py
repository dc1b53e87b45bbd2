"""Feedback of readers on answers, stored in a separate database beside the archive; exported as a question file.

The archive itself is never written to.  If its folder is read-only or its disk is full, there is no feedback.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from qa.errors import InputError
from qa.records import Answer
from qa.settings import FEEDBACK_FILE, LIMITS
from ui.pages.conversations import said, turns_of

Vote = Literal["helpful", "unhelpful"]
_TABLE = (
    "CREATE TABLE IF NOT EXISTS feedback (id TEXT PRIMARY KEY, given_at TEXT NOT NULL, vote TEXT NOT NULL, "
    "note TEXT NOT NULL, history TEXT NOT NULL, turn TEXT NOT NULL)"
)


class Feedback:
    """The feedback on one archive.

    Args:
        folder: the archive's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FEEDBACK_FILE

    @property
    def possible(self) -> bool:
        """Whether feedback can be stored here."""
        return os.access(self._file if self._file.exists() else self._file.parent, os.W_OK)

    def keep(self, name: object, vote: object, note: object, turns: object) -> None:
        """Store the feedback on the last of some turns; it replaces earlier feedback of the same name.

        Args:
            name: of the answer, chosen by the browser.
            vote: ``helpful`` or ``unhelpful``.
            note: in the reader's words.
            turns: the conversation up to the answer, as plain data.

        Raises:
            InputError: if an argument is malformed, or the feedback cannot be written.
        """
        if vote not in get_args(Vote) or not isinstance(note, str) or not isinstance(name, str):
            raise InputError(f"feedback: give a name, {' or '.join(get_args(Vote))}, a note and the conversation")
        *before, last = turns_of(turns)
        history = [{"role": role, "text": text} for role, text in said(before)]
        row = (
            name[:100], datetime.now(UTC).isoformat(timespec="seconds"), vote, note[:LIMITS.note_characters],
            json.dumps(history, ensure_ascii=False), json.dumps(last.to_dict(), ensure_ascii=False),
        )  # fmt: skip
        try:
            with closing(sqlite3.connect(self._file, timeout=5)) as connection, connection:
                connection.execute(_TABLE)
                connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise InputError(
                f"{self._file}: feedback cannot be stored ({error}); free disk space or allow writing"
            ) from error

    def questions(self) -> Iterator[dict[str, Any]]:
        """Yield the stored feedback, oldest first, as lines of a question file.

        A helpful answer gives evidence: its quotations answer the question, or, if it abstained, the archive holds no
        answer.  An unhelpful answer gives only the question; ``vote`` and ``note`` hold the reader's opinion.

        Raises:
            InputError: if the file cannot be read.
        """
        if not self._file.exists():
            return
        query = "SELECT id, given_at, vote, note, history, turn FROM feedback ORDER BY given_at, id"
        try:
            with closing(sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                rows = connection.execute(query).fetchall()
        except sqlite3.Error as error:
            raise InputError(f"{self._file}: cannot be read ({error}); move it away to start a new file") from error
        for name, given_at, vote, note, history, turn in rows:
            (one,) = turns_of([json.loads(turn)])
            yield _question(name, given_at, vote, note, json.loads(history), one.answer)


def _question(
    name: str, given_at: str, vote: str, note: str, history: list[dict[str, str]], answer: Answer
) -> dict[str, Any]:
    helped = vote == "helpful"
    return {
        "id": name,
        "question": answer.question,
        "answers": [answer.exact] if helped and answer.exact else [],
        "evidence": [{"article_id": c.article_id, "text": c.quote} for c in answer.citations] if helped else [],
        "history": history,
        "answerable": not (helped and answer.abstained),
        "type": vote,
        "question_date": given_at[:10],
        "vote": vote,
        "note": note,
    }
