"""Answers as newsroom people ask for them, graded by the set's own rules.

    python -m lab.benchmarks.quality.newsroom [bbc-wikinews realtime-small] [--out FILE] [--list]

Every question is asked as `qa ask` does, with its history.  The verdicts are those of the grader beside the questions:
right, partly, wrong, rightly or wrongly refused; by type, archive and level.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from lab import data
from lab.measure import where
from qa.records import Answer


def main() -> None:
    """Ask, write the replies, and grade them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="*", default=["bbc-wikinews", "realtime-small"])
    parser.add_argument("--out", type=Path, default=data.WORK / "newsroom.jsonl", help="the replies")
    parser.add_argument("--list", action="store_true", help="one line a question")
    arguments = parser.parse_args()
    gold = data.DATA / "newsroom" / "questions.jsonl"
    questions = [json.loads(line) for line in gold.read_text().splitlines()]
    print(where())
    with arguments.out.open("w") as out:
        for name in arguments.archives:
            retriever = data.retriever(name, reads=True)
            for question in questions:
                if question["archive"] == name:
                    answer = retriever.ask(question["question"], question["history"])
                    out.write(json.dumps(reply(question["id"], answer)) + "\n")
    grader = [sys.executable, data.DATA / "newsroom" / "grade.py", arguments.out, "--gold", gold, "--only-given"]
    subprocess.run([*grader, *(["--list"] if arguments.list else [])], check=True)


def reply(question_id: str, answer: Answer) -> dict[str, object]:
    """Return an answer as a line of the grader's."""
    return {
        "id": question_id,
        "refused": answer.abstained,
        "text": answer.text,
        "exact": answer.exact,
        "citations": [{"article_id": one.article_id, "quote": one.quote} for one in answer.citations],
        "level": getattr(answer, "level", ""),
        "confidence": answer.confidence,
        "kind": getattr(answer, "kind", ""),
        "reason": answer.reason,
    }


if __name__ == "__main__":
    main()
