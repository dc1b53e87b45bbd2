"""Plain, slow, obvious implementations that the real ones are compared with."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import fields as dataclass_fields
from typing import Any

import numpy as np

from qa.anatomy.dissection import boilerplate_spans
from qa.records import Article
from qa.text.terms import terms


class WordEmbedder:
    """Counts hashed words: texts that share words are near each other; no model, no randomness."""

    name = "words"
    fingerprint = "words-1"
    dimension = 64
    max_tokens = 200

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        if progress:
            progress(len(texts))
        return self.embed_queries(texts)

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        matrix = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(matrix, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dimension] += 1
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def token_starts(self, text: str) -> list[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


def article(text: str, **fields: str) -> Article:
    """An article with the given fields; all others are unknown."""
    names = [field.name for field in dataclass_fields(Article) if field.name != "text"]
    return Article(text=text, **{name: fields.get(name, "") for name in names})


class PlainVectors:
    """Nearest rows by multiplying everything out."""

    def __init__(self, rows: np.ndarray, matrix: np.ndarray) -> None:
        self.rows = rows
        self.matrix = matrix

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        keep = np.ones(len(self.rows), bool) if allowed is None else np.isin(self.rows, allowed)
        rows, scores = self.rows[keep], self.matrix[keep] @ query
        order = np.lexsort((rows, -scores))[:k]
        return rows[order], scores[order]


def shingles(text: str, words: int = 3) -> set[tuple[str, ...]]:
    """Every run of this many words, without regard to case and punctuation."""
    found = re.findall(r"\w+", text.casefold())
    return {tuple(found[i : i + words]) for i in range(max(1, len(found) - words + 1))}


def resemblance(one: str, other: str) -> float:
    """The Jaccard similarity of two texts' shingles."""
    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def story(number: int, sentences: int = 12) -> list[str]:
    """Sentences of ten words each that no other number's story shares."""
    return [
        f"S{number}x{i} " + " ".join(f"word{number}x{i}x{place}" for place in range(8)) + f" end{i}."
        for i in range(sentences)
    ]


def every_match(article: Article, wanted: Sequence[str]) -> list[tuple[str, str, int, int]]:
    """Every (wanted, field, start, end) in an article, nothing unless all of ``wanted`` stands there.

    Each of ``wanted`` is a run of words that must follow each other; a word is a run of letters and digits.
    """
    found = []
    for field in ("title", "dek", "text"):
        text = getattr(article, field)
        blank = [False] * len(text)
        for start, end, _ in boilerplate_spans(text) if field == "text" else ():
            blank[start:end] = [True] * (end - start)
        words: list[tuple[int, int, str]] = []
        for match in re.finditer(r"[^\W_]+", text):
            if not blank[match.start()]:
                words.append((match.start(), match.end(), terms(match[0])[0]))
        for one in wanted:
            own = [terms(word)[0] for word in re.findall(r"[^\W_]+", one)]
            for at in range(len(words)):
                run = words[at : at + len(own)]
                together = run and not any(blank[run[0][0] : run[-1][1]])
                if together and [term for _, _, term in run] == own:
                    found.append((one, field, run[0][0], run[-1][1]))
    return found if {one for one, *_ in found} == set(wanted) else []


class BrokenEmbedder(WordEmbedder):
    """An embedder that fails in a way nobody foresaw."""

    def embed_queries(self, texts: Any) -> Any:
        raise RuntimeError("secret detail")
