"""The training data: which sets are read, and what is made of them.

Only data for training is read: squad1 (without its held-out articles), the unanswerable questions of squad2 over the
same articles, qamr, scifact's train part, ramdocs, the articles of wikinews, and the sets of ``train/``.
"""

import gzip
import io
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lab.training.blanking import blanked
from lab.training.corpus import Corpus, Text
from lab.training.groups import Group, answered, digest, held_out_titles, rows, some
from lab.training.reading_sets import reading, sentences, support, swapped
from lab.training.settings import DataSettings

_DATE_LINE = re.compile(r"\A\w+day, \w+ \d+, \d{4}\s+")


def prepare(folder: Path, settings: DataSettings, archives: Path) -> Path:
    """Write all groups of a profile to ``groups.jsonl.gz`` in ``folder``, shuffled; return the file.

    The same settings, data and archives give the same bytes.

    Args:
        folder: of the profile; made if it is not there.
        settings: what the groups are made of.
        archives: folder in which the sets' archives are looked for, and made if they are not there.

    Raises:
        FileNotFoundError: if a set is not in the data folder.
    """
    groups: list[Group] = []
    for source in (_squad, _qamr, _scifact, _ramdocs, _wikinews):
        groups += _counted(source(archives, settings))
    groups += [*_counted(reading(settings)), *_counted(sentences(settings))]
    groups += [*_counted(swapped(groups, settings)), *_counted(support(groups, settings))]
    random.Random(settings.seed).shuffle(groups)
    folder.mkdir(parents=True, exist_ok=True)
    file, part = folder / "groups.jsonl.gz", folder / "groups.part"
    with (
        part.open("wb") as raw,
        gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, "utf-8") as out,
    ):
        out.writelines(group.to_json() + "\n" for group in groups)
    return part.replace(file)


def _counted(source: Iterator[Group]) -> list[Group]:
    found = list(source)
    counts = {kind: sum(group.kind == kind for group in found) for kind in sorted({g.kind for g in found})}
    print(", ".join(f"{kind} {count}" for kind, count in counts.items()), file=sys.stderr, flush=True)
    return found


