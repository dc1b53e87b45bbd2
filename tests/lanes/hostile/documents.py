"""Case 11 and its kin: Word documents, tables, mails and feeds that mean harm."""

import base64
import io
import random
import zipfile

from tests.lanes.hostile.case import ANY, SENTENCE, STORY, Case, Content, file
from tests.lanes.hostile.lines import ZIP


def _docx(body: str, entries: dict[str, bytes] | None = None, head: str = "") -> bytes:
    """Return a Word document of this body, and other entries beside it or instead."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    package = "http://schemas.openxmlformats.org/package/2006"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{office}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Target='
        f'"word/document.xml" Type="{relation}/officeDocument"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0"?>{head}<w:document xmlns:w="{word}"><w:body>{body}</w:body>'
        "</w:document>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ({name: text.encode() for name, text in parts.items()} | (entries or {})).items():
            if content != b"-":
                archive.writestr(name, content)
    return stream.getvalue()


PARAGRAPH = f"<w:p><w:r><w:t>{SENTENCE}</w:t></w:r></w:p>"
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "rain rain rain">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
ESCAPING = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _word(name: str, content: Content, text: str = SENTENCE, rejected: str = "") -> Case:
    return Case(f"docx: {name}", 11, file("a.docx", content), text, rejected, bool(text and rejected), ".docx")


DOCUMENTS = (
    _word("entity bomb", _docx(f"<w:p><w:r><w:t>&i;</w:t></w:r></w:p>{PARAGRAPH}", head=LAUGHS), SENTENCE, ANY),
    _word("entity from a file", _docx(f"<w:p><w:r><w:t>&x;</w:t></w:r></w:p>{PARAGRAPH}", head=ESCAPING),
          SENTENCE, ANY),
    _word("zip bomb", lambda full: _docx(PARAGRAPH, {
        "word/media/x.bin": b"\0" * (1_000_000_000 if full else 150_000_000)}), SENTENCE, ANY),
    _word("story in a bomb", lambda full: _docx(
        PARAGRAPH + "<w:p/>" * (20_000_000 if full else 200_000)), SENTENCE, ANY),
    _word("entries that climb", _docx(PARAGRAPH, {"../../escaped.txt": b"x", "/tmp/escaped.txt": b"x"}), SENTENCE, ANY),
    _word("no story in it", _docx("", {"word/document.xml": b"-"}), "", ANY),
    _word("a zip of something else", ZIP, "", ANY),
    _word("empty story", _docx(""), "", ANY),
    _word("cut off", _docx(PARAGRAPH)[:-30], "", ANY),
    _word("not a zip", STORY, "", ANY),
    _word("nothing", b"", "", "empty"),
    _word("broken XML", _docx("<w:p><w:r>"), SENTENCE, ANY),
    _word("tables nested 500 deep", _docx("<w:tbl><w:tr><w:tc>" * 500 + PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 500),
          SENTENCE, ANY),
    _word("20,000 paragraphs", _docx(PARAGRAPH + "<w:p><w:r><w:t>Rain.</w:t></w:r></w:p>" * 20_000), SENTENCE, ANY),
    _word("wrong checksum", _docx(PARAGRAPH).replace(b"[Content_Types]", b"[Content_Typos]", 1), SENTENCE, ANY),
    _word("a template from elsewhere", _docx(PARAGRAPH, {"word/_rels/document.xml.rels": (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" '
        b'TargetMode="External" Target="http://127.0.0.1:9/x.dotm" Type="http://schemas.openxmlformats.org/'
        b'officeDocument/2006/relationships/attachedTemplate"/></Relationships>')}), SENTENCE, ANY),
)  # fmt: skip


def _table(name: str, content: Content, text: str = SENTENCE, rejected: str = "") -> Case:
    return Case(f"csv: {name}", 16, file("a.csv", content), text, rejected, False, ".csv")


ROW = f'"{SENTENCE}"\n'
TABLES = (
    _table("quotation mark that does not end", f'text\n{ROW}"Rain\n{ROW}', SENTENCE, ANY),
    _table("more fields than names", f"text\n{ROW}a,b,c\n", SENTENCE, ANY),
    _table("no column of text", f"story_id,when\n1,{SENTENCE}\n", "", "column"),
    _table("nothing but names", "text,title\n", "", "empty|no row|nothing"),
    _table("nothing", b"", "", "empty"),
    _table("noise", random.Random(3).randbytes(20_000), "", ANY),
    _table("zip in disguise", ZIP, "", ANY),
    _table("a row over its limit", lambda full: f"text\n{ROW}{'x' * 20_000_001}\n", SENTENCE, "line_bytes"),
    _table("empty text", f"id,text\n1,{SENTENCE}\n2,\n", SENTENCE, "empty|missing"),
    _table("formulas", f'title,text\n"=cmd|calc!A1","{SENTENCE}"\n', SENTENCE),
    _table("10,000 columns", ",".join(["text", *(f"c{i}" for i in range(10_000))]) + f"\n{SENTENCE}" + "," * 10_000,
           SENTENCE),
    _table("UTF-16", f"text\n{ROW}".encode("utf-16"), SENTENCE),
    _table("NUL in a field", f'text\n{ROW}"Ra\0in fell."\n', SENTENCE),
    _table("half a last row", f'text,title\n{ROW.strip()},Dam\n"Rain', SENTENCE, ANY),
)  # fmt: skip


def _mail(name: str, content: Content, text: str = SENTENCE, rejected: str = "") -> Case:
    return Case(f"eml: {name}", 16, file("a.eml", content), text, rejected, bool(text and rejected), ".eml")


HEAD = (
    "From: Ada Lunt <ada@mere.example>\nSubject: Dam closed\nDate: Mon, 11 May 2015 10:00:00 +0000\nMIME-Version: 1.0\n"
)


def _parts(depth: int) -> str:
    out = HEAD
    for level in range(depth):
        out += f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
    return out + f"Content-Type: text/plain\n\n{STORY}\n"


MAILS = (
    _mail("parts nested 20 deep", _parts(20), SENTENCE, ANY),
    _mail("parts nested 2,000 deep", _parts(2000), SENTENCE, ANY),
    _mail("10,000 parts", HEAD + "Content-Type: multipart/mixed; boundary=b\n\n" + (
        "--b\nContent-Type: text/plain\n\nRain.\n" * 10_000), "Rain", ANY),
    _mail("boundary that never comes", HEAD + f"Content-Type: multipart/mixed; boundary=b\n\n{STORY}", SENTENCE, ANY),
    _mail("parts without boundary", HEAD + f"Content-Type: multipart/mixed\n\n{STORY}", SENTENCE, ANY),
    _mail("charset of no encoding", HEAD + f"Content-Type: text/plain; charset=utf-9000\n\n{STORY}", SENTENCE, ANY),
    _mail("base64 that is none", HEAD + f"Content-Transfer-Encoding: base64\n\n{STORY}"),
    _mail("header of a megabyte", HEAD + f"X-Long: {'x' * 1_000_000}\n\n{STORY}", SENTENCE, ANY),
    _mail("50,000 headers", HEAD + "X-A: b\n" * 50_000 + f"\n{STORY}", SENTENCE, ANY),
    _mail("encoded words without end",
          HEAD.replace("Dam closed", "=?utf-8?B?" + "QQ==?= =?utf-8?B?" * 5000) + f"\n{STORY}", SENTENCE, ANY),
    _mail("attachment that climbs", HEAD + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
          f"text/plain\n\n{STORY}\n--b\nContent-Type: application/zip\nContent-Disposition: attachment; "
          "filename=../../escaped.txt\n"
          f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(ZIP).decode()}\n--b--\n"),
    _mail("mail in a mail in a mail", HEAD + ("Content-Type: message/rfc822\n\n" + HEAD) * 200 + f"\n{STORY}", SENTENCE,
          ANY),
    _mail("no body", HEAD + "\n", "", "empty|no text|no body"),
    _mail("nothing", b"", "", "empty"),
    _mail("noise", random.Random(4).randbytes(20_000), "", ANY),
    _mail("date of no calendar", HEAD.replace("11 May 2015", "99 May 99999") + f"\n{STORY}"),
)  # fmt: skip


def _feed(name: str, content: Content, text: str = SENTENCE, rejected: str = "", either: bool = False) -> Case:
    return Case(f"feed: {name}", 16, file("a.rss", content), text, rejected, either, ".rss")


ITEM = f"<item><title>Dam</title><link>http://mere.example/a</link><description>{SENTENCE}</description></item>"


def _rss(items: str, head: str = "", channel: str = "<title>Mere Wire</title>") -> str:
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{channel}{items}</channel></rss>'


FEEDS = (
    _feed("entity bomb", _rss(f"<item><title>&i;</title><description>&i;</description></item>{ITEM}", LAUGHS),
          SENTENCE, ANY, True),
    _feed("entity from a file", _rss(f"<item><title>x</title><description>&x; root:</description></item>{ITEM}",
                                     ESCAPING), SENTENCE, ANY, True),
    _feed("entity from the network", _rss(ITEM, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'), SENTENCE, ANY, True),
    _feed("nested 10,000 deep", _rss(ITEM + "<a>" * 10_000), SENTENCE, ANY, True),
    _feed("5,000 items", _rss(ITEM * 2000), SENTENCE),
    _feed("no items", _rss(""), "", "item|empty"),
    _feed("nothing", b"", "", "empty"),
    _feed("another root", "<?xml version='1.0'?><svg><text>x</text></svg>", "", ANY),
    _feed("noise", random.Random(5).randbytes(20_000), "", ANY),
    _feed("cut off", _rss(ITEM * 3)[:-200], SENTENCE, "no text"),
    _feed("CDATA that does not end", _rss(f"{ITEM}<item><description><![CDATA[ rain"), SENTENCE, "no text"),
    _feed("script in an item", _rss(
        f"<item><description>&lt;script&gt;alert(1)&lt;/script&gt;&lt;p&gt;{SENTENCE}</description></item>"), SENTENCE),
    _feed("item without text", _rss(f"{ITEM}<item><title>Dam</title></item>"), SENTENCE, ANY),
    _feed("encoding of no name",
          _rss(ITEM).replace('<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-9'?>"),
          SENTENCE, ANY, True),
    _feed("dates of no calendar", _rss(ITEM.replace("<link>", "<pubDate>99 Foo 99999</pubDate><link>")), SENTENCE),
)  # fmt: skip

CASES = (*DOCUMENTS, *TABLES, *MAILS, *FEEDS)
