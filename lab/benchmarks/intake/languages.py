"""Accuracy of language detection: our own sentences in 24 languages, and English pages taken for foreign ones.

    python -m lab.benchmarks.intake.languages

Four sentences a language stand in ``tests/fixtures/languages.tsv``; they are tested one by one, cut after 40
characters, and together.  The pages of the evaluation sets are all English: each that gets another language is counted.
"""

import gzip
import json
import lzma
import time
from collections import Counter
from collections.abc import Iterable

from lab.data import DATA, PROJECT
from lab.measure import where
from qa.intake.language import recognised

FIXTURE = PROJECT / "tests" / "fixtures" / "languages.tsv"


def accuracy(pairs: Iterable[tuple[str, str]]) -> str:
    """Return how many texts got their language, none, or another."""
    found = Counter(
        "right" if code == language else "left open" if not code else "wrong"
        for language, code in ((language, recognised(text)) for language, text in pairs)
    )
    return ", ".join(f"{found[name]} {name}" for name in ("right", "left open", "wrong"))


def main() -> None:
    """Measure and print."""
    print(where())
    rows = [line.split("\t") for line in FIXTURE.read_text(encoding="utf-8").splitlines()]
    sentences = [(language, text) for language, text in rows]
    together = {language: " ".join(text for code, text in sentences if code == language) for language, _ in sentences}
    print(f"sentences: {accuracy(sentences)}")
    print(f"first 40 characters: {accuracy((language, text[:40]) for language, text in sentences)}")
    print(f"four sentences together: {accuracy(together.items())}")
    for name in ("realtime", "newsqa", "wikinews"):
        path = min((DATA / name).glob("articles.jsonl.*"))
        with lzma.open(path, "rt") if path.suffix == ".xz" else gzip.open(path, "rt") as lines:
            texts = [json.loads(line)["text"] for line in lines]
        begun = time.process_time()
        codes = Counter(map(recognised, texts))
        spent = (time.process_time() - begun) / len(texts)
        others = {code: count for code, count in codes.items() if code != "en"}
        print(f"{name}: {codes['en']} of {len(texts)} English, others {others}; {spent * 1000:.2f} ms an article")


if __name__ == "__main__":
    main()
