"""Near duplicates: MinHash signatures of texts, and the archive's record of articles that resemble each other.

The resemblance of two texts is the Jaccard similarity of their sets of three-word shingles (Broder, "On the
resemblance and containment of documents", SEQUENCES 1997).  A signature keeps the lowest byte of each of 128 minima;
from two the resemblance is estimated with a standard error of at most 0.045 (Li and König, "b-Bit minwise hashing",
WWW 2010).  Articles to compare are those whose signatures agree in a band (Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3).
"""

import re
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datasketch import MinHash

SHINGLE = 3  # words
SIGNATURE_BYTES = 128
BANDS, BAND_BYTES = 42, 3
# Articles count as near duplicates from here on.  Two that resemble by .4 share a band with probability .94, by .5
# with .996; lab/benchmarks/results has the measurement.
RECORDED = 0.4
# A short text is often a filled-in form (a dividend, a market's close), so its threshold is higher.  A text of fewer
# words than ``FEWEST`` is never a near duplicate.
SHORT_TEXT = 0.8
SHORT = 600  # characters, about a hundred words
FEWEST = 10
# Limits on the work for one article, however many copies of it there are: how many of the newest articles of a band are
# compared with it, and how many of the nearest of those are recorded.
_BAND_MOST, _RECORDED_MOST = 32, 64

_WORD = re.compile(r"\w+")
_BATCH = 4096  # shingles hashed at a time: 2 MB of minima


def signature(text: str) -> bytes:
    """Return a text's MinHash signature, of ``SIGNATURE_BYTES`` bytes; ``b""`` for one of fewer than ``FEWEST`` words.

    It is the same in every process and on every machine.
    """
    words = _WORD.findall(text.casefold())
    if len(words) < FEWEST:
        return b""
    shingles = {" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
    coded = [shingle.encode() for shingle in shingles]
    minhash = _empty().copy()
    for begin in range(0, len(coded), _BATCH):
        minhash.update_batch(coded[begin : begin + _BATCH])
    return bytes((minhash.hashvalues & 0xFF).astype(np.uint8))


def is_signature(value: object) -> bool:
    """Return whether a stored value can be a signature."""
    return isinstance(value, bytes) and len(value) in (0, SIGNATURE_BYTES)


@lru_cache(maxsize=1)
def _empty() -> "MinHash":
    from datasketch import MinHash, sha1_hash32

    return MinHash(SIGNATURE_BYTES, seed=1, hashfunc=sha1_hash32, scheme="affine32")


def resemblances(one: bytes, others: Sequence[bytes]) -> NDArray[np.float64]:
    """Return the estimated resemblance of a text to others by their signatures, shape (len(others),).

    Two bytes agree by chance once in 256 times; that share is subtracted, so unrelated texts are near 0, above or
    below.  An empty or damaged signature resembles nothing.
    """
    result = np.zeros(len(others))
    held = [place for place, other in enumerate(others) if _whole(other)]
    if _whole(one) and held:
        matrix = np.frombuffer(b"".join(others[place] for place in held), np.uint8).reshape(len(held), -1)
        agreeing = (matrix == np.frombuffer(one, np.uint8)).mean(axis=1)
        result[held] = (agreeing - 1 / 256) / (1 - 1 / 256)
    return result


def _whole(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == SIGNATURE_BYTES


def bands(value: bytes) -> list[int]:
    """Return the bands of a signature as whole numbers that differ between the bands; none for an empty one."""
    parts = (value[i * BAND_BYTES : (i + 1) * BAND_BYTES] for i in range(BANDS if value else 0))
    return [int.from_bytes(bytes((number, *part)), "big") for number, part in enumerate(parts)]


def record(connection: sqlite3.Connection, key: int, text: str) -> None:
    """Store an article's signature and its near duplicates, in the open transaction.

    The work for one article is limited, however many there are.  Earlier records of the article are replaced.

    Args:
        connection: the writer's.
        key: the article's.
        text: its body without boilerplate.
    """
    forget(connection, key)
    value, short = signature(text), len(text) < SHORT
    connection.execute("INSERT INTO signature VALUES (?, ?, ?)", (key, value, short))
    found: dict[int, tuple[bytes, bool]] = {}
    for band in bands(value):
        query = (
            "SELECT b.article, s.value, s.short FROM"
            " (SELECT article FROM band WHERE value = ? ORDER BY article DESC LIMIT ?) b"
            " JOIN signature s ON s.article = b.article"
        )
        for other, signed, is_short in connection.execute(query, (band, _BAND_MOST)):
            if is_signature(signed):
                found[other] = signed, bool(is_short)
    connection.executemany("INSERT INTO band VALUES (?, ?)", [(band, key) for band in bands(value)])
    estimates = resemblances(value, [signed for signed, _ in found.values()]).tolist()
    near = [
        (-estimate, -other)
        for estimate, (other, (_, is_short)) in zip(estimates, found.items(), strict=True)
        if estimate >= (SHORT_TEXT if short or is_short else RECORDED)
    ]
    rows = [(key, -other, -estimate) for estimate, other in sorted(near)[:_RECORDED_MOST]]
    connection.executemany("INSERT INTO copy VALUES (?, ?, ?)", rows)


def forget(connection: sqlite3.Connection, key: int) -> None:
    """Remove the records of an article that changes; those of a deleted article are removed with it."""
    connection.execute("DELETE FROM signature WHERE article = ?", (key,))
    connection.execute("DELETE FROM band WHERE article = ?", (key,))
    connection.execute("DELETE FROM copy WHERE article = ? OR other = ?", (key, key))
