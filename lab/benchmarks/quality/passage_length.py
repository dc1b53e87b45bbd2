"""Passage lengths and overlaps other than the default, each with an archive of its own.

python -m lab.benchmarks.quality.passage_length [newsqa time …] [--questions 400] [--tokens 120 180 240] [--overlap 0 1]
"""

import argparse

from lab import data
from lab.benchmarks.quality.quality import Finder, chosen
from lab.benchmarks.quality.weights import MEASURES
from lab.measure import where
from qa.archive import ingest
from qa.evaluation import evaluator
from qa.models.embedding import load_embedder
from qa.retrieval import Retriever
from qa.settings import ARCHIVE_FILE, IndexSettings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=["newsqa", "time"])
    parser.add_argument("--questions", type=int, default=400, help="at most this many a set, evenly chosen (0: all)")
    parser.add_argument("--tokens", type=int, nargs="+", default=[120, 180, 240])
    parser.add_argument("--overlap", type=int, nargs="+", default=[0, 1])
    arguments = parser.parse_args()
    print(where())
    print("\n| set | tokens | overlap, sentences | passages | measure | value [95 %] |\n|---|---|---|---|---|---|")
    for name in arguments.sets:
        level, measure = MEASURES[name]
        for overlap in arguments.overlap:
            for tokens in arguments.tokens:
                folder = data.WORK / f"{name}-{tokens}-{overlap}"
                if not (folder / ARCHIVE_FILE).exists():
                    settings = IndexSettings(max_tokens=tokens, overlap_sentences=overlap)
                    ingest.add(folder, [data.articles(name)], load_embedder(), settings=settings)
                retriever = Retriever.open(folder, data.NOT_READ)
                with retriever.archive.view() as view:
                    passages = sum(listed.passages for listed in view.articles())
                scores = evaluator.evaluate(Finder(retriever), chosen(name, arguments.questions), 30).scores
                found = {"evidence": scores.evidence, "answer": scores.answer, "article": scores.article}[level][
                    measure
                ]
                figure = f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
                print(f"| {name} | {tokens} | {overlap} | {passages} | {level} {measure} | {figure} |", flush=True)


if __name__ == "__main__":
    main()
