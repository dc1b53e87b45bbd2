"""Baselines: plain BM25 (bm25s as in its first example), plain dense, and their min-max fusion, over our passages."""

from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import Stemmer
from sentence_transformers import SentenceTransformer
from shared import HITS, Chunk, Job, main, model_path


class Bm25:
    """English stop words and Snowball stems, as bm25s's documentation begins."""

    packages = ("bm25s", "PyStemmer")
    given_vectors = False

    def load(self) -> None:
        """Load the stemmer."""
        self.stemmer = Stemmer.Stemmer("english")

    def index(self, job: Job) -> int:
        """Index the passages."""
        self.passages = job.passages
        texts = [passage.text for passage in job.passages]
        self.retriever = bm25s.BM25()
        tokens = bm25s.tokenize(texts, stopwords="en", stemmer=self.stemmer, show_progress=False)
        self.retriever.index(tokens, show_progress=False)
        return len(texts)

    def search(self, question: str) -> Any:
        """Return the rows of the best passages."""
        return self.ranked(question, min(HITS, len(self.passages)))[0]

    def ranked(self, question: str, k: int) -> tuple[Any, Any]:
        """Return rows and scores."""
        tokens = bm25s.tokenize(question, stopwords="en", stemmer=self.stemmer, show_progress=False)
        rows, scores = self.retriever.retrieve(tokens, k=k, show_progress=False)
        return rows[0], scores[0]

    def chunks(self, found: Any) -> list[Chunk]:
        """Return the passages of the rows."""
        return [self.passages[int(row)] for row in found]

    def save(self, folder: Path) -> None:
        """Save with bm25s."""
        self.retriever.save(str(folder / "bm25"))


class Dense:
    """Cosines with every passage, in NumPy."""

    packages = ("sentence-transformers", "numpy")
    given_vectors = True

    def load(self) -> None:
        """Load the model."""
        self.model = SentenceTransformer(model_path(), device="cpu")

    def index(self, job: Job) -> int:
        """Keep the given vectors."""
        self.passages, self.vectors = job.passages, job.vectors
        return len(job.passages)

    def scores(self, question: str) -> np.ndarray:
        """Return the cosine of every passage."""
        return self.vectors @ self.model.encode(question, normalize_embeddings=True, show_progress_bar=False)

    def search(self, question: str) -> Any:
        """Return the rows of the best passages."""
        return np.argsort(-self.scores(question), kind="stable")[:HITS]

    def chunks(self, found: Any) -> list[Chunk]:
        """Return the passages of the rows."""
        return [self.passages[int(row)] for row in found]

    def save(self, folder: Path) -> None:
        """Save the vectors."""
        np.save(folder / "vectors.npy", self.vectors)


class Fused:
    """Both, each scaled to [0, 1] over its 200 best, added with equal weights; not found counts 0."""

    packages = ("bm25s", "PyStemmer", "sentence-transformers")
    given_vectors = True

    def load(self) -> None:
        """Load both."""
        self.bm25, self.dense = Bm25(), Dense()
        self.bm25.load()
        self.dense.load()

    def index(self, job: Job) -> int:
        """Index both."""
        self.bm25.index(job)
        return self.dense.index(job)

    def search(self, question: str) -> Any:
        """Return the rows of the best passages."""
        pool = min(200, len(self.dense.passages))
        dense = self.dense.scores(question)
        near = np.argsort(-dense, kind="stable")[:pool]
        fused = np.zeros(len(dense))
        for rows, scores in ((near, dense[near]), self.bm25.ranked(question, pool)):
            fused[rows] += 0.5 * (scores - scores.min()) / max(1e-9, scores.max() - scores.min())
        return np.argsort(-fused, kind="stable")[:HITS]

    def chunks(self, found: Any) -> list[Chunk]:
        """Return the passages of the rows."""
        return self.dense.chunks(found)

    def save(self, folder: Path) -> None:
        """Save both."""
        self.bm25.save(folder)
        self.dense.save(folder)


if __name__ == "__main__":
    main({"bm25": Bm25, "dense": Dense, "fused": Fused})
