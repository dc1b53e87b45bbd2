"""Readers beside a writer, and folders that can only be read."""

import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError
from tests.lanes.faults import stories
from tests.lanes.faults.outcomes import Broken, Outcome
from tests.support.plain import WordEmbedder

_NAMES = stories.names(0, 8)
_DAY = re.compile(r"on day (\d+)\.")


def republish(folder: Path, times: int, threads: int = 8) -> Outcome:
    """Change all articles again and again while readers search; each answer has to come from one generation."""
    outcome = Outcome(f"answers to {threads} readers during {times} republications")
    archive = folder / "archive"
    done = threading.Event()
    counts = [0] * threads
    opened: list[Archive] = []

    def read(number: int) -> None:
        last = 0
        try:
            while not done.is_set():
                last = _one_answer(opened[0], last)
                counts[number] += 1
        except Exception as error:  # whatever a reader meets is a finding
            outcome.failures.append(f"{type(error).__name__}: {error}")

    with ArchiveWriter(archive, WordEmbedder()) as writer:
        for version in range(1, times + 2):
            for name in _NAMES:
                writer.upsert(stories.story_article(name, version))
            writer.commit()
            if version == 1:
                opened.append(Archive(archive))
                readers = [threading.Thread(target=read, args=(number,)) for number in range(threads)]
                for reader in readers:
                    reader.start()
            if version % 10 == 0:
                writer.rebuild()
        done.set()
        for reader in readers:
            reader.join()
    opened[0].close()
    outcome.survived = sum(counts)
    outcome.tried = outcome.survived + len(outcome.failures)
    outcome.notes = {"republications": times, "least of one reader": min(counts)}
    return outcome


def _one_answer(archive: Archive, last: int) -> int:
    """Search; return the version that everything found is of, which is not older than ``last``."""
    with archive.view() as view:
        vector = WordEmbedder().embed_queries(["Report on the river of Verrin"])[0]
        found = [view.search_text("report people verrin", 8), view.search_vectors(vector, 8)]
        texts = [passage.text for scored in found for passage in view.passages([i for i, _ in scored]).values()]
        texts += [article.text for article in view.scan()]
    days = {int(day[1]) for text in texts if (day := _DAY.search(text))}
    if len(days) != 1 or len(texts) != 3 * len(_NAMES):
        raise Broken(f"{len(texts)} texts of days {sorted(days)}")
    (day,) = days
    if day < last:
        raise Broken(f"day {day} after day {last}")
    return day


def add_and_die(folder: str) -> None:
    """In a child: make an archive and die with all of it in the write-ahead log."""
    writer = ArchiveWriter(Path(folder), WordEmbedder())
    for name in _NAMES:
        writer.upsert(stories.story_article(name, 1))
    writer.commit()
    os.kill(os.getpid(), signal.SIGKILL)


def look(folder: str, user: str = "") -> None:
    """In a child: search an archive and try to add to it, as a user of this number; print what came of it as JSON."""
    if user:
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    said: dict[str, Any] = {}
    try:
        said["read"] = _one_answer(Archive(Path(folder)), 0)
    except ArchiveError as error:
        said["read"] = str(error)
    try:
        ArchiveWriter(Path(folder), WordEmbedder())
        said["written"] = "yes"
    except ArchiveError as error:
        said["written"] = str(error)
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    look(sys.argv[1])
