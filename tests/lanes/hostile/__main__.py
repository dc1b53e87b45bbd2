"""``python -m tests.lanes.hostile [--full]``: run all cases and print what became of them."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.lanes.hostile.running import run_all

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        counts = run_all(Path(folder), full="--full" in sys.argv)
    sys.stdout.write(json.dumps(asdict(counts), indent=1) + "\n")
