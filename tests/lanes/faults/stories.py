"""What is written to the archives that faults befall, and how to see that it is all there.

A story is a list of acts; each act is one run of a writer and does a few batches.  After each batch the whole contents
of the archive are known, so that a test can say which contents are legal at any moment: those of the last batch that
was acknowledged, or those of the one under way.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError
from qa.records import Article
from qa.settings import ARCHIVE_FILE
from tests.lanes.faults.outcomes import Broken
from tests.support.plain import WordEmbedder, article

Contents = dict[str, str]  # text by article id
Acknowledge = Callable[[], None]

TOPICS = ("river", "harbour", "mill", "council", "bridge", "orchard", "station", "quarry")


def text(name: str, version: int) -> str:
    """The text of a version of an article: a marker that no other holds, and words that many share."""
    number = int(name[1:])
    topic = TOPICS[number % len(TOPICS)]
    marker = f"{name}v{version}"
    return (
        f"Report {marker} on the {topic}. The {topic} of Verrin was seen by {number} people on day {version}. "
        f"Nobody at the {topic} said more about {marker} than that the year had been long."
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch changes: versions by id, and ids that are removed; ``rebuild`` makes all indexes anew instead."""

    put: tuple[tuple[str, int], ...] = ()
    removed: tuple[str, ...] = ()
    rebuild: bool = False

    def after(self, contents: Contents) -> Contents:
        """Return what an archive of these contents holds after the batch."""
        changed = contents | {name: text(name, version) for name, version in self.put}
        return {name: value for name, value in changed.items() if name not in self.removed}


@dataclass(frozen=True, slots=True)
class Act:
    """One run of a writer."""

    name: str
    batches: tuple[Batch, ...]

    def play(self, folder: Path, acknowledge: Acknowledge = lambda: None) -> None:
        """Do all batches, calling ``acknowledge`` after each one that is on disk."""
        with ArchiveWriter(folder, WordEmbedder()) as writer:
            for batch in self.batches:
                if batch.rebuild:
                    writer.rebuild()
                else:
                    for name, version in batch.put:
                        writer.upsert(story_article(name, version))
                    writer.delete(batch.removed)
                    writer.commit()
                acknowledge()


def story_article(name: str, version: int) -> Article:
    return article(text(name, version), id=name, title=f"Title {name}", source="Courier", published="2015-05-11")


def names(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"n{number}" for number in range(first, last))


def versions(first: int, last: int, version: int) -> tuple[tuple[str, int], ...]:
    return tuple((name, version) for name in names(first, last))


# The last act but one deletes more than a fifth, so that the vector file and both BM25 indexes are written anew.
STORY = (
    Act("create and add", (Batch(versions(0, 8, 1)), Batch(versions(8, 14, 1)))),
    Act("update", (Batch(versions(2, 5, 2)), Batch((*versions(5, 6, 2), *versions(14, 16, 1))))),
    Act("remove", (Batch(removed=names(0, 2)),)),
    Act("rebuild", (Batch(rebuild=True),)),
    Act("add after a rebuild", (Batch(versions(16, 20, 1)), Batch(versions(16, 17, 2)))),
    Act("remove many", (Batch(removed=names(4, 10)), Batch(versions(20, 22, 1)))),
    Act("rebuild again", (Batch(rebuild=True),)),
)


def contents_through(acts: Sequence[Act], before: Contents | None = None) -> list[Contents]:
    """Return the contents before the first batch and after each."""
    held = [before or {}]
    for act in acts:
        for batch in act.batches:
            held.append(batch.after(held[-1]))
    return held


def check(folder: Path, legal: Sequence[Contents]) -> Contents:
    """Open an archive as it lies there and compare it with its legal contents; return those that it has.

    Every article is looked for in the list, by a word that it alone holds, and by the vector of its text.

    Raises:
        Broken: if it does not open, holds anything else, or ``qa verify`` finds a problem.
    """
    if not (folder / ARCHIVE_FILE).exists():
        if {} not in legal:
            raise Broken("the archive is gone")
        return {}
    verdict = verification.verify(folder, signatures=False)  # an index that is made anew in memory is damaged too
    if not verdict.ok:
        raise Broken(f"verify: {verdict.problems[:3]}")
    archive = Archive(folder)
    try:
        return _held(archive, legal)
    except ArchiveError as error:
        if "nothing has been added yet" in str(error) and {} in legal:
            return {}
        raise
    finally:
        archive.close()


def _held(archive: Archive, legal: Sequence[Contents]) -> Contents:
    embedder = WordEmbedder()
    with archive.view() as view:
        held = {one.id: one.text for one in view.scan()}
        if held not in legal:
            raise Broken(f"holds {sorted(held)}, which is neither of {[sorted(one) for one in legal]}, or other texts")
        vectors = embedder.embed_queries(list(held.values()))
        for (name, value), vector in zip(held.items(), vectors, strict=True):
            word = value.split()[1]
            by_word = [passage for passage, _ in view.search_text(word, 3)]
            by_vector = [passage for passage, score in view.search_vectors(vector, 3) if score > 0.999]
            for way, found in (("word", by_word), ("vector", by_vector)):
                passages = view.passages(found)
                if not any(p.article_id == name and p.text in value for p in passages.values()):
                    raise Broken(f"{name} is not found by {way}")
    return held


def further(folder: Path, contents: Contents) -> None:
    """Add one more article to an archive and look for everything again.

    Raises:
        Broken: if it is not taken, or something else is lost.
    """
    batch = Batch(versions(99, 100, 1))
    Act("go on", (batch,)).play(folder)
    check(folder, [batch.after(contents)])


def copy(source: Path, target: Path) -> None:
    """Copy an archive; index files, which are never changed in place, are linked."""
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif path.parent == source:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
        else:
            place.hardlink_to(path)
