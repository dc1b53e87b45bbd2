import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa.archive.indexes import bm25
from qa.archive.indexes.bm25 import Entry, LexicalIndex
from qa.filters import where


def index(folder: Path, *texts: str, source: str = "Courier") -> LexicalIndex:
    bm25.create(folder)
    bm25.commit(folder, [Entry(n, text, f"a{n}", source, None) for n, text in enumerate(texts, 1)], ())
    return LexicalIndex.open(folder)


def test_terms_are_lower_case_unaccented_and_stemmed() -> None:
    assert bm25.terms("The Rebels' café, JISR al-Shughour 2015!") == [
        "the", "rebel", "cafe", "jisr", "al", "shughour", "2015",
    ]  # fmt: skip
    assert bm25.terms("İSTANBUL, ISTANBUL und İzmir") == ["istanbul", "istanbul", "und", "izmir"]


def test_scores_are_bm25(tmp_path: Path) -> None:
    found = index(tmp_path, "river rose", "river river fell again", "mill burnt")
    rows, scores = found.search("river", 5)
    # Robertson et al. with k1 = 1.2, b = 0.75: idf = ln(1 + (3 - 2 + 0.5) / (2 + 0.5)), average length 8/3.
    idf = math.log(1 + 1.5 / 2.5)

    def score(frequency: int, length: int) -> float:
        return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / (8 / 3)))

    assert rows.tolist() == [2, 1]
    assert scores.tolist() == pytest.approx([score(2, 4), score(1, 2)], rel=1e-4)


def test_a_repeated_word_of_the_query_counts_once(tmp_path: Path) -> None:
    found = index(tmp_path, "river rose", "mill burnt")
    assert found.search("river River rivers", 5)[1].tolist() == found.search("river", 5)[1].tolist()


@pytest.mark.parametrize("query", ['"', "river:", "(", "river AND (", "a^2~", "[x TO", "+-", ""])
def test_query_syntax_has_no_meaning(tmp_path: Path, query: str) -> None:
    rows, _ = index(tmp_path, "river rose", "mill burnt").search(query, 5)
    assert rows.tolist() == ([1] if "river" in query else [])


def test_an_opened_index_stays_readable_when_its_files_are_gone(tmp_path: Path) -> None:
    found = index(tmp_path, "river rose")
    for file in tmp_path.iterdir():
        file.unlink()
    assert found.search("river", 5)[0].tolist() == [1]
    assert found.rows().tolist() == [1]


def test_opening_writes_nothing_into_the_folder(tmp_path: Path) -> None:
    index(tmp_path, "river rose")
    for lock in tmp_path.glob("*.lock"):
        lock.unlink()
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    LexicalIndex.open(tmp_path).search("river", 1)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_deleted_rows_are_gone_and_their_share_is_known(tmp_path: Path) -> None:
    index(tmp_path, "river rose", "river fell", "mill burnt", "mill rebuilt")
    assert bm25.deleted_share(tmp_path) == 0
    assert bm25.deleted_share(tmp_path, 2) == 0.5
    bm25.commit(tmp_path, [], [1])
    found = LexicalIndex.open(tmp_path)
    assert found.search("river", 5)[0].tolist() == [2]
    assert found.rows().tolist() == [2, 3, 4]
    assert bm25.deleted_share(tmp_path) == 0.25


def test_the_same_additions_give_the_same_scores(tmp_path: Path) -> None:
    scores = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        found = index(tmp_path / name, *(f"river {n} rose {'again ' * n}" for n in range(50)))
        scores.append([a.tolist() for a in found.search("river again 7", 50)])
    assert scores[0] == scores[1]


def test_a_filter_does_not_change_scores(tmp_path: Path) -> None:
    found = index(tmp_path, "river rose", "river fell")
    free = dict(zip(*(a.tolist() for a in found.search("river", 5)), strict=True))
    for row, score in zip(
        *(a.tolist() for a in found.search("river", 5, where({"sources": ["Courier"]}))), strict=True
    ):
        assert score == free[row]


def test_a_folder_without_an_index_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot be read"):
        LexicalIndex.open(tmp_path)


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (lambda told: told["segments"][0].update(max_doc=4_294_967_295), "it claims more entries than it holds"),
        (lambda told: told["segments"][0].update(max_doc=-1), "it claims more entries than it holds"),
        (lambda told: told["segments"][0].update(max_doc=True), "its counts are not whole numbers"),
        (lambda told: told["schema"][0].update(name="body"), "its schema is another"),
        (lambda told: told.pop("segments"), "'segments'"),
    ],
)
def test_what_an_index_says_of_itself_is_checked_before_it_is_believed(
    tmp_path: Path, forge: Callable[[dict[str, Any]], object], told: str
) -> None:
    index(tmp_path, "river rose")
    said = json.loads((tmp_path / "meta.json").read_text())
    forge(said)
    (tmp_path / "meta.json").write_text(json.dumps(said))
    with pytest.raises(OSError, match=rf"^the BM25 index in .* cannot be read: {told}$"):
        LexicalIndex.open(tmp_path)
