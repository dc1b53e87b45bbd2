"""Hostile archives: pickles in place of their files, and databases that name other files, programs and sizes."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from qa.hashing import settings_hash
from qa.settings import ARCHIVE_FILE
from tests.safety.folders import Case, both, changed_json, payload, pickled, replaced, script

Change = Callable[[Path, Path], None]


def _sql(*statements: str, functions: bool = False) -> Change:
    """Return a change of the database; ``SECRET`` stands for the secret folder."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            if functions:  # those that a schema names have to exist while it is made
                connection.create_function("load_extension", 1, lambda name: None)
            for statement in statements:
                connection.execute(statement.replace("SECRET", str(secret)))

    return change


def _settings(**changes: str) -> Change:
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


def _generation(column: str, **changes: Any) -> Change:
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


def _forged(column: str, name: str, content: Callable[[bytes], bytes]) -> Change:
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


def _meta(**changes: Any) -> Change:
    def content(data: bytes) -> bytes:
        meta = json.loads(data)
        for segment in meta["segments"]:
            segment |= {key: value for key, value in changes.items() if key in segment}
        return json.dumps({**meta, **{k: v for k, v in changes.items() if k in meta}}).encode()

    return _forged("passages", "meta.json", content)


def _index_pickles(folder: Path, secret: Path) -> None:
    for path in (folder / "generations").rglob("*"):
        if path.is_file():
            path.unlink()
            path.write_bytes(payload(secret))


def _forged_index_pickles(folder: Path, secret: Path) -> None:
    data = payload(secret)
    for column in ("passages", "articles"):
        _forged(column, "", lambda _: data)(folder, secret)


def _scripts(folder: Path, secret: Path) -> None:
    for place in (folder, folder / "generations"):
        (place / "qa.py").write_text(script(secret))
        (place / "sitecustomize.py").write_text(script(secret))


def _linked_index(folder: Path, secret: Path) -> None:
    for path in (folder / "generations").iterdir():
        path.rename(secret / path.name)
    (folder / "generations").rmdir()
    (secret / "mine.txt").write_text("of no archive")
    (folder / "generations").symlink_to(secret)


def _linked_lexical(folder: Path, secret: Path) -> None:
    """The next generation's folder is there already, and leads out."""
    (secret / "mine.txt").write_text("of no archive")
    for number in range(20):
        for name in ("passages", "articles"):
            path = folder / "generations" / f"{name}-{number:08d}"
            for one in (path, path.with_suffix(".tmp")):
                if not one.exists():
                    one.symlink_to(secret)


def _linked_database(folder: Path, secret: Path) -> None:
    (folder / ARCHIVE_FILE).unlink()
    (folder / ARCHIVE_FILE).symlink_to("/dev/zero")


def _model_inside(folder: Path, secret: Path) -> None:
    """An archive that brings a model of its own, which names code."""
    model = folder / "model"
    model.mkdir()
    (model / "evil.py").write_text(script(secret))
    (model / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}]')
    changed_json("config.json", auto_map={"AutoModel": "evil.Evil"})(model, secret)
    pickled("pytorch_model.bin")(model, secret)
    _settings(embedder="FOLDER/model")(folder, secret)


def _long(folder: Path, secret: Path) -> None:
    os.truncate(folder / ARCHIVE_FILE, 4 << 30)


_ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
_ARTICLE = (
    "key, id, title, dek, text, source, authors, url, published, updated, dateline_text, language, content,"
    " published_from, published_until, published_utc_from, published_utc_until"
)


def _view(body: str) -> Change:
    return _sql("ALTER TABLE article RENAME TO kept", f"CREATE VIEW article AS {body}", functions=True)


def _rewritten(table: str, old: str, new: str) -> Change:
    """Return a change of a table's definition, which SQLite believes as it stands."""

    def change(folder: Path, secret: Path) -> None:
        with closing(sqlite3.connect(folder / ARCHIVE_FILE)) as connection, connection:
            connection.execute("PRAGMA writable_schema=ON")
            connection.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?", (old, new, table))

    return change


def _case(name: str, *changes: Change) -> Case:
    return Case(name, "archive", "archive", both(*changes))


