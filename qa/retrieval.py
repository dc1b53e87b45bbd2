"""Retriever: search and question answering over an opened archive."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Unpack

from qa.answers.context import people
from qa.answers.found import READ, Found
from qa.answers.judging.candidates import heads
from qa.answers.layout import refusal
from qa.answers.proof import proven
from qa.answers.question.question_kinds import asks_the_archive
from qa.answers.reasons import COUNTED, is_about_another, refused
from qa.answers.reply import Answerer, reply
from qa.archive.archive import Archive
from qa.archive.view import ArchiveView
from qa.dates.periods import Bound
from qa.dates.question_windows import Window
from qa.dialogue.conversation import Turn, stand_alone
from qa.dialogue.dependence import own_topic
from qa.errors import ArchiveError, InputError, check_text
from qa.filters import DATED, Conditions, Filters, Options, Where, checked, where
from qa.models.cross_encoder import CrossEncoderReranker
from qa.models.embedding import Embedder, load_embedder
from qa.models.passage_reader import PassageReader, PassageReading, Verdict
from qa.models.question_answering import QuestionAnsweringReader
from qa.models.reader import load_reader
from qa.records import Answer, Article, Hit, MatchedArticle
from qa.runtime.load import Load
from qa.runtime.observation import Observe, observing
from qa.runtime.timing import timed
from qa.search import date_ranking
from qa.search.date_ranking import Spoken
from qa.search.exhaustive import find_all, matching, read_words
from qa.search.fusion import Ranked
from qa.search.other_languages import foreign
from qa.search.ranking import rank
from qa.search.reranking import read_passages, reread
from qa.search.selection import cited
from qa.search.spelling import Speller
from qa.settings import LIMITS, NONE, PACKAGED, AskSettings
from qa.text.words import content_words


class Retriever:
    """An opened archive that answers questions; many threads may use it at once.

    Every request reads one generation of the archive, the current one.  ``reranker`` and ``reader`` may be the same
    model, and each may be None.  ``today`` gives the day that "last week" is counted from when a request has no
    ``as_of``.
    """

    def __init__(
        self,
        archive: Archive,
        embedder: Embedder,
        settings: AskSettings | None = None,
        reranker: PassageReader | None = None,
        reader: PassageReader | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.archive = archive
        self.embedder = embedder
        self.settings = settings or AskSettings()
        self.reranker = reranker
        self.reader = reader
        self.today = today
        self.load = Load()  # the number of concurrent questions, and their cost
        self._answerer = Answerer(embedder)
        self._speller = Speller()
        self._observe: Observe | None = None

    @classmethod
    def open(cls, path: str | Path | None = None, settings: AskSettings | None = None) -> "Retriever":
        """Open an archive (default: ``QA_ARCHIVE``, else ``./archive``) with the embedder it was made with.

        Raises:
            ArchiveError: if there is no archive, or its embedder has changed.
            ModelError: if the embedder, the reranker or the reader cannot be loaded.
        """
        settings = settings or AskSettings()
        archive = Archive.open(path)
        embedder = load_embedder(archive.stamp.settings.embedder, archive.stamp.settings.precision)
        if embedder.fingerprint != archive.stamp.fingerprint:
            raise ArchiveError(
                f"{archive.folder}: the embedder {embedder.name} is not the one it was made with (fingerprint "
                f"{archive.stamp.fingerprint[:12]}, now {embedder.fingerprint[:12]}); restore that model, or add the "
                "articles to a new archive"
            )
        if embedder.dimension != archive.stamp.dimension:
            raise ArchiveError(
                f"{archive.folder}: its vectors are said to have {archive.stamp.dimension} numbers, but its embedder "
                f"makes {embedder.dimension}; restore it from a backup, or add the articles to a new archive"
            )
        reranker, reader = (
            None if name == NONE else load_reader() if name == PACKAGED else kind(name)
            for name, kind in ((settings.reranker, CrossEncoderReranker), (settings.reader, QuestionAnsweringReader))
        )
        return cls(archive, embedder, settings, reranker, reader)

    def retrieve(self, question: str, k: int = 5, **conditions: Unpack[Conditions]) -> list[Hit]:
        """Return the ``k`` passages that best match a question, best first; fewer only when fewer pass the filters.

        Args:
            question: plain text; no character in it has a special meaning.
            k: number of hits, from 1.
            **conditions: ``sources``, ``articles``, ``after``, ``before``, ``as_of``, ``per_article``; see
                ``qa.filters.Conditions``.

        Raises:
            InputError: if the question is empty or too long, or an option is out of range.
            DamageError: if an index does not match its hash.
        """
        with observing(self._observe, "search", question) as ended:
            [hits] = self._retrieved([question], k, conditions)
            ended(len(hits), None)
        return hits

    def retrieve_many(self, questions: Sequence[str], k: int = 5, **conditions: Unpack[Conditions]) -> list[list[Hit]]:
        """Return the hits of each question, the same as ``retrieve`` gives for it alone."""
        return self._retrieved(questions, k, conditions)

    def ask(self, question: str, history: Iterable[Turn] = (), k: int = 5, **conditions: Unpack[Conditions]) -> Answer:
        """Answer a question in the archive's own words, or abstain.

        The question may depend on ``history``: the earlier turns, oldest first, as (role, text) pairs or
        ``{role, text}`` mappings.  The answer comes from the first five of the ``k`` passages, that to a
        question about the latest value also from the newest of the next ones; the other options are those of
        ``retrieve``.

        Raises:
            InputError: if the question or an option cannot be used.
        """
        with observing(self._observe, "ask", question) as ended:
            answer = self._answered(question, history, _checked([question], k, conditions))
            ended(len(answer.hits), answer)
        return answer

    def find_all(self, words: str, **filters: Unpack[Filters]) -> Iterator[MatchedArticle]:
        """Yield every article that contains all of these words and quoted phrases; see ``qa.search.exhaustive``."""
        return find_all(self.archive, words, where(filters))

    def understood(self, question: str, asked: str = "", *, as_of: Bound = "") -> tuple[Window, ...]:
        """Return the windows of publication in a question; a follow-up without any has those of ``asked``.

        Bounds among them filter like ``after`` and ``before``; preferences add to the score of articles near them.
        """
        return self._spoken(question, asked, as_of=as_of).windows

    def undated(self, sources: Sequence[str] = (), articles: Sequence[str] = ()) -> int:
        """Return how many articles a date filter would leave out because they are undated."""
        others = where({"sources": sources, "articles": articles})
        with self.archive.view() as view:
            return view.count(others) - view.count((*others, DATED))

    def binding(self, question: str, asked: str = "", *, as_of: Bound = "") -> tuple[Window, ...]:
        """Return the windows of ``understood`` that exclude articles; none in an archive without dates."""
        spoken = self._spoken(question, asked, as_of=as_of)
        with self.archive.view() as view:
            return tuple(w for w in spoken.windows if w.kind == "bound") if date_ranking.where(view, spoken) else ()

    def article(self, article_id: str, digest: str = "") -> Article | None:
        """Return an article, or an earlier version of it; see ``ArchiveView.article``."""
        return self.archive.article(article_id, digest)

    def observed(self, observe: Observe) -> "Retriever":
        """Return this retriever with an observer, which is called after each ``ask`` and ``retrieve``."""
        other = copy(self)
        other._observe = observe
        return other

    def _retrieved(self, questions: Sequence[str], k: int, conditions: Conditions) -> list[list[Hit]]:
        options = _checked(questions, k, conditions)
        with self.load.question() as at_once, self.archive.view() as view:
            return [
                self._hits(view, question, options, self._spoken(question, as_of=options.as_of), at_once)[0]
                for question in questions
            ]

    def _answered(self, question: str, history: Iterable[Turn], options: Options) -> Answer:
        with self.load.question() as at_once, self.archive.view() as view:
            asked = question if asks_the_archive(question) else stand_alone(question, history)
            answer = self._reply(view, question, asked, options, at_once)
            spoilt = asked != question and (answer.abstained or is_about_another(answer.reason))
            if spoilt and any(_is_rare(view, word) for word in own_topic(question)):
                alone = self._reply(view, question, question, options, at_once)
                answer = alone if alone.level == "answer" else answer
        return replace(answer, question=question)

    def _reply(self, view: ArchiveView, question: str, asked: str, options: Options, at_once: int) -> Answer:
        """Return the answer to a question, typed as ``question``, that stands alone as ``asked``."""
        other = foreign(view, asked)
        if not other:
            asked = self._speller.corrected(view, asked).question
        spoken = self._spoken(question, asked, as_of=options.as_of)
        sources = _Sources(self, view, options, spoken, at_once)
        given = reply(other.question if other else asked, sources, self._answerer, partly=bool(other))
        answer = proven(given, asked, sources.cited, list(sources.hits.values()))
        if other:
            return replace(answer, reason=other.notice)
        if not answer.abstained or answer.reason == COUNTED or answer.kind in ("greeting", "about"):
            return answer
        bound = (*options.where, *date_ranking.where(view, spoken))
        suggest = partial(self._speller.suggestion, view)
        why = refused(view, asked, bound, word_weights(view, asked), suggest)
        text = refusal(answer.hits, filtered=bool(options.where))
        return replace(answer, text=text, reason=why or answer.reason)

    def _spoken(self, question: str, asked: str = "", *, as_of: Bound = "") -> Spoken:
        return date_ranking.spoken(question, asked, as_of, self.today(), self.settings)

    def _hits(
        self, view: ArchiveView, question: str, options: Options, spoken: Spoken, at_once: int
    ) -> tuple[list[Hit], dict[str, PassageReading]]:
        """Return the hits, and the reranker's readings by passage id; ``at_once`` counts the concurrent questions."""
        bound = (*options.where, *date_ranking.where(view, spoken))
        ranked, readings = self._ranked(view, question, options.k, bound, spoken, at_once)
        with timed("select"):
            group_copies = self.settings.group_copies
            return cited(view, ranked, options.k, options.per_article, group_copies=group_copies), readings

    def _readings(
        self, view: ArchiveView, question: str, hits: Sequence[Hit], read: dict[str, PassageReading]
    ) -> dict[str, PassageReading] | None:
        """Return the reader's readings of the hits, of which the reranker may have made some; None without a reader."""
        if self.reader is None:
            return None
        known = read if self.reader is self.reranker else {}
        missing = [hit.passage.id for hit in hits if hit.passage.id not in known]
        if not missing:
            return known
        with timed("read"):
            return known | read_passages(view, question, missing, self.reader, self.load)

    def _read_heads(self, question: str, texts: dict[str, str]) -> dict[str, PassageReading]:
        """Return the reader's readings of titles and deks, by the same keys."""
        if self.reader is None or not texts:
            return {}
        with timed("read"):
            readings = self.reader.read(question, [("", text) for text in texts.values()])
        return dict(zip(texts, readings, strict=True))

    def _ranked(
        self, view: ArchiveView, question: str, k: int, where: Where, spoken: Spoken, at_once: int
    ) -> tuple[list[Ranked], dict[str, PassageReading]]:
        settings = self.settings
        with timed("embed"):
            vector = self.embedder.embed_queries([question])[0]
        ranked = rank(view, question, vector, k, where, settings)
        ranked = date_ranking.prefer(view, ranked, spoken, settings)
        if not (self.reranker and settings.rerank and ranked):
            return ranked, {}
        with timed("read"):
            return reread(view, question, ranked, self.reranker, settings, load=self.load, at_once=at_once, least=READ)


