"""Follow-up questions: which are recognised, how they are rewritten, and the effect on retrieval.

    python -m lab.benchmarks.quality.followups [--no-retrieval] [--read]

Conversations of ``canard``, ``cast`` and ``mtrag``.  The rules were developed on half of them, by the SHA-256 of the
group's id; the other half shows whether they generalise, and is printed beside.  "last turn" is the question as typed,
"previous" has the previous question prepended, "human" is the rewrite by hand.  CANARD's
annotators saw the title and section of an article, which are given as a first turn.  Retrieval is over the passages
of ``cast`` (234) and ``mtrag`` (1,152) and the 14 follow-ups of ``seeds``, without reading; ``--read`` has the
packaged reader rerank.  Differences are paired, with 95 % intervals.
"""

import argparse
import gzip
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab import data
from lab.benchmarks.quality.question_time import CachedEmbedder
from lab.measure import where
from qa.archive import ingest
from qa.dialogue.conversation import stand_alone
from qa.dialogue.question_words import parse_words
from qa.evaluation.statistics import bootstrap, means, randomisation_test
from qa.models.embedding import load_embedder
from qa.settings import ARCHIVE_FILE
from qa.text.words import content_words

History = list[tuple[str, str]]
Rewriting = Callable[["Asked"], str]
CUT = 5


@dataclass(frozen=True)
class Asked:
    """A question of a conversation; ``tuned``: its conversation was looked at; ``gold``: the ids of right articles."""

    question: str
    history: History
    rewrite: str
    gold: tuple[str, ...]
    tuned: bool

    @property
    def changed(self) -> bool:
        """Whether a human changed a word of it."""
        return words(self.rewrite) != words(self.question)


def words(text: str) -> list[str]:
    """Return the words that two wordings are compared by."""
    return re.findall(r"\w+", text.lower().replace("'s", ""))


def conversations(name: str, file: str = "questions.jsonl.gz") -> list[Asked]:
    """Return a set's questions with what was said before them."""
    path = data.PROJECT / "seeds" / "questions.jsonl" if name == "seeds" else data.DATA / name / file
    with path.open() if name == "seeds" else gzip.open(path, "rt") as lines:
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    result = []
    for row in rows:
        history = [(turn["role"], turn["text"]) for turn in row["history"]]
        if row.get("topic"):
            history.insert(0, ("user", f"{row['topic']}: {row['section'] or ''}"))
        tuned = int(hashlib.sha256(row.get("group", row["id"]).encode()).hexdigest(), 16) % 2 == 0
        gold = tuple(dict.fromkeys(piece["article_id"] for piece in row["evidence"]))
        result.append(Asked(row["question"], history, row.get("rewrite", ""), gold, tuned))
    return result


def previous(one: Asked) -> str:
    """Return the question with the one before it put before it."""
    before = [text for role, text in one.history if role == "user"][-1:]
    return " ".join([*before, one.question])


def ours(one: Asked) -> str:
    """Return the question as it is searched."""
    return stand_alone(one.question, one.history)


VARIANTS: dict[str, Rewriting] = {
    "last turn": lambda one: one.question,
    "previous": previous,
    "ours": ours,
    "human": lambda one: one.rewrite,
}


def f1(given: str, right: str) -> float:
    """Return the F1 over words."""
    one, other = Counter(words(given)), Counter(words(right))
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def carried(asked: str, one: Asked) -> float | None:
    """Return the share of the content words that a human added which were added too; None where none was added."""
    own = Counter(words(one.question))
    wanted = Counter(words(" ".join(content_words(one.rewrite)))) - own
    return (wanted & (Counter(words(asked)) - own)).total() / wanted.total() if wanted else None


def halves(asked: Sequence[Asked]) -> Iterator[tuple[str, list[Asked]]]:
    """Yield both halves of the conversations, named."""
    yield "tuned on", [one for one in asked if one.tuned]
    yield "unseen", [one for one in asked if not one.tuned]


def wordings(name: str) -> None:
    """Print how near each wording comes to the human one, and what the gate finds."""
    later = [one for one in conversations(name) if one.history]
    print(f"\n### {name}\n\n| half | questions | wording | F1 | F1 of those changed | words carried | words added |")
    print("|---|---:|---|---:|---:|---:|---:|")
    for half, asked in halves(later):
        for variant in ("last turn", "previous", "ours"):
            given = [(VARIANTS[variant](one), one) for one in asked]
            changed = [(text, one) for text, one in given if one.changed]
            shares = [share for text, one in changed if (share := carried(text, one)) is not None]
            added = [len(words(text)) - len(words(one.question)) for text, one in changed]
            nearness = [np.mean([f1(text, one.rewrite) for text, one in some]) for some in (given, changed)]
            print(
                f"| {half} | {len(asked)} | {variant} | {nearness[0]:.3f} | {nearness[1]:.3f} | "
                f"{np.mean(shares):.3f} | {np.mean(added):.1f} |"
            )
    print(
        "\n| half | changed by a human | of them rewritten (recall) | rewritten ones that a human changed (precision) |"
    )
    print("|---|---:|---:|---:|")
    for half, asked in halves(later):
        rewritten = [one for one in asked if ours(one) != one.question]
        both = sum(one.changed for one in rewritten)
        changed_ones = sum(one.changed for one in asked)
        print(f"| {half} | {changed_ones} of {len(asked)} | {both / changed_ones:.3f} | {both / len(rewritten):.3f} |")


