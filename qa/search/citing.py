"""Ranked passages to hits: those to show, each with a citation of an article that is whole."""

from collections.abc import Sequence
from functools import cache

from qa.archive.storage.hashing import text_digest
from qa.archive.view import ArchiveView
from qa.records import Article, Citation, Hit, Passage
from qa.search.fusion import Ranked
from qa.search.selection import Chosen, select


def cited(view: ArchiveView, ranked: Sequence[Ranked], k: int, per_article: int, *, group_copies: bool) -> list[Hit]:
    """Return the ``k`` passages of a ranking to show, with their citations; see ``qa.search.selection.select``."""
    article = cache(view.sound_article)

    def choose() -> list[Chosen]:
        return select(view, ranked, k, per_article, article, group_copies=group_copies)

    chosen = choose()
    # A passage that is whole may belong to an article whose title or date is damaged: it could not be cited.
    while damaged := {p.article_id for c in chosen for p in (c.passage, *c.copies) if not article(p.article_id)}:
        places = view.places([one.passage_id for one in ranked])
        ranked = [one for one in ranked if places[one.passage_id].article_id not in damaged]
        chosen = choose()
    digests: dict[str, str] = {}

    def cite(passage: Passage) -> Citation:
        stored = article(passage.article_id)
        assert stored is not None
        if stored.id not in digests:
            digests[stored.id] = text_digest(stored.text)
        return _citation(stored, passage, digests[stored.id])

    return [Hit(c.passage, cite(c.passage), c.ranked.score, c.ranked.why, tuple(map(cite, c.copies))) for c in chosen]


def _citation(article: Article, passage: Passage, digest: str) -> Citation:
    return Citation(
        article.id, article.title, article.source, article.url, article.published,
        passage.start, passage.end, article.text[passage.start : passage.end], digest,
    )  # fmt: skip
