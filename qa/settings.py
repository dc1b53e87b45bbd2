"""Settings: frozen data that loads nothing.  Only this module reads the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from qa.errors import InputError

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
ARCHIVE_FILE = "archive.sqlite"
FEEDBACK_FILE = "feedback.sqlite"
# Files beside the archive's database that cannot be rebuilt, and so belong into a backup; all are databases.
KEPT_FILES = (FEEDBACK_FILE,)


def _require(condition: bool, name: str, value: object, allowed: str) -> None:
    if not condition:
        raise InputError(f"{name}={value!r} is out of range: give {allowed}")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Settings that are fixed when an archive is made, stored with it and read back from it.

    ``max_tokens`` counts the embedder's own tokens, without its special ones; ``overlap_sentences`` is the number of
    whole sentences that a passage repeats from the one before it (never more than half the passage).  ``precision`` is
    the number format for embedding passages: ``bfloat16`` is faster on processors that compute in it (questions are
    always float32).
    """

    embedder: str = DEFAULT_EMBEDDER
    max_tokens: int = 240
    overlap_sentences: int = 0
    precision: str = "float32"

    def __post_init__(self) -> None:
        _require(bool(self.embedder), "embedder", self.embedder, "a model name or path")
        _require(16 <= self.max_tokens <= 8192, "max_tokens", self.max_tokens, "16 to 8192")
        _require(0 <= self.overlap_sentences <= 10, "overlap_sentences", self.overlap_sentences, "0 to 10")
        _require(self.precision in {"float32", "bfloat16"}, "precision", self.precision, "float32 or bfloat16")


# Values of ``reranker`` and ``reader`` that are not folders.
PACKAGED, NONE = "packaged", "none"
PARTS = ("bm25", "dense", "article", "title", "topic", "lead", "sentence")