CASES = [
    *(
        _case(f"a pickle in place of {name}", pickled(name))
        for name in (
            ARCHIVE_FILE,
            "writer.lock",
            "writer.pid",
            "feedback.sqlite",
            f"{ARCHIVE_FILE}-wal",
            f"{ARCHIVE_FILE}-shm",
            f"{ARCHIVE_FILE}-journal",
        )
    ),
    _case("pickles in place of all index files", _index_pickles),
    _case("pickles in place of all index files, their hashes forged", _forged_index_pickles),
    _case("a pickle in place of the vectors, its hash forged", _forged("vectors", "", lambda _: payload(Path("/tmp")))),
    _case("scripts in the folder", _scripts),
    _case("a model of its own that names code", _model_inside),
    _case("a model elsewhere", _settings(embedder="FOLDER/../secret")),
    *(
        _case(f"vectors named {name}", replaced("../secret/x", bytes(272)), _generation("vectors", name=name))
        for name in ("../../secret/x", "SECRET/x", "../archive.sqlite", "")
    ),
    *(
        _case(f"BM25 files named {name}", _generation("passages", name=name))
        for name in ("../../secret", "SECRET", "..", ".", "")
    ),
    *(
        _case(
            f"a BM25 file named {name}",
            replaced("../secret/x", b"x"),
            _generation("passages", files={name: [1, hashlib.sha256(b"x").hexdigest()]}),
        )
        for name in ("../../../secret/x", "SECRET/x", ".", "a/b")
    ),
    *(
        _case(f"{name} of {value!r} told of the vectors", _generation("vectors", **{name: value}))
        for name, value in (
            ("rows", 1 << 40),
            ("rows", -1),
            ("rows", "9"),
            ("rows", 1.5),
            ("dimension", 1 << 40),
            ("dimension", 0),
            ("dimension", []),
            ("size", 1 << 62),
            ("last_row", 1 << 62),
            ("sha256", None),
        )
    ),
    _case("vectors of other numbers, their hash forged", _forged("vectors", "", lambda data: bytes(reversed(data)))),
    _case("a generation that is no map", _sql("UPDATE generation SET vectors = '[[[[1]]]]'")),
    _case("a generation nested without end", _sql(f"UPDATE generation SET passages = '{'[' * 1_000_000}'")),
    _case(
        "a generation of a number beyond all",
        _sql("UPDATE generation SET number = 9223372036854775807 WHERE number = (SELECT max(number) FROM generation)"),
    ),
    *(
        _case(f"{name}={value} baked in", _settings(**{name: value}))
        for name, value in (
            ("dimension", "1000000000"),
            ("dimension", "-1"),
            ("dimension", "16"),
            ("max_tokens", "999999999"),
            ("overlap_sentences", "-1"),
            ("precision", "pickle"),
        )
    ),
    *(
        _case(f"{what} in meta.json, its hash forged", _meta(**changes))
        for what, changes in (
            ("4,294,967,295 passages", {"max_doc": 4_294_967_295}),
            ("no segments", {"segments": []}),
            ("another segment", {"segment_id": "../../../secret/x"}),
            ("another schema", {"schema": []}),
            ("a stamp beyond all", {"opstamp": 1 << 63}),
        )
    ),
    *(
        _case(f"{what} in place of the {name} files, their hashes forged", _forged("passages", name, content))
        for name in (".idx", ".term", ".store", ".fast", ".fieldnorm", ".pos", "managed.json")
        for what, content in (
            ("zeros", lambda data: bytes(len(data))),
            ("huge counts", lambda data: b"\xff" * len(data)),
        )
    ),
    _case(
        "a trigger that loads a library",
        _sql(
            "CREATE TRIGGER t AFTER INSERT ON article BEGIN SELECT load_extension('SECRET/x.so'); END", functions=True
        ),
    ),
    _case(
        "a trigger that adds without end",
        _sql(
            f"CREATE TRIGGER t AFTER INSERT ON passage BEGIN INSERT INTO removed {_ENDLESS} SELECT x + 1000 FROM n; END"
        ),
    ),
    _case("a view that loads a library", _view("SELECT *, load_extension('SECRET/x.so') FROM kept")),
    _case(
        "a view without end",
        _view(f"{_ENDLESS} SELECT x AS key, x AS id, {_ARTICLE.partition('id, ')[2]} FROM n, kept"),
    ),
    _case(
        "a view of zeros",
        _sql(
            "ALTER TABLE setting RENAME TO kept",
            "CREATE VIEW setting AS SELECT name, hex(zeroblob(400000000)) AS value FROM kept",
        ),
    ),
    _case("a virtual table", _sql("DROP TABLE removed", "CREATE VIRTUAL TABLE removed USING fts5(row)")),
    _case(
        "a column that is computed",
        _sql(
            "DROP TABLE removed",
            "CREATE TABLE removed (x INTEGER PRIMARY KEY, row AS (length(hex(zeroblob(300000000)))))",
            "INSERT INTO removed (x) VALUES (1)",
        ),
    ),
    _case(
        "an index that is computed",
        _sql("SELECT 1"),
        _sql("CREATE INDEX i ON article (length(hex(zeroblob(100000000))))"),
    ),
    _case("a definition that is none", _rewritten("article", "CREATE TABLE", "CREATE EVIL")),
    _case("a table without its columns", _rewritten("passage", "vector_sha256", "vector_other")),
    *(
        _case(f"a missing table {name}", _sql(f"DROP TABLE {name}"))
        for name in ("article", "vector", "generation", "band")
    ),
    *(_case(f"format {number}", _sql(f"PRAGMA user_version={number}")) for number in (-1, 0, 1, 2_147_483_647)),
    _case("another application", _sql("PRAGMA application_id=1196444487")),
    _case("a database of 4 GB", _long),
    _case("a database that is a device", _linked_database),
    _case("indexes that are a link out", _linked_index),
    _case("indexes to come that are a link out", _linked_lexical),
    _case("titles and dates that are no texts", _sql("UPDATE article SET title = x'ff00', published = 5")),
    _case(
        "signatures of other lengths",
        _sql("UPDATE passage SET signature = x'00'", "UPDATE signature SET value = x'0011'"),
    ),
    _case("signatures that are texts", _sql("UPDATE passage SET signature = 'x'", "UPDATE signature SET value = 'x'")),
    _case(
        "vectors of another length, their hashes forged",
        _sql(
            "DELETE FROM generation",
            "UPDATE vector SET value = x'00000000'",
            f"UPDATE passage SET vector_sha256 = x'{hashlib.sha256(bytes(4)).hexdigest()}'",
        ),
    ),
    _case(
        "vectors that are no numbers, their hashes forged",
        _sql(
            "DELETE FROM generation",
            f"UPDATE vector SET value = x'{'ff' * 128}'",
            f"UPDATE passage SET vector_sha256 = x'{hashlib.sha256(bytes([255]) * 128).hexdigest()}'",
        ),
    ),
    _case("directions of another length", _sql("UPDATE article_vector SET value = x'00'")),
    _case("passages beyond their articles", _sql('UPDATE passage SET start = -5, "end" = 9223372036854775807')),
    _case("passages that stand at words", _sql("UPDATE passage SET start = 'a', \"end\" = 'b'")),
    _case("an article that is its own copy", _sql("INSERT INTO copy SELECT key, key, 9e999 FROM article")),
]
