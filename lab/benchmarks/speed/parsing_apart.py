"""Cost of parsing files in a sandboxed process: ``python -m lab.benchmarks.speed.parsing_apart``.

Reads 10,000 records of a .jsonl and 1,000 .txt files in this process (``read``) and in another (``read_apart``), and a
single file, and prints seconds by the clock and of processors, the best of three.
"""

import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from qa.intake import read
from qa.intake.sandbox.parent import read_apart

_SENTENCE = "the dam at Verrin was closed on Monday after engineers found that eleven of forty sensors had drifted"
_WORDS = _SENTENCE.split()


def _text(chance: random.Random, paragraphs: int) -> str:
    return "\n\n".join(" ".join(chance.choices(_WORDS, k=60)) + "." for _ in range(paragraphs))


def _write(folder: Path) -> dict[str, Path]:
    chance = random.Random(20150511)
    with (folder / "records.jsonl").open("w") as stream:
        for number in range(10_000):
            stream.write(json.dumps({"id": str(number), "text": _text(chance, 3), "date": "2015-05-11"}) + "\n")
    (folder / "texts").mkdir()
    for number in range(1000):
        page = f"Dam {number} closed\n\nBy Ada Lunt\n3 May 2014\n\n{_text(chance, 6)}"
        (folder / "texts" / f"{number:04d}.txt").write_text(page)
    return {"10,000 records": folder / "records.jsonl", "1,000 texts": folder / "texts",
            "1 text": folder / "texts" / "0000.txt"}  # fmt: skip


def _used() -> float:
    times = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in times)


def _measure(reading: Callable[[], Iterable[object]]) -> tuple[float, float, int]:
    best = (float("inf"), float("inf"), 0)
    for _ in range(3):
        used, began = _used(), time.perf_counter()
        count = sum(1 for _ in reading())
        best = min(best[0], time.perf_counter() - began), min(best[1], _used() - used), count
    return best


def main() -> None:
    """Print the table."""
    print(f"{'':16}{'here':>18}{'apart':>18}  overhead")
    print(f"{'':16}{'clock':>9}{'cpu':>9}{'clock':>9}{'cpu':>9}  clock   cpu")
    with tempfile.TemporaryDirectory() as folder:
        for name, path in _write(Path(folder)).items():
            here, apart = _measure(lambda p=path: read([p])), _measure(lambda p=path: read_apart([p]))  # type: ignore[misc]
            figures = "".join(f"{value:8.2f} " for value in (*here[:2], *apart[:2]))
            print(f"{name:16}{figures}  {apart[0] / here[0] - 1:+5.0%} {apart[1] / here[1] - 1:+5.0%}")


if __name__ == "__main__":
    main()
