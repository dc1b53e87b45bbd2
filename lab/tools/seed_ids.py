"""Ids of the seed articles in seeds/questions.jsonl: run this after a seed article or the intake has changed.

    python lab/tools/seed_ids.py

An article without an id of its own is keyed by its content, so its id follows from how its file is read.  Each piece of
evidence names its ``file``, from which the id is found again.
"""

import json
from dataclasses import replace
from pathlib import Path

from qa.archive.storage.hashing import content_hash
from qa.intake import Reading, read

SEEDS = Path(__file__).parents[2] / "seeds"


def main() -> None:
    """Rewrite the ids."""
    ids = {}
    for reading in read([SEEDS]):
        assert isinstance(reading, Reading), reading
        nameless = replace(reading.article, language="")  # language detection may change
        ids[Path(reading.file).name] = reading.article.id or "a" + content_hash(nameless)[:16]
    file = SEEDS / "questions.jsonl"
    lines = []
    for line in file.read_text().splitlines():
        question = json.loads(line)
        for piece in question["evidence"]:
            if piece["article_id"].startswith("FILE:"):
                piece["file"] = piece["article_id"].removeprefix("FILE:")
            if name := piece.get("file"):
                piece["article_id"] = ids[name]
        lines.append(json.dumps(question, ensure_ascii=False) + "\n")
    file.write_text("".join(lines))


if __name__ == "__main__":
    main()
