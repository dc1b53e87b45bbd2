"""Cases 12, 14 and 15: a gigabyte on one line, archives in disguise, encodings."""

import io
import lzma
import tarfile
import unicodedata
import zipfile
import zlib

from tests.lanes.hostile.case import SENTENCE, STORY, Case, file, packed, records, sparse

GIGABYTE = 1 << 30
TOO_LONG = "file_bytes|line_bytes|article_characters|parse_"
GOOD = {"text": SENTENCE}


def _packed(size: int, unit: bytes = b"\0" * (1 << 20)) -> bytes:
    """Return a gzip file of ``size`` bytes."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [squeeze.compress(unit) for _ in range(size // len(unit))]
    return b"".join(parts) + squeeze.flush()


def _long(name: str, make: object, text: str = "", rejected: str = TOO_LONG, needs: str = ".txt") -> Case:
    either = bool(text and rejected)
    return Case(f"long: {name}", 12, make, text, rejected, either, needs)  # type: ignore[arg-type]


LONG = (
    _long("a gigabyte on one line as text", sparse("a.txt", GIGABYTE)),
    _long("a gigabyte on one line as Markdown", sparse("a.md", GIGABYTE)),
    _long("a gigabyte on one line as HTML", sparse("a.html", GIGABYTE), needs=".html"),
    Case("long: zeros on one line of records", 12, lambda folder, full: sparse(
        "a.jsonl", GIGABYTE if full else 60_000_000)(folder, full), "", "line_bytes"),
    Case("long: a line over its limit among good ones", 12, file(
        "a.jsonl", lambda full: records({"text": "First."}, b'{"text": "' + b"x" * 20_000_001 + b'"}', GOOD)),
        SENTENCE, "line_bytes"),
    _long("text over its limit in a record", file("a.jsonl", lambda full: records({"text": "rain " * 1_000_001}))),
    _long("text over its limit", file("a.txt", lambda full: "rain " * 1_000_001)),
    _long("one word of megabytes", file("a.txt", lambda full: "x" * (4_900_000 if full else 300_000)), "xxx", "parse_"),
    _long("one line of megabytes", file("a.txt", lambda full: "rain " * (900_000 if full else 60_000)), "rain"),
    _long("a title of a megabyte", file("a.jsonl", records(GOOD | {"title": "x" * 1_000_000})), SENTENCE, ""),
    _long("an outlet of a megabyte", file("a.jsonl", records(GOOD | {"source": "x" * 1_000_000})), SENTENCE, ""),
    _long("a million line ends", file("a.txt", STORY + "\n" * 1_000_000), SENTENCE, ""),
    _long("a million spaces", file("a.txt", STORY + " " * 1_000_000 + "x"), SENTENCE, ""),
    _long("a million empty records", file("a.jsonl", records(GOOD) + b"\n" * 1_000_000), SENTENCE, ""),
    _long("front matter that does not end", file("a.md", "---\n" + "title: x\n" * 50_000 + STORY), SENTENCE, "parse_"),
    _long("Markdown of 20,000 brackets", file("a.md", STORY + "\n\n" + "[" * 20_000), SENTENCE, "parse_"),
    _long("Markdown of 5,000 quotation marks", file("a.md", STORY + "\n\n" + ">" * 5000 + " x"), SENTENCE, "parse_"),
    _long("Markdown of 20,000 stars", file("a.md", STORY + "\n\n" + "*a " * 20_000), SENTENCE, "parse_"),
    _long("Markdown of back ticks", file("a.md", STORY + "\n\n" + "`a" * 10_000), SENTENCE, "parse_"),
    _long("Markdown of link references", file(
        "a.md", STORY + "\n\n" + "".join(f"[a{i}]: /x\n" for i in range(5000))), SENTENCE, "parse_"),
    _long("gzip bomb as text", file(
        "a.txt.gz", lambda full: _packed(GIGABYTE if full else 210_000_000))),
    _long("gzip bomb on a line of records", file(
        "a.jsonl.gz", lambda full: _packed(GIGABYTE if full else 60_000_000)), rejected="line_bytes|binary"),
    _long("xz bomb as text", file("a.txt.xz", lambda full: packed(b"\0" * (
        900_000_000 if full else 210_000_000), ".xz"))),
)  # fmt: skip


def _zip(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _nest(depth: int) -> bytes:
    content = b"\0" * 1_000_000
    for level in range(depth):
        content = _zip({f"{level}-{copy}.zip": content for copy in range(4)})
    return content


def _tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("../../escaped.txt")
        entry.size = len(STORY)
        archive.addfile(entry, io.BytesIO(STORY.encode()))
    return stream.getvalue()


def _wide_xz() -> bytes:
    """Return an .xz whose dictionary takes a gigabyte and a half to read."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0}]
    content = bytearray(lzma.compress(STORY.encode(), filters=filters))
    content[16] = 39  # the dictionary's size in the block's header: 1.5 GiB less one ... 3 GiB
    content[20:24] = zlib.crc32(bytes(content[12:20])).to_bytes(4, "little")
    return bytes(content)


