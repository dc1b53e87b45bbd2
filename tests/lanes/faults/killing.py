"""SIGKILL at random moments of adding, removing and rebuilding; what was acknowledged has to be there after each.

Two kinds: whole commands (``Killer``), and runs of the writer alone (``random_kills``), which are so short that
thousands can be tried, and whose every legal contents are known.
"""

import json
import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.models.embedding import load_embedder
from tests.lanes.faults import stories
from tests.lanes.faults.outcomes import Outcome
from tests.lanes.faults.stories import Act, Batch, Contents, contents_through
from tests.lanes.faults.zygote import Zygote
from tests.support.models import make_static_model


class Killer:
    """Runs commands on one archive, killing them; each `qa add` brings new articles and changed old ones."""

    def __init__(self, folder: Path, model: Path, seed: int) -> None:
        self.folder = folder
        self.archive = folder / "archive"
        self.model = model
        self.random = random.Random(seed)
        self.acknowledged: dict[str, int] = {}  # in which round each article was acknowledged
        self.kills: dict[str, int] = {"add": 0, "remove": 0, "rebuild": 0}
        self.finished = 0
        self._removing: set[str] = set()
        self._whole_runs: dict[str, float] = {}  # seconds of the last run of each command that came to its end
        self._zygote = Zygote("sentence_transformers", "ui.cli.app", "datasketch", "faiss")

    def close(self) -> None:
        """End the zygote."""
        self._zygote.close()

    def trial(self, number: int) -> None:
        """Run a command, kill it at a random moment, and note what it acknowledged; the first of each is only timed."""
        command = self.random.choice(("add", "add", "remove", "rebuild")) if self.acknowledged else "add"
        arguments = self._arguments(command, number)
        out, err = self.folder / "out", self.folder / "err"
        child = self._zygote.start(out, err, "qa", command, *arguments, "--archive", str(self.archive), "--json")
        begun = time.monotonic()
        if command in self._whole_runs:
            time.sleep(self.random.uniform(0, self._whole_runs[command]))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        status = self._zygote.wait()
        ended = os.WIFEXITED(status)
        if ended:
            self._whole_runs[command] = time.monotonic() - begun
            assert os.WEXITSTATUS(status) in {0, 3}, err.read_text()
            for gone in self._removing:
                del self.acknowledged[gone]
            self._removing = set()
        self.kills[command] += not ended
        self.finished += ended
        for line in err.read_text().splitlines():
            if line.startswith('{"acknowledged"') and line.endswith("}"):
                self.acknowledged |= dict.fromkeys(json.loads(line)["acknowledged"], number)
            elif line and ended:
                raise AssertionError(line)

    def _arguments(self, command: str, number: int) -> list[str]:
        if command == "rebuild":
            return []
        if command == "remove":
            self._removing = set(self.random.sample(sorted(self.acknowledged), min(50, len(self.acknowledged) // 2)))
            return sorted(self._removing)
        file = self.folder / "articles.jsonl"
        with file.open("w") as out:
            for n in range(40 * number, 40 * number + 600):
                text = f"Report {n % 700} of round {number}: the river rose {n} feet and the mill burnt. " * 12
                out.write(json.dumps({"id": f"r{n % 700}", "title": f"River {n % 700}", "text": text}) + "\n")
        return [str(file), *(() if self.archive.exists() else ("--embedder", str(self.model)))]

    def check(self) -> None:
        """Open the archive as it lies there, without any repair, and look for everything acknowledged."""
        if not (self.archive / "archive.sqlite").exists():
            assert not self.acknowledged
            return
        verdict = verification.verify(self.archive, signatures=False)
        assert verdict.ok, verdict.problems[:3]
        if not self.acknowledged:
            return
        archive = Archive(self.archive)
        with archive.view() as view:
            listed = {article.id for article in view.articles()}
            if self._removing:  # killed: all of them are gone, or none
                left = self._removing & listed
                assert left in (set(), self._removing), sorted(left)[:5]
                for gone in self._removing - left:
                    del self.acknowledged[gone]
                self._removing = set()
            assert set(self.acknowledged) <= listed, sorted(set(self.acknowledged) - listed)[:5]
            chosen = self.random.choice(sorted(self.acknowledged))
            by_word = view.passages([i for i, _ in view.search_text(chosen[1:], 50)])
            assert chosen in {passage.article_id for passage in by_word.values()}
            article = view.article(chosen)
            assert article is not None
            assert int(article.text.split("round ")[1].split(":")[0]) >= self.acknowledged[chosen]
            vector = load_embedder(str(self.model)).embed_queries([article.text])[0]
            near = view.search_vectors(vector, 10**6)
            assert chosen in {p.article_id for p in view.passages([i for i, _ in near]).values()}
        archive.close()


def command_kills(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill whole commands so many times."""
    outcome = Outcome("kills of commands", seed)
    killer = Killer(folder, make_static_model(folder / "model"), seed)
    number = 0
    try:
        while sum(killer.kills.values()) < kills and len(outcome.failures) < 3:
            before = sum(killer.kills.values())
            killer.trial(number)
            if sum(killer.kills.values()) > before:
                outcome.trial(f"round {number}", killer.check)
            else:
                killer.check()
            number += 1
    finally:
        killer.close()
    outcome.notes = {**killer.kills, "runs to the end": killer.finished, "articles": len(killer.acknowledged)}
    return outcome


def play(folder: str, plan: str) -> None:
    """In a child: play the batches of a file, a line on stdout for each acknowledgement."""
    batches = [
        Batch(tuple((name, version) for name, version in put), tuple(removed), rebuild)
        for put, removed, rebuild in json.loads(Path(plan).read_text())
    ]
    Act("random", tuple(batches)).play(Path(folder), lambda: print_line("acknowledged"))


def print_line(line: str) -> None:
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def random_kills(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill runs of the writer so many times, one after the other over one archive that is never repaired."""
    outcome = Outcome("kills at random moments", seed)
    chance = random.Random(seed)
    archive, plan, out = folder / "archive", folder / "plan.json", folder / "out"
    held: Contents = {}
    longest = 0.4  # seconds; a run that ends sooner is let go by
    versions: dict[str, int] = {}
    with Zygote("tests.lanes.faults.killing", "datasketch", "faiss") as zygote:
        while outcome.tried < kills and len(outcome.failures) < 3:
            act = Act("random", tuple(_batch(chance, held, versions) for _ in range(4)))
            plan.write_text(json.dumps([[batch.put, batch.removed, batch.rebuild] for batch in act.batches]))
            legal = contents_through([act], held)
            child = zygote.start(out, folder / "err", "tests.lanes.faults.killing:play", str(archive), str(plan))
            begun = time.monotonic()
            time.sleep(chance.uniform(0, longest))
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            status = zygote.wait()
            acknowledged = out.read_text().count("acknowledged")
            if os.WIFEXITED(status):
                assert os.WEXITSTATUS(status) == 0, (folder / "err").read_text()[-500:]
                longest = (longest + time.monotonic() - begun) / 2
                outcome.count("runs to the end")
                held = legal[-1]
                continue

            def look(legal: list[Contents] = legal[acknowledged : acknowledged + 2]) -> None:
                nonlocal held
                held = stories.check(archive, legal)

            outcome.trial(f"kill {outcome.tried}", look)
            outcome.notes["batches acknowledged"] = int(outcome.notes.get("batches acknowledged", 0)) + acknowledged
    return outcome


def _batch(chance: random.Random, held: Contents, versions: dict[str, int]) -> Batch:
    kind = chance.random()
    if kind < 0.15:
        return Batch(rebuild=True)
    if kind < 0.4 and held:
        return Batch(removed=tuple(chance.sample(sorted(held), min(len(held), chance.randint(1, 8)))))
    chosen = chance.sample(range(40), chance.randint(1, 8))
    for number in chosen:
        versions[f"n{number}"] = versions.get(f"n{number}", 0) + 1
    return Batch(tuple((f"n{number}", versions[f"n{number}"]) for number in chosen))
