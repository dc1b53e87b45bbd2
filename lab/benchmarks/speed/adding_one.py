"""Cost of adding one article to archives of growing size, without its embedding (which does not depend on size).

    python -m lab.benchmarks.speed.adding_one [--sizes 1000 5000 20000] [--repeats 20]

Articles are those of ``reuters``; the embedder is a small static model, so that making the archives takes minutes.
"""

import argparse
import json
import tempfile
import time
from itertools import islice
from pathlib import Path

from lab import data
from lab.measure import spread, where
from qa.archive import ingest
from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.intake import Reading, read
from qa.models.embedding import SentenceTransformerEmbedder
from tests.support.models import make_static_model


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 20000])
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    print(where())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        embedder = SentenceTransformerEmbedder(str(make_static_model(folder / "model")))
        readings = [r for r in islice(read([data.articles("reuters")]), 21_500) if isinstance(r, Reading)]
        spare = readings[-arguments.repeats :]
        for size in arguments.sizes:
            file = folder / "articles.jsonl"
            rows = ({"id": r.article.id, "text": r.article.text} for r in readings[:size])
            file.write_text("".join(json.dumps(row) + "\n" for row in rows))
            begun = time.perf_counter()
            ingest.add(folder / str(size), [file], embedder)
            made = time.perf_counter() - begun
            archive = Archive(folder / str(size))
            adding, seen = [], []
            vector = embedder.embed_queries(["river"])[0]
            with archive.view() as view:
                view.search_vectors(vector, 5)
            for reading in spare:
                begun = time.perf_counter()
                with ArchiveWriter(folder / str(size), embedder) as writer:
                    writer.upsert(reading.article)
                    writer.commit()
                adding.append((time.perf_counter() - begun) * 1000)
                begun = time.perf_counter()
                with archive.view() as view:  # a reader that is open sees the new generation
                    view.search_vectors(vector, 5)
                seen.append((time.perf_counter() - begun) * 1000)
            print(
                f"{size:>6} articles (made in {made:.0f} s): add one {spread(adding, 'ms', 0)}; "
                f"a reader's next look {spread(seen, 'ms', 0)}"
            )


if __name__ == "__main__":
    main()
