"""What is loaded before a hostile folder is opened, so that what is seen then is the folder's doing alone."""

import tempfile
from pathlib import Path

from qa.models.cross_encoder import CrossEncoderReranker
from qa.models.embedding import SentenceTransformerEmbedder
from qa.models.question_answering import QuestionAnsweringReader
from tests.lanes.safety.folders import make_bases

with tempfile.TemporaryDirectory() as _name:
    make_bases(Path(_name))
    SentenceTransformerEmbedder(f"{_name}/bert").embed_queries(["x"])
    CrossEncoderReranker(f"{_name}/reranker").read("x", [("x", "x")])
    QuestionAnsweringReader(f"{_name}/reader").read("x", [("x", "x")])
