"""The terms of a text, as the BM25 index holds them: one analysis for indexing, searching and marking."""

from functools import lru_cache
from typing import Any

import tantivy


@lru_cache(maxsize=1)
def analyzer() -> Any:
    """Return tantivy's analyzer of news: words of at most 80 bytes, unaccented, lower case, stemmed as English."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(80))
        .filter(tantivy.Filter.ascii_fold())  # before the next, which makes two characters of a Turkish capital I
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def terms(text: str) -> list[str]:
    """Return the terms of a text as the index holds them: lower case, unaccented, stemmed."""
    return list(analyzer().analyze(text))


class _Joined(dict[int, int]):
    """Characters that the analysis joins to words stay, all others become spaces; asked of tantivy once each."""

    def __missing__(self, code: int) -> int:
        joins = len(terms(f"x{chr(code)}x")) == 1
        self[code] = code if joins else 32
        return self[code]


_JOINED = _Joined()


def bare_words(text: str) -> str:
    """Return a text of the same length in which only the words that ``terms`` analyses are not spaces."""
    return text.translate(_JOINED)


def term(word: str) -> str:
    """Return the term of one bare word; ``""`` where the index leaves it out, because it is too long."""
    return next(iter(terms(word)), "")
