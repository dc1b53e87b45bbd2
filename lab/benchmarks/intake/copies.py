"""Near-duplicate detection: recall and precision on edited texts, on scraped pages and among hits, and its cost.

    python -m lab.benchmarks.intake.copies [edits pages hits planted speed] [--articles 150] [--questions 200]

``edits``: articles and passages of newsqa and wikinews, edited by a growing share with a fixed seed.  ``pages``: all
pairs of realtime, against their exact resemblance.  ``hits`` and ``planted``: distinct stories among the first hits and
retrieval quality with copies grouped and not, on realtime as it is and on articles of newsqa that stand in an archive
three times (see ``lab.benchmarks.quality.copied_hits``).  ``speed``: the cost of signatures when articles are added.
"""

import argparse
import random
import re
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lab.benchmarks.quality import copied_hits
from lab.benchmarks.quality.copied_hits import exact_pairs, rows_of, texts_of
from lab.measure import spread, where
from qa.anatomy.dissection import boilerplate_spans
from qa.archive.passages import without
from qa.archive.storage import database, near_duplicates
from qa.search.selection import SAME_STORY, SAME_TEXT

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
THRESHOLDS = (0.2, 0.3, SAME_STORY, near_duplicates.RECORDED, SAME_TEXT, 0.6, 0.7, 0.8)
PASSAGE_WORDS = 180
Edit = Callable[[list[str], float, random.Random, Sequence[str]], list[str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts: dict[str, Callable[[argparse.Namespace], None]] = {
        "edits": lambda given: edits(given.articles),
        "pages": lambda given: pages(),
        "hits": lambda given: copied_hits.hits(given.questions),
        "planted": lambda given: copied_hits.planted(given.articles, given.questions),
        "speed": lambda given: speed(),
    }
    parser.add_argument("parts", nargs="*", default=list(parts))
    parser.add_argument("--articles", type=int, default=150, help="edit or plant this many articles of a set")
    parser.add_argument("--questions", type=int, default=200, help="at most this many of a file, evenly chosen")
    arguments = parser.parse_args()
    print(where())
    for part in arguments.parts:
        parts[part](arguments)


# Edits


def _substitute(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    return [rng.choice(others) if rng.random() < share else word for word in words]


def _delete(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    return [word for word in words if rng.random() >= share] or words[:1]


def _insert(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    return [new for word in words for new in ((word, rng.choice(others)) if rng.random() < share else (word,))]


def _shuffle(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    """Move a share of the sentences elsewhere."""
    sentences = [sentence.split() for sentence in re.split(r"(?<=[.!?])\s+", " ".join(words))]
    moved = [i for i in range(len(sentences)) if rng.random() < share]
    order = dict(zip(moved, rng.sample(moved, len(moved)), strict=True))
    return [word for i in range(len(sentences)) for word in sentences[order.get(i, i)]]


def _drop(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    """Leave out a share of the sentences."""
    sentences = [sentence.split() for sentence in re.split(r"(?<=[.!?])\s+", " ".join(words))]
    return [word for sentence in sentences if rng.random() >= share for word in sentence] or words[:1]


def _truncate(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    return words[: max(1, round(len(words) * (1 - share)))]


def _header(words: list[str], share: float, rng: random.Random, others: Sequence[str]) -> list[str]:
    """Put other text before it, as long as the share of it."""
    return [rng.choice(others) for _ in range(round(len(words) * share))] + words


EDITS: dict[str, Edit] = {
    "words replaced": _substitute,
    "words deleted": _delete,
    "words inserted": _insert,
    "sentences moved": _shuffle,
    "sentences dropped": _drop,
    "end cut off": _truncate,
    "text put before": _header,
}


def edits(count: int) -> None:
    """Print the recall of edited copies, and the precision of detected copies."""
    rng = random.Random(0)
    texts = [
        text
        for name in ("newsqa", "wikinews")
        for text in rng.sample([text for text in texts_of(name) if len(text.split()) >= 100], count)
    ]
    windows = [
        " ".join(words[i : i + PASSAGE_WORDS])
        for words in (text.split() for text in rng.sample(texts, count))
        for i in range(0, len(words) - PASSAGE_WORDS + 1, PASSAGE_WORDS)
    ]
    for name, units in (("articles", texts), ("passages", rng.sample(windows, min(2 * count, len(windows))))):
        _edited(name, units, rng)


def _edited(name: str, texts: list[str], rng: random.Random) -> None:
    others = [word for text in texts for word in text.split()]
    signed = [near_duplicates.signature(text) for text in texts]
    found: dict[tuple[str, float], np.ndarray] = {}
    wrong: list[np.ndarray] = []
    for kind, edit in EDITS.items():
        for share in SHARES:
            changed = [near_duplicates.signature(" ".join(edit(text.split(), share, rng, others))) for text in texts]
            table = np.stack([near_duplicates.resemblances(value, signed) for value in changed])
            found[kind, share] = table.diagonal().copy()
            wrong.append(table[~np.eye(len(texts), dtype=bool)])
    unrelated = np.concatenate(wrong)
    pairs = len(texts) * (len(texts) - 1)
    print(f"\n{len(texts)} {name}, each beside its edits (recall) and the edits of all others (precision)")
    print(f"{'resemblance of at least':<24}" + "".join(f"{t:>8}" for t in THRESHOLDS))
    for share in SHARES:
        pooled = np.concatenate([found[kind, share] for kind in EDITS])
        print(f"{f'recall, {share:.0%} edited':<24}" + "".join(f"{(pooled >= t).mean():8.3f}" for t in THRESHOLDS))
    false = [(unrelated >= t).sum() for t in THRESHOLDS]
    right = [sum((values >= t).sum() for values in found.values()) for t in THRESHOLDS]
    precision = [r / max(1, r + f) for r, f in zip(right, false, strict=True)]
    print(f"{'precision':<24}" + "".join(f"{value:8.3f}" for value in precision))
    print(f"{'wrong pairs in a million':<24}" + "".join(f"{f / (pairs * len(found)) * 1e6:8.1f}" for f in false))
    threshold = near_duplicates.RECORDED if name == "articles" else SAME_TEXT
    print(f"recall at {threshold}, by edit" + "".join(f"{share:>8.0%}" for share in SHARES))
    for kind in EDITS:
        print(f"  {kind:<22}" + "".join(f"{(found[kind, share] >= threshold).mean():8.3f}" for share in SHARES))


# Pages


def pages() -> None:
    """Print how many pairs of resembling pages are recorded, against the exact resemblance of every pair."""
    texts = texts_of("realtime")
    bodies = [without(text, [(start, end) for start, end, _ in boilerplate_spans(text)]) for text in texts]
    exact = exact_pairs(bodies)
    begun = time.perf_counter()
    recorded = _recorded(bodies)
    print(f"\n{len(texts)} pages of realtime, signed and recorded in {time.perf_counter() - begun:.0f} s")
    repeats = Counter(bodies)
    same = {pair for pair in exact if bodies[pair[0]] == bodies[pair[1]]}
    many = {pair for pair in same if repeats[bodies[pair[0]]] > 2}
    print(
        f"pages whose text another page repeats: {sum(n for n in repeats.values() if n > 1)}, of them "
        f"{sum(n for n in repeats.values() if n > 2)} in groups of more than two "
        f"({', '.join(str(n) for n in sorted(repeats.values()) if n > 2)} pages); "
        f"pairs recorded of {len(same)}: {len(same & recorded.keys())}, of the {len(same - many)} in groups of two: "
        f"{len((same - many) & recorded.keys())}"
    )
    linked = {page for pair in same & recorded.keys() for page in pair}
    print(f"pages with a repeat recorded: {len(linked)} of {len({page for pair in same for page in pair})}")
    print("other pairs, by exact resemblance:")
    for low, high in ((0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (0.6, 0.8), (0.8, 1.01)):
        chosen = [pair for pair, value in exact.items() if low <= value < high and pair not in same]
        held = sum(pair in recorded for pair in chosen)
        print(f"  {low:.1f} to {min(high, 1):.1f}: {held:>4} of {len(chosen):>5} recorded")
    for threshold in (near_duplicates.RECORDED, SAME_TEXT):
        truth = {pair for pair, value in exact.items() if value >= threshold and pair not in same}
        given = {pair for pair, value in recorded.items() if value >= threshold and pair not in same}
        both = len(truth & given)
        print(
            f"resemblance >= {threshold}, repeats left out: {len(truth)} pairs, {len(given)} recorded, "
            f"recall {both / len(truth):.3f}, precision {both / len(given):.3f}"
        )
    errors = [recorded[pair] - exact.get(pair, 0.0) for pair in recorded if pair not in same]
    print(f"estimate minus exact: mean {np.mean(errors):+.3f}, standard deviation {np.std(errors):.3f}")
    _forms()


def _forms() -> None:
    """Print the recorded pairs of reuters, whose many short reports are filled-in forms."""
    rows = rows_of("reuters")
    pairs = _recorded([row["text"] or "" for row in rows])
    print(f"{len(rows)} articles of reuters: {len(pairs)} pairs recorded")
    for name, least, most in (
        ("under 600 characters", 0, near_duplicates.SHORT),
        ("600 or more", near_duplicates.SHORT, 10**9),
    ):
        chosen = [pair for pair in pairs if least <= min(len(rows[i]["text"] or "") for i in pair) < most]
        titles = [[set((rows[i]["title"] or "").lower().split()) for i in pair] for pair in chosen]
        alike = sum(len(one & other) >= 0.5 * len(one | other) for one, other in titles)
        print(f"  {name:<22} {len(chosen):>5} pairs, of {alike} half or more of the titles' words are the same")


def _recorded(texts: Sequence[str]) -> dict[tuple[int, int], float]:
    with tempfile.TemporaryDirectory() as folder:
        connection = _tables(Path(folder))
        for key, text in enumerate(texts):
            near_duplicates.record(connection, key, text)
        rows = connection.execute("SELECT other, article, resemblance FROM copy").fetchall()
        connection.close()
    return {(one, other): value for one, other, value in rows}


def _tables(folder: Path) -> sqlite3.Connection:
    """Return a database with the archive's tables, in which keys need no article."""
    database.create(folder, {})
    connection = database.connect(folder, write=True)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    return connection


# Speed


def speed() -> None:
    """Print what signing and recording cost."""
    rng = random.Random(0)
    texts = rng.sample(texts_of("newsqa"), 300)
    windows = [" ".join(text.split()[:PASSAGE_WORDS]) for text in texts]
    near_duplicates.signature("loads the library")
    print()
    for name, units in (("article", texts), (f"passage of at most {PASSAGE_WORDS} words", windows)):
        taken = []
        for text in units:
            begun = time.perf_counter()
            near_duplicates.signature(text)
            taken.append((time.perf_counter() - begun) * 1000)
        print(f"signing one {name}: {spread(taken, 'ms')}")
    reuters = texts_of("reuters")
    with tempfile.TemporaryDirectory() as folder:
        connection = _tables(Path(folder))
        connection.execute("BEGIN")
        taken = []
        for key, text in enumerate(reuters):
            begun = time.perf_counter()
            near_duplicates.record(connection, key, text)
            taken.append((time.perf_counter() - begun) * 1000)
        for size in (1000, 5000, 10_000, 20_000):
            figure = spread(taken[size : size + 1000], "ms")
            print(f"signing and recording one article of reuters among {size:>6}: {figure}")
        (recorded,) = connection.execute("SELECT count(*) FROM copy").fetchone()
        print(f"{len(reuters)} articles of reuters: {recorded} pairs recorded")
        connection.close()


if __name__ == "__main__":
    main()
