"""The load benchmark's people, at the real page of a small archive."""

import asyncio
import os
from pathlib import Path

import pytest

from lab.benchmarks.speed import load, load_report
from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from qa.settings import AskSettings
from tests.lanes.browser.browsing import served
from tests.support.plain import WordEmbedder, article


def test_people_ask_through_the_routes_of_the_page_and_get_answers(
    tmp_path: Path, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "_THINK", (0.0, 0.1))
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for town in ("Arlen", "Bresk", "Corva"):
            writer.upsert(
                article(f"The mayor of {town} opened the bridge on Monday.", title=f"{town} opens its bridge")
            )
        writer.commit()
    archive = Archive(tmp_path / "archive")
    retriever = Retriever(archive, embedder, AskSettings(reranker="none", reader="none"))
    questions = [f"Who opened the bridge in {town}?" for town in ("Arlen", "Bresk")]
    with served(retriever) as url:
        measured = asyncio.run(load.visit(url, questions, people=3, seconds=1, server=os.getpid()))
    archive.close()
    assert measured.errors == []
    assert len(measured.answers) == len(measured.queued) >= 3
    assert max(measured.answers) < 30
    assert measured.memory[0][1] > measured.memory[0][2] > 0


def test_growth_is_that_after_minute_two() -> None:
    rising = [(float(second), 100 if second < 120 else 200 + second // 10, 0) for second in range(0, 601, 10)]
    assert load.growth(rising) == pytest.approx(255.5 / 216.0 - 1, abs=0.01)
    assert load.growth([(float(second), 5 if second < 120 else 7, 0) for second in range(0, 601, 10)]) == 0
    assert load.growth([(float(second), 5, 0) for second in range(0, 121, 10)]) is None


def test_a_report_says_what_was_measured() -> None:
    stage = {"count": 4, "sum": 2.0, "p50": 0.4, "p99": 0.9, "most": 0.9}
    text = load_report.markdown(
        {
            "command": "python -m lab.benchmarks.speed.load", "where": "somewhere",
            "people": 2, "minutes": 1.0, "answers": 4,
            "answers_per_second": 0.5, "abstained": 1, "errors": 0, "told_place": 3, "furthest_place": 12,
            "told_full": 0, "read_fewer": 2, "answer_seconds": {"p50": 1.0, "p99": 2.5}, "queue_seconds": {},
            "memory": [[0, 10**9, 10**8]], "memory_growth": 0.021, "server_cores": 1.5, "client_cores": 0.1,
            "processor_seconds": 0.4,
            "stages": {"search": stage, "together": {"times": {"2": 7}}, "seconds_per_passage": 0.02},
        }
    )  # fmt: skip
    assert "| answers | 4 (0.50 a second; 1 abstained) |" in text
    assert "| question to answer | p50 1.00 s, p99 2.50 s |" in text
    assert "| shown their place in the queue | 3, the furthest the 12th |" in text
    assert "| growth after minute two | +2.1% |" in text
    assert "| both searches, scores | 500 ms | 400 ms | 900 ms |" in text
    assert "Questions embedded in one batch: 2 in 7 cases." in text
