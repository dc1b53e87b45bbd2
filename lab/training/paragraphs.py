"""Wrong passages for paragraphs: each article is one passage, and BM25 alone looks for those that might answer.

There are too many paragraphs in ``train/`` to embed them all for this; the sets of ``lab.training.data`` are embedded.
"""

from collections.abc import Sequence
from typing import Any

from lab.training.corpus import Text, plain
from qa.archive.indexes.bm25 import Entry, LexicalIndex

_POOL = 30  # passages that are looked at for each question
_COPY = 0.7  # share of their words that two passages have in common if one is an edited copy of the other


class Paragraphs:
    """The articles of several sets, in one index in memory.

    Args:
        articles: rows with ``id``, ``title`` and ``text``.
    """

    def __init__(self, articles: Sequence[dict[str, Any]]) -> None:
        self.texts = {row["id"]: Text(row.get("title") or "", row["text"]) for row in articles}
        self._ids = list(self.texts)
        entries = (
            Entry(row, self.texts[key].text, key, "", None, self.texts[key].title) for row, key in enumerate(self._ids)
        )
        self._index = LexicalIndex.in_memory(entries)

    def negatives(self, question: str, answers: Sequence[str], without: set[str], most: int) -> tuple[Text, ...]:
        """Return up to ``most`` paragraphs that share words with a question and hold none of its answers, best first.

        Some sets hold another's paragraphs with the answer exchanged.  Such a copy answers too, so it is left out.

        Args:
            question: what is searched for.
            answers: a paragraph that holds one of these, compared by letters and digits alone, may be an answer.
            without: ids of articles that are left out, with their edited copies.
            most: how many at most.
        """
        held = [plain(answer) for answer in answers if plain(answer).strip()]
        own = [_words(self.texts[key]) for key in without if key in self.texts]
        chosen: list[Text] = []
        for row in self._index.search(question, _POOL)[0].tolist():
            text = self.texts[self._ids[row]]
            if not any(answer in plain(text.text) for answer in held) and not _is_copy(text, own):
                chosen.append(text)
            if len(chosen) == most:
                break
        return tuple(chosen)


def _is_copy(text: Text, of: Sequence[set[str]]) -> bool:
    words = _words(text)
    return any(len(words & other) > _COPY * len(words | other) for other in of)


def _words(text: Text) -> set[str]:
    return set(plain(text.text).split())
