"""What strangers can change of an archive: its files, its database, what the database names."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from qa.archive.storage.hashing import settings_hash
from qa.settings import ARCHIVE_FILE
from tests.lanes.safety.folders import changed_json, payload, pickled, script

Change = Callable[[Path, Path], None]


def sql(*statements: str, functions: bool = False) -> Change:
    """Return a change of the database; ``SECRET`` stands for the secret folder."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            if functions:  # those that a schema names have to exist while it is made
                connection.create_function("load_extension", 1, lambda name: None)
            for statement in statements:
                connection.execute(statement.replace("SECRET", str(secret)))

    return change


def settings(**changes: str) -> Change:
    """Return a change of what is baked in, with a hash that matches."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            stored = dict(connection.execute("SELECT name, value FROM setting"))
            del stored["sha256"]
            stored |= {name: value.replace("FOLDER", str(folder)) for name, value in changes.items()}
            stored["sha256"] = settings_hash(stored)
            connection.execute("DELETE FROM setting")
            connection.executemany("INSERT INTO setting VALUES (?, ?)", stored.items())

    return change


def generation(column: str, **changes: Any) -> Change:
    """Return a change of the current generation's vector file or folder."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            (text,) = connection.execute(f"SELECT {column} FROM generation ORDER BY number DESC").fetchone()
            stored = {**json.loads(text), **changes}
            connection.execute(
                f"UPDATE generation SET {column} = ? WHERE number = (SELECT max(number) FROM generation)",
                (json.dumps(stored).replace("SECRET", str(secret)),),
            )

    return change


def forged(column: str, name: str, content: Callable[[bytes], bytes]) -> Change:
    """Return a change of an index file, with a size and hash that match."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            (text,) = connection.execute(f"SELECT {column} FROM generation ORDER BY number DESC").fetchone()
            stored = json.loads(text)
            path = folder / "generations" / stored["name"]
            names = [one for one in stored.get("files", {}) if one.endswith(name)] or [""]
            for one in names:
                file = path / one if one else path
                data = content(file.read_bytes() if file.exists() else b"")
                file.unlink(missing_ok=True)  # it may be a link that generations share
                file.write_bytes(data)
                sha256 = hashlib.sha256(data).hexdigest()
                if one:
                    stored["files"][one] = [len(data), sha256]
                else:
                    stored |= {"size": len(data), "sha256": sha256}
            connection.execute(
                f"UPDATE generation SET {column} = ? WHERE number = (SELECT max(number) FROM generation)",
                (json.dumps(stored),),
            )

    return change


def meta(**changes: Any) -> Change:
    def content(data: bytes) -> bytes:
        meta = json.loads(data)
        for segment in meta["segments"]:
            segment |= {key: value for key, value in changes.items() if key in segment}
        return json.dumps({**meta, **{k: v for k, v in changes.items() if k in meta}}).encode()

    return forged("passages", "meta.json", content)


def index_pickles(folder: Path, secret: Path) -> None:
    for path in (folder / "generations").rglob("*"):
        if path.is_file():
            path.unlink()
            path.write_bytes(payload(secret))


def forged_index_pickles(folder: Path, secret: Path) -> None:
    data = payload(secret)
    for column in ("passages", "articles"):
        forged(column, "", lambda _: data)(folder, secret)


def scripts(folder: Path, secret: Path) -> None:
    for place in (folder, folder / "generations"):
        (place / "qa.py").write_text(script(secret))
        (place / "sitecustomize.py").write_text(script(secret))


def linked_index(folder: Path, secret: Path) -> None:
    for path in (folder / "generations").iterdir():
        path.rename(secret / path.name)
    (folder / "generations").rmdir()
    (secret / "mine.txt").write_text("of no archive")
    (folder / "generations").symlink_to(secret)


def linked_lexical(folder: Path, secret: Path) -> None:
    """The next generation's folder is there already, and leads out."""
    (secret / "mine.txt").write_text("of no archive")
    for number in range(20):
        for name in ("passages", "articles"):
            path = folder / "generations" / f"{name}-{number:08d}"
            for one in (path, path.with_suffix(".tmp")):
                if not one.exists():
                    one.symlink_to(secret)


def linked_database(folder: Path, secret: Path) -> None:
    (folder / ARCHIVE_FILE).unlink()
    (folder / ARCHIVE_FILE).symlink_to("/dev/zero")


def model_inside(folder: Path, secret: Path) -> None:
    """An archive that brings a model of its own, which names code."""
    model = folder / "model"
    model.mkdir()
    (model / "evil.py").write_text(script(secret))
    (model / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]')
    changed_json("config.json", auto_map={"AutoModel": "evil.Evil"})(model, secret)
    pickled("pytorch_model.bin")(model, secret)
    settings(embedder="FOLDER/model")(folder, secret)


def long(folder: Path, secret: Path) -> None:
    os.truncate(folder / ARCHIVE_FILE, 4 << 30)


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
ARTICLE = (
    "key, id, title, dek, text, source, authors, url, published, updated, dateline_text, language, content,"
    " published_from, published_until, published_utc_from, published_utc_until"
)


def view(body: str) -> Change:
    return sql("ALTER TABLE article RENAME TO kept", f"CREATE VIEW article AS {body}", functions=True)


def rewritten(table: str, old: str, new: str) -> Change:
    """Return a change of a table's definition, which SQLite believes as it stands."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            connection.execute("PRAGMA writable_schema=ON")
            connection.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?", (old, new, table))

    return change