ZIP = _zip({"../../escaped.txt": STORY.encode(), "/tmp/escaped.txt": STORY.encode()})
NOT_TEXT = "the content is|binary"
UNKNOWN = "unknown kind of file|unpack|archive|add articles only|save it as"
DAMAGED = "damaged|cut off|the content is|cannot be read"
_MAGIC = {
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PNG": b"\x89PNG\r\n\x1a\n", "JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "GIF": b"GIF89a\1\0\1\0\x80\0\0", "7z": b"7z\xbc\xaf\x27\x1c\0\4", "RAR": b"Rar!\x1a\7\1\0",
    "bzip2": b"BZh91AY&SY", "zstd": b"\x28\xb5\x2f\xfd\4\0", "ELF": b"\x7fELF\2\1\1\0", "Windows": b"MZ\x90\0\3\0\0\0",
    "SQLite": b"SQLite format 3\0", "Office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Mach-O": b"\xcf\xfa\xed\xfe\7\0",
}  # fmt: skip

ARCHIVES = (
    *(Case(f"disguise: {name} as .txt", 14, file("a.txt", magic + bytes(range(32)) * 40), "", NOT_TEXT)
      for name, magic in _MAGIC.items()),
    *(Case(f"disguise: zip as {suffix}", 14, file(f"a{suffix}", ZIP), "", NOT_TEXT, needs=suffix)
      for suffix in (".txt", ".md", ".html", ".jsonl")),
    Case("disguise: zips in zips in zips", 14, file("a.txt", lambda full: _nest(6 if full else 4)), "", NOT_TEXT),
    Case("disguise: tar as .txt", 14, file("a.txt", _tar()), "", NOT_TEXT),
    Case("disguise: gzip as .txt", 14, file("a.txt", packed(STORY.encode(), ".gz")), "", NOT_TEXT),
    Case("disguise: xz as .txt", 14, file("a.txt", packed(STORY.encode(), ".xz")), "", NOT_TEXT),
    Case("disguise: gzip in gzip", 14, file(
        "a.txt.gz", packed(packed(STORY.encode(), ".gz"), ".gz")), "", NOT_TEXT),
    Case("disguise: tar in .txt.gz", 14, file("a.txt.gz", packed(_tar(), ".gz")), "", NOT_TEXT),
    Case("disguise: zip as .txt.gz", 14, file("a.txt.gz", ZIP), "", DAMAGED),
    Case("disguise: text as .gz", 14, file("a.txt.gz", STORY), "", DAMAGED),
    Case("disguise: text as .xz", 14, file("a.txt.xz", STORY), "", DAMAGED),
    Case("gzip cut off", 14, file("a.txt.gz", packed(STORY.encode() * 50, ".gz")[:-20]), "", DAMAGED),
    Case("xz cut off", 14, file("a.txt.xz", packed(STORY.encode() * 50, ".xz")[:-20]), "", DAMAGED),
    Case("gzip with a flipped bit", 14, file(
        "a.txt.gz", bytes(byte ^ (place == 60) for place, byte in enumerate(packed(STORY.encode(), ".gz")))),
        "", DAMAGED),
    Case("gzip with rubbish after it", 14, file(
        "a.txt.gz", packed(STORY.encode(), ".gz") + b"rubbish"), SENTENCE, DAMAGED, True),
    Case("gzip of nothing", 14, file("a.txt.gz", packed(b"", ".gz")), "", "empty"),
    Case("a gzip file without content", 14, file("a.txt.gz", b""), "", "empty|cut off|damaged"),
    Case("1,000 gzip files in one", 14, file(
        "a.txt.gz", packed(SENTENCE.encode() + b"\n\n", ".gz") * 1000), SENTENCE),
    Case("xz that takes gigabytes of memory", 14, file("a.txt.xz", _wide_xz()), SENTENCE, "parse_memory|damaged", True),
    Case("records cut off in gzip", 14, file(
        "a.jsonl.gz", packed(records(*[GOOD] * 4000), ".gz")[:-15]), SENTENCE, DAMAGED),
    *(Case(f"archive: a{suffix}", 14, file(f"a{suffix}", ZIP), "", UNKNOWN)
      for suffix in (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".rar", ".jar", ".exe", ".doc", ".gz", ".xz")),
)  # fmt: skip


def _coded(name: str, content: bytes | str, text: str = SENTENCE, rejected: str = "", either: bool = False) -> Case:
    return Case(f"encoding: {name}", 15, file("a.txt", content), text, rejected, either)


