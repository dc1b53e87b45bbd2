"""Detection of boilerplate on scraped news pages: precision and recall, line by line, on 300 labelled pages.

    python -m lab.benchmarks.intake.anatomy [--errors]

The pages are drawn from the evaluation set ``realtime`` by the SHA-256 of their ids: 150, 90 and 55 of the three large
outlets and all five of the small ones, none of more than 20,000 characters.  Every third is held out: the rules were
developed on the other 200.  All lines were labelled by hand.  The project stores only the first 16 hex digits of the
SHA-256 of each line that is not body, with its page and label, and of each page's text, which shows whether the lines
without a label are still the same.

A line is dropped when it lies in a span of ``boilerplate_spans``, so that no passage quotes it.  A lost body line costs
ten times as much as a missed line of boilerplate.  Doubtful lines (captions without a credit, datelines that name a
place, corrections) count for neither side.  Pages without a body are left whole, and counted separately.
"""

import argparse
import csv
import hashlib
import json
import lzma
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.data import PROJECT, articles
from qa.anatomy.dissection import boilerplate_spans

LABELS = PROJECT / "tests" / "fixtures" / "anatomy" / "realtime-labels.csv"
LONGEST = 20_000  # characters
DRAWN = {"usatoday.com": 150, "cnn.com": 90, "theweek.co.uk": 55}
DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page with its label: ``body``, ``doubtful`` or a kind of boilerplate; ``start`` is its offset."""

    page: int
    start: int
    text: str
    label: str


@dataclass(slots=True)
class Scores:
    """Counts of lines, over pages that have a body; ``boilerplate`` and ``dropped`` by kind."""

    pages: int = 0
    body: int = 0
    lost: list[Line] = field(default_factory=list)
    boilerplate: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    kept: list[Line] = field(default_factory=list)
    without_body: int = 0

    @property
    def precision(self) -> float:
        """Share of boilerplate among the dropped lines."""
        return self.dropped.total() / max(1, self.dropped.total() + len(self.lost))

    @property
    def recall(self) -> float:
        """Share of dropped lines among the boilerplate."""
        return self.dropped.total() / max(1, self.boilerplate.total())

    @property
    def cost(self) -> int:
        """Missed lines of boilerplate, and ten for each lost body line."""
        return 10 * len(self.lost) + len(self.kept)


def short_hash(text: str) -> str:
    """Return the first 16 hex digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def drawn_texts(path: Path) -> list[str]:
    """Return the texts of the 300 pages, in the order of their numbers."""
    with lzma.open(path, "rt") as lines:
        rows = [row for row in map(json.loads, lines) if len(row["text"]) <= LONGEST]
    rows.sort(key=lambda row: hashlib.sha256(("anatomy" + row["id"]).encode()).hexdigest())
    taken: Counter[str] = Counter()
    texts = []
    for row in rows:
        taken[row["source"]] += 1
        if taken[row["source"]] <= DRAWN.get(row["source"], LONGEST):
            texts.append(row["text"])
    return texts


def labelled_pages(texts: Sequence[str], path: Path = LABELS) -> list[list[Line]]:
    """Return the lines of each page with their labels.

    Raises:
        ValueError: if a page's text is not the one that was labelled, or a label fits no line.
    """
    by_page: dict[int, dict[str, str]] = {number: {} for number in range(len(texts))}
    pages: dict[int, str] = {}
    with path.open(newline="") as file:
        for page, sha256, label in csv.reader(file):
            if label == "page":
                pages[int(page)] = sha256
            else:
                by_page[int(page)][sha256] = label
    result = []
    for number, text in enumerate(texts):
        if pages.get(number) != short_hash(text):
            raise ValueError(f"{path}: page {number} is not the page that was labelled")
        lines, start = [], 0
        for line in text.split("\n"):
            if line.strip():
                label = by_page[number].get(short_hash(line.strip()), "body")
                lines.append(Line(number, start, line, label))
            start += len(line) + 1
        if unused := by_page[number].keys() - {short_hash(line.text.strip()) for line in lines}:
            raise ValueError(f"{path}: page {number} has no line {min(unused)}")
        result.append(lines)
    return result


def is_held_out(page: int) -> bool:
    """Whether the rules were made without the page."""
    return page % 3 == 2


def measure(texts: Sequence[str], pages: Iterable[Sequence[Line]]) -> Scores:
    """Count which lines of labelled pages are dropped."""
    scores = Scores()
    for lines in pages:
        if not any(line.label == "body" for line in lines):
            scores.without_body += 1
            continue
        scores.pages += 1
        spans = [(start, end) for start, end, _ in boilerplate_spans(texts[lines[0].page])]
        for line in lines:
            at = line.start + len(line.text) - len(line.text.lstrip())
            dropped = any(start <= at < end for start, end in spans)
            if line.label == "body":
                scores.body += 1
                scores.lost += [line] * dropped
            elif line.label != DOUBTFUL:
                scores.boilerplate[line.label] += 1
                scores.dropped[line.label] += dropped
                scores.kept += [line] * (not dropped)
    return scores


def split(texts: Sequence[str]) -> dict[str, Scores]:
    """Return the scores of the developed and of the held-out pages."""
    pages = labelled_pages(texts)
    return {
        "developed": measure(texts, [lines for lines in pages if not is_held_out(lines[0].page)]),
        "held out": measure(texts, [lines for lines in pages if is_held_out(lines[0].page)]),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="print the lost body lines and the missed boilerplate")
    arguments = parser.parse_args()
    scores = split(drawn_texts(articles("realtime")))
    print(
        f"{'pages':10} {'body':>5} {'lost':>4} {'boilerplate':>11} {'dropped':>7} "
        f"{'precision':>9} {'recall':>6} {'cost':>5}"
    )
    for name, one in scores.items():
        print(
            f"{name:10} {one.body:5} {len(one.lost):4} {one.boilerplate.total():11} {one.dropped.total():7} "
            f"{one.precision:9.3f} {one.recall:6.3f} {one.cost:5}   (and {one.without_body} pages without a body)"
        )
    print("\nrecall by kind, developed and held out")
    for kind in sorted(scores["developed"].boilerplate):
        parts = [f"{one.dropped[kind]:3} of {one.boilerplate[kind]:3}" for one in scores.values()]
        print(f"  {kind:14} {'    '.join(parts)}")
    if arguments.errors:
        for name, one in scores.items():
            for what, lines in (("LOST", one.lost), ("missed", one.kept)):
                for line in lines:
                    print(f"{name} {what} {line.page} {line.label}: {line.text.strip()[:150]}")


if __name__ == "__main__":
    main()
