"""Searching in forks of a process that has searched, in processes of ``multiprocessing``, and in many threads."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.archive import ingest
from qa.archive.archive import Archive
from qa.models.embedding import load_embedder
from qa.retrieval import Retriever
from qa.runtime.forking import held_by_none
from tests.lanes.serving.served import ROOT, make_archive
from tests.support.forks import in_a_fork
from tests.support.plain import WordEmbedder

QUESTION = "How many troops were besieged?"
_SECONDS = 60  # a hang is longer, a busy machine is not


def test_an_archive_opened_before_a_fork_says_so_in_it_and_goes_on_outside(archive: Archive) -> None:
    assert archive.article("dam") is not None
    told = in_a_fork(lambda: str(archive.article("dam")))
    assert told == (
        f"ArchiveError: {archive.folder}: was opened before this process was forked; open it in the new process, or "
        'start that with multiprocessing\'s start method "spawn"'
    )
    assert in_a_fork(lambda: str(Archive(archive.folder).article("dam"))).startswith("Article(id='dam'")
    assert archive.article("dam") is not None


def test_a_fork_waits_for_a_lock_that_another_thread_holds(archive: Archive) -> None:
    lock, held = held_by_none(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            time.sleep(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert in_a_fork(lambda: str(lock.acquire(timeout=5))) == "True"
    holder.join()
    assert lock.acquire(timeout=5)


# In a process of its own, whose OpenMP has threads: those are what a fork lacks.
FORKED = """
import os, sys
from qa.retrieval import Retriever
from tests.lanes.serving.test_forks_and_threads import QUESTION, in_a_fork
from ui.cli.app import print_line
folder = sys.argv[1]
own = Retriever.open(folder)
here = own.ask(QUESTION).text
there = in_a_fork(lambda: Retriever.open(folder).ask(QUESTION).text)
print_line("the same" if here == there else there)
print_line(in_a_fork(lambda: own.ask(QUESTION).text)[:12])
print_line("the same" if own.ask(QUESTION).text == here else "another")
"""


@pytest.mark.model
def test_a_fork_of_a_process_that_has_searched_searches_anew_and_does_not_hang(tmp_path: Path) -> None:
    ingest.add(tmp_path / "archive", [ROOT / "seeds"], load_embedder())
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path / "archive")], cwd=ROOT, env=environment, capture_output=True,
        text=True, timeout=4 * _SECONDS,
    )  # fmt: skip
    assert (done.stdout.splitlines(), done.stderr) == (["the same", "ArchiveError", "the same"], "")


def _asked(folder: Path) -> list[str]:
    retriever = Retriever(Archive(folder), WordEmbedder())
    return [hit.passage.article_id for hit in retriever.retrieve("the dam at Verrin")]


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_processes_of_multiprocessing_open_the_archive_themselves(tmp_path: Path, way: str) -> None:
    folder = make_archive(tmp_path)
    assert _asked(folder) == ["dam"]
    with multiprocessing.get_context(way).Pool(2) as pool:
        assert pool.map_async(_asked, [folder] * 4).get(_SECONDS) == [["dam"]] * 4


def test_sixteen_threads_find_what_one_finds(retriever: Retriever) -> None:
    questions = [f"Why was the {word} closed on day {day}?" for word in ("dam", "mill") for day in range(32)]
    alone = [retriever.retrieve(question) for question in questions]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(retriever.retrieve, questions)) == alone
