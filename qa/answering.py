"""Hits to an answer (being fitted)."""
from collections.abc import Sequence
from qa.embedding import Embedder
from qa.records import Answer, Hit

class Answerer:
    def __init__(self, embedder: Embedder) -> None: ...
    def answer(self, question: str, hits: Sequence[Hit]) -> Answer:
        return Answer(question, question, "", "", (), (), tuple(hits), 0.0)
