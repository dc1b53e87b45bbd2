import ast
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.benchmarks.peers import __main__ as command
from lab.benchmarks.peers import jobs, table
from lab.benchmarks.peers.environments import REQUIREMENTS
from lab.benchmarks.peers.runners.shared import Chunk, Job, measure, place
from lab.benchmarks.peers.scoring import MEASURES, Measure, compare, score
from qa.evaluation.questions import Gold, Target
from qa.records import Passage, Question
from tests.support.places import PROJECT
from tests.support.plain import article


def question(number: int) -> Question:
    return Question(f"q{number}", f"What is {number}?", (), (), (), True, "", "")


def gold(**targets: tuple[Target, ...]) -> Gold:
    return Gold(("right",), targets.get("evidence", ()), targets.get("answers", ()), 1, 0, 0)


def hit(article_id: str, start: int, end: int) -> Passage:
    return Passage("", article_id, start, end, "")


def characters(passage: Passage) -> int:
    return passage.end - passage.start


def test_questions_are_chosen_evenly_and_never_more_than_asked_for() -> None:
    assert [one.id for one in jobs.evenly([question(n) for n in range(7)], 3)] == ["q0", "q3", "q6"]
    assert len(jobs.evenly([question(n) for n in range(6)], 6)) == 6
    assert len(jobs.evenly([question(n) for n in range(6)], 0)) == 6


def test_a_job_is_another_when_a_text_is() -> None:
    asked = [question(1)]
    first = jobs.content_hash([article("One.", id="a")], asked)
    assert first == jobs.content_hash([article("One.", id="a")], asked)
    assert first != jobs.content_hash([article("Two.", id="a")], asked)
    assert first != jobs.content_hash([article("One.", id="a")], [question(2)])


def test_a_hit_of_more_than_240_tokens_counts_only_where_long_ones_do() -> None:
    hits = [hit("right", 0, 241), hit("right", 0, 240)]
    right = gold(answers=(Target("right", 10, 20),))
    assert score(Measure("answer", "mrr@10"), right, hits, characters) == 1.0
    assert score(Measure("answer", "mrr@10", short=True), right, hits, characters) == 0.5


def test_an_answer_must_lie_in_the_hit_and_evidence_only_touch_it() -> None:
    hits = [hit("right", 0, 15)]
    target = (Target("right", 10, 20),)
    assert score(Measure("answer", "mrr@10"), gold(answers=target), hits, characters) == 0.0
    assert score(Measure("evidence", "hit@1"), gold(evidence=target), hits, characters) == 1.0


def test_articles_are_ranked_by_their_best_hit() -> None:
    hits = [hit("other", 0, 5), hit("other", 5, 9), hit("right", 0, 5)]
    assert score(Measure("article", "hit@1"), gold(), hits, characters) == 0.0
    assert score(Measure("article", "ndcg@10"), gold(), hits, characters) == pytest.approx(1 / math.log2(3), abs=1e-6)


def test_a_question_with_nothing_to_find_at_a_level_is_not_scored() -> None:
    assert math.isnan(score(Measure("answer", "mrr@10"), gold(), [hit("right", 0, 5)], characters))


def test_runs_are_compared_with_ours_over_the_questions_that_are_scored() -> None:
    rows = compare({"ours": [1, 1, 1, 1, math.nan], "peer": [0, 1, 0, 1, math.nan]}, "ours")
    peer = rows["peer"]
    assert (rows["ours"].value.value, rows["ours"].ours_above) == (1.0, None)
    assert (peer.value.value, peer.value.n) == (0.5, 4)
    assert peer.ours_above is not None
    assert peer.ours_above.value == 0.5
    assert peer.p == 0.5  # two of the four assignments of signs are as far from 0
    assert peer.detectable == pytest.approx(2.8 * math.sqrt(1 / 3) / 2)


def test_p_values_are_corrected_for_the_number_of_peers() -> None:
    ours, same, worse = [1.0] * 8, [1.0] * 8, [0.0] * 8
    alone = compare({"ours": ours, "worse": worse}, "ours")["worse"].p
    assert alone == 2 / 2**8
    rows = compare({"ours": ours, "worse": worse, "same": same}, "ours")
    assert rows["worse"].p == 2 * 2 / 2**8
    assert rows["same"].p == 1.0


def test_without_ours_there_are_only_values() -> None:
    row = compare({"peer": [1.0, 0.0]}, "ours")["peer"]
    assert (row.value.value, row.ours_above, row.p) == (0.5, None, None)


def test_a_chunk_stands_where_the_peer_says_if_that_is_right_and_else_where_it_first_occurs() -> None:
    text = "to be or not to be"
    assert place(text, "a", "to be", 13) == Chunk("a", 13, 18, "to be")
    assert place(text, "a", "to be", 4) == Chunk("a", 0, 5, "to be")
    assert place(text, "a", "to be", None) == Chunk("a", 0, 5, "to be")
    assert place(text, "a", "to have", 0) == Chunk("a", -1, -1, "to have")


@dataclass
class FirstWord:
    """A peer that returns the articles that begin with the question's first word."""

    packages = ("numpy",)
    given_vectors = False

    def load(self) -> None:
        self.loaded = True

    def index(self, job: Job) -> int:
        self.job = job
        return len(job.articles)

    def search(self, question: str) -> Any:
        return [one for one in self.job.articles if one["text"].startswith(question.split()[0])]

    def chunks(self, found: Any) -> list[Chunk]:
        return [place(one["text"], one["id"], "not there" if one["id"] == "b" else one["text"], 0) for one in found]

    def save(self, folder: Path) -> None:
        raise NotImplementedError("keeps nothing")


def test_a_run_writes_down_hits_times_and_what_could_not_be_placed_or_saved() -> None:
    articles = [{"id": "a", "title": "", "text": "Dams fell."}, {"id": "b", "title": "", "text": "Dams rose."}]
    questions = [{"id": "q1", "text": "Dams where?"}, {"id": "q2", "text": "Who?"}]
    job = Job("hash", articles, questions, [], np.zeros((0, 384), np.float32))
    result = json.loads(json.dumps(measure(FirstWord(), job)))
    assert result["hits"] == {"q1": [["a", 0, 10], ["b", -1, -1]], "q2": []}
    assert (result["job"], result["chunks"], result["unplaced"]) == ("hash", 2, 1)
    assert len(result["query_ms"]) == len(result["query_processor_ms"]) == 2
    assert (result["disk_mb"], result["not_saved"]) == (None, "keeps nothing")


def test_a_result_is_kept_for_the_same_articles_and_questions_only(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    assert not command.done(path, "hash")
    path.write_text('{"job": "hash"}')
    assert command.done(path, "hash")
    assert not command.done(path, "another")


def test_every_run_has_a_program_a_name_and_pinned_requirements() -> None:
    torch = re.search(r"^torch==.+$", (PROJECT / "constraints.txt").read_text(), re.M)
    assert torch
    for peer, (environment, configurations) in command.PEERS.items():
        assert {f"{peer}.{one}" for one in configurations} <= set(table.NAMES)
        if environment:
            lines = (REQUIREMENTS / f"{environment}.txt").read_text().split()
            assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
            assert torch.group() in lines
            tree = ast.parse((command.RUNNERS / f"run_{peer}.py").read_text())
            keys = [node.keys for node in ast.walk(tree) if isinstance(node, ast.Dict)]
            assert list(configurations) in [[getattr(key, "value", None) for key in one] for one in keys]
    assert set(MEASURES) == set(jobs.SETS)
