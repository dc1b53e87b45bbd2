"""SIGKILLs at random moments during ``qa add``; after each, all that was acknowledged has to be there.

python -m benchmarks.kills [--kills 200] [--seed 1]
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.measure import where
from tests.faults.killing import Killer
from tests.models import make_static_model


def main() -> None:
    """Kill, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        killer = Killer(Path(name), make_static_model(Path(name) / "model"), arguments.seed)
        number = 0
        while killer.kills < arguments.kills:
            killer.trial(number)
            killer.check()
            number += 1
        killer.close()
    print(where())
    print(
        f"{killer.kills} of {killer.kills} kills survived without repair (seed {arguments.seed}, "
        f"{killer.finished} runs came to their end, {len(killer.acknowledged)} articles acknowledged, "
        f"{time.perf_counter() - begun:.0f} s)"
    )


if __name__ == "__main__":
    main()
