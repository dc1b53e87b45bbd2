import random
import subprocess
import sys
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.care import verification
from qa.archive.storage.near_duplicates import SIGNATURE_BYTES, bands, resemblances, signature
from qa.archive.writer import ArchiveWriter
from tests.support.plain import WordEmbedder, article, resemblance, story

WIRE = story(1)
OTHER = story(2)


def copies(folder: Path, ids: list[str]) -> dict[str, list[str]]:
    archive = Archive(folder)
    with archive.view() as view:
        found = view.copies(ids)
    archive.close()
    return {article_id: [other for other, _ in near] for article_id, near in found.items()}


def test_a_signature_is_the_same_in_every_process_and_version() -> None:
    code = (
        "import hashlib; from qa.archive.storage.near_duplicates import signature; "
        "print(hashlib.sha256(signature('The dam at Verrin was closed on Monday by its operator.')).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    # What datasketch 2.0.0 gave when archives of format 2 came to be; stored signatures are compared with new ones.
    assert runs == {"1bce2a3f4b8ed3391e8f38c6548499b027a6cc626d39669f2962f72e160bb9da"}


def test_a_signature_disregards_case_punctuation_and_line_breaks() -> None:
    one = signature("The dam, at Verrin,\n\nwas closed on Monday by its operator.")
    assert one == signature("the DAM at Verrin was “closed” on Monday – by its operator")
    assert len(one) == SIGNATURE_BYTES == 128


def test_a_text_of_fewer_than_ten_words_resembles_nothing() -> None:
    ten = signature("One two three four five six seven eight nine ten.")
    assert signature("One two three four five six seven eight nine.") == b""
    assert resemblances(b"", [b"", ten]).tolist() == [0.0, 0.0]
    assert resemblances(ten, [b"", ten]).tolist() == [0.0, 1.0]
    assert bands(b"") == []


def test_the_estimate_is_near_the_exact_resemblance() -> None:
    rng = random.Random(3)
    whole = " ".join(story(1, 40))
    signed = signature(whole)
    for kept in (0, 4, 8, 16, 24, 32, 36, 40):
        other = " ".join(rng.sample(story(1, 40), kept) + story(5, 40 - kept))
        (estimate,) = resemblances(signed, [signature(other)])
        assert estimate == pytest.approx(resemblance(whole, other), abs=0.15)  # over three standard errors
    assert resemblance(whole, whole) == resemblances(signed, [signed])[0] == 1.0


def test_the_estimate_is_that_of_the_library_for_eight_bits() -> None:
    from datasketch import MinHash, bBitMinHash, sha1_hash32

    texts = [" ".join(WIRE), " ".join(WIRE[:8] + OTHER[:4])]
    sketches = []
    for text in texts:
        minhash = MinHash(128, seed=1, hashfunc=sha1_hash32, scheme="affine32")
        words = text.casefold().replace(".", "").split()
        minhash.update_batch(" ".join(words[i : i + 3]).encode() for i in range(len(words) - 2))
        sketches.append(bBitMinHash(minhash, 8))
    (estimate,) = resemblances(signature(texts[0]), [signature(texts[1])])
    assert estimate == pytest.approx(sketches[0].jaccard(sketches[1]), abs=1e-12)


def test_equal_bytes_in_different_bands_are_different_bands() -> None:
    assert bands(bytes(128))[:2] == [0x000000, 0x01000000]
    assert len(set(bands(bytes(128)))) == 42


def test_a_long_text_is_signed_in_parts_that_change_nothing() -> None:
    from datasketch import MinHash, sha1_hash32

    words = [f"w{number}" for number in range(10_000)]
    minhash = MinHash(128, seed=1, hashfunc=sha1_hash32, scheme="affine32")
    minhash.update_batch(" ".join(words[i : i + 3]).encode() for i in range(9_998))
    assert signature(" ".join(words)) == bytes(value % 256 for value in minhash.hashvalues.tolist())


@pytest.fixture
def folder(tmp_path: Path, embedder: WordEmbedder) -> Path:
    """Two copies, of which one lacks a sentence and begins with another, and a story of its own."""
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.upsert(article(" ".join(WIRE), id="wire"))
        writer.upsert(article(" ".join(OTHER), id="other"))
        writer.commit()
        writer.upsert(article("From our correspondent. " + " ".join(WIRE[:-1]), id="reprint"))
        writer.commit()
    return tmp_path / "archive"


def test_articles_that_resemble_are_recorded_from_either_side(folder: Path) -> None:
    assert copies(folder, ["wire", "other", "reprint", "unknown"]) == {"wire": ["reprint"], "reprint": ["wire"]}
    with Archive(folder).view() as view:
        ((_, found),) = view.copies(["wire"])["wire"]
    exact = resemblance(" ".join(WIRE), "From our correspondent. " + " ".join(WIRE[:-1]))
    assert found == pytest.approx(exact, abs=0.13)
    assert exact == pytest.approx(0.893, abs=0.001)


def test_articles_of_one_batch_are_recorded_like_those_of_several(tmp_path: Path, embedder: WordEmbedder) -> None:
    texts = {"a": " ".join(WIRE), "b": " ".join(OTHER), "c": " ".join(WIRE[1:]), "d": " ".join(WIRE[2:] + OTHER[:2])}
    for name, several in (("one", False), ("several", True)):
        with ArchiveWriter(tmp_path / name, embedder) as writer:
            for article_id, text in texts.items():
                writer.upsert(article(text, id=article_id))
                if several:
                    writer.commit()
            writer.commit()
    expected = {"a": ["c", "d"], "c": ["a", "d"], "d": ["c", "a"]}
    assert copies(tmp_path / "one", list(texts)) == copies(tmp_path / "several", list(texts)) == expected


def test_an_article_that_changes_is_compared_anew_and_one_that_goes_is_forgotten(
    folder: Path, embedder: WordEmbedder
) -> None:
    with ArchiveWriter(folder, embedder) as writer:
        writer.upsert(article(" ".join(OTHER[2:]), id="reprint"))
        writer.commit()
    assert copies(folder, ["wire", "other", "reprint"]) == {"other": ["reprint"], "reprint": ["other"]}
    with ArchiveWriter(folder) as writer:
        writer.delete(["other"])
        writer.commit()
    assert copies(folder, ["wire", "other", "reprint"]) == {}
    assert verification.verify(folder).ok


def test_lines_that_are_not_the_story_make_no_copies(tmp_path: Path, embedder: WordEmbedder) -> None:
    related = "".join(f"\n\nREAD MORE: Headline{n} on matter{n} of day{n}" for n in range(30))
    texts = [" ".join(lines[:3]) + related + "\n\n" + " ".join(lines[3:6]) for lines in (WIRE, OTHER)]
    assert resemblance(*texts) > 0.5
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for number, text in enumerate(texts):
            writer.upsert(article(text, id=f"a{number}"))
        writer.commit()
    assert copies(tmp_path / "archive", ["a0", "a1"]) == {}


def test_short_articles_have_to_resemble_more(tmp_path: Path, embedder: WordEmbedder) -> None:
    # Four sentences in five are shared: a resemblance of .66, over 454 characters or 1,919.
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for number, length in ((1, 5), (3, 20)):
            lines = story(number, length)
            changed = lines[: length * 4 // 5] + story(number + 5, length)[length * 4 // 5 :]
            assert resemblance(" ".join(lines), " ".join(changed)) == pytest.approx(0.66, abs=0.01)
            writer.upsert(article(" ".join(lines), id=f"one{length}"))
            writer.upsert(article(" ".join(changed), id=f"other{length}"))
        writer.upsert(article(" ".join(story(1, 5)) + " And more.", id="same5"))
        writer.commit()
    found = copies(tmp_path / "archive", ["one5", "other5", "same5", "one20"])
    assert found == {"one5": ["same5"], "same5": ["one5"], "one20": ["other20"]}


def test_the_hundredth_copy_is_compared_with_no_more_than_the_newest(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for number in range(100):
            writer.upsert(article(" ".join(WIRE), id=f"a{number:02}"))
        writer.commit()
    assert sorted(copies(tmp_path / "archive", ["a99"])["a99"]) == [f"a{number}" for number in range(67, 99)]


def test_rebuilding_leaves_what_is_recorded(folder: Path) -> None:
    with ArchiveWriter(folder) as writer:
        writer.rebuild()
    assert copies(folder, ["wire"]) == {"wire": ["reprint"]}
    assert verification.status(folder).copied == 2


def test_verify_names_what_cannot_be_compared(folder: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(folder / "archive.sqlite")
    connection.execute("UPDATE passage SET signature = x'00' WHERE article = (SELECT key FROM article WHERE id='wire')")
    connection.execute("DELETE FROM signature WHERE article = (SELECT key FROM article WHERE id = 'other')")
    connection.execute("INSERT INTO copy VALUES (1, 99, 0.5)")
    connection.commit()
    connection.close()
    found = {(problem.kind, problem.id) for problem in verification.verify(folder).problems}
    assert found == {("signature", "wire"), ("signature", "other"), ("copies", "copy")}
