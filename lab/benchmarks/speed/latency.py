"""Latency over an archive: ``retrieve``, its embedding of the question counted separately, and ``ask`` with reading.

python -m lab.benchmarks.speed.latency [SET] [--questions 500] [--answers 100]
"""

import argparse
import time

import numpy as np

from lab import data
from lab.measure import where


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", nargs="?", default="realtime")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--answers", type=int, default=100, help="how many of them are asked to be answered")
    arguments = parser.parse_args()
    begun = time.perf_counter()
    retriever = data.retriever(arguments.set)
    loaded = time.perf_counter() - begun
    file = "questions.weak.jsonl.gz" if arguments.set == "realtime" else "questions.jsonl.gz"
    texts = [q.text for q in data.questions(arguments.set, file)][: arguments.questions]
    begun = time.perf_counter()
    retriever.retrieve(texts[0])
    first = time.perf_counter() - begun
    embedding, whole, filtered = [], [], []
    with retriever.archive.view() as view:
        sources = [name for name, count in view.facets("source") if name][:5]
        passages = sum(listed.passages for listed in view.articles())
    for text in texts:
        begun = time.perf_counter()
        retriever.embedder.embed_queries([text])
        embedding.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        retriever.retrieve(text)
        whole.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        retriever.retrieve(text, sources=sources)
        filtered.append(time.perf_counter() - begun)
    answers = []
    asker = data.retriever(arguments.set, reads=True)
    asker.ask(texts[0])
    for text in texts[: arguments.answers]:
        begun = time.perf_counter()
        asker.ask(text)
        answers.append(time.perf_counter() - begun)
    print(where())
    print(f"{arguments.set}: {passages} passages, {len(texts)} questions, k = 5")
    print(f"open {loaded:.1f} s (libraries and model), first question (indexes hashed and loaded) {first:.2f} s")
    rows = {
        "embedding the question": embedding,
        "retrieve": whole,
        "retrieve without embedding": np.maximum(np.array(whole) - np.array(embedding), 0),
        f"retrieve, filtered to {len(sources)} outlets": filtered,
        "ask (retrieve, rerank, read)": answers,
    }
    for name, seconds in rows.items():
        p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
        print(f"{name:<36} p50 {p50:7.1f} ms   p99 {p99:7.1f} ms")


if __name__ == "__main__":
    main()
