"""txtai as its documentation's first example sets it up, plain (dense) and hybrid (with BM25)."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from shared import HITS, Chunk, Job, main, model_path
from txtai import Embeddings


class Default:
    """Whole articles, as the example indexes whole texts; the model reads their first 512 tokens."""

    packages = ("txtai", "faiss-cpu")
    given_vectors = False

    def __init__(self, hybrid: bool) -> None:
        self.options = {"hybrid": True} if hybrid else {}

    def load(self) -> None:
        """Load the model."""
        self.embeddings = Embeddings(path=model_path(), gpu=False, **self.options)

    def index(self, job: Job) -> int:
        """Index whole articles."""
        self.all = [Chunk(a["id"], 0, len(a["text"]), a["text"]) for a in job.articles]
        self.embeddings.index([chunk.text for chunk in self.all])
        return len(self.all)

    def search(self, question: str) -> Any:
        """Search."""
        return self.embeddings.search(question, HITS)

    def chunks(self, found: Any) -> list[Chunk]:
        """Return what was indexed under the numbers found."""
        return [self.all[number] for number, _ in found]

    def save(self, folder: Path) -> None:
        """Save."""
        self.embeddings.config.pop("transform", None)  # a function of ours, which no file can hold
        self.embeddings.save(str(folder / "index"))


class Passages(Default):
    """Our passages; their vectors through txtai's external vectorization, which computes those of questions."""

    given_vectors = True

    def load(self) -> None:
        """Load the model that embeds questions, and hand its vectors over."""
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(model_path(), device="cpu")
        known: dict[str, np.ndarray] = {}

        def transform(texts: list[str]) -> np.ndarray:
            new = [text for text in texts if text not in known]
            found = dict(zip(new, model.encode(new, show_progress_bar=False), strict=True)) if new else {}
            return np.array([known[text] if text in known else found[text] for text in texts])

        self.known = known
        self.embeddings = Embeddings(method="external", transform=transform, **self.options)

    def index(self, job: Job) -> int:
        """Hand over passages; their vectors are known."""
        self.all = job.passages
        self.known.update(zip((p.text for p in job.passages), job.vectors, strict=True))
        self.embeddings.index([chunk.text for chunk in self.all])
        self.known.clear()  # no question is answered from here
        return len(self.all)


if __name__ == "__main__":
    main(
        {
            "default": partial(Default, hybrid=False),
            "passages": partial(Passages, hybrid=False),
            "hybrid-default": partial(Default, hybrid=True),
            "hybrid-passages": partial(Passages, hybrid=True),
        }
    )
