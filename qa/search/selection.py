"""Selection of the hits to show from a ranking: near duplicates grouped, hits of one article capped.

A copy is a near duplicate of a passage, in another article.  One passage represents its group, so that ``k`` hits are
``k`` different things to read.  Nothing is lost, because the other copies are listed with it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from qa.archive.storage.hashing import text_digest
from qa.archive.storage.near_duplicates import SHORT, SHORT_TEXT, resemblances
from qa.archive.view import ArchiveView
from qa.dates.periods import period
from qa.records import Article, Citation, Hit, Passage
from qa.search.fusion import Ranked

# Passages with a resemblance of at least ``SAME_TEXT`` are copies.  ``SAME_STORY`` is enough if their articles are
# recorded as near duplicates, because an update of a page moves the borders of its passages.  A newer copy is shown in
# place of a better match from ``REPLACES`` on: with less resemblance it lacks the words that answer too often.
# `python -m lab.benchmarks.intake.copies` measures the effect of these values.  Short passages need
# ``near_duplicates.SHORT_TEXT``, unless their articles are recorded.
SAME_TEXT, SAME_STORY, REPLACES = 0.5, 0.33, 0.7
# This many passages (half of the first step) with a resemblance of at least ``SAME_STORY`` are a crowd: one text in
# many wordings, which would displace all others.  A crowd has the same cap as an article.
CROWD = 50
_STEP = 100  # passages are examined in steps of this many, or of four times ``k`` if that is more

ArticleById = Callable[[str], Article | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A passage to show, its score, and its copies, best first."""

    ranked: Ranked
    passage: Passage
    copies: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class _Member:
    """A passage at its place in the ranking, and how much it resembles the first of its group."""

    place: int
    ranked: Ranked
    passage: Passage
    resemblance: float


@dataclass(slots=True)
class _Group:
    """Copies of the first member, in the order of the ranking, each from another article.

    ``signature`` is that of the first member.  ``crowd`` is the index of the first group of the crowd that this group
    belongs to: the one whose first member this one's resembles.
    """

    signature: bytes
    members: list[_Member]
    crowd: int
    articles: set[str] = field(default_factory=set)

    def add(self, member: _Member) -> None:
        self.members.append(member)
        self.articles.add(member.passage.article_id)


def select(
    view: ArchiveView, ranked: Sequence[Ranked], k: int, per_article: int, article: ArticleById, *, group_copies: bool
) -> list[Chosen]:
    """Return the ``k`` passages of a ranking to show; fewer only when it holds fewer.

    First come groups of copies in the order of their best members, at most ``per_article`` shown of one article or
    crowd; then the groups over that cap; then, if there are fewer than ``k`` groups, single copies.

    Args:
        view: the archive that was searched.
        ranked: the passages that passed the filters, best first.
        k: how many to return.
        per_article: the cap (0: none).
        article: returns an article of the view by its id.
        group_copies: whether copies are grouped at all.
    """
    groups: list[_Group] = []
    shown: list[_Member] = []
    order: list[int] = []
    step = max(_STEP, 4 * k)
    for begin in range(0, len(ranked), step):
        _group(view, ranked, range(begin, min(begin + step, len(ranked))), groups, group_copies)
        shown = [_newest(group.members, article) for group in groups]
        within, over = _capped(shown, groups, per_article)
        order = (within + over)[:k]
        if len(within) >= k:
            break
    hidden = sorted((m for i in order for m in groups[i].members if m is not shown[i]), key=lambda m: m.place)
    alone = hidden[: k - len(order)]
    places = {member.place for member in alone}
    chosen = []
    for i in order:
        copies = (m.passage for m in groups[i].members if m is not shown[i] and m.place not in places)
        chosen.append(Chosen(groups[i].members[0].ranked, shown[i].passage, tuple(copies)))
    return chosen + [Chosen(member.ranked, member.passage) for member in alone]


