"""LangChain as its semantic-search tutorial sets it up, with FAISS and HuggingFaceEmbeddings."""

from pathlib import Path
from typing import Any

from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from shared import HITS, Chunk, Job, main, model_path, place


class Default:
    """The tutorial's splitter: 1,000 characters, 200 of them repeated."""

    packages = ("langchain", "langchain-community", "langchain-huggingface", "faiss-cpu")
    given_vectors = False

    def load(self) -> None:
        """Load the model."""
        self.embeddings = HuggingFaceEmbeddings(model_name=model_path(), model_kwargs={"device": "cpu"})

    def index(self, job: Job) -> int:
        """Split and embed."""
        self.texts = job.texts
        documents = [
            Document(page_content=a["text"], metadata={"id": a["id"], "title": a["title"]}) for a in job.articles
        ]
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        splits = splitter.split_documents(documents)
        self.store = FAISS.from_documents(splits, self.embeddings)
        return len(splits)

    def search(self, question: str) -> Any:
        """Search by similarity."""
        return self.store.similarity_search(question, k=HITS)

    def chunks(self, found: Any) -> list[Chunk]:
        """Place the documents by their start index."""
        return [
            place(self.texts[d.metadata["id"]], d.metadata["id"], d.page_content, d.metadata["start_index"])
            for d in found
        ]

    def save(self, folder: Path) -> None:
        """Save as FAISS file and pickled documents."""
        self.store.save_local(str(folder))


class Passages(Default):
    """Our passages with their vectors, through ``from_embeddings``."""

    given_vectors = True

    def index(self, job: Job) -> int:
        """Hand over passages and vectors."""
        self.texts = job.texts
        pairs = zip((p.text for p in job.passages), job.vectors.tolist(), strict=True)
        metadatas = [{"id": p.article, "start_index": p.start} for p in job.passages]
        self.store = FAISS.from_embeddings(pairs, self.embeddings, metadatas=metadatas)
        return len(job.passages)


if __name__ == "__main__":
    main({"default": Default, "passages": Passages})