@dataclass(frozen=True, slots=True)
class AskSettings:
    """Settings of ranking and answering.

    ``pool`` is the number of candidates from each engine; the sentences of the best ``matched`` of them are matched
    with the question.  Each ``…_weight`` is the weight of a part of the score (0: left out; see ``qa.search.ranking``).

    ``reranker`` reads the first ``rerank`` passages of the fused list, as far as ``rerank_seconds`` allow, and
    ``reader`` marks the answer.  Both are ``packaged``, ``none`` or a folder: of a CrossEncoder for ``reranker``, of a
    transformers question-answering model for ``reader``.  ``reranker_weight`` is the share of the reranker's score.

    With ``group_copies`` near duplicates in several articles become one hit.  ``date_weight`` is added to the score of
    an article that was published at the time in the question (0: dates in questions are ignored), ``recency_weight`` if
    the request has ``as_of`` and the question no date.  Both halve every ``date_half_life`` days away from that time.
    """

    pool: int = 200
    matched: int = 100
    bm25_weight: float = 0.3
    dense_weight: float = 0.5
    article_weight: float = 0.3
    title_weight: float = 0.1
    topic_weight: float = 0.3
    lead_weight: float = 0.1
    sentence_weight: float = 0.8
    reranker: str = PACKAGED
    reader: str = PACKAGED
    rerank: int = 10
    rerank_seconds: float = 2.0
    reranker_weight: float = 0.2
    group_copies: bool = True
    date_weight: float = 0.2
    recency_weight: float = 0.05
    date_half_life: float = 7.0

    def __post_init__(self) -> None:
        _require(1 <= self.pool <= 10_000, "pool", self.pool, "1 to 10000")
        _require(1 <= self.matched <= 1000, "matched", self.matched, "1 to 1000")
        for name in PARTS:
            weight = getattr(self, f"{name}_weight")
            _require(0.0 <= weight <= 100.0, f"{name}_weight", weight, "0 to 100")
        total = self.bm25_weight + self.dense_weight
        _require(total > 0, "bm25_weight + dense_weight", total, "at least one of them above 0")
        _require(0.0 <= self.reranker_weight <= 1.0, "reranker_weight", self.reranker_weight, "0 to 1")
        _require(0.0 <= self.date_weight <= 1.0, "date_weight", self.date_weight, "0 to 1")
        _require(0.0 <= self.recency_weight <= 1.0, "recency_weight", self.recency_weight, "0 to 1")
        _require(0.0 < self.date_half_life <= 3650.0, "date_half_life", self.date_half_life, "more than 0, to 3650")
        _require(0 <= self.rerank <= 1000, "rerank", self.rerank, "0 to 1000")
        _require(0.0 <= self.rerank_seconds <= 3600.0, "rerank_seconds", self.rerank_seconds, "0 to 3600")
        for name in ("reranker", "reader"):
            _require(bool(getattr(self, name)), name, "", "packaged, none, or a model's folder")

    @property
    def weights(self) -> dict[str, float]:
        """The weights of ``PARTS``, scaled to sum to 1."""
        given = {name: float(getattr(self, f"{name}_weight")) for name in PARTS}
        return {name: weight / sum(given.values()) for name, weight in given.items()}


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on input; input that exceeds one is rejected with the limit's name.

    Those after ``hits`` are for requests over HTTP.  A request may have ``filter_values`` outlets or article ids and
    ``turns`` turns of a conversation.  ``requests_at_once`` requests are processed at a time, and ``requests_waiting``
    more may wait.  The page itself may send ``page_request_bytes`` at a time.  A conversation stored in a browser may
    have ``kept_turns`` turns; of a reader's note on an answer ``note_characters`` are stored.

    A logged-in user may ask ``answers_per_minute`` questions.  Where nobody has to log in, one address may ask
    ``answers_per_minute_unnamed`` (only this machine's own addresses then reach the page).  A logged-in user may have
    ``waiting_per_visitor`` questions waiting at a time.

    At most ``connections`` are open, and ``connections_per_address`` from one address (a whole office may share one,
    and a browser opens six).  A request may take ``request_seconds`` to arrive, and its answer as long to be read; both
    get a second more for each ``slow_bytes``.  When the server ends, running requests get ``ending_seconds``.  The
    earlier questions of the ``sessions`` last used are remembered; in an older session the next question stands alone.

    ``upload_…`` are for articles that are added on the page: the number of files at once, and the size of one and of
    all.  Of a PDF ``pdf_pages`` pages are read.  A .docx may have ``inflated_bytes`` when unpacked, a mail
    ``mail_parts`` parts, and a feed, which is parsed as a whole, ``feed_bytes``.

    ``parse_…`` are for the sandbox process (``qa.intake.sandbox.parent``), for each file or record of a file:
    ``parse_seconds`` by the clock, ``parse_cpu_seconds`` of a processor, ``parse_memory_bytes`` of address space beyond
    that at its start, ``parse_open_files`` at once, ``parse_result_bytes`` of results.  After ``parse_files`` files a
    new process takes over.  After ``parse_deaths`` processes have died of one file, the rest of that file is skipped.
    """

    file_bytes: int = 200_000_000
    line_bytes: int = 20_000_000
    article_characters: int = 5_000_000
    id_characters: int = 500
    source_characters: int = 1_000
    question_characters: int = 2_000
    hits: int = 1_000
    date_characters: int = 100
    filter_values: int = 1_000
    turns: int = 100
    turn_characters: int = 20_000
    request_bytes: int = 2_000_000
    requests_at_once: int = 4
    requests_waiting: int = 64
    page_request_bytes: int = 20_000_000
    kept_turns: int = 200
    note_characters: int = 2_000
    answers_per_minute: int = 60
    answers_per_minute_unnamed: int = 1_200
    waiting_per_visitor: int = 8
    connections: int = 1_000
    connections_per_address: int = 500
    sessions: int = 500
    request_seconds: float = 15.0
    slow_bytes: int = 5_000
    ending_seconds: float = 5.0
    upload_files: int = 500
    upload_file_bytes: int = 50_000_000
    upload_bytes: int = 500_000_000
    pdf_pages: int = 10_000
    inflated_bytes: int = 100_000_000
    mail_parts: int = 500
    feed_bytes: int = 20_000_000
    parse_seconds: float = 60.0
    parse_cpu_seconds: int = 60
    parse_memory_bytes: int = 1 << 30
    parse_open_files: int = 64
    parse_result_bytes: int = 64_000_000
    parse_files: int = 500
    parse_deaths: int = 20


LIMITS = Limits()


def archive_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the archive's folder: the argument, else ``QA_ARCHIVE``, else ``./archive``."""
    return Path(path) if path is not None else Path(os.environ.get("QA_ARCHIVE") or "archive")


def has_display() -> bool:
    """Return whether this process can show a browser to its user."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
