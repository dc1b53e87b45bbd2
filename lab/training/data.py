"""Training groups: a question, a passage that holds its answer, and hard negatives.

Only data for training is read: the open questions of squad1 (without its held-out articles), the unanswerable ones of
squad2 over the same articles, qamr, scifact's train part and ramdocs, and the articles of wikinews.
"""

import gzip
import hashlib
import io
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lab.data import DATA
from lab.training.blanking import blanked
from lab.training.corpus import Corpus, Text
from lab.training.settings import DataSettings

_DATE_LINE = re.compile(r"\A\w+day, \w+ \d+, \d{4}\s+")


@dataclass(frozen=True, slots=True)
class Group:
    """A question and what is read with it.

    ``texts[0]`` holds the answer at ``start`` to ``end`` (-1: it is not marked); if not ``ranked``, there is only this
    one text, and the question takes no part in ranking.  ``answerable`` says whether the first text answers, None
    that nothing is to be learnt of it: nothing was asked, or nothing is there to tell it from.
    """

    kind: str
    question: str
    texts: tuple[Text, ...]
    start: int
    end: int
    ranked: bool
    answerable: bool | None

    def to_json(self) -> str:
        """Return the group as a line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Group":
        """Return the group of a line."""
        row = json.loads(line)
        return cls(**{**row, "texts": tuple(Text(**text) for text in row["texts"])})


def rows(name: str, file: str) -> list[dict[str, Any]]:
    """Return the rows of a set's file.

    Raises:
        FileNotFoundError: if the set is not in the data folder.
    """
    path = DATA / name / f"{file}.jsonl.gz"
    if not path.exists():
        raise FileNotFoundError(f"{path}: the evaluation data is not here; set DATELINE_DATA to its folder")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def held_out_titles(every: int) -> set[str]:
    """Return the titles of the SQuAD articles that are never trained on."""
    titles = sorted({row["title"] for row in rows("squad1", "articles")}, key=_hash)
    return set(titles[::every])


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
        found = list(source(archives, settings))
        counts = {kind: sum(group.kind == kind for group in found) for kind in sorted({g.kind for g in found})}
        print(", ".join(f"{kind} {count}" for kind, count in counts.items()), file=sys.stderr, flush=True)
        groups += found
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


def load(file: Path) -> list[Group]:
    """Return the groups of a file."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Group.from_json(line) for line in lines]


def _squad(archives: Path, settings: DataSettings) -> Iterator[Group]:
    held_out = held_out_titles(settings.held_out)
    articles = _first([row for row in rows("squad1", "articles") if row["title"] not in held_out], settings)
    corpus = Corpus(archives, "squad", articles, settings)
    known = {row["id"] for row in articles}
    questions = [q for q in rows("squad1", "questions") if q["evidence"][0]["article_id"] in known]
    yield from _answered("squad", corpus, _some(questions, "squad", settings))
    unanswerable = []
    for question in rows("squad2", "questions"):
        evidence = {**question["evidence"][0]} if question["evidence"] else {"article_id": ""}
        evidence["article_id"] = evidence["article_id"].replace("squadv2.0_", "squad1.1_")
        if not question["answerable"] and evidence["article_id"] in known:
            unanswerable.append({**question, "evidence": [evidence]})
    for question in _some(unanswerable, "squad_unanswerable", settings):
        evidence = question["evidence"][0]
        place = corpus.locate(evidence)
        passage = corpus.passage_at(evidence["article_id"], (place[0] + place[1]) // 2) if place else None
        if passage:
            yield Group("squad_unanswerable", question["question"], (passage.text,), -1, -1, False, False)


def _qamr(archives: Path, settings: DataSettings) -> Iterator[Group]:
    articles = [{**row, "text": _natural(row["text"])} for row in _first(rows("qamr", "articles"), settings)]
    corpus = Corpus(archives, "qamr", articles, settings)
    questions = []
    for row in _about(articles, rows("qamr", "questions")):
        evidence = {**row["evidence"][0], "text": _natural(row["evidence"][0]["text"])}
        questions.append({**row, "answers": list(map(_natural, row["answers"])), "evidence": [evidence]})
    # Many ask about one sentence in sight ("What Island?"); only longer ones can be looked for in an archive.
    long = [q for q in questions if len(re.findall(r"\w{4,}", q["question"])) >= 4]
    yield from _answered("qamr", corpus, _some(long, "qamr", settings))
    short = [q for q in questions if len(re.findall(r"\w{4,}", q["question"])) < 4]
    yield from _answered("qamr_short", corpus, _some(short, "qamr_short", settings), ranked=False)


def _scifact(archives: Path, settings: DataSettings) -> Iterator[Group]:
    claims = [row for row in rows("scifact", "questions") if row["part"] == "train"]
    articles = _first(rows("scifact", "articles"), settings, claims)
    corpus = Corpus(archives, "scifact", articles, settings)
    claims = _about(articles, claims)
    claims = _some(claims, "scifact", settings)
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
    for question in _some(_about(articles, questions), "ramdocs", settings):
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


def _answered(kind: str, corpus: Corpus, questions: list[dict[str, Any]], ranked: bool = True) -> Iterator[Group]:
    corpus.embed([question["question"] for question in questions] if ranked else [])
    for question in questions:
        evidence = question["evidence"][0]
        place = corpus.locate(evidence)
        asked = question["question"]
        span = corpus.find(evidence["article_id"], agreed(question), place, asked) if place else None
        passage = corpus.passage_at(evidence["article_id"], *span) if span else None
        if not passage or not span:
            continue
        # Whatever else holds these words may hold the answer, so it is no negative.
        every = [*question["answers"], *question.get("all_answers", ())]
        negatives = corpus.negatives(asked, every, set()) if ranked else ()
        if ranked and not negatives:
            continue
        start = span[0] - passage.start
        texts = (passage.text, *negatives)
        yield Group(kind, asked, texts, start, start + span[1] - span[0], ranked, True if ranked else None)


def agreed(question: dict[str, Any]) -> list[str]:
    """Return a question's answers, first what most annotators marked, of those the shortest."""
    marked = Counter(question.get("all_answers", ()))
    return sorted(question["answers"], key=lambda answer: (-marked[answer], len(answer) if marked else 0))


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
    chosen = sorted(articles, key=lambda row: (row["id"] not in asked, _hash(row["id"])))[: settings.articles]
    kept = {row["id"] for row in chosen}
    return [row for row in articles if row["id"] in kept]


def _about(articles: Sequence[dict[str, Any]], questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions with evidence in any of the articles."""
    known = {row["id"] for row in articles}
    return [one for one in questions if any(piece["article_id"] in known for piece in one["evidence"])]


def _some(questions: list[dict[str, Any]], kind: str, settings: DataSettings) -> list[dict[str, Any]]:
    """Return as many questions as are asked for, chosen by the SHA-256 of their ids."""
    return sorted(questions, key=lambda row: _hash(row["id"]))[: settings.most[kind] or None]


def _natural(text: str) -> str:
    """Return tokenised text as it would be printed."""
    text = re.sub(r" (?=[.,;:?!%)\]’]|'s\b|n't\b)", "", text)
    return re.sub(r"(?<=[(\[$]) ", "", text).replace(" 't", "'t")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
