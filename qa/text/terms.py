"""Terms of a text, as in the BM25 index: one analysis for indexing, searching and marking."""

from functools import lru_cache
from typing import Any

import tantivy


@lru_cache(maxsize=1)
def analyzer() -> Any:
    """Return tantivy's analyzer for news: words of at most 80 bytes, unaccented, lower case, stemmed as English."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(80))
        .filter(tantivy.Filter.ascii_fold())  # before lower-casing, which turns a Turkish capital I into two characters
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def terms(text: str) -> list[str]:
    """Return the terms of a text as the index stores them: lower case, unaccented, stemmed."""
    return list(analyzer().analyze(text))


class _Joined(dict[int, int]):
    """Translation table that keeps characters inside words and makes spaces of the others, asking tantivy once each."""

    def __missing__(self, code: int) -> int:
        joins = len(terms(f"x{chr(code)}x")) == 1
        self[code] = code if joins else 32
        return self[code]


_JOINED = _Joined()


def bare_words(text: str) -> str:
    """Return a text of the same length: the words that ``terms`` analyses, and spaces for all else."""
    return text.translate(_JOINED)


def term(word: str) -> str:
    """Return the term of one bare word; ``""`` if it is too long for the index."""
    return next(iter(terms(word)), "")
