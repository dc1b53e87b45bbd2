"""Question to hits: both searches, fused, capped per article, cited."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from qa import date_ranking, filters
from qa.answering import Answerer, content_words
from qa.archive import Archive, ArchiveView
from qa.conversation import Turn, stand_alone
from qa.date_ranking import Spoken
from qa.dates import Bound
from qa.embedding import Embedder, load_embedder
from qa.errors import ArchiveError, InputError, check_text
from qa.filters import Where
from qa.fusion import Ranked, add_part, fuse
from qa.question_dates import Window
from qa.records import Answer, Article, Citation, Hit, Passage
from qa.reranking import CrossEncoderReranker, Reranker
from qa.settings import LIMITS, AskSettings


class Retriever:
    """An opened archive that answers questions; it may be used by many threads at once.

    Every request reads the archive's current generation, from beginning to end.  ``today`` gives the day that "last
    week" is counted from when a request has no ``as_of``.
    """

    def __init__(
        self,
        archive: Archive,
        embedder: Embedder,
        settings: AskSettings | None = None,
        reranker: Reranker | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self.archive = archive
        self.embedder = embedder
        self.settings = settings or AskSettings()
        self.reranker = reranker
        self.today = today
        self._answerer = Answerer(embedder)

    @classmethod
    def open(cls, path: str | Path | None = None, settings: AskSettings | None = None) -> "Retriever":
        """Open an archive (default: ``QA_ARCHIVE``, else ``./archive``) with the embedder it was made with.

        Raises:
            ArchiveError: if there is no archive, or its embedder has changed.
            ModelError: if the embedder or the reranker cannot be loaded.
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
        return cls(
            archive,
            embedder,
            settings,
            CrossEncoderReranker(settings.reranker) if settings.reranker else None,
        )

    def retrieve(
        self,
        question: str,
        k: int = 5,
        *,
        sources: Sequence[str] = (),
        articles: Sequence[str] = (),
        after: Bound = "",
        before: Bound = "",
        as_of: Bound = "",
        per_article: int = 3,
    ) -> list[Hit]:
        """Return the ``k`` passages that best match a question, best first; fewer only when fewer pass the filters.

        Args:
            question: plain text; no character in it has a special meaning.
            k: how many hits, from 1.
            sources: only these outlets, written as in the articles.
            articles: only these article ids.
            after: only articles published at or after this date.
            before: only articles published before this date.
            as_of: only articles published on or before this date, which is also the day that the question's "last
                week" is counted from; undated articles are left out by any of the three.
            per_article: hits of one article beyond this many come after those of others (0: no cap).

        Raises:
            InputError: if the question is empty or too long, or an option is out of range.
            DamageError: if an index does not match its hash.
        """
        where = filters.where(sources, articles, after, before, as_of)
        _check(question, k, per_article)
        with self.archive.view() as view:
            return self._hits(view, question, k, where, per_article, self._spoken(question, as_of=as_of))

    def retrieve_many(
        self,
        questions: Sequence[str],
        k: int = 5,
        *,
        sources: Sequence[str] = (),
        articles: Sequence[str] = (),
        after: Bound = "",
        before: Bound = "",
        as_of: Bound = "",
        per_article: int = 3,
    ) -> list[list[Hit]]:
        """Return the hits of each question, the same as ``retrieve`` gives for it alone."""
        where = filters.where(sources, articles, after, before, as_of)
        for question in questions:
            _check(question, k, per_article)
        with self.archive.view() as view:
            return [
                self._hits(view, question, k, where, per_article, self._spoken(question, as_of=as_of))
                for question in questions
            ]

    def ask(
        self,
        question: str,
        history: Iterable[Turn] = (),
        k: int = 5,
        *,
        sources: Sequence[str] = (),
        articles: Sequence[str] = (),
        after: Bound = "",
        before: Bound = "",
        as_of: Bound = "",
        per_article: int = 3,
    ) -> Answer:
        """Answer a question in the archive's own words, or abstain.

        The question may lean on ``history``: the earlier turns, oldest first, as (role, text) pairs or
        ``{role, text}`` mappings.  The answer is looked for in ``k`` passages; the other options are those of
        ``retrieve``.

        Raises:
            InputError: if the question or an option cannot be used.
        """
        where = filters.where(sources, articles, after, before, as_of)
        _check(question, k, per_article)
        asked = stand_alone(question, history)
        spoken = self._spoken(question, asked, as_of=as_of)
        with self.archive.view() as view:
            hits = self._hits(view, asked, k, where, per_article, spoken)
            answer = self._answerer.answer(asked, hits, word_weights(view, asked))
        return replace(answer, question=question)

    def understood(self, question: str, asked: str = "", *, as_of: Bound = "") -> tuple[Window, ...]:
        """Return the times of publication that a question speaks of; a follow-up without any has those of ``asked``.

        Bounds among them filter like ``after`` and ``before``; preferences add to the score of articles near them.
        """
        return self._spoken(question, asked, as_of=as_of).windows

    def undated(self, sources: Sequence[str] = (), articles: Sequence[str] = ()) -> int:
        """Return how many articles a date filter would leave out because they are undated."""
        where = filters.where(sources, articles)
        with self.archive.view() as view:
            return view.count(where) - view.count((*where, filters.DATED))

    def binding(self, question: str, asked: str = "", *, as_of: Bound = "") -> tuple[Window, ...]:
        """Return those windows of ``understood`` that leave articles out; none where no article has a date."""
        spoken = self._spoken(question, asked, as_of=as_of)
        with self.archive.view() as view:
            return tuple(w for w in spoken.windows if w.kind == "bound") if date_ranking.where(view, spoken) else ()

    def article(self, article_id: str) -> Article | None:
        """Return an article, or None."""
        return self.archive.article(article_id)

    def _spoken(self, question: str, asked: str = "", *, as_of: Bound = "") -> Spoken:
        return date_ranking.spoken(question, asked, as_of, self.today(), self.settings)

    def _hits(
        self, view: ArchiveView, question: str, k: int, where: Where, per_article: int, spoken: Spoken
    ) -> list[Hit]:
        ranked = self._ranked(view, question, k, (*where, *date_ranking.where(view, spoken)), spoken)
        chosen = _capped(view, ranked, k, per_article)
        found = {article_id: view.article(article_id) for article_id in dict.fromkeys(p.article_id for _, p in chosen)}
        digests = {key: hashlib.sha256(a.text.encode()).hexdigest() for key, a in found.items() if a}
        hits = []
        for item, passage in chosen:
            article = found[passage.article_id]
            assert article is not None  # the view sees one generation
            hits.append(Hit(passage, _citation(article, passage, digests[article.id]), item.score, item.why))
        return hits

    def _ranked(self, view: ArchiveView, question: str, k: int, where: Where, spoken: Spoken) -> list[Ranked]:
        settings = self.settings
        pool = max(settings.pool, k)
        vector = self.embedder.embed_queries([question])[0]
        near = view.search_vectors(vector, pool, where)
        bm25 = dict(view.search_text(question, pool, where))
        dense = dict(near)
        missing = [passage_id for passage_id in bm25 if passage_id not in dense]
        dense.update((key, float(value @ vector)) for key, value in view.vectors(missing).items())
        places = {passage_id: rank for rank, (passage_id, _) in enumerate(near, 1)}
        ranked = fuse(bm25, dense, places, settings.dense_weight)
        ranked = date_ranking.prefer(view, ranked, spoken, settings)
        if self.reranker and ranked:
            passages = view.passages([item.passage_id for item in ranked[: settings.rerank]])
            scores = self.reranker.score(question, [passage.text for passage in passages.values()])
            ranked = add_part(ranked, dict(zip(passages, scores, strict=True)), settings.reranker_weight)
        return ranked


