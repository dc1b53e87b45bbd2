"""What was found for a question, and ``Sources``, through which the answer is made: search, reading and counting."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa.models.passage_reader import PassageReading
from qa.records import Article, Hit, MatchedArticle

READ = 5  # hits searched for an answer: the number of further hits must not change it


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of a question and what is known of them.

    ``readings`` are a reader's of the first ``READ`` hits and of their articles' titles and deks, by
    ``candidates.head_key``; None without a reader.  ``articles`` are those of the first ``READ`` hits, by id.
    ``weights`` are those of the question's content words: 0 for a word that never occurs in the archive.
    """

    question: str
    hits: Sequence[Hit]
    readings: Mapping[str, PassageReading] | None = None
    articles: Mapping[str, Article] = field(default_factory=dict)
    weights: Mapping[str, float] | None = None


class Sources(Protocol):
    """Interface to an archive under a question's conditions."""

    def find(self, question: str, hits: int = 0) -> Found:
        """Return what is found for a question that stands alone, read; with ``hits`` that many hits, unread."""

    def completed(self, question: str, before: str) -> str:
        """Return a question that follows another, so that it stands alone."""

    def every(self, words: str) -> Iterator[MatchedArticle]:
        """Yield every article that contains all of these words and quoted phrases."""

    def article(self, article_id: str) -> Article | None:
        """Return an article, None where it is unknown or damaged."""

    def examples(self) -> list[str]:
        """Return three questions that the archive can answer; fewer if it holds less."""

    def size(self) -> tuple[int, str, str]:
        """Return how many articles there are, and the first and last day of publication (``""``: unknown)."""
