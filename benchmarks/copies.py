"""What is found of copies: on edited texts, on scraped pages, among hits; and what it costs.

    python -m benchmarks.copies [edits pages hits speed] [--articles 250]

``edits``: articles and passages of newsqa and wikinews, edited by a growing share with a fixed seed.  ``pages``: all
pairs of realtime, against their exact resemblance.  ``hits``: distinct stories among the first hits and retrieval
quality on realtime, with copies grouped and not.  ``speed``: what signatures cost when articles are added.
"""

import argparse
import gzip
import json
import lzma
import random
import re
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks import sets
from benchmarks.measure import spread, where
from qa import copies, database
from qa.intake.anatomy import furniture_spans
from qa.passages import without
from qa.records import Hit, Question
from qa.retrieval import Retriever
from qa.selection import SAME_STORY, SAME_TEXT
from qa.settings import AskSettings

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
THRESHOLDS = (0.2, 0.3, SAME_STORY, copies.RECORDED, SAME_TEXT, 0.6, 0.7, 0.8)
PASSAGE_WORDS = 180
Edit = Callable[[list[str], float, random.Random, Sequence[str]], list[str]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["edits", "pages", "hits", "speed"])
    parser.add_argument("--articles", type=int, default=250, help="edit this many articles of each set")
    arguments = parser.parse_args()
    print(where())
    for part in arguments.parts:
        {"edits": lambda: edits(arguments.articles), "pages": pages, "hits": hits, "speed": speed}[part]()


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
    """Print the recall of edited copies, and the precision of what is taken for copies."""
    rng = random.Random(0)
    texts = [
        text
        for name in ("newsqa", "wikinews")
        for text in rng.sample([text for text in _texts(name) if len(text.split()) >= 100], count)
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
    signed = [copies.signature(text) for text in texts]
    found: dict[tuple[str, float], np.ndarray] = {}
    wrong: list[np.ndarray] = []
    for kind, edit in EDITS.items():
        for share in SHARES:
            changed = [copies.signature(" ".join(edit(text.split(), share, rng, others))) for text in texts]
            table = np.stack([copies.resemblances(value, signed) for value in changed])
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
    threshold = copies.RECORDED if name == "articles" else SAME_TEXT
    print(f"recall at {threshold}, by edit" + "".join(f"{share:>8.0%}" for share in SHARES))
    for kind in EDITS:
        print(f"  {kind:<22}" + "".join(f"{(found[kind, share] >= threshold).mean():8.3f}" for share in SHARES))


# Pages


def pages() -> None:
    """Print how many pairs of resembling pages are recorded, against the exact resemblance of every pair."""
    texts = _texts("realtime")
    bodies = [without(text, [(start, end) for start, end, _ in furniture_spans(text)]) for text in texts]
    exact = _exact_pairs(bodies)
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
    for threshold in (copies.RECORDED, SAME_TEXT):
        truth = {pair for pair, value in exact.items() if value >= threshold and pair not in same}
        given = {pair for pair, value in recorded.items() if value >= threshold and pair not in same}
        both = len(truth & given)
        print(
            f"resemblance >= {threshold}, repeats left out: {len(truth)} pairs, {len(given)} recorded, "
            f"recall {both / len(truth):.3f}, precision {both / len(given):.3f}"
        )
    errors = [recorded[pair] - exact.get(pair, 0.0) for pair in recorded if pair not in same]
    print(f"estimate minus exact: mean {np.mean(errors):+.3f}, standard deviation {np.std(errors):.3f}")


def _exact_pairs(texts: Sequence[str]) -> dict[tuple[int, int], float]:
    """Return every pair that resembles by .1 or more, by counting the shingles that they share: no hashing of ours."""
    from scipy import sparse

    numbers: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        words = re.findall(r"\w+", text.casefold())
        own = {" ".join(words[i : i + copies.SHINGLE]) for i in range(max(1, len(words) - copies.SHINGLE + 1))}
        columns += [numbers.setdefault(shingle, len(numbers)) for shingle in own if words]
        ends.append(len(columns))
    table = sparse.csr_array((np.ones(len(columns), np.int32), columns, ends), shape=(len(texts), len(numbers)))
    sizes = np.diff(ends)
    turned = table.T.tocsr()
    result: dict[tuple[int, int], float] = {}
    for begin in range(0, len(texts), 500):
        shared = (table[begin : begin + 500] @ turned).tocoo()
        one, other = shared.row + begin, shared.col
        value = shared.data / (sizes[one] + sizes[other] - shared.data)
        keep = (one < other) & (value >= 0.1)
        result |= dict(
            zip(zip(one[keep].tolist(), other[keep].tolist(), strict=True), value[keep].tolist(), strict=True)
        )
    return result


def _recorded(texts: Sequence[str]) -> dict[tuple[int, int], float]:
    with tempfile.TemporaryDirectory() as folder:
        connection = _tables(Path(folder))
        for key, text in enumerate(texts):
            copies.record(connection, key, copies.signature(text))
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


# Hits


def hits() -> None:
    """Print distinct stories among the first hits, quality and latency, with copies grouped and not."""
    archive = sets.archive("realtime")
    after = Retriever.open(archive)
    before = Retriever(after.archive, after.embedder, AskSettings(group_copies=False))
    ids = [row["id"] for row in _rows("realtime")]
    exact = _exact_pairs([row["text"] for row in _rows("realtime")])
    story = _stories(ids, [pair for pair, value in exact.items() if value >= SAME_TEXT])
    for file in ("questions.jsonl.gz", "questions.weak.jsonl.gz"):
        questions = [question for question in sets.questions("realtime", file) if question.evidence]
        first = [before.retrieve(question.text, 30) for question in questions]
        second = [after.retrieve(question.text, 30) for question in questions]
        print(f"\n{file}: {len(questions)} questions")
        for name, found in (("not grouped", first), ("grouped", second)):
            texts = np.mean([_distinct_texts(hits[:5]) for hits in found])
            articles = np.mean([len({hit.passage.article_id for hit in hits[:5]}) for hits in found])
            stories = np.mean([len({story[hit.passage.article_id] for hit in hits[:5]}) for hits in found])
            print(
                f"  {name:<12} among the first 5 hits: {texts:.3f} distinct texts, {articles:.3f} articles, "
                f"{stories:.3f} stories"
            )
        changed = sum(
            [hit.passage.id for hit in a[:5]] != [hit.passage.id for hit in b[:5]]
            for a, b in zip(first, second, strict=True)
        )
        print(f"  the first 5 hits differ for {changed} questions")
        for name, found, listed in (
            ("not grouped", first, False),
            ("grouped, shown", second, False),
            ("grouped, shown or listed", second, True),
        ):
            ranks = [_rank(question, hits, listed) for question, hits in zip(questions, found, strict=True)]
            values = ", ".join(f"Hit@{k} {np.mean([0 < rank <= k for rank in ranks]):.3f}" for k in (1, 5, 10))
            print(f"  {name:<26} {values}")
        for name, found in (("not grouped", first), ("grouped", second)):
            held = np.mean([_holds(question, hits[:5]) for question, hits in zip(questions, found, strict=True)])
            print(f"  {name:<26} an answer's words within the first 5 hits: {held:.3f}")
        grouped = [(question, hits) for question, hits in zip(questions, second, strict=True)]
        lost = [
            question.id
            for question, hits in grouped
            if _rank(question, hits, listed=False) != _rank(question, hits, listed=True)
        ]
        print(f"  the article asked for is listed as a copy before it is shown: {len(lost)} questions")
    sample = [question.text for question in sets.questions("realtime")][:100]
    for name, retriever in (("not grouped", before), ("grouped", after)) * 2:
        taken = []
        for text in sample:
            begun = time.perf_counter()
            retriever.retrieve(text, 5)
            taken.append((time.perf_counter() - begun) * 1000)
        print(f"  {name:<12} a question takes {spread(taken, 'ms', 1)}")


def _rank(question: Question, hits: Sequence[Hit], listed: bool) -> int:
    """Return the place, from 1, of the first article asked for among the articles of the hits; 0 for none."""
    wanted = {piece.article_id for piece in question.evidence}
    seen: set[str] = set()
    for hit in hits:
        if hit.passage.article_id in seen:
            continue
        seen.add(hit.passage.article_id)
        found = {hit.passage.article_id, *(copy.article_id for copy in hit.copies if listed)}
        if found & wanted:
            return len(seen)
    return 0


def _holds(question: Question, hits: Sequence[Hit]) -> bool:
    text = " \n ".join(" ".join(hit.passage.text.split()) for hit in hits).casefold()
    return any(" ".join(answer.split()).casefold() in text for answer in question.answers if answer.strip())


def _distinct_texts(hits: Sequence[Hit]) -> int:
    """Return how many hits resemble none before them, exactly, by ``SAME_TEXT`` or more."""
    kept: list[set[str]] = []
    for hit in hits:
        words = re.findall(r"\w+", hit.passage.text.casefold())
        own = {" ".join(words[i : i + copies.SHINGLE]) for i in range(max(1, len(words) - copies.SHINGLE + 1))}
        if all(len(own & other) / len(own | other) < SAME_TEXT for other in kept):
            kept.append(own)
    return len(kept)


def _stories(ids: Sequence[str], pairs: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Return a number for each article that it shares with those it resembles, directly or through others."""
    from scipy import sparse

    chosen = list(pairs)
    ones, others = [one for one, _ in chosen], [other for _, other in chosen]
    links = sparse.coo_array((np.ones(len(chosen)), (ones, others)), shape=(len(ids), len(ids)))
    _, numbers = sparse.csgraph.connected_components(links, directed=False)
    return dict(zip(ids, numbers.tolist(), strict=True))


# Speed


def speed() -> None:
    """Print what signing and recording cost."""
    rng = random.Random(0)
    texts = rng.sample(_texts("newsqa"), 300)
    windows = [" ".join(text.split()[:PASSAGE_WORDS]) for text in texts]
    copies.signature("loads the library")
    print()
    for name, units in (("article", texts), (f"passage of at most {PASSAGE_WORDS} words", windows)):
        taken = []
        for text in units:
            begun = time.perf_counter()
            copies.signature(text)
            taken.append((time.perf_counter() - begun) * 1000)
        print(f"signing one {name}: {spread(taken, 'ms')}")
    reuters = _texts("reuters")
    with tempfile.TemporaryDirectory() as folder:
        connection = _tables(Path(folder))
        connection.execute("BEGIN")
        taken = []
        for key, text in enumerate(reuters):
            value = copies.signature(text)
            begun = time.perf_counter()
            copies.record(connection, key, value)
            taken.append((time.perf_counter() - begun) * 1000)
        for size in (1000, 5000, 10_000, 20_000):
            print(f"recording one article of reuters among {size:>6}: {spread(taken[size : size + 1000], 'ms')}")
        (recorded,) = connection.execute("SELECT count(*) FROM copy").fetchone()
        print(f"{len(reuters)} articles of reuters: {recorded} pairs recorded")
        connection.close()


def _rows(name: str) -> list[dict[str, str]]:
    file = sets.articles(name)
    with (lzma if file.suffix == ".xz" else gzip).open(file, "rt") as lines:
        return [json.loads(line) for line in lines]


def _texts(name: str) -> list[str]:
    return [row["text"] or "" for row in _rows(name)]


if __name__ == "__main__":
    main()
