"""What a BM25 folder says of itself in ``meta.json``, looked at before tantivy believes it."""

import json
from pathlib import Path
from typing import Any

PERIOD_FIELDS = ("published_from", "published_until", "published_utc_from", "published_utc_until")
FIELDS = ["text", "title", "article_id", "source", "row", *PERIOD_FIELDS]


def check_counts(folder: Path) -> None:
    """Refuse an index that tells of more entries than its files have bytes: memory would be taken for them.

    Raises:
        OSError: if it does, or does not say.
    """
    held = sum(path.stat().st_size for path in folder.iterdir())
    if not all(0 <= segment["max_doc"] <= held for segment in _segments(folder)):
        raise OSError(f"the BM25 index in {folder} cannot be read: it tells of more entries than it holds")


def deleted_share(folder: Path, more: int = 0) -> float:
    """Return the share of entries that are deleted but not yet merged away, were ``more`` deleted.

    Raises:
        OSError: if the folder does not hold a readable index.
    """
    segments = _segments(folder)
    total = sum(segment["max_doc"] for segment in segments)
    deleted = sum((segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments)
    return float((deleted + more) / total) if total else 0.0


def _segments(folder: Path) -> list[dict[str, Any]]:
    """Return what an index tells of its segments.

    Raises:
        OSError: if it is none of ours: what tantivy comes to with another schema is no error but a panic.
    """
    try:
        told = json.loads((folder / "meta.json").read_text())
        segments: list[dict[str, Any]] = told["segments"]
        if [field["name"] for field in told["schema"]] != FIELDS:
            raise ValueError("its fields are others")
        if all(type(segment["max_doc"]) is int for segment in segments):
            return segments
        raise ValueError("its counts are no numbers")
    except FileNotFoundError as error:  # gone, perhaps because a newer generation took its place
        raise FileNotFoundError(error.errno, f"the BM25 index in {folder} cannot be read", error.filename) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OSError(f"the BM25 index in {folder} cannot be read: {error}") from error