def false_rewrites() -> None:
    """Print how many questions that stand alone are changed all the same."""
    talks = {name: conversations(name) for name in ("cast", "canard", "mtrag")}
    foreign = [one.history for asked in talks.values() for one in asked if len(one.history) > 1]
    random = np.random.default_rng(0)

    def another() -> History:
        return foreign[random.integers(len(foreign))]

    groups: list[tuple[str, list[tuple[str, History]]]] = []
    for name in ("cast", "canard"):
        first = [one for one in talks[name] if len(one.history) <= (name == "canard") and not one.changed]
        groups.append((f"{name}: first turns, another's history", [(one.question, another()) for one in first]))
        rewrites = talks[name]
        groups.append((f"{name}: human rewrites, own history", [(one.rewrite, one.history) for one in rewrites]))
        groups.append((f"{name}: human rewrites, another's history", [(one.rewrite, another()) for one in rewrites]))
    first = [one for one in talks["mtrag"] if not one.history]
    groups.append(("mtrag: first turns, another's history", [(one.question, another()) for one in first]))
    for name in ("squad1", "realtime", "newsqa"):
        groups.append((f"{name}: another's history", [(q.text, another()) for q in data.questions(name)]))
    print(
        "\n### False rewrites\n\n| questions that stand alone | questions | rewritten | share |\n|---|---:|---:|---:|"
    )
    totals = np.zeros(2)
    for title, pairs in groups:
        wrong = sum(stand_alone(question, history) != question for question, history in pairs)
        totals += (0, 0) if "newsqa" in title else (wrong, len(pairs))
        print(f"| {title} | {len(pairs)} | {wrong} | {100 * wrong / len(pairs):.1f} % |")
    print(f"| all but newsqa | {totals[1]:.0f} | {totals[0]:.0f} | {100 * totals[0] / totals[1]:.1f} % |")


class Search:
    """Retrieves the best articles for a question, each question once."""

    def __init__(self, name: str, read: bool) -> None:
        if name == "seeds" and not (data.WORK / name / ARCHIVE_FILE).exists():
            ingest.add(data.WORK / name, [data.PROJECT / "seeds"], load_embedder())
        self._retriever = data.retriever(name, reads=read)
        self._retriever.embedder = CachedEmbedder(self._retriever.embedder)
        self._found: dict[str, list[str]] = {}

    def measures(self, question: str, gold: Sequence[str]) -> tuple[float, float]:
        """Return recall@5 and nDCG@5 over articles."""
        if question not in self._found:
            hits = self._retriever.retrieve(question[:2000], 2 * CUT, per_article=1)
            self._found[question] = list(dict.fromkeys(hit.passage.article_id for hit in hits))[:CUT]
        right = np.array([one in gold for one in self._found[question]] + [False] * CUT)[:CUT]
        discounts = 1 / np.log2(np.arange(2, CUT + 2))
        return right.sum() / len(gold), (right * discounts).sum() / discounts[: len(gold)].sum()


def retrieval(name: str, read: bool) -> None:
    """Print what each wording finds, over the questions with evidence and a history."""
    search = Search(name, read)
    later = [one for one in conversations(name) if one.history and one.gold]
    variants = [variant for variant in VARIANTS if variant != "human" or later[0].rewrite]
    print(f"\n### {name}, {len(later)} questions{', read' if read else ''}\n")
    print("| half | wording | recall@5 | beside last turn | nDCG@5 | beside last turn |\n|---|---|---:|---:|---:|---:|")
    for half, asked in [*(halves(later) if name != "seeds" else ()), ("both", later)]:
        plain = np.array([search.measures(one.question, one.gold) for one in asked])
        for variant in variants:
            values = np.array([search.measures(VARIANTS[variant](one), one.gold) for one in asked])
            cells = [f"{value:.3f}" for value in values.mean(axis=0)]
            beside = ["", ""]
            if variant != "last turn":
                figures = bootstrap(means(values - plain), len(asked))
                p_values = randomisation_test(values - plain)
                beside = [
                    f"{f.value:+.3f} [{f.low:+.3f}, {f.high:+.3f}] p {p:.4f}"
                    for f, p in zip(figures, p_values, strict=True)
                ]
            print(f"| {half} | {variant} | {cells[0]} | {beside[0]} | {cells[1]} | {beside[1]} |", flush=True)


def times() -> None:
    """Print how long a rewriting takes, in processor time."""
    print("\n### Time\n")
    for name in ("cast", "canard", "mtrag"):
        asked = [one for one in conversations(name) if one.history]
        taken = []
        for one in asked:
            parse_words.cache_clear()
            begin = time.process_time()
            ours(one)
            taken.append(1000 * (time.process_time() - begin))
        p50, p99 = np.percentile(taken, [50, 99])
        print(f"- {name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms of processor time, {len(asked)} questions")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-retrieval", action="store_true", help="only wordings, false rewrites and time")
    parser.add_argument("--read", action="store_true", help="have the packaged reader rerank")
    arguments = parser.parse_args()
    print(where())
    for name in ("cast", "canard"):
        wordings(name)
    false_rewrites()
    times()
    if not arguments.no_retrieval:
        for name in ("cast", "mtrag", "seeds"):
            retrieval(name, arguments.read)


if __name__ == "__main__":
    main()