_FEW, _RARE = 3, 0.01  # passages, and share of all passages, that hold a rare word at most
_AMONG = 24  # hits among which the newest are looked for
_LISTED, _LOOKED_AT = 300, 20  # newest articles, and how many of them, for a person to ask about in examples
_OPENING = 800  # characters of an article in which that person is named


class _Sources:
    """The archive under one request's conditions: ``qa.answers.found.Sources``."""

    def __init__(self, retriever: Retriever, view: ArchiveView, options: Options, spoken: Spoken, at_once: int) -> None:
        self._retriever = retriever
        self._view = view
        self._options = options
        self._spoken = spoken
        self._at_once = at_once
        self.article = cache(view.sound_article)
        self.hits: dict[str, Hit] = {}  # the first k of each search, by passage id
        self._found: set[str] = set()  # ids of all articles that were found

    def find(self, question: str, hits: int = 0, *, newest: bool = False) -> Found:
        """Return what is found for a question that stands alone; see ``Sources.find``."""
        retriever, view = self._retriever, self._view
        wanted = hits or max(self._options.k, _AMONG if newest else 0)
        options = replace(self._options, k=wanted)
        found, read = retriever._hits(view, question, options, self._spoken, self._at_once)
        self._found |= {hit.passage.article_id for hit in found}
        shown = found[: self._options.k]
        self.hits |= {hit.passage.id: hit for hit in shown if hit.passage.id not in self.hits}
        weights = word_weights(view, question)
        if hits:
            return Found(question, found, None, {}, weights)
        first = found[:READ]
        if newest:  # of the rest
            first += sorted(found[READ:_AMONG], key=lambda hit: hit.citation.published[:10], reverse=True)[:READ]
        named = {hit.passage.article_id: self.article(hit.passage.article_id) for hit in first}
        articles = {key: article for key, article in named.items() if article}
        readings = retriever._readings(view, question, first, read)
        if readings is not None:
            readings = readings | retriever._read_heads(question, heads(first, articles))
        rest = [hit for hit in found if hit not in first]
        return Found(question, [*first, *rest], readings, articles, weights, len(first))

    def judged(self, statement: str, texts: Sequence[str]) -> list[Verdict]:
        """Return what each text does to a statement; without a reader, nothing."""
        reader = self._retriever.reader
        with timed("read"):
            readings = reader.read(statement, [("", text) for text in texts]) if reader else []
        return [reading.verdict for reading in readings] or [Verdict()] * len(texts)

    def completed(self, question: str, before: str) -> str:
        """Return a question that follows another, so that it stands alone."""
        return stand_alone(question, [("user", before)])

    def every(self, words: str) -> Iterator[MatchedArticle]:
        """Yield every article that contains all of these words and quoted phrases."""
        for found in matching(self._view.scan(self._options.where), read_words(words)):
            self._found.add(found.id)
            yield found

    def filtered(self) -> bool:
        """Return whether filters leave out articles."""
        return bool(self._options.where)

    def cited(self, article_id: str) -> Article | None:
        """Return an article that was found for this request; None for any other, which nothing may cite."""
        return self.article(article_id) if article_id in self._found else None

    def examples(self) -> list[str]:
        """Return three questions that the archive can answer; fewer if it holds less."""
        listed = self._view.articles(self._options.where, limit=_LISTED)
        names: list[str] = []
        for one in listed[:: max(1, len(listed) // _LOOKED_AT)]:
            article = self.article(one.id)
            named = people(article.text[:_OPENING]) if article else []
            names += [name for name in named[:1] if name not in names]
        forms = ("What happened with {}?", "How many articles mention {}?", "Latest on {}")
        return [form.format(name) for form, name in zip(forms, names, strict=False)]

    def size(self) -> tuple[int, str, str]:
        """Return how many articles there are, and the first and last day of publication."""
        days = [day for day, _ in self._view.facets("day", self._options.where) if day]
        return self._view.count(self._options.where), days[0] if days else "", days[-1] if days else ""


def _is_rare(view: ArchiveView, word: str) -> bool:
    """Return whether a word stands in the archive, but in few passages, so that it may be a topic by itself."""
    passages = view.count_passages()
    holding = (passages + 1) / math.exp(view.inverse_frequency(word)) - 0.5  # the inverse of BM25's formula
    return 0.5 <= holding <= max(_FEW, _RARE * passages)


def word_weights(view: ArchiveView, question: str) -> dict[str, float]:
    """Return the weight of each content word of the question: its best BM25 score alone, near its inverse frequency.

    A word that never occurs in the archive has 0.
    """
    return {word: (view.search_text(word, 1) or [("", 0.0)])[0][1] for word in content_words(question)}


def _checked(questions: Sequence[str], k: int, conditions: Conditions) -> Options:
    options = checked(k, conditions)
    for question in questions:
        _check(question)
    return options


def _check(question: str) -> None:
    if not check_text(question, "question").strip():
        raise InputError("question: is empty; ask something")
    if len(question) > LIMITS.question_characters:
        raise InputError(
            f"question: has {len(question)} characters, more than the {LIMITS.question_characters} allowed; shorten it"
        )
