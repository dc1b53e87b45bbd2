"""Records: the values that Dateline's parts exchange.  None of them does I/O.

All offsets are Unicode code points into ``Article.text``.  Unknown text is ``""``, never ``None``.
"""

from dataclasses import dataclass
from typing import Literal

PartName = Literal["bm25", "dense", "article", "title", "topic", "lead", "sentence", "date", "reranker"]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article; only ``text``, its body, can be quoted.

    ``published`` and ``updated`` are ISO 8601 (``2015``, ``2015-05``, ``2015-05-11``, or with time and zone).
    ``dateline_text`` is the dateline, which is also part of the body ("BEIRUT (Reuters) -").
    """

    id: str
    title: str
    dek: str
    text: str
    source: str
    authors: str
    url: str
    published: str
    updated: str
    dateline_text: str
    language: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences: ``text == article.text[start:end]``."""

    id: str
    article_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation that can be checked: ``quote == article.text[start:end]``; ``digest`` is the SHA-256 of the text."""

    article_id: str
    title: str
    source: str
    url: str
    published: str
    start: int
    end: int
    quote: str
    digest: str


@dataclass(frozen=True, slots=True)
class Part:
    """The contribution of one ranker to a hit.

    ``rank`` is the passage's position in that ranker's own list, from 1 (0: not in the list); ``score`` is that
    ranker's raw score; ``share`` is its part of ``Hit.score``, so that the shares sum to the score.  If a ranker should
    have read the passage and did not, ``note`` gives the reason in a few words; otherwise it is ``""``.
    """

    name: PartName
    rank: int
    score: float
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; ``score`` is comparable only within that question.

    ``copies`` are near duplicates of the passage that were found in other articles, best first.  The newest of all is
    the one shown; ``score`` and ``why`` are those of the best.
    """

    passage: Passage
    citation: Citation
    score: float
    why: tuple[Part, ...]
    copies: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """An occurrence of searched words: ``quote`` is ``[start:end]`` of the article's ``field``.

    ``words`` are the searched word or phrase, as typed.  ``citation`` quotes the sentence around a match in the text.
    For a match in the title or dek, which cannot be quoted, it names the article and quotes nothing.
    """

    words: str
    field: Literal["title", "dek", "text"]
    start: int
    end: int
    quote: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class MatchedArticle:
    """An article with all searched words, and its matches in order, at least one; ``digest`` as in a citation."""

    id: str
    title: str
    source: str
    url: str
    published: str
    digest: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer and the numbers, from 1, of the citations that prove it.

    ``marks`` are the words in it that answer, each ``text[start:end]``, in order and disjoint; none without a reader.
    The citations after the first give the same answer, mostly in another sentence.
    """

    text: str
    citations: tuple[int, ...]
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; without citations it is an abstention.

    ``asked`` is the question that was searched, ``exact`` the verbatim words of the first answer (``""`` when refused
    or without a reader), ``confidence`` in [0, 1] the estimated probability that the archive holds an answer.
    ``sentences`` are from articles that answer independently, best first, whether they agree or differ.  ``reason``
    says in one sentence why a question was refused ("The name “Zubair” never occurs in the archive."), ``""`` where no
    special reason is known; ``text`` does not repeat it.
    """

    question: str
    asked: str
    text: str
    exact: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    confidence: float
    reason: str = ""

    @property
    def abstained(self) -> bool:
        """Whether no answer was found in the archive."""
        return not self.citations


@dataclass(frozen=True, slots=True)
class Evidence:
    """The location of a question's answer.

    ``quote == ""`` means the article as a whole; ``answer_start`` is the answer's offset in the article's text,
    -1 when unknown.
    """

    article_id: str
    quote: str
    answer_start: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question for evaluation; ``history`` holds the earlier turns, oldest first, as (role, text)."""

    id: str
    text: str
    answers: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    history: tuple[tuple[str, str], ...]
    answerable: bool
    type: str
    asked_on: str
