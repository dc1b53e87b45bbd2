"""What is promised on real articles; skipped, visibly, where the evaluation data is not beside the project."""

import os
from pathlib import Path

import pytest

from qa.archive import ingest
from qa.evaluation import evaluator
from qa.evaluation.questions import read_questions
from qa.models.embedding import load_embedder
from qa.records import Answer, Article
from qa.retrieval import Retriever
from tests.support.places import PROJECT

DATA = Path(os.environ.get("DATELINE_DATA") or PROJECT.parent / "shared" / "data")
pytestmark = [
    pytest.mark.data,
    pytest.mark.model,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the evaluation data is not in {DATA}"),
]


class Finder:
    """Retrieves without answering, which is slower."""

    def __init__(self, retriever: Retriever) -> None:
        self.retriever = retriever

    def ask(self, question: str, history: object = (), k: int = 5) -> Answer:
        return Answer(question, question, "", "", (), (), tuple(self.retriever.retrieve(question, k)), 0.0)

    def article(self, article_id: str) -> Article | None:
        return self.retriever.article(article_id)


@pytest.mark.long
def test_the_answer_stands_in_the_first_passages_of_newsqa(tmp_path: Path) -> None:
    report = ingest.add(tmp_path / "archive", [DATA / "newsqa" / "articles.jsonl.gz"], load_embedder())
    assert (report.given, report.added) == (638, 638)
    questions, rejected = read_questions(DATA / "newsqa" / "questions.jsonl.gz")
    assert (len(questions), rejected) == (2129, [])
    some = questions[::9]  # the whole set is measured by `python -m lab.benchmarks.quality.quality newsqa`
    scores = evaluator.evaluate(Finder(Retriever.open(tmp_path / "archive")), some, 10, resamples=10).scores
    assert scores.answer["mrr@10"].n == 237
    assert scores.answer["mrr@10"].value >= 0.60  # plain BM25 .529, dense .363, both fused .552


@pytest.mark.long
def test_the_judged_articles_of_time_are_found(tmp_path: Path) -> None:
    ingest.add(tmp_path / "archive", [DATA / "time" / "articles.jsonl.gz"], load_embedder())
    questions, _ = read_questions(DATA / "time" / "questions.jsonl.gz")
    scores = evaluator.evaluate(Finder(Retriever.open(tmp_path / "archive")), questions, 50, resamples=10).scores
    assert scores.article["ndcg@10"].value >= 0.68  # plain BM25 .641, dense .645, both fused .694
