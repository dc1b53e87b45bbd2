"""Comparison run: Dateline and its peers on the same articles and questions, one after the other, in one table.

    python -m lab.benchmarks.peers [--sets time squad1 …] [--peers ours langchain …] [--again] [--table]

A result for the same articles and questions is reused, so an interrupted run continues where it stopped.  ``--again``
repeats the named peers and sets; ``--table`` only writes the table from the results that exist.
Everything but the table (``lab/benchmarks/results/peers.md``) lies in ``lab/work/peers``.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from lab import data
from lab.benchmarks.peers import environments, jobs, table

RUNNERS = Path(__file__).parent / "runners"
# peer: (environment, configurations); ours runs here
PEERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ours": ("", ("default", "uncapped")),
    "floors": ("floors", ("bm25", "dense", "fused")),
    "langchain": ("langchain", ("default", "passages")),
    "llamaindex": ("llamaindex", ("default", "passages")),
    "txtai": ("txtai", ("default", "passages", "hybrid-default", "hybrid-passages")),
    "haystack": ("haystack", ("default", "passages", "passages-rrf")),
}


def result(name: str, peer: str, configuration: str) -> Path:
    """Return the path of a result."""
    return jobs.FOLDER / "runs" / name / f"{peer}.{configuration}.json"


def perform(name: str, peer: str, configuration: str, job: Path) -> bool:
    """Make one result; return whether it was made."""
    out = result(name, peer, configuration)
    out.parent.mkdir(parents=True, exist_ok=True)
    environment = PEERS[peer][0]
    if environment:
        program = [environments.python(environment), RUNNERS / f"run_{peer}.py", job, configuration, out]
    else:
        program = [Path(sys.executable), "-m", "lab.benchmarks.peers.ours", name, configuration, out]
    return subprocess.run(program, cwd=data.PROJECT, env=environments.variables(not environment)).returncode == 0


def done(path: Path, hashed: str) -> bool:
    """Whether a result is there for these articles and questions."""
    return path.exists() and json.loads(path.read_text())["job"] == hashed


def embeds(run: tuple[str, str, str]) -> bool:
    """Whether a run has to embed chunks of its own, which takes longest and so comes last."""
    return run[1] != "ours" and "default" in run[2]


def main() -> None:
    """Export, run, write the table; exit 1 when a run failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=jobs.SETS, default=list(jobs.SETS))
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--again", action="store_true", help="repeat results that exist")
    parser.add_argument("--table", action="store_true", help="only write the table")
    arguments = parser.parse_args()
    failed = []
    chosen = [(name, p, c) for name in arguments.sets for p in arguments.peers for c in PEERS[p][1]]
    for name, peer, configuration in [] if arguments.table else sorted(chosen, key=embeds):
        job = jobs.export(name)
        hashed = json.loads((job / "job.json").read_text())["hash"]
        if done(result(name, peer, configuration), hashed) and not arguments.again:
            continue
        print(f"{time.strftime('%H:%M:%S')} {name}: {peer} {configuration}", file=sys.stderr, flush=True)
        if peer != "ours":
            jobs.add_passages(name)
        if not perform(name, peer, configuration, job):
            failed.append(f"{name} {peer} {configuration}")
    table.write(data.PROJECT / "lab" / "benchmarks" / "results" / "peers.md")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}; run the command again to continue")


if __name__ == "__main__":
    main()