def word_weights(view: ArchiveView, question: str) -> dict[str, float]:
    """Return how much each word of the question tells: its best BM25 score alone, which is near its inverse frequency.

    A word that the archive never uses has 0.
    """
    return {word: (view.search_text(word, 1) or [("", 0.0)])[0][1] for word in content_words(question)}


def _capped(view: ArchiveView, ranked: Sequence[Ranked], k: int, per_article: int) -> list[tuple[Ranked, Passage]]:
    """Return the first ``k``, at most ``per_article`` of one article before those of all others."""
    kept: list[tuple[Ranked, Passage]] = []
    over: list[tuple[Ranked, Passage]] = []
    counts: dict[str, int] = {}
    step = max(50, 4 * k)
    for begin in range(0, len(ranked), step):
        items = ranked[begin : begin + step]
        passages = view.passages([item.passage_id for item in items])
        for item in items:
            passage = passages.get(item.passage_id)
            if passage is None:  # damaged: reported by the archive, never shown
                continue
            counts[passage.article_id] = counts.get(passage.article_id, 0) + 1
            within = per_article == 0 or counts[passage.article_id] <= per_article
            (kept if within else over).append((item, passage))
        if len(kept) >= k:
            break
    return (kept + over)[:k]


def _citation(article: Article, passage: Passage, digest: str) -> Citation:
    return Citation(
        article.id, article.title, article.source, article.url, article.published,
        passage.start, passage.end, article.text[passage.start : passage.end], digest,
    )  # fmt: skip


def _check(question: str, k: int, per_article: int) -> None:
    if not check_text(question, "question").strip():
        raise InputError("question: is empty; ask something")
    if len(question) > LIMITS.question_characters:
        raise InputError(
            f"question: has {len(question)} characters, more than the {LIMITS.question_characters} allowed; shorten it"
        )
    if not isinstance(k, int) or not 1 <= k <= LIMITS.hits:
        raise InputError(f"k={k!r} is out of range: give 1 to {LIMITS.hits}")
    if not isinstance(per_article, int) or per_article < 0:
        raise InputError(f"per_article={per_article!r} is out of range: give 0 (no cap) or more")
