"""Server for ``load``: that of ``qa chat``, in a process of its own that measures the stages of answers.

    python -m lab.benchmarks.speed.load_server ARCHIVE STAGES.json [--at-once 4]

Prints its address when it is ready; on SIGTERM it ends and writes each stage's count, sum and percentiles.
"""

import argparse
import json
import math
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa.retrieval import Retriever
from qa.runtime.timing import listen
from qa.settings import LIMITS
from ui.app import page_server

_STEP = 1.05  # between the bounds of two buckets: percentiles are right to 5 %
_COUNTS = {"together", "unread"}  # reported as counts, not seconds


class Stages:
    """Reported times, in buckets: a list would grow, and growth of memory is under test."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sum: Counter[str] = Counter()
        self._most: dict[str, float] = {}
        self._buckets: dict[str, Counter[int]] = {}

    def hear(self, stage: str, amount: float) -> None:
        """Note one stage of one answer."""
        key = round(amount) if stage in _COUNTS else math.ceil(math.log(max(amount, 1e-6), _STEP))
        with self._lock:
            self._sum[stage] += amount  # type: ignore[assignment]
            self._most[stage] = max(self._most.get(stage, 0.0), amount)
            self._buckets.setdefault(stage, Counter())[key] += 1

    def summary(self) -> dict[str, Any]:
        """Return count, sum, p50, p99 and most of each stage, in seconds; of counts, how often each came."""
        with self._lock:
            return {stage: self._told(stage, buckets) for stage, buckets in self._buckets.items()}

    def _told(self, stage: str, buckets: Counter[int]) -> dict[str, Any]:
        if stage in _COUNTS:
            return {"times": {str(amount): buckets[amount] for amount in sorted(buckets)}}
        count = sum(buckets.values())
        shares = {
            f"p{share}": min(self._most[stage], _STEP ** _bucket(buckets, share / 100 * count)) for share in (50, 99)
        }
        return {"count": count, "sum": self._sum[stage], **shares, "most": self._most[stage]}


def _bucket(buckets: Counter[int], rank: float) -> int:
    seen = 0
    for key in sorted(buckets):
        seen += buckets[key]
        if seen >= rank:
            return key
    return max(buckets)


def main() -> None:
    """Serve until SIGTERM, then write what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("stages", type=Path)
    parser.add_argument("--at-once", type=int, default=LIMITS.requests_at_once)
    arguments = parser.parse_args()
    retriever = Retriever.open(arguments.archive)
    stages = Stages()
    listen(stages.hear)
    limits = replace(LIMITS, requests_at_once=arguments.at_once)
    page_server(retriever, port=0, on_ready=lambda url: print(url, flush=True), limits=limits).run()
    told = {**stages.summary(), "seconds_per_passage": retriever.load.seconds_per_passage}
    arguments.stages.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
