"""Write the ids of the seed articles into seeds/questions.jsonl: run it after a seed article or the intake has changed.

    python tools/seed_ids.py

An article without an id of its own is known by its content, so its id follows from how its file is read.  Each piece of
evidence names its ``file``, from which the id is found again.
"""

import json
from pathlib import Path

from qa.intake import Reading, read
from qa.writing import content_hash

SEEDS = Path(__file__).parent.parent / "seeds"


def main() -> None:
    """Rewrite the ids."""
    ids = {}
    for reading in read([SEEDS]):
        assert isinstance(reading, Reading), reading
        ids[Path(reading.file).name] = reading.article.id or "a" + content_hash(reading.article)[:16]
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
