"""Hostile archives: pickles in place of their files, and databases that name other files, programs and sizes."""

import hashlib
from pathlib import Path

from qa.settings import ARCHIVE_FILE
from tests.lanes.safety.archive_changes import (
    ARTICLE,
    ENDLESS,
    Change,
    forged,
    forged_index_pickles,
    generation,
    index_pickles,
    linked_database,
    linked_index,
    linked_lexical,
    long,
    meta,
    model_inside,
    rewritten,
    scripts,
    settings,
    sql,
    view,
)
from tests.lanes.safety.folders import Case, both, payload, pickled, replaced


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
    _case("pickles in place of all index files", index_pickles),
    _case("pickles in place of all index files, their hashes forged", forged_index_pickles),
    _case("a pickle in place of the vectors, its hash forged", forged("vectors", "", lambda _: payload(Path("/tmp")))),
    _case("scripts in the folder", scripts),
    _case("a model of its own that names code", model_inside),
    _case("a model elsewhere", settings(embedder="FOLDER/../secret")),
    *(
        _case(f"vectors named {name}", replaced("../secret/x", bytes(272)), generation("vectors", name=name))
        for name in ("../../secret/x", "SECRET/x", "../archive.sqlite", "")
    ),
    *(
        _case(f"BM25 files named {name}", generation("passages", name=name))
        for name in ("../../secret", "SECRET", "..", ".", "")
    ),
    *(
        _case(
            f"a BM25 file named {name}",
            replaced("../secret/x", b"x"),
            generation("passages", files={name: [1, hashlib.sha256(b"x").hexdigest()]}),
        )
        for name in ("../../../secret/x", "SECRET/x", ".", "a/b")
    ),
    *(
        _case(f"{name} of {value!r} told of the vectors", generation("vectors", **{name: value}))
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
    _case("vectors of other numbers, their hash forged", forged("vectors", "", lambda data: bytes(reversed(data)))),
    _case("a generation that is no map", sql("UPDATE generation SET vectors = '[[[[1]]]]'")),
    _case("a generation nested without end", sql(f"UPDATE generation SET passages = '{'[' * 1_000_000}'")),
    _case(
        "a generation of a number beyond all",
        sql("UPDATE generation SET number = 9223372036854775807 WHERE number = (SELECT max(number) FROM generation)"),
    ),
    *(
        _case(f"{name}={value} baked in", settings(**{name: value}))
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
        _case(f"{what} in meta.json, its hash forged", meta(**changes))
        for what, changes in (
            ("4,294,967,295 passages", {"max_doc": 4_294_967_295}),
            ("no segments", {"segments": []}),
            ("another segment", {"segment_id": "../../../secret/x"}),
            ("another schema", {"schema": []}),
            ("a stamp beyond all", {"opstamp": 1 << 63}),
        )
    ),
    *(
        _case(f"{what} in place of the {name} files, their hashes forged", forged("passages", name, content))
        for name in (".idx", ".term", ".store", ".fast", ".fieldnorm", ".pos", "managed.json")
        for what, content in (
            ("zeros", lambda data: bytes(len(data))),
            ("huge counts", lambda data: b"\xff" * len(data)),
        )
    ),
    _case(
        "a trigger that loads a library",
        sql("CREATE TRIGGER t AFTER INSERT ON article BEGIN SELECT load_extension('SECRET/x.so'); END", functions=True),
    ),
    _case(
        "a trigger that adds without end",
        sql(
            f"CREATE TRIGGER t AFTER INSERT ON passage BEGIN INSERT INTO removed {ENDLESS} SELECT x + 1000 FROM n; END"
        ),
    ),
    _case("a view that loads a library", view("SELECT *, load_extension('SECRET/x.so') FROM kept")),
    _case(
        "a view without end",
        view(f"{ENDLESS} SELECT x AS key, x AS id, {ARTICLE.partition('id, ')[2]} FROM n, kept"),
    ),
    _case(
        "a view of zeros",
        sql(
            "ALTER TABLE setting RENAME TO kept",
            "CREATE VIEW setting AS SELECT name, hex(zeroblob(400000000)) AS value FROM kept",
        ),
    ),
    _case("a virtual table", sql("DROP TABLE removed", "CREATE VIRTUAL TABLE removed USING fts5(row)")),
    _case(
        "a column that is computed",
        sql(
            "DROP TABLE removed",
            "CREATE TABLE removed (x INTEGER PRIMARY KEY, row AS (length(hex(zeroblob(300000000)))))",
            "INSERT INTO removed (x) VALUES (1)",
        ),
    ),
    _case(
        "an index that is computed",
        sql("SELECT 1"),
        sql("CREATE INDEX i ON article (length(hex(zeroblob(100000000))))"),
    ),
    _case("a definition that is none", rewritten("article", "CREATE TABLE", "CREATE EVIL")),
    _case("a table without its columns", rewritten("passage", "vector_sha256", "vector_other")),
    *(
        _case(f"a missing table {name}", sql(f"DROP TABLE {name}"))
        for name in ("article", "vector", "generation", "band")
    ),
    *(_case(f"format {number}", sql(f"PRAGMA user_version={number}")) for number in (-1, 0, 1, 2_147_483_647)),
    _case("another application", sql("PRAGMA application_id=1196444487")),
    _case("a database of 4 GB", long),
    _case("a database that is a device", linked_database),
    _case("indexes that are a link out", linked_index),
    _case("indexes to come that are a link out", linked_lexical),
    _case("titles and dates that are no texts", sql("UPDATE article SET title = x'ff00', published = 5")),
    _case(
        "signatures of other lengths",
        sql("UPDATE passage SET signature = x'00'", "UPDATE signature SET value = x'0011'"),
    ),
    _case("signatures that are texts", sql("UPDATE passage SET signature = 'x'", "UPDATE signature SET value = 'x'")),
    _case(
        "vectors of another length, their hashes forged",
        sql(
            "DELETE FROM generation",
            "UPDATE vector SET value = x'00000000'",
            f"UPDATE passage SET vector_sha256 = x'{hashlib.sha256(bytes(4)).hexdigest()}'",
        ),
    ),
    _case(
        "vectors that are no numbers, their hashes forged",
        sql(
            "DELETE FROM generation",
            f"UPDATE vector SET value = x'{'ff' * 128}'",
            f"UPDATE passage SET vector_sha256 = x'{hashlib.sha256(bytes([255]) * 128).hexdigest()}'",
        ),
    ),
    _case("directions of another length", sql("UPDATE article_vector SET value = x'00'")),
    _case("passages beyond their articles", sql('UPDATE passage SET start = -5, "end" = 9223372036854775807')),
    _case("passages that stand at words", sql("UPDATE passage SET start = 'a', \"end\" = 'b'")),
    _case("an article that is its own copy", sql("INSERT INTO copy SELECT key, key, 9e999 FROM article")),
]