def _group(
    view: ArchiveView, ranked: Sequence[Ranked], places: range, groups: list[_Group], group_copies: bool
) -> None:
    """Add the passages at these positions to the groups, each to the one whose first member it resembles most."""
    ids = [ranked[place].passage_id for place in places]
    passages = view.passages(ids)
    signatures = view.signatures(ids) if group_copies else {}
    near = view.copies(sorted({passage.article_id for passage in passages.values()})) if group_copies else {}
    recorded = {article_id: {other for other, _ in found} for article_id, found in near.items()}
    for place in places:
        passage = passages.get(ranked[place].passage_id)
        if passage is None:  # damaged: reported by the archive, never shown
            continue
        signature = signatures.get(passage.id, b"")
        found = resemblances(signature, [group.signature for group in groups])
        group, resemblance = _nearest(groups, passage, found, recorded.get(passage.article_id, set()))
        if group is None:
            alike = (found >= SAME_STORY).nonzero()[0].tolist()
            group = _Group(signature, [], groups[alike[0]].crowd if alike else len(groups))
            groups.append(group)
        group.add(_Member(place, ranked[place], passage, resemblance))


def _nearest(
    groups: Sequence[_Group], passage: Passage, found: NDArray[np.float64], recorded: set[str]
) -> tuple[_Group | None, float]:
    """Return the group that a passage belongs to and its resemblance to the first member; None and 1 for none.

    ``found`` is its resemblance to the first member of each group.
    """
    for i in sorted((found >= SAME_STORY).nonzero()[0].tolist(), key=lambda i: (-found[i], i)):
        best = groups[i].members[0].passage
        short = min(len(passage.text), len(best.text)) < SHORT
        least = SAME_STORY if best.article_id in recorded else SHORT_TEXT if short else SAME_TEXT
        if found[i] >= least and passage.article_id not in groups[i].articles:
            return groups[i], float(found[i])
    return None, 1.0


def _newest(members: Sequence[_Member], article: ArticleById) -> _Member:
    """Return the newest member with most of the first one's text; the first itself unless one is certainly newer."""
    newest = members[0]
    for member in members[1:]:
        if member.resemblance >= REPLACES:
            one, other = article(member.passage.article_id), article(newest.passage.article_id)
            if one and other and _is_newer(one, other):
                newest = member
    return newest


def _is_newer(one: Article, other: Article) -> bool:
    """Whether an article was certainly published after another or, published at the same time, updated after it."""
    published, before = period(one.published), period(other.published)
    if published is None or before is None:
        return False
    if published == before:
        published, before = period(one.updated) or published, period(other.updated) or before
    return published.start_utc >= before.end_utc


def _capped(shown: Sequence[_Member], groups: Sequence[_Group], per_article: int) -> tuple[list[int], list[int]]:
    """Return the indexes of the groups within the cap, and of those over it."""
    within: list[int] = []
    over: list[int] = []
    counts: Counter[str | int] = Counter()
    sizes: Counter[int] = Counter()
    for group in groups:
        sizes[group.crowd] += len(group.members)
    for i, (member, group) in enumerate(zip(shown, groups, strict=True)):
        own: list[str | int] = [member.passage.article_id, *([group.crowd] if sizes[group.crowd] >= CROWD else [])]
        counts.update(own)
        (within if per_article == 0 or all(counts[one] <= per_article for one in own) else over).append(i)
    return within, over


def cited(view: ArchiveView, ranked: Sequence[Ranked], k: int, per_article: int, *, group_copies: bool) -> list[Hit]:
    """Return the ``k`` passages of a ranking to show, with their citations; see ``qa.search.selection.select``."""
    article = cache(view.sound_article)

    def choose() -> list[Chosen]:
        return select(view, ranked, k, per_article, article, group_copies=group_copies)

    chosen = choose()
    # An intact passage may belong to an article whose title or date is damaged, and could not be cited.
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
