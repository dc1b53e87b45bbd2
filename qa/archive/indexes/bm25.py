"""BM25 over passages, and over whole articles; the only module that loads tantivy.

An index is a folder.  ``commit`` changes it in place (the archive gives it a folder of its own to change), and
``LexicalIndex`` reads it.  Queries are made of analysed terms, never of query syntax, so no question can be malformed.
"""

import errno
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tantivy

from qa.archive.indexes.vectors import Matrix, Rows
from qa.errors import ArchiveError
from qa.filters import Where
from qa.text.terms import analyzer, terms

PERIOD_FIELDS = ("published_from", "published_until", "published_utc_from", "published_utc_until")
FIELDS = ["text", "title", "article_id", "source", "row", *PERIOD_FIELDS]


def check_counts(folder: Path) -> None:
    """Reject an index that claims more entries than its files have bytes: tantivy would allocate memory for them.

    Raises:
        OSError: if it does, or its metadata cannot be read.
    """
    held = sum(path.stat().st_size for path in folder.iterdir())
    if not all(0 <= segment["max_doc"] <= held for segment in _segments(folder)):
        raise OSError(f"the BM25 index in {folder} cannot be read: it claims more entries than it holds")


def deleted_share(folder: Path, more: int = 0) -> float:
    """Return the share of entries that are deleted but not yet merged away, if ``more`` were deleted too.

    Raises:
        OSError: if the folder does not hold a readable index.
    """
    segments = _segments(folder)
    total = sum(segment["max_doc"] for segment in segments)
    deleted = sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)
    return float((deleted + more) / total) if total else 0.0


def _segments(folder: Path) -> list[dict[str, Any]]:
    """Return an index's metadata of its segments.

    Raises:
        OSError: if it is not one of ours: with another schema tantivy panics instead of raising an error.
    """
    try:
        told = json.loads((folder / "meta.json").read_text())
        segments: list[dict[str, Any]] = told["segments"]
        if [field["name"] for field in told["schema"]] != FIELDS:
            raise ValueError("its schema is another")
        if all(type(segment["max_doc"]) is int for segment in segments):
            return segments
        raise ValueError("its counts are not whole numbers")
    except FileNotFoundError as error:  # gone, perhaps because a newer generation took its place
        raise FileNotFoundError(error.errno, f"the BM25 index in {folder} cannot be read", error.filename) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OSError(f"the BM25 index in {folder} cannot be read: {error}") from error


