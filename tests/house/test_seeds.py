"""The seed articles and questions: read as meant, quoted as they stand, answered as well as promised."""

import json
from pathlib import Path

import pytest

from qa.archive import ingest
from qa.evaluation import evaluator
from qa.evaluation.questions import read_questions
from qa.evaluation.verdicts import GOOD
from qa.intake import Reading, read
from qa.models.embedding import load_embedder
from qa.retrieval import Retriever
from tests.support.places import SEEDS

FILE = SEEDS / "questions.jsonl"


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    folder = tmp_path_factory.mktemp("seeds") / "archive"
    report = ingest.add(folder, [SEEDS], load_embedder())
    assert (report.given, report.added, report.rejected) == (27, 27, [])
    return Retriever.open(folder)


def test_every_article_has_its_title_date_and_outlet() -> None:
    for reading in read([SEEDS]):
        assert isinstance(reading, Reading)
        article = reading.article
        assert article.title, reading.file
        assert article.source, reading.file
        assert len(article.published) >= 10, reading.file
        story = Path(reading.file).name
        if story[-5:] != "jsonl":
            assert article.published[:10] == "-".join(story.split("-")[1:4]), reading.file


def test_no_boilerplate_is_left_in_a_body() -> None:
    marks = (
        "Related:",
        "READ MORE",
        "Follow ",
        "Photo by",
        "Photo via",
        "©",
        "(c) 20",
        "All rights reserved",
        "Topics:",
    )
    for reading in read([SEEDS]):
        assert isinstance(reading, Reading)
        for paragraph in reading.article.text.split("\n\n"):
            assert not (paragraph.startswith(marks) and len(paragraph) < 100), (reading.file, paragraph)


def test_there_are_the_questions_that_the_readme_counts() -> None:
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    assert len(rows) == 80
    assert sum(row["written"] == "without the code" for row in rows) >= 40
    assert sum(not row["answerable"] for row in rows) >= 15
    conversations = {row["history"][0]["text"] for row in rows if row["history"]}
    assert len(conversations) >= 8


@pytest.mark.model
def test_all_evidence_stands_in_the_articles(retriever: Retriever) -> None:
    questions, rejected = read_questions(FILE)
    assert rejected == []
    for question in questions:
        for piece in question.evidence:
            article = retriever.article(piece.article_id)
            assert article is not None, f"{question.id}: run lab/tools/seed_ids.py"
            assert piece.quote in article.text, question.id
            assert any(answer in piece.quote for answer in question.answers), question.id


@pytest.mark.model
def test_the_seed_questions_are_found_and_answered(retriever: Retriever) -> None:
    questions, _ = read_questions(FILE)
    report = evaluator.evaluate(retriever, questions, 10, resamples=10)
    scores = report.scores
    # A little below what was measured: .968, .627 and .762, see lab/benchmarks/results/README.md.
    assert scores.evidence["hit@10"].value >= 0.95
    assert scores.evidence["mrr@10"].value >= 0.60
    assert scores.abstention["accuracy"].value >= 0.70
    # A little worse than what was measured: .562 and .050, see lab/benchmarks/results/answers.md.
    assert report.verdicts.share(GOOD) >= 0.52
    assert report.verdicts.share(("wrong",), "answer") <= 0.08