ACCENTS = f"{SENTENCE}\n\nLa présidente a déclaré que le barrage était fermé, là où naît la rivière à Évian."
NOT_TOLD = "Verrin".encode("cp500").decode("cp1252")
ENCODINGS = (
    _coded("bytes of no UTF-8", STORY.encode() + b"\n\nRain \xff\xfe\xfa fell again."),
    _coded("UTF-16 with its mark", STORY.encode("utf-16")),
    _coded("UTF-16, big end first", b"\xfe\xff" + STORY.encode("utf-16-be")),
    _coded("UTF-16 without a mark", STORY.encode("utf-16-le"), SENTENCE, "binary", True),
    _coded("UTF-16, big end first, without a mark", STORY.encode("utf-16-be"), SENTENCE, "binary", True),
    _coded("UTF-16 cut in a character", STORY.encode("utf-16")[:-1]),
    _coded("UTF-32 with its mark", STORY.encode("utf-32")),
    _coded("Latin-1", ACCENTS.encode("latin-1")),
    _coded("Windows-1252", ("“" + SENTENCE + "”\n\n€ 5 – " + STORY).encode("cp1252")),
    _coded("Windows-1252 with bytes it lacks", SENTENCE.encode() + b"\n\n\x93Rain\x94 \x81\x8d fell."),
    _coded("UTF-8 with Latin-1 in it", ACCENTS.encode() + b"\n\nCaf\xe9 closed."),
    _coded("overlong UTF-8", STORY.encode() + b"\n\n\xc0\xaf\xe0\x80\xaf fell."),
    _coded("UTF-8 of half surrogates", STORY.encode() + b"\n\n\xed\xa0\x80 fell."),
    _coded("UTF-8 of six bytes", STORY.encode() + b"\n\n\xfd\xbf\xbf\xbf\xbf\xbf fell."),
    _coded("UTF-8 cut in a character", (STORY + "\n\nCafé").encode()[:-1]),
    _coded("NUL among letters", STORY.replace("Monday", "Mon\0day")),
    _coded("nothing but NUL", b"\0" * 5000, "", "binary|empty"),
    _coded("nothing but a mark", b"\xef\xbb\xbf", "", "empty"),
    _coded("nothing but a mark of UTF-16", b"\xff\xfe", "", "empty"),
    _coded("marks in the middle", STORY.replace("\n\n", "\n\n\ufeff")),
    _coded("control characters", STORY + "\n\n\x07\x1b[31mRain\x1b]0;x\x07 fell."),
    _coded("bidirectional marks", STORY + "\n\n\u202eniar\u202c fell \u2066there\u2069."),
    _coded("invisible tag characters", STORY + "\n\nRain" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all")),
    _coded("nothing but zero-width characters", "\u200b\u200c\u200d\ufeff" * 50, "", "empty|no text"),
    _coded("nothing but controls", b"\x01\x02\x03" * 2, "", "empty|binary"),
    _coded("composed", unicodedata.normalize("NFC", ACCENTS)),
    _coded("decomposed", unicodedata.normalize("NFD", ACCENTS)),
    _coded("1,000 accents on a letter", STORY + "\n\nRa" + "\u0301" * 1000 + "in fell."),
    _coded("lines of old Macintoshes", STORY.replace("\n", "\r")),
    _coded("form feeds and separators", STORY + "\x0c\u2028\u2029\x85Rain fell."),
    _coded("no characters of Unicode", STORY + "\n\n\ufffe\uffff\U0010ffff fell."),
    _coded("UTF-7", STORY.encode("utf-7")),
    _coded("EBCDIC", STORY.encode("cp500"), NOT_TOLD),
    Case("encoding: records with a mark", 15, file("a.jsonl", b"\xef\xbb\xbf" + records(GOOD)), SENTENCE),
    Case("encoding: records in UTF-16", 15, file("a.jsonl", records(GOOD, GOOD).decode().encode("utf-16")), SENTENCE),
    Case("encoding: records in UTF-16 without a mark", 15, file(
        "a.jsonl", records(GOOD).decode().encode("utf-16-le")), "", "binary|not valid JSON"),
    Case("encoding: records in Latin-1", 15, file(
        "a.jsonl", f'{{"text": "{SENTENCE} À Évian."}}'.encode("latin-1")), SENTENCE),
    Case("encoding: half surrogates in a record", 15, file(
        "a.jsonl", b'{"text": "' + SENTENCE.encode() + b' \\ud800", "title": "\\udfff"}'), SENTENCE),
    Case("encoding: half surrogates in an id", 15, file(
        "a.jsonl", b'{"id": "\\ud800", "text": "' + SENTENCE.encode() + b'"}'), SENTENCE),
    Case("encoding: NUL in a record", 15, file(
        "a.jsonl", b'{"id": "a\\u0000b", "title": "\\u0000", "text": "' + SENTENCE.encode() + b' \\u0000"}'), SENTENCE),
)  # fmt: skip

CASES = (*LONG, *ARCHIVES, *ENCODINGS)
