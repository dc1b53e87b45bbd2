"""Latency of ``retrieve`` by the size of the archive.

    python -m lab.benchmarks.speed.latency_by_size [--sizes 1000 10000 60000 300000] [--questions 200]

Articles of ten sentences a passage and eight passages are drawn from the sentences of ``realtime``, so that words are
as frequent as in news; passages get random unit vectors, because latency does not depend on their values, and making
the archives takes minutes, not hours.  Questions are real and really embedded; figures are given with and without that.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from lab import data
from lab.measure import where
from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.intake import Reading, read
from qa.models.embedding import SentenceTransformerEmbedder, load_embedder
from qa.records import Article
from qa.retrieval import Retriever
from qa.text.sentences import sentence_spans

_SENTENCES, _PASSAGES, _BATCH = 10, 8, 500


class RandomPassages:
    """The packaged embedder for questions and tokens, random unit vectors for passages."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        self._random = np.random.default_rng(0)
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens
        self.embed_queries, self.token_starts = embedder.embed_queries, embedder.token_starts

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        """Return unit vectors of shape (len(texts), dimension)."""
        vectors = self._random.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def articles() -> Iterator[Article]:
    """Yield articles without end."""
    pool: list[str] = []
    for reading in islice(read([data.articles("realtime")]), 600):
        if isinstance(reading, Reading):
            text = reading.article.text
            pool += (text[start:end] for start, end in sentence_spans(text, 0, len(text)) if end - start < 400)
    random = np.random.default_rng(0)
    number = 0
    while True:
        chosen = random.integers(0, len(pool), _SENTENCES * _PASSAGES)
        day = f"20{10 + number % 15}-{1 + number % 12:02}-{1 + number % 28:02}"
        fields = {"title": pool[int(chosen[0])][:80], "published": day, "source": f"Outlet {number % 20}"}
        names = ("dek", "authors", "url", "updated", "dateline_text", "language")
        text = " ".join(pool[int(place)] for place in chosen)
        yield Article(id=f"a{number}", text=text, **fields, **dict.fromkeys(names, ""))
        number += 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 60_000, 300_000])
    parser.add_argument("--questions", type=int, default=200)
    arguments = parser.parse_args()
    embedder = load_embedder()
    texts = [q.text for q in data.questions("realtime", "questions.weak.jsonl.gz")][: arguments.questions]
    print(where())
    print("| passages | making | p50 ms | p99 ms | without embedding p50, p99 |\n|---|---|---|---|---|")
    source, passages, taken = articles(), 0, 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sorted(arguments.sizes):
            begun = time.perf_counter()
            with ArchiveWriter(folder, RandomPassages(embedder)) as writer:
                while passages < size:
                    for article in islice(source, min(_BATCH, 1 + (size - passages) // _PASSAGES)):
                        writer.upsert(article)
                    passages += writer.commit()
            taken += time.perf_counter() - begun
            retriever = Retriever(Archive(folder), embedder)
            retriever.retrieve(texts[0])
            whole, embedding = [], []
            for text in texts:
                begun = time.perf_counter()
                embedder.embed_queries([text])
                embedding.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                retriever.retrieve(text)
                whole.append(time.perf_counter() - begun)
            rest = np.maximum(np.array(whole) - np.array(embedding), 0)
            (a, b), (c, d) = (np.percentile(np.array(values) * 1000, [50, 99]) for values in (whole, rest))
            print(f"| {passages} | {taken:.0f} s | {a:.0f} | {b:.0f} | {c:.0f}, {d:.0f} |", flush=True)


if __name__ == "__main__":
    main()
