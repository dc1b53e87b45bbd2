"""Cost of finding a quotation again in an article that has changed.

    python -m lab.benchmarks.quality.refinding

Articles are made with a fixed seed; the figures are seconds of processor time, so that other work on the machine shows
little in them.
"""

import random
import time

from ui.render.refinding import find_again, quote_hash

CHARACTERS = 1_000_000
LENGTHS = (21, 151, 1_501)
ABSENT = "0" * 16


def main() -> None:
    """Measure and print."""
    generator = random.Random(0)
    words = ["dam", "valley", "closed.", "on", "the", "Engineers", "found", "sensors"]
    text = ""
    while len(text) < CHARACTERS:
        text += " ".join(f"{generator.choice(words)}{generator.randrange(1000)}" for _ in range(10_000)) + "\n\n"
    print(f"{'article':<34}{'characters':>12}{'quotation':>12}{'there':>8}{'absent':>8}")
    for length in LENGTHS:
        start = text.rindex(" ", 0, 700_000) + 1
        quote = text[start : text.index(" ", start + length)]
        row("words, 700,000 characters away", text, quote)
    for length in LENGTHS:
        row("one-letter words, the longest", "a " * 2_500_000, "b" * length)
    for length in LENGTHS:
        row("without spaces", "字" * CHARACTERS, "b" * length)


def row(name: str, text: str, quote: str) -> None:
    """Print what it takes to find a quotation and to miss one of its length."""
    there = f"{seconds(text, len(quote), quote_hash(quote)):8.2f}" if quote in text else f"{'–':>8}"
    print(f"{name:<34}{len(text):>12,}{len(quote):>12,}{there}{seconds(text, len(quote), ABSENT):8.2f}")


def seconds(text: str, length: int, wanted: str) -> float:
    """Return the processor time of one search, the best of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        find_again(text, 0, length, wanted)
        times.append(time.process_time() - began)
    return min(times)


if __name__ == "__main__":
    main()
