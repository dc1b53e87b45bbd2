"""Reranking: a model reads the best passages, and its scores change their order."""

import time
from collections.abc import Sequence

from qa.archive.view import ArchiveView
from qa.models.passage_reader import PassageReader, PassageReading
from qa.runtime.load import Load
from qa.runtime.timing import tell
from qa.search.fusion import Ranked, rerank
from qa.settings import AskSettings

_AT_ONCE = 8  # passages read between two checks of the clock
_OVER = "its time was over"


def reread(
    view: ArchiveView,
    question: str,
    ranked: Sequence[Ranked],
    reranker: PassageReader,
    settings: AskSettings,
    *,
    load: Load,
    at_once: int = 1,
    least: int = 1,
) -> tuple[list[Ranked], dict[str, PassageReading]]:
    """Return a ranking that includes a reranker's scores of its first passages, and its readings by passage id.

    The best are read first.  When ``settings.rerank_seconds`` are over, the rest of the first ``settings.rerank``
    keep their order behind those that were read, with a part "reranker" of rank 0.  Each of ``at_once`` concurrent
    questions has its share of that time, and ``least`` passages in any case; a note says why the others are unread.
    """
    deadline = time.monotonic() + settings.rerank_seconds
    wanted = [item.passage_id for item in ranked[: settings.rerank]]
    allowed = wanted[: load.passages(len(wanted), least, settings.rerank_seconds, at_once)]
    readings: dict[str, PassageReading] = {}
    tried = 0
    for begin in range(0, len(allowed), _AT_ONCE):
        if begin and time.monotonic() > deadline:
            break
        chosen = allowed[begin : begin + _AT_ONCE]
        tried += len(chosen)
        readings |= read_passages(view, question, chosen, reranker, load)
    scores = {passage_id: reading.relevance for passage_id, reading in readings.items()}
    late = wanted[tried:]
    note = _OVER if tried < len(allowed) else f"{at_once:,} questions were asked at the same time"
    tell("unread", len(wanted) - len(allowed))
    return rerank(ranked, scores, settings.reranker_weight, late, note), readings


def read_passages(
    view: ArchiveView, question: str, passage_ids: Sequence[str], reader: PassageReader, load: Load
) -> dict[str, PassageReading]:
    """Return the readings of these passages by id; damaged ones are left out.  ``load`` measures the time."""
    passages = view.passages(passage_ids)
    places = view.places(list(passages))
    texts = [(places[key].title, passage.text) for key, passage in passages.items()]
    if not texts:
        return {}
    with load.reading(len(texts)):
        readings = reader.read(question, texts)
    return dict(zip(passages, readings, strict=True))
