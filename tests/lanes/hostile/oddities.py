"""Cases 16 to 18: hostile records, links and special files, hostile names."""

import os
import random
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path

from tests.lanes.hostile.case import SENTENCE, STORY, Case, file, records

GOOD = {"text": SENTENCE}
LAST = {"text": "Rain fell on Verrin all night."}


def _record(name: str, line: object, rejected: str = "", text: str = SENTENCE) -> Case:
    """A record between two good ones, which must be read whatever it holds."""
    return Case(f"record: {name}", 16, file("a.jsonl", records(GOOD, line, LAST)), text, rejected)


def _noise(size: int) -> bytes:
    return random.Random(20150511).randbytes(size)


RECORDS = (
    _record("list 100,000 deep", b"[" * 100_000, "not valid JSON"),
    _record("closed list 100,000 deep", b"[" * 100_000 + b"]" * 100_000, "not valid JSON|not a JSON object"),
    _record("object 50,000 deep", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "not valid JSON|text is missing"),
    _record("text of lists", b'{"text":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "not valid JSON|not a string"),
    _record("NaN", b'{"text": "Rain fell.", "published": NaN}', "not valid JSON"),
    _record("Infinity", b'{"text": "Rain fell.", "x": -Infinity}', "not valid JSON"),
    _record("number of 10,000 digits", b'{"text": "Rain fell.", "id": ' + b"9" * 10_000 + b"}", "not valid JSON|id"),
    _record("exponent of a million", b'{"text": "Rain fell.", "x": 1e1000000}'),
    _record("no text", {"title": "Dam"}, "text is missing"),
    _record("text null", {"text": None}, "text is missing"),
    _record("text a number", {"text": 7}, "text is not a string"),
    _record("text a list", {"text": ["Rain"]}, "text is not a string"),
    _record("text true", {"text": True}, "text is not a string"),
    _record("text empty", {"text": ""}, "text is empty"),
    _record("text of spaces", {"text": " \n\t "}, "text is empty"),
    _record("text of controls", {"text": "\0\1\2"}, "text is empty"),
    _record("text of zero-width characters", {"text": "\u200b\u200d"}, "text is empty"),
    _record("title a number", {"text": "Rain fell.", "title": 7}, "title is not a string"),
    _record("authors an object", {"text": "Rain fell.", "authors": {"a": 1}}, "authors is not"),
    _record("authors of numbers", {"text": "Rain fell.", "authors": [1, 2]}, "authors is not"),
    _record("id a list", {"text": "Rain fell.", "id": [1]}, "id is not a string"),
    _record("id true", {"text": "Rain fell.", "id": True}, "id is not a string"),
    _record("id a fraction", {"text": "Rain fell.", "id": 1.5}, "id is not a string"),
    _record("id of 600 characters", {"text": "Rain fell.", "id": "x" * 600}),  # refused when it is stored
    _record("id that climbs", {"text": "Rain fell.", "id": "../../escaped"}),
    _record("date of no calendar", {"text": "Rain fell.", "date": "2015-02-31"}),
    _record("date a list", {"text": "Rain fell.", "date": ["2015"]}, "date is not a string"),
    _record("date of quadrillions", {"text": "Rain fell.", "date": 10**15}, "date is not a string"),
    _record("date of a megabyte", {"text": "Rain fell.", "date": "1" * 1_000_000}),
    _record("updated an object", {"text": "Rain fell.", "updated": {}}, "updated is not a string"),
    _record("keys twice", b'{"text": "Rain fell.", "text": "Snow fell."}'),
    _record("100,000 keys", {"text": "Rain fell."} | {f"k{i}": i for i in range(100_000)}),
    _record("empty object", {}, "text is missing"),
    _record("array", [], "not a JSON object"),
    _record("string", "Rain fell.", "not a JSON object"),
    _record("number", 7, "not a JSON object"),
    _record("null", None, "not a JSON object"),
    _record("cut off", b'{"text": "Rain fe', "not valid JSON"),
    _record("comma at the end", b'{"text": "Rain fell.",}', "not valid JSON"),
    _record("single quotes", b"{'text': 'Rain fell.'}", "not valid JSON"),
    _record("two on a line", b'{"text": "Rain fell."}{"text": "Snow fell."}', "not valid JSON"),
    _record("comment", b"// rain", "not valid JSON"),
    _record("control in a string", b'{"text": "Rain\x01 fell."}', "not valid JSON"),
    _record("bytes of no text", b"\xff\xfe\x00\x01" * 10, "not valid JSON"),
    _record("question", {"question": "Who closed it?"}, "question file"),
    _record("same id, other text", {"id": "same", "text": "Rain fell."}),
    _record("string of 100,000 escapes", b'{"text": "' + b"\\u0041" * 100_000 + b'"}'),
    _record("mark in the middle", b'\xef\xbb\xbf{"text": "Rain fell."}'),
    Case("record: half a last line", 16, file(
        "a.jsonl", records(GOOD) + b'{"text": "Rain'), SENTENCE, "not valid JSON"),
    Case("records: 2,000 broken ones", 16, file(
        "a.jsonl", records(GOOD) + b"{\n" * 2000), SENTENCE, "not valid JSON"),
    Case("file of 0 bytes", 16, file("a.txt", b""), "", "empty"),
    Case("records of 0 bytes", 16, file("a.jsonl", b""), "", "empty"),
    Case("page of 0 bytes", 16, file("a.html", b""), "", "empty"),
    Case("Markdown of 0 bytes", 16, file("a.md", b""), "", "empty"),
    Case("file of spaces", 16, file("a.txt", " \n\t" * 1000), "", "empty"),
    Case("records of spaces", 16, file("a.jsonl", " \n" * 1000), "", "empty"),
    Case("noise as text", 16, file("a.txt", _noise(50_000)), "", "binary"),
    Case("noise as records", 16, file("a.jsonl", _noise(50_000)), "", "binary|not valid JSON"),
    Case("noise as Markdown", 16, file("a.md", _noise(50_000)), "", "binary"),
    Case("noise as HTML", 16, file("a.html", _noise(50_000)), "", "binary"),
    Case("front matter alone", 16, file("a.md", "---\ntitle: Dam\n---\n"), "", "no text|empty"),
    Case("a line of boilerplate alone", 16, file("a.txt", "Advertisement"), "Advertisement"),
)  # fmt: skip

Steps = Callable[[Path], None]


def _folder(steps: Steps) -> Callable[[Path, bool], Path]:
    """A folder with one good file and what ``steps`` puts beside it."""

    def make(folder: Path, full: bool) -> Path:
        inner = folder / "given"
        inner.mkdir()
        (inner / "good.txt").write_text(STORY)
        steps(inner)
        return inner

    return make


def _special(name: str, steps: Steps, rejected: str = "") -> Case:
    return Case(f"special: {name}", 17, _folder(steps), SENTENCE, rejected)


def _socket(path: Path) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(path.parent)  # a socket's path may have 108 bytes
        try:
            server.bind(path.name)
        finally:
            os.chdir(here)


def _deep(folder: Path) -> None:
    for _ in range(200):
        folder = folder / "deeper"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text(LAST["text"])


def _many(folder: Path) -> None:
    for number in range(500):
        (folder / f"{number}.txt").touch()


def _archive(folder: Path) -> None:
    (folder / "archive").mkdir()
    (folder / "archive" / "archive.sqlite").write_bytes(b"SQLite format 3\0")
    (folder / "archive" / "a.txt").write_text("never read")


OUT = "a link that leads out of the folder"
SPECIAL = (
    _special("link to itself", lambda p: (p / "a.txt").symlink_to("a.txt"), "leads to itself"),
    _special("two links to each other", lambda p: [
        (p / "a.txt").symlink_to("b.txt"), (p / "b.txt").symlink_to("a.txt")][:0], "leads to itself"),
    _special("link to a folder above", lambda p: (p / "up").symlink_to(p), "leads back to a folder above"),
    _special("link out of the folder", lambda p: (p / "a.txt").symlink_to("/etc/passwd"), OUT),
    _special("link to a folder outside", lambda p: (p / "etc").symlink_to("/etc"), OUT),
    _special("link to endless zeros", lambda p: (p / "a.txt").symlink_to("/dev/zero"), OUT),
    _special("link to another process", lambda p: (p / "a.txt").symlink_to("/proc/self/environ"), OUT),
    _special("link to nothing", lambda p: (p / "a.txt").symlink_to("gone.txt"), "link to nothing"),
    _special("link that climbs", lambda p: (p / "a.txt").symlink_to("../../../../../../etc/passwd"), OUT),
    _special("link inside the folder", lambda p: (p / "a.txt").symlink_to("good.txt")),
    _special("pipe that nobody writes to", lambda p: os.mkfifo(p / "a.txt"), "a FIFO"),
    _special("pipe of records", lambda p: os.mkfifo(p / "a.jsonl"), "a FIFO"),
    _special("socket", lambda p: _socket(p / "a.txt"), "a socket"),
    _special("folder with a file's name", lambda p: (p / "a.txt").mkdir()),
    _special("hidden file", lambda p: (p / ".a.txt").write_text("never read") and None),
    _special("folders 200 deep", _deep),
    _special("500 empty files", _many, "empty"),
    _special("archive among articles", _archive),
    _special("file of two names", lambda p: (p / "a.txt").hardlink_to(p / "good.txt")),
    Case("special: endless zeros by name", 17, lambda folder, full: Path("/dev/zero"), "", "a device"),
    Case("special: terminal by name", 17, lambda folder, full: Path("/dev/tty"), "", "a device|cannot be read"),
    Case("special: file that is not there", 17, lambda folder, full: folder / "gone.txt", "", "no such file"),
    Case("special: file in a file", 17, lambda folder, full: file("a.txt", STORY)(folder, full) / "b.txt", "",
         "cannot be read|no such file"),
)  # fmt: skip


def _name(what: str, name: str | bytes, rejected: str = "") -> Case:
    def make(folder: Path, full: bool) -> Path:
        path = folder / os.fsdecode(name)
        path.write_text(STORY)
        return path if rejected else folder

    return Case(f"name: {what}", 18, make, "" if rejected else SENTENCE, rejected)


def _twins(one: str, other: str) -> Callable[[Path, bool], Path]:
    def make(folder: Path, full: bool) -> Path:
        (folder / one).write_text(STORY)
        (folder / other).write_text(LAST["text"])
        return folder

    return make


NAMES = (
    _name("climbs in Windows", "a..\\..\\escaped.txt"),
    _name("climbs in part", "a..escaped..txt"),
    _name("line end", "a\nrejected: b.txt"),
    _name("carriage return", "a\rb.txt"),
    _name("tab", "a\tb.txt"),
    _name("bytes of no UTF-8", b"caf\xe9\xff.txt"),
    _name("UTF-8 cut off", b"caf\xc3.txt"),
    _name("right-to-left override", "a\u202etxt.exe.txt"),
    _name("zero-width characters", "a\u200b\u200db.txt"),
    _name("invisible tag characters", "a\U000e0041.txt"),
    _name("emoji", "🐟🌊.txt"),
    _name("255 bytes", "x" * 251 + ".txt"),
    _name("255 bytes of emoji", "🌊" * 62 + "abc.txt"),
    _name("looks like an option", "--archive=x.txt"),
    _name("runs a command in a shell", "$(touch escaped).txt"),
    _name("many commands", "a; touch escaped; `touch escaped` | b.txt"),
    _name("format string", "%s%n%p{0}{a.__class__}.txt"),
    _name("colours a terminal", "\x1b[31ma\x1b]0;owned\x07.txt"),
    _name("HTML", "<img src=x onerror=alert(1)>.txt"),
    _name("Markdown", "[a](javascript:alert(1)).txt"),
    _name("SQL", "a'); DROP TABLE article; --.txt"),
    _name("spreadsheet formula", "=cmd|'calc'!A1.txt"),
    _name("name of a Windows device", "CON.txt"),
    _name("quotation marks", "\"a\" 'b'.txt"),
    _name("space at the end", "a.txt ", "unknown kind of file|not read|convert"),
    _name("suffix twice", "a.exe.txt"),
    _name("no suffix", "article", "unknown kind of file|not read|convert"),
    _name("capital suffix", "A.TXT"),
    _name("full-width suffix", "a．ｔｘｔ", "unknown kind of file|not read|convert"),
    Case("name: twins but for case", 18, _twins("a.txt", "A.txt"), SENTENCE),
    Case("name: twins but for composition", 18, _twins(
        unicodedata.normalize("NFC", "café.txt"), unicodedata.normalize("NFD", "café.txt")), SENTENCE),
    Case("name: NUL in a path", 18, lambda folder, full: folder / "a\0b.txt", "", "cannot be read|null"),
    Case("name: of 5,000 characters", 18, lambda folder, full: folder / ("x" * 5000 + ".txt"), "", "cannot be read"),
    Case("name: climbs out, not there", 18, lambda folder, full: folder / "../../../nowhere/x.txt", "", "no such file"),
)  # fmt: skip

CASES = (*RECORDS, *SPECIAL, *NAMES)
