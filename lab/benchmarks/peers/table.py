"""The comparison as one page of Markdown."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lab.benchmarks.peers import jobs
from lab.benchmarks.peers.scoring import LONGEST, MEASURES, Compared, compare, score
from lab.measure import where
from qa.evaluation.questions import locate
from qa.evaluation.statistics import Figure
from qa.models.embedding import load_embedder
from qa.records import Article, Passage

OURS, UNCAPPED = "ours.default", "ours.uncapped"
# run → how it is named, how its articles were cut
NAMES = {
    OURS: ("**Dateline**", "its own"),
    UNCAPPED: ("Dateline, no limit per article", "its own"),
    "floors.bm25": ("plain BM25 (bm25s)", "our passages"),
    "floors.dense": ("plain dense", "our passages"),
    "floors.fused": ("both, min-max ½", "our passages"),
    "langchain.default": ("LangChain, FAISS", "1,000 characters, overlap 200"),
    "langchain.passages": ("LangChain, FAISS", "our passages"),
    "llamaindex.default": ("LlamaIndex", "1,024 tokens, overlap 200"),
    "llamaindex.passages": ("LlamaIndex", "our passages"),
    "txtai.default": ("txtai", "whole articles"),
    "txtai.passages": ("txtai", "our passages"),
    "txtai.hybrid-default": ("txtai hybrid", "whole articles"),
    "txtai.hybrid-passages": ("txtai hybrid", "our passages"),
    "haystack.default": ("Haystack, joined", "512 words, overlap 32"),
    "haystack.passages": ("Haystack, joined", "our passages"),
    "haystack.passages-rrf": ("Haystack, joined by rank", "our passages"),
}


def write(path: Path) -> None:
    """Write the page from the results that are there."""
    parts = [(Path(__file__).parent / "page.md").read_text().replace("{where}", where())]
    versions: dict[str, str] = {}
    for name in jobs.SETS:
        job = jobs.FOLDER / "jobs" / name / "job.json"
        if job.exists():
            stamp = json.loads(job.read_text())
            runs = results(name, stamp["hash"])
            for run in runs.values():
                versions |= run["versions"]
            if runs:
                parts.append("\n".join(section(name, stamp, runs)))
    parts.append("Versions: " + ", ".join(f"{name} {version}" for name, version in sorted(versions.items())) + ".")
    path.write_text("\n\n".join(part.strip() for part in parts) + "\n")


def results(name: str, hashed: str) -> dict[str, dict[str, Any]]:
    """Return a set's results for these articles and questions, in the table's order."""
    found = {}
    for key in NAMES:
        path = jobs.FOLDER / "runs" / name / f"{key}.json"
        if path.exists() and (run := json.loads(path.read_text()))["job"] == hashed:
            found[key] = run
    return found


def section(name: str, stamp: dict[str, Any], runs: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a set: its quality, then what it costs."""
    articles, questions = jobs.articles(name), jobs.questions(name)
    gold = [locate(question, articles.get) for question in questions]
    length = _lengths(articles)
    hits = {
        key: [[Passage("", a, s, e, "") for a, s, e in run["hits"][question.id]] for question in questions]
        for key, run in runs.items()
    }
    yield f"## {name}"
    yield ""
    yield f"{stamp['articles']:,} articles, {stamp['questions']:,} questions."
    if missing := [f"{peer} over {cut}" for key, (peer, cut) in NAMES.items() if key not in runs]:
        yield ""
        yield f"Not run yet: {', '.join(missing)}."
    for measure in MEASURES[name]:
        scores = {key: [score(measure, g, h, length) for g, h in zip(gold, hits[key], strict=True)] for key in runs}
        yield ""
        compared = "value [95 %] | Dateline above it by [95 %] | p (Holm) | detectable"
        yield f"| {measure.label} | articles cut into | {compared} |"
        yield "|---|---|---|---|---|---|"
        rows = compare({key: column for key, column in scores.items() if key != UNCAPPED}, OURS)
        if UNCAPPED in scores:  # no peer, so not one of the tests
            rows |= compare({UNCAPPED: scores[UNCAPPED]}, OURS)
        for key in runs:
            yield f"| {NAMES[key][0]} | {NAMES[key][1]} | {_quality(rows[key])} |"
    yield ""
    yield (
        "| what it takes | articles cut into | chunks | tokens a hit | over 240 | articles in 30 hits | index s"
        " | query ms p50 / p99 | memory MB | disk MB |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for key, run in runs.items():
        yield f"| {NAMES[key][0]} | {NAMES[key][1]} | {_cost(run, hits[key], length)} |"


def _lengths(articles: dict[str, Article]) -> Callable[[Passage], int]:
    embedder, known = load_embedder(), dict[tuple[str, int, int], int]()

    def length(hit: Passage) -> int:
        key = (hit.article_id, hit.start, hit.end)
        if key not in known:
            known[key] = len(embedder.token_starts(articles[hit.article_id].text[hit.start : hit.end]))
        return known[key]

    return length


def _figure(figure: Figure, sign: str = "") -> str:
    value, low, high = (f"{number:{sign}.3f}" for number in (figure.value, figure.low, figure.high))
    return f"{value} [{low}, {high}]"


def _quality(row: Compared) -> str:
    if row.ours_above is None:
        return f"{_figure(row.value)} | | | "
    p = "< .001" if row.p < 0.001 else f"{row.p:.3f}"
    return f"{_figure(row.value)} | {_figure(row.ours_above, '+')} | {p} | {row.detectable:.3f}"


def _cost(run: dict[str, Any], hits: Sequence[Sequence[Passage]], length: Callable[[Passage], int]) -> str:
    tokens = np.array([length(hit) for found in hits for hit in found[:10]])
    distinct = np.array([len({hit.article_id for hit in found}) for found in hits])
    p50, p99 = np.percentile(run["query_processor_ms"], [50, 99])
    mark = "†" if run["given_vectors"] else ""
    disk = f"{run['disk_mb']:.1f}" if run["disk_mb"] is not None else f"no ({run['not_saved']})"
    return " | ".join(
        (
            f"{run['chunks']:,}",
            f"{tokens.mean():.0f}",
            f"{(tokens > LONGEST).mean():.0%}",
            f"{distinct.mean():.1f}",
            "–" if run["index_processor_seconds"] is None else f"{run['index_processor_seconds']:.1f}{mark}",
            f"{p50:.1f} / {p99:.1f}",
            f"{run['peak_mb']:,.0f}",
            disk,
        )
    )
