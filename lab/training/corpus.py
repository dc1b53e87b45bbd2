"""Hard negatives: a set's articles in an archive of their own, searched for passages that look like answers."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lab.training.settings import DataSettings
from qa.archive import ingest
from qa.archive.archive import Archive
from qa.evaluation.questions import find
from qa.filters import Condition
from qa.models.embedding import Matrix, load_embedder
from qa.settings import ARCHIVE_FILE, DEFAULT_EMBEDDER, IndexSettings
from qa.text.sentences import sentence_spans

_WORD = re.compile(r"[^\W_]+")
_NEAR = 120  # characters on either side of a place that may be meant


@dataclass(frozen=True, slots=True)
class Text:
    """What is read with a question."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A text and the offset in its article at which it starts."""

    text: Text
    start: int
    end: int


class Corpus:
    """The articles of one set, chunked, embedded (in bfloat16, for speed) and indexed like any archive.

    Args:
        archives: folder of the archives of all sets and profiles.  An archive's name has a digest of what it is
            made of, so that one is reused only for the same articles, passages and embedder.
        name: the set's.
        articles: JSON records as ``qa add`` reads them.
        settings: how long the passages are, and how many negatives are taken.
    """

    def __init__(self, archives: Path, name: str, articles: Sequence[dict[str, Any]], settings: DataSettings) -> None:
        self._settings = settings
        self._embedder = load_embedder(DEFAULT_EMBEDDER, "bfloat16")
        self._titles = {row["id"]: row.get("title") or "" for row in articles}
        self._archive = Archive.open(self._made(archives, name, articles))
        self._vectors: dict[str, Matrix] = {}
        self.article = cache(self._archive.article)
        self.passages = cache(self._passages)

    def _made(self, archives: Path, name: str, articles: Sequence[dict[str, Any]]) -> Path:
        """Return the folder of the archive, made if there is none yet."""
        lines = "".join(json.dumps(row) + "\n" for row in articles)
        baked = IndexSettings(max_tokens=self._settings.passage_tokens, precision="bfloat16")
        made_of = f"{baked}\n{self._embedder.fingerprint}\n{lines}"
        folder = archives / f"{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"
        if not (folder / ARCHIVE_FILE).exists():
            archives.mkdir(parents=True, exist_ok=True)
            # Made under another name, so that one that was interrupted is never taken for whole.
            with tempfile.TemporaryDirectory(dir=archives) as part:
                file = Path(part, f"{name}.jsonl")
                file.write_text(lines)
                ingest.add(Path(part, name), [file], self._embedder, settings=baked)
                shutil.rmtree(folder, ignore_errors=True)
                Path(part, name).rename(folder)
        return folder

    def embed(self, questions: Sequence[str]) -> None:
        """Embed questions together, which is several times as fast as one by one."""
        vectors = self._embedder.embed_passages(questions)
        self._vectors.update(zip(questions, vectors, strict=True))

    def _vector(self, question: str) -> Matrix:
        if question not in self._vectors:
            self._vectors[question] = self._embedder.embed_queries([question])[0]
        return self._vectors[question]

    def _passages(self, article_id: str) -> list[Placed]:
        """Return an article's passages in their order."""
        with self._archive.view() as view:
            ids = view.search_vectors(self._vector(""), 10_000, (Condition("article_id", "=", article_id),))
            found = sorted(view.passages([one for one, _ in ids]).values(), key=lambda passage: passage.start)
        title = self._titles[article_id]
        return [Placed(Text(title, passage.text), passage.start, passage.end) for passage in found]

    def passage_at(self, article_id: str, start: int, end: int | None = None) -> Placed | None:
        """Return the passage in which the characters from ``start`` to ``end`` lie wholly, or None."""
        last = start + 1 if end is None else end
        return next((p for p in self.passages(article_id) if p.start <= start and last <= p.end), None)

    def locate(self, evidence: dict[str, Any]) -> tuple[int, int] | None:
        """Return where an evidence's quote stands in its article."""
        article = self.article(evidence["article_id"])
        return find(evidence["text"], article.text) if article and evidence.get("text") else None

    def find(
        self, article_id: str, answers: Sequence[str], within: tuple[int, int] | None = None, asked: str = ""
    ) -> tuple[int, int] | None:
        """Return where the first answer that stands in the article, or in a part of it, stands.

        Of several places the one with most words of what was asked around it is taken.
        """
        article = self.article(article_id)
        if not article:
            return None
        start, end = within or (0, len(article.text))
        for answer in answers:
            # A whole word first: "10" is not in "100".
            whole = re.compile(rf"(?<!\w){re.escape(answer)}(?!\w)").finditer(article.text, start, end)
            spans = [found.span() for found in whole]
            span = max(spans, key=lambda one: _shared(asked, article.text, one), default=None)
            span = span or find(answer, article.text, start, end)
            if answer.strip() and span:
                return span
        return None

    def nearest(self, question: str, article_id: str) -> Placed | None:
        """Return the article's passage nearest to a question."""
        with self._archive.view() as view:
            found = view.search_vectors(self._vector(question), 1, (Condition("article_id", "=", article_id),))
            passages = list(view.passages([one for one, _ in found]).values())
        return self.passage_at(article_id, passages[0].start, passages[0].end) if passages else None

    def negatives(
        self, question: str, answers: Sequence[str], without: set[str], by_words: bool = True
    ) -> tuple[Text, ...]:
        """Return passages that rank high for a question and hold none of its answers, best of each engine in turn.

        Args:
            question: what is searched for.
            answers: a passage that holds one of these, compared by letters and digits alone, may be an answer.
            without: articles that are left out.
            by_words: whether BM25 is asked too, or the vectors alone.
        """
        settings = self._settings
        held = [plain(answer) for answer in answers if plain(answer).strip()]
        with self._archive.view() as view:
            near = view.search_vectors(self._vector(question), settings.pool)
            shared = view.search_text(question, settings.pool) if by_words else []
            turns = [passage_id for passage_id, _ in _alternate(shared, near)]
            passages = view.passages(turns)
        chosen: list[Text] = []
        for passage_id in dict.fromkeys(turns):
            passage = passages.get(passage_id)
            if passage and passage.article_id not in without:
                text = plain(passage.text)
                if not any(answer in text for answer in held):
                    chosen.append(Text(self._titles[passage.article_id], passage.text))
            if len(chosen) == settings.candidates:
                break
        return tuple(chosen)

    @staticmethod
    def sentences(passage: Placed) -> list[tuple[int, int]]:
        """Return the offsets of a passage's sentences in it."""
        return list(sentence_spans(passage.text.text))


def _shared(asked: str, text: str, span: tuple[int, int]) -> int:
    """Return how many of the words asked stand near a span."""
    around = text[max(0, span[0] - _NEAR) : span[1] + _NEAR]
    return len({word for word in _WORD.findall(asked.lower()) if len(word) > 2} & set(_WORD.findall(around.lower())))


def _alternate(one: Sequence[Any], other: Sequence[Any]) -> list[Any]:
    longest = max(len(one), len(other))
    return [items[place] for place in range(longest) for items in (one, other) if place < len(items)]


def plain(text: str) -> str:
    """Return a text's words in lower case, with spaces around them: what is left to compare answers by."""
    return " " + " ".join(_WORD.findall(text.lower())) + " "
