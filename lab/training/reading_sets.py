"""Groups of the reading sets in ``train/``: whole paragraphs, single sentences, and questions answered by yes or no.

The paragraphs of all sets are searched together, so that a question's wrong passages may come from any of them.
"""

import random
from collections.abc import Iterator
from typing import Any

from lab.training import statements, swaps
from lab.training.corpus import Text
from lab.training.groups import CONTRADICTS, NEITHER, SUPPORTS, Group, rows, some
from lab.training.paragraphs import Paragraphs
from lab.training.settings import DataSettings

PARAGRAPHS = (
    "squad-train", "squadshifts-wiki", "squadshifts-reddit", "squadshifts-amazon", "tydiqa-en", "mlqa-en",
    "nq-open-gold", "nq-qed", "nq-swap", "multispanqa", "disfl-qa", "squad-paraphrased", "quiz-design", "fairytaleqa",
    "covid-qa", "condaqa", "quoref-contrast", "ropes-contrast", "drop-contrast", "hotpotqa-sample", "musique-sample",
    "2wiki-sample",
)  # fmt: skip
SENTENCE_ANSWERS = ("onestopqa", "selqa", "clapnq-dev")  # a whole sentence answers, so nothing in it is marked
SENTENCES = ("qanom", "qasrl-gs", "qadiscourse", "qamr-wikipedia")


def reading(settings: DataSettings) -> Iterator[Group]:
    """Yield the groups of all sets of paragraphs, those that cannot be answered among them."""
    names = (*PARAGRAPHS, *SENTENCE_ANSWERS)
    corpus = Paragraphs([row for name in names for row in _few(f"train/{name}", "articles", settings)])
    seen: set[tuple[str, str]] = set()
    for name in names:
        questions = []
        for question in rows(f"train/{name}", "questions"):
            held = corpus.texts.get(question["evidence"][0]["article_id"]) if question["evidence"] else None
            pair = (question["question"].lower(), held.text if held else "")
            if held and pair not in seen:
                seen.add(pair)
                questions.append(question)
        for question in some(questions, "paragraphs", settings):
            group = _paragraph(question, corpus, settings, marked=name in PARAGRAPHS)
            if group:
                yield group


def _paragraph(question: dict[str, Any], corpus: Paragraphs, settings: DataSettings, marked: bool) -> Group | None:
    """Return the group of a question; None where the place of its answer is not known."""
    evidence = question["evidence"][0]
    asked, text = question["question"], corpus.texts[evidence["article_id"]]
    if not question["answerable"]:
        return Group("unanswerable", asked, (text,), -1, -1, False, False)
    start = evidence.get("answer_start")
    if not question["answers"] or start is None:
        return None
    without = {evidence["article_id"], *question.get("supporting", ())}
    negatives = corpus.negatives(asked, question["answers"], without, settings.reading_candidates)
    if not marked:
        return Group("sentence_answers", asked, (text, *negatives), -1, -1, bool(negatives), True)
    end = start + len(question["answers"][0])
    return Group("paragraphs", asked, (text, *negatives), start, end, bool(negatives), True)


def sentences(settings: DataSettings) -> Iterator[Group]:
    """Yield questions about single sentences, without other passages."""
    for name in SENTENCES:
        texts = {row["id"]: row["text"] for row in rows(f"train/{name}", "articles")}
        for question in some(rows(f"train/{name}", "questions"), "sentences", settings):
            evidence = question["evidence"][0]
            text, start = texts[evidence["article_id"]], evidence["answer_start"]
            end = start + len(question["answers"][0])
            yield Group("sentences", question["question"], (Text("", text),), start, end, False, None)


def swapped(groups: list[Group], settings: DataSettings) -> Iterator[Group]:
    """Yield questions that their passage no longer answers, because a name, year or number was exchanged."""
    chance = random.Random(settings.seed)
    marked = [group for group in groups if group.start >= 0 and group.ranked]
    chosen = chance.sample(marked, min(len(marked), settings.most["swapped"] or len(marked)))
    names = swaps.names_of(group.texts[0].text for group in chosen)
    for group in chosen:
        made = swaps.swapped(group.question, group.texts[0].text, names, chance)
        if made:
            text = Text(group.texts[0].title if made.question != group.question else "", made.text)
            yield Group("swapped", made.question, (text,), -1, -1, False, False)


def support(groups: list[Group], settings: DataSettings) -> Iterator[Group]:
    """Yield statements and questions with a passage that supports or contradicts them, or does neither.

    They are made of the questions of boolq (yes supports, no contradicts), of answered questions with their own and
    with a wrong answer, and of sentences of the passages, as they stand and with one thing changed.
    """
    chance = random.Random(settings.seed)
    texts = {row["id"]: Text(row["title"], row["text"]) for row in rows("train/boolq-dev", "articles")}
    for question in some(rows("train/boolq-dev", "questions"), "boolq", settings):
        asked, place = question["question"], question["evidence"][0]["article_id"]
        yield _judged(asked, texts[place], SUPPORTS if question["yes"] else CONTRADICTS)
        others = [key for key in texts if key != place] if chance.random() < 0.2 else []
        if others:
            yield _judged(asked, texts[chance.choice(others)], NEITHER)
    marked = [group for group in groups if group.start >= 0 and group.ranked]
    for group in chance.sample(marked, min(len(marked), settings.most["support"] or len(marked))):
        text = group.texts[0]
        answer = text.text[group.start : group.end]
        for statement, verdict in statements.made(group.question, answer, text.text, chance):
            yield _judged(statement, text, verdict)
            if verdict == SUPPORTS and chance.random() < 0.4:
                yield _judged(statement, chance.choice(group.texts[1:4]), NEITHER)


def _judged(statement: str, text: Text, verdict: int) -> Group:
    return Group("support", statement, (text,), -1, -1, False, None, verdict)


def _few(name: str, file: str, settings: DataSettings) -> list[dict[str, Any]]:
    """Return a set's articles; few of them for a small profile."""
    found = rows(name, file)
    return found[: settings.articles] if settings.articles else found
