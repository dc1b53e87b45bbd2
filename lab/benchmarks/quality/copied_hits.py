"""Distinct stories among the first hits, and retrieval quality, with copies grouped and not; see ``intake.copies``."""

import gzip
import json
import lzma
import random
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from lab import data
from lab.measure import spread
from qa.archive.storage import near_duplicates
from qa.archive.writer import ArchiveWriter
from qa.intake import Reading, read
from qa.models.embedding import load_embedder
from qa.records import Hit, Question
from qa.retrieval import Retriever
from qa.search.selection import SAME_TEXT
from qa.settings import ARCHIVE_FILE, AskSettings


def hits(most: int) -> None:
    """Print what grouping changes on realtime, whose pages are as they were scraped."""
    ids = [row["id"] for row in rows_of("realtime")]
    exact = exact_pairs(texts_of("realtime"))
    story = _stories(ids, [pair for pair, value in exact.items() if value >= SAME_TEXT])
    after = data.retriever("realtime")
    for file in ("questions.jsonl.gz", "questions.weak.jsonl.gz"):
        questions = [question for question in data.questions("realtime", file) if question.evidence]
        _compare(f"realtime, {file}", after, questions[:: max(1, len(questions) // most)], story)
    _time(after, [question.text for question in data.questions("realtime")][:50])


def planted(count: int, most: int) -> None:
    """Print what grouping changes on articles of newsqa that stand in the archive three times.

    Besides the article there is a reprint with a line before it, and an update of the next day, which lacks every
    seventh sentence and begins with two others.  Each has an id that begins with that of the article.
    """
    folder = data.WORK / f"newsqa-copies-{count}"
    readings = [item.article for item in read([data.articles("newsqa")]) if isinstance(item, Reading)]
    chosen = random.Random(0).sample(readings, count)
    if not (folder / ARCHIVE_FILE).exists():
        with ArchiveWriter(folder, load_embedder()) as writer:
            for place, article in enumerate(chosen):
                sentences = re.split(r"(?<=[.!?])\s+", article.text)
                lead = " ".join(re.split(r"(?<=[.!?])\s+", chosen[place - 1].text)[4:6])
                rest = " ".join(sentence for i, sentence in enumerate(sentences) if i % 7 != 6)
                for suffix, date, text in (
                    ("", "2015-05-11", article.text),
                    (".reprint", "2015-05-11", f"This report was first published elsewhere.\n\n{article.text}"),
                    (".update", "2015-05-12", f"{lead}\n\n{rest}"),
                ):
                    writer.upsert(replace(article, id=article.id + suffix, published=date, text=text))
            writer.commit()
    after = Retriever.open(folder, data.NOT_READ)
    names = {article.id for article in chosen}
    questions = [q for q in data.questions("newsqa") if q.evidence and {e.article_id for e in q.evidence} <= names]
    story = {f"{a.id}{suffix}": place for place, a in enumerate(chosen) for suffix in ("", ".reprint", ".update")}
    _compare(f"{count} articles of newsqa, three times", after, questions[:: max(1, len(questions) // most)], story)
    _time(after, [question.text for question in questions][:50])


def _compare(title: str, after: Retriever, questions: Sequence[Question], story: Mapping[str, int]) -> None:
    before = Retriever(after.archive, after.embedder, AskSettings(group_copies=False))
    first = [before.retrieve(question.text, 30) for question in questions]
    second = [after.retrieve(question.text, 30) for question in questions]
    print(f"\n{title}: {len(questions)} questions")
    for name, found in (("not grouped", first), ("grouped", second)):
        shown = [hits[:5] for hits in found]
        figures = {
            "texts": [_distinct_texts(hits) for hits in shown],
            "articles": [len({hit.passage.article_id for hit in hits}) for hits in shown],
            "stories": [len({story[hit.passage.article_id] for hit in hits}) for hits in shown],
        }
        means = ", ".join(f"{np.mean(values):.3f} {key}" for key, values in figures.items())
        print(f"  {name:<26} different among the first 5 hits: {means}")
    for name, found, listed in (
        ("not grouped", first, False),
        ("grouped, shown", second, False),
        ("grouped, shown or listed", second, True),
    ):
        ranks = [_rank(question, hits, story, listed) for question, hits in zip(questions, found, strict=True)]
        exact = [_rank(question, hits, None, listed) for question, hits in zip(questions, found, strict=True)]
        held = [_holds(question, hits[:5], listed) for question, hits in zip(questions, found, strict=True)]
        print(
            f"  {name:<26} article {_shares(exact)}; any version of it {_shares(ranks)}; "
            f"an answer's words in the first 5 hits {np.mean(held):.3f}"
        )
    changed = [[hit.passage.id for hit in hits[:5]] for hits in first]
    changed_to = [[hit.passage.id for hit in hits[:5]] for hits in second]
    differ = sum(one != other for one, other in zip(changed, changed_to, strict=True))
    print(f"  the first 5 hits differ for {differ} questions")


def _shares(ranks: Sequence[int]) -> str:
    return ", ".join(f"Hit@{k} {np.mean([0 < rank <= k for rank in ranks]):.3f}" for k in (1, 5, 10))


def _rank(question: Question, hits: Sequence[Hit], story: Mapping[str, int] | None, listed: bool) -> int:
    """Return the place, from 1, of what is asked for among the different articles or stories of the hits; 0: none."""
    name = story.__getitem__ if story else str
    wanted = {name(piece.article_id) for piece in question.evidence}
    seen: set[str | int] = set()
    for hit in hits:
        if (shown := name(hit.passage.article_id)) not in seen:
            seen.add(shown)
            if wanted & {shown, *(name(copy.article_id) for copy in hit.copies if listed)}:
                return len(seen)
    return 0


def _holds(question: Question, hits: Sequence[Hit], listed: bool) -> bool:
    texts = [hit.passage.text for hit in hits] + [copy.quote for hit in hits for copy in hit.copies if listed]
    folded = [" ".join(text.split()).casefold() for text in texts]
    answers = [" ".join(answer.split()).casefold() for answer in question.answers]
    return any(answer in text for answer in answers if answer for text in folded)


def _distinct_texts(hits: Sequence[Hit]) -> int:
    """Return how many hits resemble none before them, exactly, by ``SAME_TEXT`` or more."""
    kept: list[set[str]] = []
    for hit in hits:
        own = shingles(hit.passage.text)
        if all(len(own & other) / max(1, len(own | other)) < SAME_TEXT for other in kept):
            kept.append(own)
    return len(kept)


def _stories(ids: Sequence[str], pairs: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Return a number for each article that it shares with those it resembles, directly or through others."""
    chosen = list(pairs)
    ones, others = [one for one, _ in chosen], [other for _, other in chosen]
    links = sparse.coo_array((np.ones(len(chosen)), (ones, others)), shape=(len(ids), len(ids)))
    _, numbers = sparse.csgraph.connected_components(links, directed=False)
    return dict(zip(ids, numbers.tolist(), strict=True))


def _time(after: Retriever, texts: Sequence[str]) -> None:
    before = Retriever(after.archive, after.embedder, AskSettings(group_copies=False))
    taken: dict[str, list[float]] = {"not grouped": [], "grouped": []}
    for text in texts * 3:  # in turn, so that other work on the machine affects both
        for name, retriever in (("not grouped", before), ("grouped", after)):
            begun = time.process_time()
            retriever.retrieve(text, 5)
            taken[name].append((time.process_time() - begun) * 1000)
    for name, values in taken.items():
        print(f"  {name:<26} a question takes {spread(values, 'ms', 1)} of processor time")


def shingles(text: str) -> set[str]:
    """Return a text's shingles as they are, without hashing."""
    words = re.findall(r"\w+", text.casefold())
    every = {
        " ".join(words[i : i + near_duplicates.SHINGLE])
        for i in range(max(1, len(words) - near_duplicates.SHINGLE + 1))
    }
    return every if words else set()


def exact_pairs(texts: Sequence[str]) -> dict[tuple[int, int], float]:
    """Return every pair that resembles by .1 or more, by counting the shingles that they share: no hashing of ours."""
    numbers: dict[str, int] = {}
    columns: list[int] = []
    ends = [0]
    for text in texts:
        columns += [numbers.setdefault(shingle, len(numbers)) for shingle in shingles(text)]
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


def rows_of(name: str) -> list[dict[str, str]]:
    """Return a set's articles as they stand in its file."""
    file = data.articles(name)
    with (lzma if file.suffix == ".xz" else gzip).open(file, "rt") as lines:
        return [json.loads(line) for line in lines]


def texts_of(name: str) -> list[str]:
    """Return the texts of a set's articles."""
    return [row["text"] or "" for row in rows_of(name)]
