"""What was found for a question, and ``Sources``, through which the answer is made: search, reading and counting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa.models.passage_reader import PassageReading, Verdict
from qa.records import Article, Hit, MatchedArticle

READ = 5  # hits searched for an answer: the number of further hits must not change it


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a question and what is known of them.

    ``readings`` are a reader's of the first ``read`` hits and of their articles' titles and deks, by
    ``candidates.head_key``; None without a reader.  ``articles`` are those of the same hits, by id.
    ``weights`` are those of the question's content words: 0 for a word that never occurs in the archive.  ``read`` is
    how many of the first hits are searched for an answer.
    """

    question: str
    hits: Sequence[Hit]
    readings: Mapping[str, PassageReading] | None = None
    articles: Mapping[str, Article] = field(default_factory=dict)
    weights: Mapping[str, float] | None = None
    read: int = READ


class Sources(Protocol):
    """Interface to an archive under a question's conditions."""

    def find(self, question: str, hits: int = 0, *, newest: bool = False) -> Found:
        """Return what is found for a question that stands alone, read.

        Args:
            question: as it is searched.
            hits: so many are returned, unread; 0: the first ``READ`` are read.
            newest: read the newest of the next hits too.
        """

    def judged(self, statement: str, texts: Sequence[str]) -> list[Verdict]:
        """Return what each text does to a statement."""

    def completed(self, question: str, before: str) -> str:
        """Return a question that follows another, so that it stands alone."""

    def every(self, words: str) -> Iterator[MatchedArticle]:
        """Yield every article that contains all of these words and quoted phrases."""

    def filtered(self) -> bool:
        """Return whether filters leave out articles."""

    def article(self, article_id: str) -> Article | None:
        """Return an article, None where it is unknown or damaged."""

    def examples(self) -> list[str]:
        """Return three questions that the archive can answer; fewer if it holds less."""

    def size(self) -> tuple[int, str, str]:
        """Return how many articles there are, and the first and last day of publication (``""``: unknown)."""
