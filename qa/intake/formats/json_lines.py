"""Parser for JSON Lines: a stream of one article per line; a bad line is rejected by its number, the rest is read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.errors import InputError, in_short
from qa.intake.files import decoding
from qa.intake.formats.record_fields import article_of
from qa.intake.results import Defaults, Gate, Reading, Rejection, open_gate
from qa.settings import Limits

QUESTIONS = "this is a question file: use qa eval"


def read_json_lines(
    path: Path, defaults: Defaults, limits: Limits, walked: bool, gate: Gate = open_gate
) -> Iterator[Reading | Rejection]:
    """Yield each line's article or rejection, for the lines that ``gate`` lets through.

    A question file that was found by walking a folder (``walked``) is skipped; the first record decides.

    Raises:
        InputError: It is empty or another kind of file, or compressed data is damaged; earlier lines were yielded.
        OSError: It cannot be opened or read.
    """
    file, empty, first = str(path), True, True
    for number, raw in decoding.numbered_lines(path, limits.line_bytes, limits.file_bytes):
        if raw is not None and not raw.strip():
            continue
        leads, first, empty = first, False, False
        if not gate(number):
            continue
        if raw is None:
            reason = f"the line is over the limit of {limits.line_bytes} bytes (line_bytes): split it"
            yield Rejection(file, number, reason)
            continue
        try:
            record, notes = _record(raw)
            if "question" in record and "text" not in record:
                if walked and leads:
                    return
                raise InputError(QUESTIONS)
            yield Reading(article_of(record, defaults, limits, notes), file, number, (), tuple(notes))
        except InputError as error:
            yield Rejection(file, number, str(error))
    if empty:
        raise InputError(decoding.EMPTY)


def _record(raw: bytes) -> tuple[dict[str, Any], list[str]]:
    text, notes = decoding.decode(raw)
    try:
        record = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise InputError("not valid JSON: nested too deep") from error
    except json.JSONDecodeError as error:
        raise InputError(f"not valid JSON ({error.msg} at character {error.pos + 1})") from error
    except ValueError as error:  # NaN, or a number of thousands of digits
        raise InputError(f"not valid JSON ({in_short(error)})") from error
    if not isinstance(record, dict):
        raise InputError("not a JSON object: give one article a line")
    return record, list(notes)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")
