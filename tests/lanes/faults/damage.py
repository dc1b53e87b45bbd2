"""Damaged files: flipped bits, truncations, zeroed pages, files exchanged or gone; over the indexes and the database.

What is found in a damaged archive must be what is found in the whole one, or an error that says that it is damaged;
``qa verify`` has to notice whatever changes anything that a reader could see.
"""

import logging
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.indexes.generations import FOLDER
from qa.archive.indexes.snapshots import current_generation
from qa.archive.writer import ArchiveWriter
from qa.errors import ArchiveError
from qa.records import Article
from qa.settings import ARCHIVE_FILE
from tests.lanes.faults import stories
from tests.lanes.faults.outcomes import Broken, Outcome
from tests.lanes.faults.stories import STORY, Act, Batch
from tests.support.plain import WordEmbedder

PAGE = 4096
Spoil = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Flip one bit."""
    place, bit = chance.randrange(len(data)), chance.randrange(8)
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def truncate(data: bytes, chance: random.Random) -> bytes:
    """Cut off at least the last byte."""
    return data[: chance.randrange(len(data))]


def zero(data: bytes, chance: random.Random) -> bytes:
    """Zero a page, or what there is of one, that holds anything else."""
    pages = [at for at in range(0, len(data), PAGE) if any(data[at : at + PAGE])]
    at = chance.choice(pages)
    return data[:at] + bytes(len(data[at : at + PAGE])) + data[at + PAGE :]


def make(folder: Path) -> Path:
    """Make an archive that has a vector file, a tail and copies among its articles.

    Nothing was removed since its indexes were made, for what is removed weighs on BM25 until then: indexes made anew
    give other scores.
    """
    archive = folder / "archive"
    for act in (*STORY[:4], Act("add", (Batch(stories.versions(16, 20, 1)), Batch(stories.versions(20, 22, 1))))):
        act.play(archive)
    with ArchiveWriter(archive, WordEmbedder()) as writer:
        writer.upsert(stories.article(stories.text("n90", 1) + " It was told again.", id="copy"))
        writer.upsert(stories.article(stories.text("n90", 1), id="n90", title="Quarry", published="2016-01-02"))
        writer.commit()
    return archive


def hits(folder: Path) -> list[tuple[Any, ...]]:
    """Return what searches by word and by vector find: passages with their scores, places and texts."""
    archive = Archive(folder)
    found: list[tuple[Any, ...]] = []
    try:
        with archive.view() as view:
            for question in ("the year had been long at the river", "n12v1", "nobody at the quarry", "harbour n9v1"):
                vector = WordEmbedder().embed_queries([question])[0]
                for scored in (view.search_text(question, 8), view.search_vectors(vector, 8)):
                    texts = view.passages([passage for passage, _ in scored])
                    found += [(passage, round(score, 4), texts.get(passage)) for passage, score in scored]
                    names = sorted({texts[passage].article_id for passage, _ in scored if passage in texts})
                    found.append(tuple(view.search_articles(question, names).items()))
            listed, total = view.find_articles("nobody river")
            found += [("find", total), *((one.id, one.title) for one in listed)]
    finally:
        archive.close()
    return found


def index_files(archive: Path) -> list[Path]:
    """Return the files of the current generation."""
    connection = verification.database.connect(archive)
    generation = current_generation(connection)
    connection.close()
    assert generation is not None
    folders = [archive / FOLDER / one.name for one in (generation.passages, generation.articles)]
    return [archive / FOLDER / generation.vectors.name, *sorted(p for one in folders for p in one.iterdir())]


def damaged_indexes(folder: Path, counts: dict[str, int], seed: int) -> Outcome:
    """Damage index files, look, put them right again; ``counts`` are those of flips, truncations and zeroed pages."""
    outcome = Outcome("damaged index files", seed)
    chance = random.Random(seed)
    archive = make(folder)
    whole = hits(archive)
    found = index_files(archive)
    warnings: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: warnings.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("qa").addHandler(handler)

    def look() -> None:
        warnings.clear()
        if hits(archive) != whole:
            raise Broken("other hits")
        if not any("qa rebuild" in warning for warning in warnings):
            raise Broken(f"nobody is told of the damage and the way out, but {warnings}")
        if verification.verify(archive, signatures=False).ok:
            raise Broken("verify does not notice")

    for name, spoil in (("flips", flip), ("truncations", truncate), ("zeroed pages", zero)):
        before = outcome.survived
        for number in range(counts[name]):
            # As often by what a file weighs as each file alike: the small ones say what the large ones mean.
            sizes = [path.stat().st_size for path in found]
            path = chance.choices(found, sizes if number % 2 else None)[0]
            data = path.read_bytes()
            if not data or (spoilt := spoil(data, chance)) == data:
                path = found[0]
                data = path.read_bytes()
                spoilt = spoil(data, chance)
            _write(path, spoilt)
            outcome.trial(f"{name} {number} of {path.name}", look)
            _write(path, data)
        outcome.notes[name] = f"{outcome.survived - before} of {counts[name]}"
    before = outcome.survived
    others = list(_exchanges(archive, found))
    for what, change, undo in others:
        change()
        outcome.trial(what, look)
        undo()
    logging.getLogger("qa").removeHandler(handler)
    outcome.notes["files exchanged or gone"] = f"{outcome.survived - before} of {len(others)}"
    assert hits(archive) == whole
    return outcome


def _write(path: Path, data: bytes) -> None:
    """Put a file in place of another, so that the one that it is linked to stays whole."""
    path.unlink()
    path.write_bytes(data)


def _exchanges(archive: Path, found: list[Path]) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """Yield ways to lose a file or to have another's in its place, each with the way back."""
    aside = archive.with_name("aside")
    for path in (*found, *sorted({path.parent for path in found})):
        yield (
            f"{path.name} gone",
            lambda p=path: shutil.move(p, aside),  # type: ignore[misc]
            lambda p=path: shutil.move(aside, p),  # type: ignore[misc]
        )
    folders = sorted((archive / FOLDER).iterdir())
    for one in folders:
        for other in folders:
            kinds = {path.name.split("-")[0] for path in (one, other)}
            if one.name < other.name and len(kinds) == 1:
                swap = lambda a=one, b=other: _swap(a, b, aside)  # type: ignore[misc]  # noqa: E731
                yield f"{one.name} and {other.name} exchanged", swap, swap
    vectors = found[0]
    data = vectors.read_bytes()
    yield "vectors longer", lambda: _write(vectors, data + data), lambda: _write(vectors, data)


