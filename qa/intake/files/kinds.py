"""Kinds of files, by name and by magic number: those that are read, and the way out for each of the others.

This is the only list; the terminal's help, the Archive page and the messages are made from it.
"""

from pathlib import Path

from qa.errors import InputError
from qa.text.words import word_set

TEXTS = (".txt", ".md", ".html", ".htm", ".jsonl", ".csv", ".tsv", ".eml", ".rss", ".atom", ".xml")
DOCUMENTS = (".pdf", ".docx")  # compressed in themselves
SUFFIXES = (*TEXTS, *DOCUMENTS)
COMPRESSED = (".gz", ".xz")
RECORDS = frozenset({".jsonl", ".csv", ".tsv", ".rss", ".atom", ".xml"})  # many articles in one file

_UNPACK = "unpack it first, then add the folder"
_PICTURE = "have its text recognised (OCR) and add that as .txt"
_REFUSED = {
    "archive": (
        "zip zipx tar tgz tbz tbz2 txz tzst 7z rar cab iso ar cpio arj lzh jar war ace",
        f"an archive is not opened: {_UNPACK}",
    ),
    "packed": ("bz2 zst lz4 lzma br z", "this compression is not read: unpack it, or compress with .gz or .xz"),
    "old word": ("doc dot wps wpd wri", "an old Word document: save it as .docx"),
    "rich text": ("rtf", "rich text: save it as .docx or .txt"),
    "office": ("odt ott fodt pages docm dotx dotm", "a text processor's document: save it as .docx"),
    "book": ("epub mobi azw azw3 fb2", "an e-book: convert it to .html or .txt"),
    "sheet": ("xls xlsx xlsm xlsb ods numbers", "a spreadsheet: save the sheet as .csv, with named columns"),
    "slides": ("ppt pptx odp key", "slides: save their text as .txt"),
    "outlook": ("msg pst", "an Outlook message: save it as .eml"),
    "mailbox": ("mbox mbx", "a mailbox: save its messages as .eml"),
    "web archive": ("mht mhtml webarchive warc", "a web archive: save the page as .html"),
    "json": ("json", "JSON is read one article a line: save it as .jsonl"),
    "table": ("parquet feather arrow sqlite sqlite3 db", "a database's file: save its table as .csv or .jsonl"),
    "print": ("ps eps djvu xps oxps", "a printer's document: convert it to .pdf"),
    "picture": ("jpg jpeg png gif tif tiff bmp webp heic heif avif svg psd", f"a picture: {_PICTURE}"),
    "recording": ("mp3 mp4 m4a m4v wav ogg opus flac mov avi mkv webm", "a recording: add its transcript as .txt"),
}
_REASONS = {f".{suffix}": reason for suffixes, reason in _REFUSED.values() for suffix in word_set(suffixes)}

# Magic numbers: (offset, bytes, name, way out).  Zip files are distinguished by their content.
_MAGIC = (
    (0, b"%PDF-", "a PDF", "rename it to .pdf"),
    (0, b"\x1f\x8b", "gzip data", "let its name end in .gz, or unpack it"),
    (0, b"\xfd7zXZ\x00", "xz data", "let its name end in .xz, or unpack it"),
    (0, b"BZh", "bzip2 data", "unpack it"),
    (0, b"\x28\xb5\x2f\xfd", "zstd data", "unpack it"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (0, b"Rar!\x1a\x07", "a rar archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"MSCF\x00\x00", "a cab archive", _UNPACK),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file", "save it as .docx, .csv or .eml"),
    (0, b"{\\rtf", "rich text", "save it as .docx or .txt"),
    (0, b"%!PS", "PostScript", "convert it to .pdf"),
    (0, b"\x89PNG", "a picture", _PICTURE),
    (0, b"\xff\xd8\xff", "a picture", _PICTURE),
    (0, b"GIF8", "a picture", _PICTURE),
    (0, b"II*\x00", "a picture", _PICTURE),
    (0, b"MM\x00*", "a picture", _PICTURE),
    (8, b"WEBP", "a picture", _PICTURE),
    (4, b"ftyp", "a recording or picture", "add its words as .txt"),
    (0, b"ID3", "a recording", "add its transcript as .txt"),
    (0, b"OggS\x00", "a recording", "add its transcript as .txt"),
    (0, b"SQLite format 3\x00", "an SQLite database", "save its table as .csv or .jsonl"),
    (0, b"PAR1", "a Parquet table", "save it as .csv or .jsonl"),
    (0, b"\x7fELF", "a program", "add articles only"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ZIPPED = (
    (b"word/document.xml", "a Word document", "rename it to .docx"),
    (b"xl/workbook", "a spreadsheet", "save the sheet as .csv, with named columns"),
    (b"ppt/presentation.xml", "slides", "save their text as .txt"),
    (b"application/epub+zip", "an e-book", "convert it to .html or .txt"),
    (b"opendocument.text", "an OpenDocument text", "save it as .docx"),
    (b"opendocument.spreadsheet", "a spreadsheet", "save the sheet as .csv, with named columns"),
)
_DEEPEST = 1024  # bytes; PDF readers search this far for the beginning


def kind_of(path: Path) -> str:
    """Return the format by the file's suffix, ignoring compression: one of SUFFIXES, or "" when it is not read."""
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    readable: tuple[str, ...] = SUFFIXES
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
        readable = TEXTS
    return suffixes[-1] if suffixes and suffixes[-1] in readable else ""


def refusal(path: Path) -> str:
    """Return why a file whose ``kind_of`` is "" is not read, and what to do with it."""
    suffixes = [suffix.casefold() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
        if suffixes and suffixes[-1] in DOCUMENTS:
            return f"a compressed {suffixes[-1]}: unpack it"
    reason = _REASONS.get(suffixes[-1], "") if suffixes else ""
    given = f"give {', '.join(SUFFIXES)}, or a text with {' or '.join(COMPRESSED)}"
    return reason or f"unknown kind of file: {given}"


def is_zip(content: bytes) -> bool:
    """Whether the content begins as a zip file does."""
    return content.startswith(_ZIP)


def content_kind(content: bytes) -> tuple[str, str]:
    """Return the kind of a file by its magic number, and the way out; ("", "") when none is known.

    For a zip file the end of ``content`` counts too, because its directory is there.
    """
    for place, magic, name, way_out in _MAGIC:
        if content.startswith(magic, place):
            return name, way_out
    if is_zip(content):
        sample = content[:4096] + content[-65536:]
        for inside, name, way_out in _ZIPPED:
            if inside in sample:
                return name, way_out
        return "a zip archive", _UNPACK
    return "", ""


def refuse_other(content: bytes, kind: str = "") -> None:
    """Check that a file's content matches its name.

    Raises:
        InputError: It is another kind of file.
    """
    name, way_out = content_kind(content)
    if kind == ".pdf" and not name and b"%PDF-" in content[:_DEEPEST]:
        return
    if kind in DOCUMENTS:
        wanted = "a PDF" if kind == ".pdf" else "a Word document"
        if name == wanted:
            return
        if not name:
            raise InputError(f"the content is not {wanted}: rename the file to match its content")
    if name:
        raise InputError(f"the content is {name}: {way_out}")