def _squad(archives: Path, settings: DataSettings) -> Iterator[Group]:
    held_out = held_out_titles(settings.held_out)
    articles = _first([row for row in rows("squad1", "articles") if row["title"] not in held_out], settings)
    corpus = Corpus(archives, "squad", articles, settings)
    known = {row["id"] for row in articles}
    both = [*rows("squad1", "questions"), *rows("train/squad1-rest", "questions")]
    questions = [q for q in both if q["evidence"][0]["article_id"] in known]
    yield from answered("squad", corpus, some(questions, "squad", settings))
    unanswerable = []
    for question in [*rows("squad2", "questions"), *rows("train/squad2-rest", "questions")]:
        evidence = {**question["evidence"][0]} if question["evidence"] else {"article_id": ""}
        evidence["article_id"] = evidence["article_id"].replace("squadv2.0_", "squad1.1_")
        if not question["answerable"] and evidence["article_id"] in known:
            unanswerable.append({**question, "evidence": [evidence]})
    for question in some(unanswerable, "squad_unanswerable", settings):
        evidence = question["evidence"][0]
        place = corpus.locate(evidence)
        passage = corpus.passage_at(evidence["article_id"], (place[0] + place[1]) // 2) if place else None
        if passage:
            yield Group("squad_unanswerable", question["question"], (passage.text,), -1, -1, False, False)


def _qamr(archives: Path, settings: DataSettings) -> Iterator[Group]:
    articles = [{**row, "text": _natural(row["text"])} for row in _first(rows("qamr", "articles"), settings)]
    corpus = Corpus(archives, "qamr", articles, settings)
    questions = []
    for row in _about(articles, [*rows("qamr", "questions"), *rows("train/qamr-rest", "questions")]):
        evidence = {**row["evidence"][0], "text": _natural(row["evidence"][0]["text"])}
        questions.append({**row, "answers": list(map(_natural, row["answers"])), "evidence": [evidence]})
    # Many ask about one sentence in sight ("What Island?"); only longer ones can be looked for in an archive.
    long = [q for q in questions if len(re.findall(r"\w{4,}", q["question"])) >= 4]
    yield from answered("qamr", corpus, some(long, "qamr", settings))
    short = [q for q in questions if len(re.findall(r"\w{4,}", q["question"])) < 4]
    yield from answered("qamr_short", corpus, some(short, "qamr_short", settings), ranked=False)


def _scifact(archives: Path, settings: DataSettings) -> Iterator[Group]:
    claims = [row for row in rows("scifact", "questions") if row["part"] == "train"]
    articles = _first(rows("scifact", "articles"), settings, claims)
    corpus = Corpus(archives, "scifact", articles, settings)
    claims = _about(articles, claims)
    claims = some(claims, "scifact", settings)
    corpus.embed([claim["question"] for claim in claims])
    for claim in claims:
        for article_id in dict.fromkeys(piece["article_id"] for piece in claim["evidence"]):
            found = corpus.nearest(claim["question"], article_id)
            negatives = corpus.negatives(claim["question"], [], {e["article_id"] for e in claim["evidence"]})
            if found and negatives:
                yield Group("scifact", claim["question"], (found.text, *negatives), -1, -1, True, None)


def _ramdocs(archives: Path, settings: DataSettings) -> Iterator[Group]:
    questions = rows("ramdocs", "questions")
    articles = _first(rows("ramdocs", "articles"), settings, questions)
    corpus = Corpus(archives, "ramdocs", articles, settings)
    for question in some(_about(articles, questions), "ramdocs", settings):
        own = {candidate["article_id"] for candidate in question["candidates"]}
        noise = {candidate["article_id"] for candidate in question["candidates"] if candidate["label"] == "noise"}
        answers = [*question["answers"], *question["wrong_answers"]]
        asked = question["question"]
        negatives = corpus.negatives(asked, answers, own - noise)
        for piece in question["evidence"]:
            span = corpus.find(piece["article_id"], question["answers"], asked=asked)
            passage = corpus.passage_at(piece["article_id"], span[0], span[1]) if span else None
            if passage and span and negatives:
                texts = (passage.text, *negatives)
                start = span[0] - passage.start
                yield Group("ramdocs", asked, texts, start, start + span[1] - span[0], True, True)


def _wikinews(archives: Path, settings: DataSettings) -> Iterator[Group]:
    found = _first([row for row in rows("wikinews", "articles") if is_news(row["text"])], settings)
    articles = [{**row, "text": _DATE_LINE.sub("", row["text"])} for row in found]
    corpus = Corpus(archives, "wikinews", articles, settings)
    chance = random.Random(settings.seed)
    asked: list[tuple[str, str, Text, int, int, set[str]]] = []
    for article in articles:
        for number, passage in enumerate(corpus.passages(article["id"])):
            title, text = passage.text.title, passage.text.text
            if number == 0:
                asked.append(("title", title, Text("", text), -1, -1, {article["id"]}))
            for start, end in corpus.sentences(passage):
                for one in blanked(text[start:end], chance):
                    asked.append(("blanked", one.question, passage.text, start + one.start, start + one.end, set()))
                if len(text[start:end].split()) >= 8 and end - start < 0.6 * len(text):
                    rest = Text(title, text[:start] + text[end:].lstrip())
                    asked.append(("sentence", text[start:end], rest, -1, -1, {article["id"]}))
    chance.shuffle(asked)
    for kind in ("blanked", "title", "sentence"):
        chosen = [one for one in asked if one[0] == kind][: settings.most[kind] or None]
        corpus.embed([question for _, question, *_ in chosen])
        for _, question, read, start, end, without in chosen:
            answers = [read.text[start:end]] if end > 0 else []
            # Questions that keep an article's words are found by any of them: half are given its topic to mistake.
            negatives = corpus.negatives(question, answers, without, by_words=chance.random() < 0.5)
            if kind == "title":  # untitled like the passage that answers, or titles would give it away
                negatives = tuple(Text("", text.text) for text in negatives)
            negatives = tuple(text for text in negatives if text.text != read.text)
            if negatives and not any(answer.lower() in question.lower() for answer in answers):
                yield Group(kind, question, (read, *negatives), start, end, True, True if answers else None)


def is_news(text: str) -> bool:
    """Tell reports from test pages, series and interviews (whose speakers stand in double brackets)."""
    return 500 <= len(text) <= 15_000 and text.count("((") < 4


def _first(
    articles: list[dict[str, Any]], settings: DataSettings, questions: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Return the articles, in their order, or as many as a small profile takes: best those that questions ask about."""
    if not settings.articles:
        return articles
    asked = {piece["article_id"] for question in questions for piece in question["evidence"]}
    chosen = sorted(articles, key=lambda row: (row["id"] not in asked, digest(row["id"])))[: settings.articles]
    kept = {row["id"] for row in chosen}
    return [row for row in articles if row["id"] in kept]


def _about(articles: Sequence[dict[str, Any]], questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions with evidence in any of the articles."""
    known = {row["id"] for row in articles}
    return [one for one in questions if any(piece["article_id"] in known for piece in one["evidence"])]


def _natural(text: str) -> str:
    """Return tokenised text as it would be printed."""
    text = re.sub(r" (?=[.,;:?!%)\]’]|'s\b|n't\b)", "", text)
    return re.sub(r"(?<=[(\[$]) ", "", text).replace(" 't", "'t")
