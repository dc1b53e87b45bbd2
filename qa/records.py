"""Records: the values that Dateline's parts exchange.  None of them does I/O.

All offsets are Unicode code points into ``Article.text``.  Unknown text is ``""``, never ``None``.
"""

from dataclasses import dataclass
from typing import Literal

PartName = Literal["bm25", "dense", "article", "title", "topic", "lead", "sentence", "date", "reranker"]
Field = Literal["title", "dek", "text"]
Level = Literal["answer", "possible", "none"]


@dataclass(frozen=True, slots=True)
class Article:
    """One news article; ``text`` is its body, ``dek`` the line below the headline.

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
    """A quotation that can be checked: ``quote == getattr(article, field)[start:end]``.

    ``field`` is ``text`` for the body, ``title`` or ``dek`` for a headline or the line below it; ``digest`` is the
    SHA-256 of the article's text.
    """

    article_id: str
    title: str
    source: str
    url: str
    published: str
    start: int
    end: int
    quote: str
    digest: str
    field: Field = "text"


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
    field: Field
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
    The citations after the first give the same answer, mostly in another sentence.  ``notes`` are what the sentence
    leaves to its article and are no part of the quotation: "Friday: 22 May 2015", "He: Jeff Hart".  ``caveat`` is the
    next sentence of the article, verbatim, where it limits this one: "None of this has been confirmed."
    """

    text: str
    citations: tuple[int, ...]
    marks: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question; without citations it is an abstention.

    ``level`` is ``answer`` (probably right, the words that answer are marked), ``possible`` (it may answer; nothing is
    marked) or ``none`` (an abstention).  ``kind`` says what was asked for (``question_kinds`` in ``qa.answers``).
    ``asked`` is the question that was searched, ``exact`` the words of the first answer, verbatim but for "Yes", "No"
    and counts (``""`` where nothing is marked), ``confidence`` in [0, 1] the estimated probability that this answer is
    right: that its marked words are; of a possible answer, that one of its sentences is; of an abstention, that one of
    the best candidates was.  ``sentences`` are from articles that answer independently, best first, whether they agree
    or differ.  ``reason`` says in one sentence why a question was refused, or why an answer is no more than possible
    (``""``: no special reason is known); ``text`` does not repeat it.
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
    level: Level = "none"
    kind: str = "fact"

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