_HEAP_BYTES = 30_000_000
_HEADROOM_BYTES = 1_000_000
_TITLE_BOOST = 3.0  # a word of the title says more about an article's topic than one of its text
Field = Literal["text", "title"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage, or a whole article, as an index holds it.

    ``row`` is its key: a passage's row, or an article's key.  ``title`` is searched separately from the text; a
    passage has none.  The periods are those of ``qa.dates.periods.Period``, None for an undated article.
    """

    row: int
    text: str
    article_id: str
    source: str
    published: tuple[int, int, int, int] | None
    title: str = ""


# The stored end of the period that each condition compares: the whole period has to lie inside the window.
_PUBLISHED = {
    ("published", ">="): "published_from",
    ("published", "<"): "published_until",
    ("published_utc", ">="): "published_utc_from",
    ("published_utc", "<"): "published_utc_until",
}


@lru_cache(maxsize=1)
def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="news", index_option="freq")
    builder.add_text_field("title", tokenizer_name="news", index_option="freq")
    builder.add_text_field("article_id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("row", indexed=True, fast=True)
    for name in PERIOD_FIELDS:
        builder.add_integer_field(name, fast=True)
    return builder.build()


def _open(folder: Path) -> Any:
    index = tantivy.Index.open(str(folder))
    index.register_tokenizer("news", analyzer())
    return index


def create(folder: Path) -> None:
    """Make an empty index in an existing empty folder."""
    tantivy.Index(_schema(), path=str(folder))


def commit(folder: Path, additions: Iterable[Entry], deletions: Sequence[int]) -> None:
    """Delete rows from the index in ``folder``, add entries, and write it all to disk.

    One thread writes, so that the same additions give the same segments and the same scores.

    Raises:
        OSError: if the folder cannot be written (full disk among others).
    """
    try:
        _change(_open(folder), additions, deletions)
    except (ValueError, RuntimeError) as error:  # tantivy reports I/O errors as ValueError
        # tantivy does not report that a full disk ended one of its threads: the free space shows it.
        full = shutil.disk_usage(folder).free < _HEADROOM_BYTES
        cause = os.strerror(errno.ENOSPC) if full else error
        raise OSError(f"the BM25 index in {folder} cannot be written: {cause}") from error
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise OSError(f"the BM25 index in {folder} cannot be written: {error}; run: qa rebuild") from None


def _is_panic(error: BaseException) -> bool:
    """Whether an error is a panic of Rust: tantivy trusts its files, and its panics do not derive from Exception."""
    return type(error).__module__ == "pyo3_runtime"


def _change(index: Any, additions: Iterable[Entry], deletions: Sequence[int]) -> None:
    writer = index.writer(_HEAP_BYTES, 1)
    for row in deletions:
        writer.delete_documents_by_term("row", row)
    for entry in additions:
        document = tantivy.Document(row=entry.row, text=entry.text, article_id=entry.article_id, source=entry.source)
        if entry.title:
            document.add_text("title", entry.title)
        if entry.published:
            for name, value in zip(PERIOD_FIELDS, entry.published, strict=True):
                document.add_integer(name, value)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


class LexicalIndex:
    """A BM25 index for reading: ``open`` one in a folder, or make it ``in_memory``."""

    def __init__(self, index: Any) -> None:
        index.config_reader("manual", 0)
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def in_memory(cls, entries: Iterable[Entry]) -> "LexicalIndex":
        """Return an index of these entries in memory only."""
        index = tantivy.Index(_schema())
        index.register_tokenizer("news", analyzer())
        _change(index, entries, ())
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """Return the index in a folder; once open it stays readable when its files are removed.

        Raises:
            OSError: if the folder does not hold a readable index.
        """
        # tantivy writes lock files into the folder it opens; links in a folder of our own keep the archive untouched.
        # Its threads may still be making a lock file when the folder is removed.
        try:
            tempfile.gettempdir()
        except FileNotFoundError as error:
            raise ArchiveError("there is no writable folder for temporary files; set TMPDIR to one") from error
        with tempfile.TemporaryDirectory(prefix="dateline-", ignore_cleanup_errors=True) as links:
            try:
                for file in folder.iterdir():
                    if not file.name.endswith(".lock"):
                        (Path(links) / file.name).symlink_to(file.resolve())
                check_counts(folder)
                return cls(_open(Path(links)))
            except ValueError as error:
                raise OSError(f"the BM25 index in {folder} cannot be read: {error}") from error
            except BaseException as error:
                if not _is_panic(error):
                    raise
                raise OSError(f"the BM25 index in {folder} cannot be read: {error}") from None

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, query: str, k: int, where: Where = (), field: Field = "text") -> tuple[Rows, Matrix]:
        """Return the rows that share a term with ``query``, best first, and their BM25 scores.

        Args:
            query: plain text; repeated terms count once.
            k: how many rows at most.
            where: conditions that every row's article meets.
            field: the field to search.
        """
        words = list(dict.fromkeys(terms(query)))
        if not words or k <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        should = [(tantivy.Occur.Should, self._term(field, word)) for word in words]
        wanted = tantivy.Query.boolean_query(should)
        if where:
            must = [(tantivy.Occur.Must, tantivy.Query.const_score_query(self._filter(c), 0.0)) for c in where]
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), *must])
        hits = self._searcher.search(wanted, k, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return np.asarray(rows, np.int64), np.asarray([score for score, _ in hits], np.float32)

    def find(self, words: str, limit: int, offset: int = 0, where: Where = ()) -> tuple[Rows, int]:
        """Return the rows that hold every term of ``words`` in title or text, best first, and how many there are.

        Args:
            words: plain text.
            limit: how many rows at most.
            offset: how many of the first are left out.
            where: conditions that every row's article meets.
        """
        wanted = list(dict.fromkeys(terms(words)))
        if not wanted or limit <= 0:
            return np.zeros(0, np.int64), 0
        must = [tantivy.Query.const_score_query(self._filter(condition), 0.0) for condition in where]
        for word in wanted:
            title = tantivy.Query.boost_query(self._term("title", word), _TITLE_BOOST)
            either = [(tantivy.Occur.Should, one) for one in (title, self._term("text", word))]
            must.append(tantivy.Query.boolean_query(either))
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in must])
        found = self._searcher.search(query, limit, offset=offset)
        rows = self._searcher.fast_field_values("row", [address for _, address in found.hits])
        return np.asarray(rows, np.int64), int(found.count)

    def inverse_frequency(self, word: str) -> float:
        """Return how rare the terms of a word are in the texts: the largest of their BM25 weights; 0 without terms.

        ln(1 + (N - n + 0.5) / (n + 0.5)) for a term in n of N (Robertson and Zaragoza, "The Probabilistic Relevance
        Framework: BM25 and Beyond", 2009).
        """
        found = [self._searcher.doc_freq("text", term) for term in terms(word)]
        return max((math.log(1 + (len(self) - n + 0.5) / (n + 0.5)) for n in found), default=0.0)

    def rows(self) -> Rows:
        """Return all rows in the index, ascending."""
        hits = self._searcher.search(tantivy.Query.all_query(), max(1, len(self)), count=False).hits
        return np.sort(np.asarray(self._searcher.fast_field_values("row", [a for _, a in hits]), np.int64))

    def _term(self, field: str, value: str) -> Any:
        return tantivy.Query.term_query(_schema(), field, value, "freq" if field in {"text", "title"} else "basic")

    def _filter(self, condition: Any) -> Any:
        if condition.operator == "=":
            return self._term(condition.field, condition.value)
        if condition.operator == "in":
            return tantivy.Query.term_set_query(_schema(), condition.field, list(condition.value))
        name = _PUBLISHED[condition.field, condition.operator]
        low, high = (condition.value, None) if condition.operator == ">=" else (None, condition.value)
        return tantivy.Query.range_query(_schema(), name, tantivy.FieldType.Integer, lower_bound=low, upper_bound=high)
