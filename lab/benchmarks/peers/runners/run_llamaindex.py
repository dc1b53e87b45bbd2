"""LlamaIndex as its starter tutorial with local models sets it up: VectorStoreIndex and HuggingFaceEmbedding."""

from pathlib import Path
from typing import Any

from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from shared import HITS, Chunk, Job, main, model_path, place


class Default:
    """``from_documents``: 1,024 tokens, 200 of them repeated, the title put before the text that is embedded."""

    packages = ("llama-index-core", "llama-index-embeddings-huggingface")
    given_vectors = False

    def load(self) -> None:
        """Load the model."""
        Settings.embed_model = HuggingFaceEmbedding(model_name=model_path(), device="cpu")

    def index(self, job: Job) -> int:
        """Split and embed."""
        self.texts = job.texts
        documents = [
            Document(text=a["text"], doc_id=a["id"], metadata={"title": a["title"]} if a["title"] else {})
            for a in job.articles
        ]
        self._keep(VectorStoreIndex.from_documents(documents))
        return len(self.made.docstore.docs)

    def _keep(self, made: VectorStoreIndex) -> None:
        self.made = made
        self.retriever = made.as_retriever(similarity_top_k=HITS)

    def search(self, question: str) -> Any:
        """Retrieve nodes."""
        return self.retriever.retrieve(question)

    def chunks(self, found: Any) -> list[Chunk]:
        """Place the nodes by their start."""
        nodes = [one.node for one in found]
        return [place(self.texts[n.ref_doc_id], n.ref_doc_id, n.text, n.start_char_idx) for n in nodes]

    def save(self, folder: Path) -> None:
        """Save as JSON."""
        self.made.storage_context.persist(persist_dir=str(folder))


class Passages(Default):
    """Our passages as nodes that have their embedding."""

    given_vectors = True

    def index(self, job: Job) -> int:
        """Hand over passages and vectors."""
        self.texts = job.texts
        nodes = [
            TextNode(
                text=p.text, embedding=v, start_char_idx=p.start, end_char_idx=p.end,
                relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=p.article)},
            )
            for p, v in zip(job.passages, job.vectors.tolist(), strict=True)
        ]  # fmt: skip
        self._keep(VectorStoreIndex(nodes=nodes))
        return len(nodes)


if __name__ == "__main__":
    main({"default": Default, "passages": Passages})
