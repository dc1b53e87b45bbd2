"""Exhaustive search: every article that contains the words, not the best few, for counting and listing.

A query is a list of words and quoted phrases: ``Idlib hospital "truck bomb"`` (or “truck bomb”).  All of them must
occur in an article's title, dek or body, in any order.  Whole words are compared as in the BM25 index: lower case,
unaccented, stemmed.  The words of a phrase must follow each other within one of the three fields; anything but a word
may come between them.  So must the parts of a word that the analysis splits (al-Shughour, U.S.).  An unpaired
quotation mark is ignored.  Boilerplate lines of a body, which are never quoted, are not searched, and no phrase reaches
across one.

The articles' texts themselves are read, one after the other, so that the result is exact: the index of passages holds
no titles and cuts words that fill more than a passage.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from qa.anatomy.dissection import boilerplate_spans
from qa.archive.archive import Archive
from qa.errors import InputError, check_text
from qa.filters import Where
from qa.records import Article, Citation, Match, MatchedArticle
from qa.settings import LIMITS
from qa.text.chunking import regions
from qa.text.sentences import sentence_spans
from qa.text.terms import bare_words, term

_QUOTED = re.compile(r'"([^"]*)"|“([^“”]*)”')
_BARE = re.compile(r"[^ ]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word or phrase: as typed, and the terms that must follow each other."""

    words: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many articles of an outlet or month (``""``: unknown) were found, and the matches in them."""

    name: str
    articles: int
    matches: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of matching articles and matches: in all, by outlet and by month of publication, sorted by name."""

    articles: int
    matches: int
    by_source: tuple[Count, ...]
    by_month: tuple[Count, ...]


class Tally:
    """Counts articles as they are found."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], list[int]] = {}

    def add(self, found: MatchedArticle) -> None:
        """Count an article and its matches."""
        for key in (("all", ""), ("source", found.source), ("month", found.published[:7])):
            count = self._counts.setdefault(key, [0, 0])
            count[0] += 1
            count[1] += len(found.matches)

    def totals(self) -> Totals:
        """Return the counts so far."""
        articles, matches = self._counts.get(("all", ""), (0, 0))
        return Totals(articles, matches, self._named("source"), self._named("month"))

    def _named(self, kind: str) -> tuple[Count, ...]:
        return tuple(Count(name, *count) for (one, name), count in sorted(self._counts.items()) if one == kind)


def read_words(words: str) -> tuple[Wanted, ...]:
    """Return the words and phrases of a query, each once.

    Raises:
        InputError: if there is none, or a word is longer than the index holds.
    """
    if len(check_text(words, "words")) > LIMITS.question_characters:
        raise InputError(f"words: have more than {LIMITS.question_characters} characters; shorten them")
    phrases = [match[1] or match[2] or "" for match in _QUOTED.finditer(words)]
    found: dict[tuple[str, ...], str] = {}
    for typed in (*_QUOTED.sub(" ", words).split(), *phrases):
        bare = bare_words(typed).split()
        own = tuple(map(term, bare))
        if "" in own:
            raise InputError(
                f"words: {bare[own.index('')][:20]!r}… is longer than any word that is searched; shorten it"
            )
        if own:
            found.setdefault(own, " ".join(typed.split()))
    if not found:
        raise InputError(f"words={words!r}: holds no word; give words or a quoted phrase to look for")
    return tuple(Wanted(typed, own) for own, typed in found.items())


def find_all(archive: Archive, words: str, where: Where = ()) -> Iterator[MatchedArticle]:
    """Yield every article that meets a filter and contains all of the words and phrases, newest first.

    One article at a time is in memory; the archive is seen as of one generation while the iterator is open.

    Raises:
        InputError: if the words cannot be searched; raised here, not while iterating.
        DamageError: if the database cannot be read.
    """
    wanted = read_words(words)

    def found() -> Iterator[MatchedArticle]:
        with archive.view() as view:
            yield from matching(view.scan(where), wanted)

    return found()


def matching(articles: Iterable[Article], wanted: tuple[Wanted, ...]) -> Iterator[MatchedArticle]:
    """Yield the articles that contain all wanted words and phrases, with every match."""
    needed = {one for each in wanted for one in each.terms}
    spellings: dict[str, str] = {}  # the words seen so far that are a needed term
    seen: set[str] = set()
    for article in articles:
        present = set(bare_words(f"{article.title} {article.dek} {article.text}").split())
        for word in present - seen:
            if (own := term(word)) in needed:
                spellings[word] = own
        seen |= present
        if {spellings[word] for word in present & spellings.keys()} >= needed:  # else a term is missing
            found = _found(article, wanted, spellings)
            if found:
                yield found


def _found(article: Article, wanted: tuple[Wanted, ...], spellings: Mapping[str, str]) -> MatchedArticle | None:
    """Return an article with every match; None unless it contains all wanted words and phrases."""
    places = [(each, place) for place in _regions(article) for each in _standing(article, place, wanted, spellings)]
    if {one for (one, _, _), _ in places} != set(wanted):
        return None
    digest = hashlib.sha256(article.text.encode()).hexdigest()
    quoted = {place for _, place in places if place[0] == "text"}
    sentences = {place: sentence_spans(article.text, *place[1:]) for place in quoted}
    matches = []
    for (one, start, end), place in places:
        first, last = _around(sentences[place], start, end) if place[0] == "text" else (0, 0)
        citation = Citation(
            article.id, article.title, article.source, article.url, article.published,
            first, last, article.text[first:last], digest,
        )  # fmt: skip
        matches.append(Match(one.words, place[0], start, end, getattr(article, place[0])[start:end], citation))
    return MatchedArticle(
        article.id, article.title, article.source, article.url, article.published, digest, tuple(matches)
    )


def _around(sentences: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Return the span of the sentences that a match touches."""
    first = bisect_right(sentences, start, key=lambda span: span[1])
    last = bisect_left(sentences, end, key=lambda span: span[0]) - 1
    return sentences[first][0], sentences[last][1]


Field = Literal["title", "dek", "text"]
Place = tuple[Field, int, int]


def _regions(article: Article) -> Iterator[Place]:
    yield "title", 0, len(article.title)
    yield "dek", 0, len(article.dek)
    boilerplate = [(start, end) for start, end, _ in boilerplate_spans(article.text)]
    for start, end in regions(len(article.text), boilerplate):
        yield "text", start, end


def _standing(
    article: Article, place: Place, wanted: tuple[Wanted, ...], spellings: Mapping[str, str]
) -> list[tuple[Wanted, int, int]]:
    """Return the matches in a region, in order; phrases may overlap themselves and each other."""
    field, begin, stop = place
    bare = bare_words(getattr(article, field)[begin:stop])
    spans = [match.span() for match in _BARE.finditer(bare)]
    own = [spellings.get(bare[start:end], "") for start, end in spans]
    found = []
    for one in wanted:
        length = len(one.terms)
        for at in range(len(own) - length + 1):
            if own[at] == one.terms[0] and tuple(own[at : at + length]) == one.terms:
                found.append((one, begin + spans[at][0], begin + spans[at + length - 1][1]))
    return sorted(found, key=lambda each: each[1:])
