"""Haystack as its hybrid-retrieval tutorial sets it up, without the tutorial's cross-encoder."""

from pathlib import Path
from typing import Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from shared import HITS, Chunk, Job, main, model_path, place


class Default:
    """The tutorial's splitter (512 words, 32 of them repeated) and its joiner, which concatenates."""

    packages = ("haystack-ai", "sentence-transformers-haystack")
    given_vectors = False
    join_mode = "concatenate"

    def load(self) -> None:
        """Make both pipelines and load the models."""
        device = ComponentDevice.from_str("cpu")
        self.store = InMemoryDocumentStore()
        embedder = SentenceTransformersDocumentEmbedder(model=model_path(), device=device, progress_bar=False)
        embedder.warm_up()
        self.indexing = Pipeline()
        self.indexing.add_component("splitter", DocumentSplitter(split_by="word", split_length=512, split_overlap=32))
        self.indexing.add_component("embedder", embedder)
        self.indexing.add_component("writer", DocumentWriter(self.store))
        self.indexing.connect("splitter", "embedder")
        self.indexing.connect("embedder", "writer")
        self.hybrid = Pipeline()
        self.hybrid.add_component(
            "text_embedder",
            SentenceTransformersTextEmbedder(model=model_path(), device=device, progress_bar=False),
        )
        self.hybrid.add_component("dense", InMemoryEmbeddingRetriever(self.store, top_k=HITS))
        self.hybrid.add_component("bm25", InMemoryBM25Retriever(self.store, top_k=HITS))
        self.hybrid.add_component("joiner", DocumentJoiner(join_mode=self.join_mode))
        self.hybrid.connect("text_embedder", "dense")
        self.hybrid.connect("bm25", "joiner")
        self.hybrid.connect("dense", "joiner")

    def index(self, job: Job) -> int:
        """Split, embed and write."""
        self.texts = job.texts
        documents = [Document(content=a["text"], meta={"article": a["id"], "title": a["title"]}) for a in job.articles]
        self.indexing.run({"splitter": {"documents": documents}})
        return int(self.store.count_documents())

    def search(self, question: str) -> Any:
        """Run the hybrid pipeline."""
        found = self.hybrid.run({"text_embedder": {"text": question}, "bm25": {"query": question}})
        return found["joiner"]["documents"]

    def chunks(self, found: Any) -> list[Chunk]:
        """Place the documents by their split's start."""
        return [
            place(self.texts[d.meta["article"]], d.meta["article"], d.content, d.meta["split_idx_start"]) for d in found
        ]

    def save(self, folder: Path) -> None:
        """Save as JSON."""
        self.store.save_to_disk(str(folder / "store.json"))


class Passages(Default):
    """Our passages with their embeddings, written to the store."""

    given_vectors = True

    def index(self, job: Job) -> int:
        """Hand over passages and vectors."""
        self.texts = job.texts
        documents = [
            Document(content=p.text, meta={"article": p.article, "split_idx_start": p.start}, embedding=v)
            for p, v in zip(job.passages, job.vectors.tolist(), strict=True)
        ]
        return int(self.store.write_documents(documents))


class Ranked(Passages):
    """The same, its lists joined by reciprocal rank, which the joiner also offers."""

    join_mode = "reciprocal_rank_fusion"


if __name__ == "__main__":
    main({"default": Default, "passages": Passages, "passages-rrf": Ranked})
