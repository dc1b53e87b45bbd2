"""An archive of attacks, an engine that shows them all at once, and what the tests of them look at."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.records import Answer, Sentence
from qa.retrieval import Retriever
from qa.settings import AskSettings
from tests.lanes.browser.attacks import ATTACKS
from tests.lanes.browser.watching import Tab
from tests.support.plain import WordEmbedder

QUESTION = "What was told in Ostra?"
ARTICLES = [attack.article() for attack in ATTACKS]
TITLES, OUTLETS, TEXTS, QUESTIONS, NOTES, FILES = (
    [attack.shown(name) for attack in ATTACKS] for name in ("title", "source", "text", "question", "note", "file")
)
HEADINGS, DEKS, AUTHORS = ([attack.shown(name, 1000) for attack in ATTACKS] for name in ("title", "dek", "authors"))
# What a page that shows text on one line leaves out, because it turns, hides or moves what stands around it.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Everything(Retriever):
    """The real retriever, except that it answers with all that it holds, in the order of the attacks."""

    def ask(self, question: str, *others: Any, **options: Any) -> Answer:
        order = [article.title for article in ARTICLES]
        found = sorted(self.retrieve("Ostra", 60, per_article=1), key=lambda hit: order.index(hit.citation.title))
        beside = [*found[1:], *found[:1]]
        hits = tuple(replace(hit, copies=(other.citation,)) for hit, other in zip(found, beside, strict=True))
        if question.startswith("Nothing"):
            return Answer(question, " ¶ ".join(QUESTIONS), "No answer.", "", (), (), hits, 0.1, " ¶ ".join(NOTES))
        # Marks cut the attacks into pieces.
        sentences = (Sentence(hit.citation.quote, (n,), ((1, 4), (8, 9 + n))) for n, hit in enumerate(hits, 1))
        return Answer(question, question, "Told.", "", tuple(sentences), tuple(h.citation for h in hits), hits, 0.5)


def attacked(folder: Path) -> Path:
    """Make an archive of the attacks."""
    with ArchiveWriter(folder, WordEmbedder()) as writer:
        for article in ARTICLES:
            writer.upsert(article)
        writer.commit()
    return folder


def opened(folder: Path) -> Retriever:
    return Everything(Archive(folder), WordEmbedder(), AskSettings(reranker="none", reader="none"))


def harmless(tab: Tab) -> None:
    assert tab.planted() == []
    assert tab.bad == []


def texts(locator: Locator) -> list[str]:
    found: list[str] = locator.evaluate_all("nodes => nodes.map(node => node.textContent)")
    return found


def attributes(locator: Locator, name: str) -> list[str]:
    found: list[str] = locator.evaluate_all("(nodes, name) => nodes.map(node => node.getAttribute(name))", name)
    return found


def within(parts: list[str], wholes: list[str]) -> None:
    """Assert that each whole holds its part."""
    assert len(wholes) == len(parts)
    assert [(part, whole) for part, whole in zip(parts, wholes, strict=True) if part not in whole] == []
