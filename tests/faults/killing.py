"""SIGKILL at random moments during `qa add`; afterwards, everything that was acknowledged has to be there."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from qa import maintenance
from qa.archive import Archive
from qa.embedding import load_embedder

ZYGOTE = Path(__file__).with_name("zygote.py")


class Killer:
    """Runs `qa add` on one archive again and again, killing it; every run gets new articles and changed old ones."""

    def __init__(self, folder: Path, model: Path, seed: int) -> None:
        self.folder = folder
        self.archive = folder / "archive"
        self.model = model
        self.random = random.Random(seed)
        self.acknowledged: set[str] = set()
        self.kills = self.finished = 0
        self.whole_run = 0.0  # seconds of the last run that came to its end
        self._process = subprocess.Popen(
            [sys.executable, str(ZYGOTE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready"

    def close(self) -> None:
        """End the zygote."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def trial(self, number: int) -> None:
        """Run `qa add`, kill it at a random moment, and note what it acknowledged; the first run is only timed."""
        file = self.folder / "articles.jsonl"
        with file.open("w") as out:
            for n in range(40 * number, 40 * number + 2500):
                text = f"Report {n % 3000} of round {number}: the river rose {n} feet and the mill burnt. " * 12
                out.write(json.dumps({"id": f"r{n % 3000}", "title": f"River {n % 3000}", "text": text}) + "\n")
        arguments = ["add", str(file), "--archive", str(self.archive), "--json"]
        if not self.archive.exists():
            arguments += ["--embedder", str(self.model)]
        err = self.folder / "err"
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(self.folder / "out"), str(err), *arguments]) + "\n")
        self._process.stdin.flush()
        child = int(self._line())
        begun = time.monotonic()
        if self.whole_run:
            time.sleep(self.random.uniform(0, self.whole_run))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = int(self._line())
        if os.WIFEXITED(status):
            self.whole_run = time.monotonic() - begun
        self.kills += os.WIFSIGNALED(status)
        self.finished += not os.WIFSIGNALED(status)
        for line in err.read_text().splitlines():
            if line.startswith('{"acknowledged"') and line.endswith("}"):
                self.acknowledged |= set(json.loads(line)["acknowledged"])
            elif line and os.WIFEXITED(status):
                raise AssertionError(line)

    def check(self) -> None:
        """Open the archive as it lies there, without any repair, and look for everything acknowledged."""
        if not (self.archive / "archive.sqlite").exists():
            assert not self.acknowledged
            return
        verdict = maintenance.verify(self.archive)
        assert verdict.ok, verdict.problems[:3]
        if not self.acknowledged:
            return
        archive = Archive(self.archive)
        with archive.view() as view:
            listed = {article.id for article in view.articles()}
            assert self.acknowledged <= listed, sorted(self.acknowledged - listed)[:5]
            chosen = self.random.choice(sorted(self.acknowledged))
            by_word = view.passages([i for i, _ in view.search_text(chosen[1:], 50)])
            assert chosen in {passage.article_id for passage in by_word.values()}
            article = view.article(chosen)
            assert article is not None
            vector = load_embedder(str(self.model)).embed_queries([article.text])[0]
            near = view.search_vectors(vector, 10**6)
            assert chosen in {p.article_id for p in view.passages([i for i, _ in near]).values()}
        archive.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