def _swap(one: Path, other: Path, aside: Path) -> None:
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


Seen = dict[str, Any]


def seen_by_readers(folder: Path) -> Seen:
    """Return all that a reader of an archive can see, by what is asked; an error stands for what it hides."""
    archive = Archive(folder)
    seen: Seen = {}

    def ask(what: str, question: Callable[[], Any]) -> None:
        try:
            seen[what] = question()
        except (ArchiveError, sqlite3.DatabaseError) as error:  # the view makes an ArchiveError of the latter
            seen[what] = error
        except Exception as error:  # has to be told as one of ours
            seen[what] = Broken(f"{what}: {type(error).__name__}: {error}")

    try:
        with archive.view() as view:
            ask("list", lambda: view.articles())
            ids = [f"n{number}" for number in range(22)] + ["copy", "n90"]
            for name in ids:
                ask(f"article {name}", lambda n=name: view.article(n))  # type: ignore[misc]
            ask("facets", lambda: [*view.facets("source"), *view.facets("month")])
            ask("copies", lambda: view.copies(ids))
            ask("directions", lambda: {n: v.tobytes() for n, v in view.article_vectors(ids).items()})
            for question in ("the year had been long at the river", "nobody at the quarry", "harbour n9v1"):
                vector = WordEmbedder().embed_queries([question])[0]
                near: list[Any] = []
                ask(f"words {question}", lambda q=question: view.search_text(q, 8))  # type: ignore[misc]
                ask(f"near {question}", lambda v=vector: view.search_vectors(v, 8))  # type: ignore[misc]
                for way in ("words", "near"):
                    if isinstance(seen[f"{way} {question}"], list):
                        near += [passage for passage, _ in seen[f"{way} {question}"]]
                ask(f"passages {question}", lambda p=near: view.passages(p))  # type: ignore[misc]
                ask(f"places {question}", lambda p=near: view.places(p))  # type: ignore[misc]
    finally:
        archive.close()
    return seen


def damaged_database(folder: Path, flips: int, seed: int) -> Outcome:
    """Flip bits of the database, look at everything, and compare with what ``qa verify`` says."""
    outcome = Outcome("flipped bits of the database", seed)
    chance = random.Random(seed)
    whole = make(folder)
    path = whole / ARCHIVE_FILE
    data = path.read_bytes()
    right = seen_by_readers(whole)
    texts = {p.id: p for what, value in right.items() if what.startswith("passages") for p in value.values()}
    for number in range(flips):
        path.write_bytes(flip(data, chance))
        outcome.trial(f"flip {number}", lambda: _look(whole, right, texts, outcome))
        for left in whole.glob(ARCHIVE_FILE + "-*"):
            left.unlink()
        path.write_bytes(data)
    return outcome


def _look(archive: Path, right: Seen, texts: dict[str, Any], outcome: Outcome) -> None:
    try:
        seen = seen_by_readers(archive)
    except ArchiveError:
        outcome.count("refused")
        return
    wrong = [what for what in right if not _alike(seen.get(what), right[what])]
    shown: list[str] = []
    for what, value in seen.items():
        if isinstance(value, Broken):
            raise value
        if what.startswith("passages") and isinstance(value, dict):
            shown += [f"{what}: {p}" for p in value.values() if texts.get(p.id, p) != p]
        if what.startswith("article ") and what in wrong and isinstance(value, Article):
            shown.append(f"{what}: {value}")
    if shown:
        outcome.count("wrong text shown")
        raise Broken(f"what is wrong is shown: {shown}")
    try:
        problems = verification.verify(archive).problems
    except ArchiveError:
        outcome.count("verify: cannot be read")
        return
    outcome.count("verify: named" if problems else "verify: nothing")
    if wrong and not problems:
        raise Broken(f"verify does not notice, and readers see another {[(what, seen[what]) for what in wrong]}")
    if not wrong:
        outcome.count("nothing to be seen")


def _alike(one: Any, other: Any) -> bool:
    """Whether two answers are the same but for rounding."""
    if isinstance(one, dict) and isinstance(other, dict) and all(isinstance(v, bytes) for v in other.values()):
        if one.keys() != other.keys() or any(len(one[key]) != len(other[key]) for key in one):
            return False
        pairs = [(np.frombuffer(one[key], "<f4"), np.frombuffer(other[key], "<f4")) for key in one]
        return all(np.allclose(a, b, 0, 1e-5) for a, b in pairs)
    return bool(one == other)
