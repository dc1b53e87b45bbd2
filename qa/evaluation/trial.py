"""Trials: the evaluation of a question file over an archive with given settings, for `qa eval` and for sweeps."""

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qa._version import __version__
from qa.archive.archive import Archive
from qa.archive.storage.files import hash_file
from qa.evaluation.evaluator import evaluate
from qa.evaluation.questions import RejectedQuestion, read_questions
from qa.evaluation.report import Report
from qa.evaluation.runs import RunWriter, read_settings
from qa.filters import DEFAULTS, Conditions, checked
from qa.records import Answer, Article
from qa.retrieval import Retriever
from qa.settings import AskSettings

K = 10  # default number of hits a question
SEED = 0
_PLACES = ("questions", "archive")  # paths; the checksums beside them identify the contents


class _Asker:
    """The retriever under the conditions of one trial."""

    def __init__(self, retriever: Retriever, conditions: Conditions) -> None:
        self._retriever = retriever
        self._conditions = conditions

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
        return self._retriever.ask(question, history, k, **self._conditions)

    def article(self, article_id: str) -> Article | None:
        return self._retriever.article(article_id)


@dataclass(frozen=True, slots=True)
class Trial:
    """A planned evaluation: a question file over an archive, with settings, ``k`` hits a question and conditions.

    Raises:
        InputError: if ``k`` or a condition is out of range.
    """

    questions: Path
    archive: Path
    settings: AskSettings
    k: int = K
    conditions: Conditions = field(default_factory=Conditions)

    def __post_init__(self) -> None:
        checked(self.k, self.conditions)

    def perform(
        self,
        out: Path | None = None,
        *,
        retriever: Retriever | None = None,
        begin: Callable[[int], Callable[[int, int], None]] | None = None,
    ) -> tuple[Report, list[RejectedQuestion]]:
        """Evaluate; return the report and the lines of the question file that were not usable.

        Args:
            out: the run folder to write, if any.
            retriever: the archive, already opened with these settings.
            begin: called with the number of questions; returns the function to report the progress to.

        Raises:
            InputError: if the question file or the folder cannot be used.
            ArchiveError: if the archive cannot be opened.
        """
        questions, rejected = read_questions(self.questions)
        retriever = retriever or Retriever.open(self.archive, self.settings)
        described = self.described(retriever.archive)
        retriever.retrieve(questions[0].text, 1)  # loads models and indexes, which no question's latency should include
        with RunWriter(out, described) if out else nullcontext() as writer:
            report = evaluate(
                _Asker(retriever, self.conditions), questions, self.k,
                rejected=len(rejected), seed=SEED, progress=begin(len(questions)) if begin else None,
                each=writer.add if writer else None,
            )  # fmt: skip
            if writer:
                writer.finish(report)
        return report, rejected

    def performed(self, folder: Path) -> bool:
        """Return whether a folder holds the finished run of this trial: same questions, archive, settings, version."""
        found = read_settings(folder)
        if not found:
            return False
        wanted = json.loads(json.dumps(self.described(Archive.open(self.archive))))
        return all(found.get(name) == value for name, value in wanted.items() if name not in _PLACES)

    def described(self, archive: Archive) -> dict[str, Any]:
        """Return all that the result depends on, as in ``settings.json``."""
        with archive.view() as view:
            generation, digest = view.generation, view.digest
        return {
            "questions": str(self.questions), "questions_sha256": hash_file(self.questions),
            "archive": str(archive.folder), "generation": generation, "archive_sha256": digest,
            "k": self.k, **DEFAULTS, **self.conditions, "seed": SEED, "version": __version__,
            "embedder": archive.stamp.settings.embedder, "ask": asdict(self.settings),
            "index": asdict(archive.stamp.settings),
        }  # fmt: skip
