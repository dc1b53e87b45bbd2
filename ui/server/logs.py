"""Server log: one line for each event, as text or JSON, without questions and safe from forged lines.

Values are escaped to ASCII, so that a line end, a terminal's control sequence or a change of writing direction becomes
a few plain characters.  Of an exception the type and the location are logged, but not the message, which may repeat
the question; with ``questions`` the message is logged too.
"""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from qa.errors import QaError

Form = Literal["text", "json"]
_FIELDS = "dateline_fields"
_OWN = ("qa", "ui")


class _Lines(logging.Formatter):
    """Formatter that writes each record as one line."""

    def __init__(self, form: Form, *, questions: bool) -> None:
        super().__init__()
        self._form = form
        self._questions = questions

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        given: Mapping[str, Any] | None = getattr(record, _FIELDS, None)
        fields |= given if given is not None else {"event": "message", "message": self._message(record)}
        if record.exc_info and record.exc_info[1]:
            fields |= self._exception(record.exc_info[1])
        if self._form == "json":
            return json.dumps(fields)
        time, level, logger = (fields.pop(name) for name in ("time", "level", "logger"))
        return " ".join((time, level, logger, *(f"{name}={_plain(value)}" for name, value in fields.items())))

    def _message(self, record: logging.LogRecord) -> str:
        """Return the message; exceptions in it that are not a ``QaError`` are replaced by their type's name."""
        if self._questions or not isinstance(record.args, tuple):
            return record.getMessage()
        told = tuple(
            type(one).__name__ if isinstance(one, BaseException) and not isinstance(one, QaError) else one
            for one in record.args
        )
        return str(record.msg) % told if told else str(record.msg)

    def _exception(self, error: BaseException) -> dict[str, Any]:
        if self._questions:
            return {"exception": "".join(traceback.format_exception(error))}
        chain: list[str] = []
        one: BaseException | None = error
        while one is not None and len(chain) < 10:
            frames = traceback.extract_tb(one.__traceback__)[-20:]
            places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
            chain.append(f"{type(one).__name__} at {places}")
            one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        return {"exception": "; from ".join(chain)}


def _plain(value: object) -> str:
    """Return a value as ASCII text, quoted if it holds spaces, quotes or control characters, so its end is clear."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    text = str(value)
    bare = text.isascii() and text.isprintable() and not set(text) & set(' "=\\')
    return text if bare and text else json.dumps(text)


def event(log: logging.Logger, name: str, level: int = logging.INFO, **fields: object) -> None:
    """Log an event with its fields; empty ones are left out."""
    if log.isEnabledFor(level):
        shown = {"event": name, **{key: value for key, value in fields.items() if value not in ("", None)}}
        log.log(level, "%s %s", name, shown, extra={_FIELDS: shown})


def log_to(stream: TextIO, form: Form = "text", *, questions: bool = False) -> logging.Handler:
    """Write the log to a stream; it replaces all earlier log handlers.

    Args:
        stream: the stream.
        form: ``text`` or ``json``.
        questions: whether the log may hold questions and the messages of exceptions.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines(form, questions=questions))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    for name in _OWN:
        logging.getLogger(name).setLevel(logging.INFO)
    return handler
