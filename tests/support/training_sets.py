"""Small made-up sets in the format of the evaluation data, for the training of the packaged reader."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab.training.reading_sets import PARAGRAPHS, SENTENCE_ANSWERS, SENTENCES

MINE = "Rescuers pulled twelve miners from the flooded shaft on Sunday."
STORIES = (
    ("Miners freed", MINE, "How many miners were pulled out?", "twelve"),
    ("Ferry sinks", "The ferry Alma sank off Ostra after a fire.", "Which ferry sank off Ostra?", "Alma"),
    ("Budget passed", "The council spent 3 million on flood walls.", "What was money spent on?", "flood walls"),
    ("Minister resigns", "Paul Renner resigned over the letters.", "Who resigned over the letters?", "Paul Renner"),
    ("Record heat", "In Verrin it was 41 degrees on Tuesday.", "When was it 41 degrees?", "Tuesday"),
)
REST = 8
"""The story whose question stands in the other half of squad1, squad2 and qamr; its article is not held out."""

_OPENERS = ("Ann Belk", "Tom Harrow", "Ida Voss", "Karl Lindh")
_TOWNS = ("Ostra", "Verrin", "Marle", "Tovik")


def write(folder: Path, name: str, articles: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> None:
    """Write a set; articles that stand in another set's file are left out."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for kind, rows in (("articles", articles), ("questions", questions)):
        if rows:
            with gzip.open(folder / name / f"{kind}.jsonl.gz", "wt") as out:
                out.writelines(json.dumps(row) + "\n" for row in rows)


def passage(key: str, text: str, title: str | None = "") -> dict[str, Any]:
    """Return an article of a reading set."""
    return {"id": key, "title": title, "text": text}


def asked(question: str, article: dict[str, Any], answer: str = "", **more: Any) -> dict[str, Any]:
    """Return a question about an article of a reading set; without an answer it cannot be answered."""
    start = article["text"].index(answer) if answer else None
    evidence = [{"article_id": article["id"], "text": article["text"], "answer_start": start}]
    answers = [answer] if answer else []
    row = {"id": f"{article['id']} {question}", "question": question, "answers": answers, "evidence": evidence}
    return {**row, "answerable": bool(answer), **more}


def written(folder: Path) -> Path:
    """Write all sets, as small as they can be, into a folder; squad's articles are 0 to 9, with a question each."""
    for name, prefix in (("squad1", "squad1.1_"), ("squad2", "squadv2.0_"), ("qamr", ""), ("scifact", ""),
                         ("ramdocs", ""), ("wikinews", ""), ("newsqa", "")):  # fmt: skip
        articles, questions = [], []
        place = name.rstrip("12")  # squad1 and squad2 have the same articles
        for number in range(10):
            title, text, question, answer = STORIES[number % len(STORIES)]
            text = f"{text} It was seen from hill {number} of {place} by Officer Lund." + 25 * " Nobody was hurt."
            evidence = [{"article_id": f"{prefix}{number}", "text": None if name == "scifact" else text}] * 2
            articles.append({"id": f"{prefix}{number}", "title": f"{title} {number}", "text": text})
            questions.append({
                "id": f"{name} {number}", "question": question.replace("?", f" near hill {number}?"),
                "answers": [answer], "evidence": evidence,
                "answerable": name != "squad2" or (number % 2 == 0 and number != REST),
                "part": "test" if number == 0 else "train", "wrong_answers": [], "candidates": [],
            })  # fmt: skip
        if name in {"squad1", "squad2", "qamr"}:
            write(folder, f"train/{name}-rest", [], [questions.pop(REST)])
        write(folder, name, articles, questions)
    written_reading(folder)
    return folder


def written_reading(folder: Path) -> Path:
    """Write the reading sets alone: two articles each, with a question each; one in the first set has no answer."""
    for number, name in enumerate((*PARAGRAPHS, *SENTENCE_ANSWERS, *SENTENCES)):
        articles, questions = [], []
        for place in range(2):
            opener, town, year = _OPENERS[(number + place) % 4], _TOWNS[(number + 2 * place) % 4], 1900 + number
            sentence = f"{opener} opened the bridge of {town} in {year}."
            text = (
                sentence if name in SENTENCES else f"It rained for {number + 3} days. {sentence} Boats passed under it."
            )
            articles.append(passage(f"{name}_{place}", text, None if name in SENTENCES else f"Bridges of {town}"))
            answer = sentence if name in SENTENCE_ANSWERS else opener
            questions.append(asked(f"Who opened the bridge of {town} in {year}?", articles[-1], answer))
        if not number:
            questions.append(asked(f"Who paid for the bridge of {town}?", articles[-1]))
        write(folder, f"train/{name}", articles, questions)
    articles = [passage(f"boolq_{town}", f"Ships may enter the harbour of {town} by night.", town) for town in _TOWNS]
    questions = [
        asked(f"may ships enter {row['title']} by night?", row, answerable=True, yes=row["title"] != "Marle")
        for row in articles
    ]
    write(folder, "train/boolq-dev", articles, questions)
    return folder
