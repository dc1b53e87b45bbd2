"""Time profile of a cold ``qa ask``, each step in fresh processes.

python -m lab.benchmarks.speed.cold_start [--repeats 5]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from lab import data
from lab.measure import spread, where

STEPS = {
    "python": "pass",
    "import qa": "import qa",
    "import torch": "import torch",
    "import sentence_transformers": "import sentence_transformers",
    "… and load the model": "from qa.models.embedding import load_embedder; load_embedder()",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    qa = str(Path(sys.executable).with_name("qa"))
    archive = str(data.archive("newsqa"))
    commands = {name: [sys.executable, "-c", code] for name, code in STEPS.items()}
    commands["qa --help"] = [qa, "--help"]
    commands["qa ask, cold"] = [qa, "ask", "Which team does Zaki play for?", "--archive", archive]
    print(where())
    for name, command in commands.items():
        times = []
        for _ in range(repeats):
            begun = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env={**os.environ})
            times.append(time.perf_counter() - begun)
        print(f"{name:<32} {spread(times, 's')}")


if __name__ == "__main__":
    main()
